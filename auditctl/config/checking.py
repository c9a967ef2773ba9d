"""What a settings file may hold: known keys, values of their type, plain names.

Whether a value means something (a zone that exists, a query that can be read) is not known down
here; whoever uses it says so, with the file and line of its origin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditctl.config.keys import (
    KEYS,
    TABLES,
    Key,
    Table,
    dotted,
    is_address,
    is_name,
    is_secret,
)
from auditctl.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditctl.config.files import SettingsFile
    from auditctl.config.lines import Place

NAME_HINT = "use letters, digits, `-` and `_`, at most 64, the first a letter or a digit"
_DEEPEST = 8  # a dotted key may have 100,000 steps
RESERVED_STORES = ("demo", "default")
_SHARED = "a project file comes with the project, from whoever wrote it"
_NO_PROJECT = {
    "stores": "where stores are, only you decide: an address in it could lead events elsewhere",
    "pager": "which program runs, only you decide",
}


def check_file(file: SettingsFile) -> None:
    """Refuse a file that holds what is not known, or what a file of its kind may not hold.

    Raises:
        ConfigError: The message names file and line.
    """
    for name, value in file.data.items():
        if file.kind == "project" and name in _NO_PROJECT:
            raise ConfigError(
                f"{file.where((name,))}: a project file may not have '{name}': {_NO_PROJECT[name]}",
                hint="write it into your own settings; `auditctl config path` names them",
            )
        if name in TABLES:
            _check_table(file, name, TABLES[name], value)
        elif name in KEYS:
            _check_value(file, (name,), KEYS[name], value)
        else:
            raise _unknown(file, (name,), value, [*KEYS, *TABLES])
    if file.kind == "project":
        _check_store_name(file, ("default_store",), file.data.get("default_store"))


def _check_table(file: SettingsFile, name: str, table: Table, entries: Any) -> None:  # noqa: ANN401 - any TOML value
    if not isinstance(entries, dict):
        raise ConfigError(
            f"{file.where((name,))}: '{name}' is not a table", hint=f"such as [{name}.NAME]"
        )
    for entry, values in entries.items():
        place = (name, entry)
        where = file.where(place)
        if not isinstance(values, dict):
            raise ConfigError(
                f"{where}: '{dotted(place)}' is not a table", hint=f"such as [{name}.NAME]"
            )
        if not is_name(entry):
            raise ConfigError(
                f"{where}: '{dotted((entry,))}' will not do as a name", hint=NAME_HINT
            )
        if name == "stores" and entry in RESERVED_STORES:
            raise ConfigError(
                f"{where}: '{entry}' is a store of auditctl's own", hint="choose another name"
            )
        for key, value in values.items():
            if key not in table.keys:
                raise _unknown(file, (*place, key), value, table.keys)
            _check_value(file, (*place, key), table.keys[key], value)
        _check_whole(file, place, values)


def _check_whole(file: SettingsFile, place: Place, values: dict[str, Any]) -> None:
    """Check what the keys of an entry must be together."""
    if place[0] == "stores" and "address" not in values:
        raise ConfigError(
            f"{file.where(place)}: '{dotted(place)}' has no address",
            hint='`address` says which file it is, such as address = "/srv/audit/trail.db"',
        )
    if place[0] == "views" and "output" in values and "template" in values:
        raise ConfigError(
            f"{file.where((*place, 'template'))}: '{dotted(place)}' has both output and template",
            hint="a template is a format of its own: keep one of them",
        )
    if place[0] == "queries":
        if "on" in values and ("since" in values or "until" in values):
            raise ConfigError(
                f"{file.where((*place, 'on'))}: '{dotted(place)}' has `on` beside another time",
                hint="use `on` alone, or `since` and `until`",
            )
        if file.kind == "project":
            _check_store_name(file, (*place, "store"), values.get("store"))
            _check_no_files(file, place, values)


def _check_value(file: SettingsFile, place: Place, key: Key, value: Any) -> None:  # noqa: ANN401 - any TOML value
    where = f"{file.where(place)}: '{dotted(place)}'"
    if key.kind == "switch":
        if not isinstance(value, bool):
            raise ConfigError(f"{where} is not true or false", hint="without quotation marks")
        return
    if isinstance(value, str):
        if not value and not key.empty:
            raise ConfigError(f"{where} is empty", hint="remove the line to have the default")
        return
    if key.kind == "text":
        raise ConfigError(f"{where} is not a text", hint='a text stands in quotation marks: "..."')
    if not isinstance(value, list):
        raise ConfigError(f"{where} is not a text or a list of texts")
    for number, element in enumerate(value):
        if not isinstance(element, str) or not element:
            inner = (*place, number)
            what = "is empty" if element == "" else "is not a text"
            raise ConfigError(f"{file.where(inner)}: '{dotted(inner)}' {what}")


def _check_store_name(file: SettingsFile, place: Place, value: str | None) -> None:
    if value is not None and not is_name(value):
        raise ConfigError(
            f"{file.where(place)}: '{dotted(place)}' may only be the name of a store: {_SHARED}",
            hint="give the store a name with `auditctl store add`",
        )


def _check_no_files(file: SettingsFile, place: Place, values: dict[str, Any]) -> None:
    """Refuse ``@FILE`` among the values of a project's query."""
    for key, value in values.items():
        if TABLES["queries"].keys[key].kind != "words":
            continue
        for number, text in enumerate(value if isinstance(value, list) else [value]):
            if text.startswith("@") and not text.startswith("@@"):
                inner = (*place, key, number) if isinstance(value, list) else (*place, key)
                raise ConfigError(
                    f"{file.where(inner)}: a project file may not name a file to be read: "
                    f"{_SHARED}",
                    hint="write the values as a list; `@@x` means the value `@x` itself",
                )


def _unknown(
    file: SettingsFile,
    place: tuple[str, ...],
    value: Any,  # noqa: ANN401 - any TOML value
    known: Iterable[str],
) -> ConfigError:
    """Return the error for a key that is no setting; in a project file, with why it could not be.

    The value is not repeated: it may be a secret.
    """
    inner = _forbidden(place, value) if file.kind == "project" else None
    if inner is not None:
        what = "a credential" if is_secret(inner[-1]) else "an address"
        return ConfigError(
            f"{file.where(inner)}: a project file may not hold {what} ('{dotted(inner)}'): "
            f"{_SHARED}",
            hint="remove it; who has read the project knows it already",
        )
    from auditctl.closeness import closest  # noqa: PLC0415 - only for a wrong file

    close = closest(place[-1], known)
    hint = (
        f"did you mean `{dotted((*place[:-1], close[0]))}`?"
        if close
        else "`auditctl help configuration` lists all settings"
    )
    return ConfigError(f"{file.where(place)}: no setting '{dotted(place)}'", hint=hint)


def _forbidden(place: tuple[str, ...], value: Any) -> tuple[str, ...] | None:  # noqa: ANN401 - any TOML value
    """Return the first key, this or one in it, named like a credential or an address."""
    if is_secret(place[-1]) or is_address(place[-1]):
        return place
    if isinstance(value, dict) and len(place) < _DEEPEST:
        for key, inner in value.items():
            found = _forbidden((*place, key), inner)
            if found:
                return found
    return None
