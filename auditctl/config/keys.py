"""Every setting there is: from this table come checking, ``config list`` and the help topic."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Kind = Literal["text", "words", "switch"]
Path = tuple[str, ...]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)
_LONGEST_SHOWN = 64
_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_SECRET = ("key", "token", "password", "passwd", "passphrase", "secret", "credential", "auth")
_ADDRESS = ("url", "uri", "address", "host", "endpoint", "server")


class Key(NamedTuple):
    """One setting.

    Attributes:
        name: Its dotted name; NAME stands for a name that the user gives.
        kind: ``text``; ``words``, one text or a list of them; ``switch``, true or false.
        summary: What it says, in a line.
        env: The variable that comes before it, or None.
        default: What holds where nothing sets it, as it would be set; None where it cannot be.
        otherwise: What holds where nothing sets it, in words.
        empty: Whether an empty text means something.
        project: Whether a project file may set it.
    """

    name: str
    kind: Kind
    summary: str
    env: str | None = None
    default: str | None = None
    otherwise: str = ""
    empty: bool = False
    project: bool = True


class Table(NamedTuple):
    """A table of named entries.

    Attributes:
        summary: What an entry is.
        keys: What it may hold, by name.
        project: Whether a project file may have it.
    """

    summary: str
    keys: dict[str, Key]
    project: bool = True


def _text(name: str, summary: str) -> Key:
    return Key(name, "text", summary)


def _words(name: str, summary: str) -> Key:
    return Key(name, "words", summary)


def _named(*keys: Key) -> dict[str, Key]:
    return {key.name.rpartition(".")[2]: key for key in keys}


KEYS = _named(
    Key(
        "default_store",
        "text",
        "the store, where --store is not given: a name or a file",
        env="AUDITCTL_STORE",
        default="default",
        otherwise="your own store",
    ),
    Key(
        "output",
        "text",
        "the format, where -o is not given",
        env="AUDITCTL_OUTPUT",
        otherwise="table on a terminal, lines in a pipe",
    ),
    Key(
        "timezone",
        "text",
        "the zone of times, where --tz is not given",
        env="AUDITCTL_TZ",
        default="local",
        otherwise="TZ, else that of the system",
    ),
    Key(
        "view",
        "text",
        "the view, where --view is not given",
        env="AUDITCTL_VIEW",
        otherwise="none",
    ),
    Key(
        "relative",
        "switch",
        "show how long ago instead of when, in a table",
        default="false",
        otherwise="false",
    ),
    Key(
        "pager",
        "text",
        'the program that shows what is longer than the screen; "off" for none',
        env="AUDITCTL_PAGER",
        otherwise="PAGER, else less",
        empty=True,
        project=False,
    ),
)

FILTERS = ("action", "actor", "actor_type", "target", "location", "org", "meta", "grep")
RANGE = ("since", "until", "on")

TABLES = {
    "stores": Table(
        "a store that has a name",
        _named(
            _text("stores.NAME.address", "a database file or a JSON Lines file"),
            _text("stores.NAME.timezone", "the zone of times for this store"),
            _text("stores.NAME.description", "your own words"),
        ),
        project=False,
    ),
    "queries": Table(
        "a saved query, for `query run` and --saved",
        _named(
            _text("queries.NAME.query", "conditions in the query language"),
            *[
                _words(f"queries.NAME.{name}", f"as --{name.replace('_', '-')}: one or a list")
                for name in FILTERS
            ],
            _text("queries.NAME.since", "as --since; a relative time stays relative"),
            _text("queries.NAME.until", "as --until"),
            _text("queries.NAME.on", "as --on"),
            _text("queries.NAME.timezone", "as --tz"),
            _text("queries.NAME.store", "as --store"),
            _text("queries.NAME.view", "as --view"),
            _text("queries.NAME.description", "your own words"),
        ),
    ),
    "views": Table(
        "a way to look at events, for --view",
        _named(
            _words("views.NAME.columns", "as -c: a list, or one text with commas"),
            _text("views.NAME.output", "as -o"),
            _text("views.NAME.template", "as --format; excludes output"),
            _text("views.NAME.timezone", "as --tz"),
            Key("views.NAME.relative", "switch", "as --relative"),
            _text("views.NAME.description", "your own words"),
        ),
    ),
}


def key_at(path: Path) -> Key | None:
    """Return the setting with a path such as ``("views", "mine", "output")``; None if unknown."""
    if len(path) == 1:
        return KEYS.get(path[0])
    table = TABLES.get(path[0]) if len(path) == 3 else None  # noqa: PLR2004 - table, name, key
    return table.keys.get(path[2]) if table else None


def dotted(path: tuple[str | int, ...]) -> str:
    """Return a path as it is written: ``stores."a b".address``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
            continue
        if len(step) > _LONGEST_SHOWN:
            step = f"{step[:_LONGEST_SHOWN]}…"  # noqa: PLW2901 - a name from a hostile file
        bare = step if _BARE.fullmatch(step) else f'"{step}"'
        text += f".{bare}" if text else bare
    return text


def is_name(name: str) -> bool:
    """Tell whether a text will do as the name of a store, a query or a view."""
    return _NAME.fullmatch(name) is not None


def is_secret(name: str) -> bool:
    """Tell whether a key is named like one that holds a credential."""
    return _has_word(name, _SECRET)


def is_address(name: str) -> bool:
    """Tell whether a key is named like one that says where something is."""
    return _has_word(name, _ADDRESS)


def _has_word(name: str, ends: tuple[str, ...]) -> bool:
    found = re.findall(r"[a-z]+", name.lower())
    return any(word.endswith(ends) or word.removesuffix("s").endswith(ends) for word in found)
