"""The settings file: TOML, read with the standard library, written without losing comments.

.. code-block:: toml

    default_store = "prod"

    [stores.prod]
    address = "/srv/audit/trail.db"
    timezone = "Europe/Berlin"
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditctl.errors import ConfigError, NotFoundError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

RESERVED = ("demo", "default")
_STORE_KEYS = {"address", "timezone", "description"}
_TOP_KEYS = {"default_store", "stores"}


@dataclass(frozen=True, slots=True)
class NamedStore:
    """A store that the user gave a name.

    Attributes:
        name: What ``--store`` takes.
        address: A file, relative to nothing: it is stored as an absolute path.
        timezone: Zone of shown and given times for this store; None is the user's.
        description: The user's own words.
    """

    name: str
    address: str
    timezone: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What the settings file says."""

    default_store: str | None = None
    stores: dict[str, NamedStore] = field(default_factory=dict)


def read_settings(path: Path) -> Settings:
    """Return the settings of a file; those of an absent file are empty.

    Raises:
        ConfigError: The file cannot be read, or has a key or value that is not known. The message
            names the file and, where it can be told, the line.
    """
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    import tomllib  # noqa: PLC0415 - 10 ms, only where there is a file

    try:
        data = tomllib.loads(text.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}", hint="correct the file or remove it") from error
    return _settings(data, lambda words: f"{path}{_line(text, words)}")


def _line(text: bytes, words: str) -> str:
    """Return ``, line N`` of the first line that has the key."""
    key = words.rpartition(".")[2].encode()
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip().lstrip(b"[").startswith(key) or b"." + key in line.partition(b"=")[0]:
            return f", line {number}"
    return ""


def _settings(data: dict[str, Any], place: Callable[[str], str]) -> Settings:
    _known(data, _TOP_KEYS, "", place)
    stores: dict[str, NamedStore] = {}
    tables = data.get("stores", {})
    if not isinstance(tables, dict):
        raise ConfigError(f"{place('stores')}: 'stores' is not a table")
    for name, table in tables.items():
        where = f"stores.{name}"
        if not isinstance(table, dict):
            raise ConfigError(f"{place(where)}: '{where}' is not a table")
        _known(table, _STORE_KEYS, f"{where}.", place)
        if "address" not in table:
            raise ConfigError(f"{place(where)}: '{where}' has no address")
        for key, value in table.items():
            if not isinstance(value, str):
                raise ConfigError(f"{place(f'{where}.{key}')}: '{where}.{key}' is not a text")
        stores[name] = NamedStore(name, **table)
    default = data.get("default_store")
    if default is not None and not isinstance(default, str):
        raise ConfigError(f"{place('default_store')}: 'default_store' is not a text")
    return Settings(default, stores)


def _known(
    table: dict[str, Any], keys: set[str], prefix: str, place: Callable[[str], str]
) -> None:
    for key in table:
        if key not in keys:
            from difflib import get_close_matches  # noqa: PLC0415 - only for a wrong file

            close = get_close_matches(key, keys, n=1)
            hint = f"did you mean `{prefix}{close[0]}`?" if close else None
            raise ConfigError(f"{place(prefix + key)}: no setting '{prefix}{key}'", hint=hint)


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
    return replace(settings, stores={**settings.stores, store.name: store})


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
    change(document)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(tomlkit.dumps(document))
        fresh.replace(path)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from error
