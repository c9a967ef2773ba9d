"""Changing the settings file: whole or not at all, and without losing comments."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from auditctl.config.settings import NamedStore, Settings, read_settings
from auditctl.errors import ConfigError, NotFoundError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RESERVED = ("demo", "default")


def check_name(name: str) -> None:
    """Refuse a store name that could be taken for a file or a built-in store.

    Raises:
        UsageError: The name will not do.
    """
    if name in RESERVED:
        raise UsageError(f"'{name}' is a store of auditctl's own", hint="choose another name")
    plain = name.replace("-", "").replace("_", "")
    if not (plain.isascii() and plain.isalnum() and name[0] not in "-_"):
        raise UsageError(
            f"{name!r} will not do as a store name", hint="use letters, digits, `-` and `_`"
        )


def add_store(path: Path, store: NamedStore, *, replace_existing: bool) -> Settings:
    """Write a named store into the settings.

    Raises:
        UsageError: The name is taken, or will not do.
    """
    check_name(store.name)
    settings = read_settings(path)
    if store.name in settings.stores and not replace_existing:
        raise UsageError(
            f"there is a store named '{store.name}' already",
            hint=f"`auditctl store add {store.name} ... --force` replaces it",
        )
    _edit(path, lambda document: _put(document, store))
    return settings._replace(stores={**settings.stores, store.name: store})


def use_store(path: Path, name: str | None) -> None:
    """Make a store the default; None goes back to the one in the user's data folder."""

    def change(document: Any) -> None:  # noqa: ANN401 - tomlkit's document has no narrow type
        if name is None:
            document.pop("default_store", None)
        else:
            document["default_store"] = name

    _edit(path, change)


def remove_store(path: Path, name: str) -> None:
    """Take a named store out of the settings; its file stays.

    Raises:
        NotFoundError: There is none with this name.
    """
    settings = read_settings(path)
    if name not in settings.stores:
        raise NotFoundError(f"there is no store named '{name}'", hint="see `auditctl store list`")

    def change(document: Any) -> None:  # noqa: ANN401 - tomlkit's document has no narrow type
        del document["stores"][name]
        if settings.default_store == name:
            del document["default_store"]

    _edit(path, change)


def _put(document: Any, store: NamedStore) -> None:  # noqa: ANN401 - tomlkit's document
    import tomlkit  # noqa: PLC0415 - 27 ms, only to write

    if "stores" not in document:
        document["stores"] = tomlkit.table(is_super_table=True)
    table = tomlkit.table()
    for key in ("address", "timezone", "description"):
        value = getattr(store, key)
        if value is not None:
            table[key] = value
    document["stores"][store.name] = table


def _edit(path: Path, change: Callable[[Any], None]) -> None:
    """Change the file in place, whole or not at all, readable by its owner only."""
    import tomlkit  # noqa: PLC0415 - 27 ms, only to write

    text = path.read_text() if path.exists() else ""
    document = tomlkit.parse(text)
    try:
        change(document)
    except ValueError as error:  # a table does not fit into an inline one
        raise ConfigError(
            f"{path}: the stores are written in one line, where nothing can be added",
            hint="write each as a table of its own: [stores.NAME]",
        ) from error
    path = path.resolve()  # a link to a file that is kept elsewhere stays a link
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh.touch(mode=0o600)
        fresh.write_text(tomlkit.dumps(document))
        fresh.replace(path)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink()
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from error
