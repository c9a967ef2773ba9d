"""The settings file: TOML, read with the standard library.

.. code-block:: toml

    default_store = "prod"

    [stores.prod]
    address = "/srv/audit/trail.db"
    timezone = "Europe/Berlin"
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from auditctl.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_STORE_KEYS = {"address", "timezone", "description"}
_TOP_KEYS = {"default_store", "stores"}


class NamedStore(NamedTuple):
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


class Settings(NamedTuple):
    """What the settings file says."""

    default_store: str | None = None
    stores: dict[str, NamedStore] = {}  # noqa: RUF012 - never changed


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
    """Return ``, line N`` of the line that sets a key or opens a table; of its parent at least."""
    named = list(_names(text))
    while words:
        for number, name in named:
            if name == words or name.startswith(f"{words}."):
                return f", line {number}"
        words = words.rpartition(".")[0]
    return ""


def _names(text: bytes) -> Iterator[tuple[int, str]]:
    """Yield the number and the full key of each line that has one."""
    table = ""
    for number, line in enumerate(text.decode().split("\n"), 1):
        key = line.partition("#")[0].partition("=")[0].strip().replace('"', "").replace("'", "")
        if key.startswith("["):
            table = key = key.strip("[] ")
        elif table and key:
            key = f"{table}.{key}"
        if key:
            yield number, key


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


def _known(table: dict[str, Any], keys: set[str], prefix: str, place: Callable[[str], str]) -> None:
    for key in table:
        if key not in keys:
            from auditctl.closeness import closest  # noqa: PLC0415 - only for a wrong file

            close = closest(key, sorted(keys))
            hint = f"did you mean `{prefix}{close[0]}`?" if close else None
            raise ConfigError(f"{place(prefix + key)}: no setting '{prefix}{key}'", hint=hint)
