"""The value of a setting as text: what ``config set`` takes and ``config get`` prints."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from auditctl.config.keys import KEYS, TABLES, dotted, is_secret, key_at
from auditctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditctl.config.keys import Key, Path

_SWITCHES = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_PASSWORD = re.compile(r"(://[^/\s:@]*:)[^@/\s]+(?=@)")


def read_path(text: str) -> Path:
    """Return the path of a dotted name: of a setting, an entry of a table, or a table.

    Raises:
        UsageError: There is no such setting; says what is spelt nearly so.
    """
    path = tuple(text.split("."))
    if not all(path):
        raise UsageError(f"{text!r} names no setting", hint=_LISTED)
    if path[0] in TABLES and len(path) <= 2:  # noqa: PLR2004 - table, name
        return path
    if key_at(path) is not None:
        return path
    from auditctl.closeness import closest  # noqa: PLC0415 - only for an error

    close = closest(text, _spellings(path))
    hint = f"did you mean `{close[0]}`?" if close else _LISTED
    raise UsageError(f"no setting '{dotted(path)}'", hint=hint)


_LISTED = "`auditctl help configuration` lists all settings"


def _spellings(path: Path) -> Iterable[str]:
    """Yield the names of settings, with the name that stands in the path for NAME."""
    yield from KEYS
    for name, table in TABLES.items():
        entry = path[1] if len(path) > 1 else "NAME"
        yield from (f"{name}.{entry}.{key}" for key in table.keys)


def from_text(path: Path, key: Key, text: str) -> Any:  # noqa: ANN401 - text, words or a switch
    """Return the value that a text on the command line gives a setting.

    Raises:
        UsageError: The setting takes no such value.
    """
    if key.kind == "switch":
        if text.lower() not in _SWITCHES:
            raise UsageError(f"'{dotted(path)}' is true or false, not {text!r}")
        return _SWITCHES[text.lower()]
    if not text and not key.empty:
        raise UsageError(
            f"'{dotted(path)}' cannot be empty", hint=f"`auditctl config unset {dotted(path)}`"
        )
    if key.kind == "text":
        return text
    listed = _as_list(text)
    if listed is not None:
        return listed
    if path[-1] == "columns":
        return [name.strip() for name in text.split(",") if name.strip()]
    return text


def to_text(path: Path, value: Any) -> str:  # noqa: ANN401 - text, words or a switch
    """Return a value as text: what, given to ``from_text``, means the same; secrets are hidden."""
    if is_secret(path[-1]):
        return "********"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        if path[-1] == "columns":
            return ",".join(value)
        alone = value[0] if len(value) == 1 and _as_list(value[0]) is None else None
        return f"[{', '.join(map(_quoted, value))}]" if alone is None else alone
    return _PASSWORD.sub(r"\1********", str(value))


def _as_list(text: str) -> list[str] | None:
    """Return the list that a text is in TOML, such as ``["a", "b"]``; None if it is none."""
    if not text.startswith("["):
        return None
    import tomllib  # noqa: PLC0415 - only for a list

    try:
        found = tomllib.loads(f"list = {text}")
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
    value = found.get("list")
    if len(found) != 1 or not isinstance(value, list):
        return None
    return value if value and all(isinstance(one, str) and one for one in value) else None


def _quoted(text: str) -> str:
    """Return a text as TOML writes it; JSON differs only in DEL, which TOML has escaped."""
    import json  # noqa: PLC0415 - only for a list

    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
