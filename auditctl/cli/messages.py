"""What stands on standard error: for people with labels, for programs as lines of JSON.

With ``-o json`` or ``-o jsonl`` every error is one JSON object on one line. Notes and footers are
so too where standard error is no terminal, so that whatever reads it finds JSON Lines throughout.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from auditctl.errors import IncompleteError, QueryError
from auditctl.formats.safety import visible, visible_json, width

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from auditctl.errors import AuditctlError

_JSON = frozenset({"json", "jsonl", "ndjson"})
_OTHER_FORMATS = ("--format", "--jq")  # these name a format as well
MOST_HOLES = 1_000  # missing parts that an error tells one by one; each may be a line of a file

_LABEL = re.compile(r"(error|warning|missing|gap|rejected|note|hint|debug): ")
_COLOURS = {"error": "\x1b[1;31m", "note": "\x1b[36m", "hint": "\x1b[36m", "debug": "\x1b[2m"}
_WARNING, _OFF = "\x1b[33m", "\x1b[0m"


def asks_for_json(
    words: Sequence[str], env: Mapping[str, str], setting: Callable[[], str | None]
) -> bool:
    """Tell whether the format is JSON, as far as that can be seen without parsing the words.

    Args:
        words: The command line, which may be wrong.
        env: The environment.
        setting: Returns the format that the settings name.
    """
    asked = None
    other = False
    rest = iter(words)
    for word in rest:
        if word == "--":
            break
        if word in ("-o", "--output"):
            asked = next(rest, "")
        elif word.startswith("--output="):
            asked = word.partition("=")[2]
        elif word.startswith("-o"):
            asked = word[2:]
        elif word.partition("=")[0] in _OTHER_FORMATS:
            other = True
    if asked is None:
        asked = "" if other else env.get("AUDITCTL_OUTPUT") or setting() or ""
    return asked in _JSON


def laid_out(text: str, cells: int | None, *, color: bool) -> str:
    """Return a message for people: labels coloured, long lines behind one broken between words.

    Args:
        text: The message; its lines are made visible.
        cells: How wide the terminal is; None leaves the lines whole.
        color: Whether to colour.
    """
    lines = []
    for raw in text.split("\n"):
        line = visible(raw)
        label = _LABEL.match(line)
        if label is None:
            lines.append(line)
            continue
        parts = [line] if cells is None else list(_wrapped(line, cells, label.end()))
        if color:
            name = label[1]
            parts[0] = f"{_COLOURS.get(name, _WARNING)}{name}:{_OFF}{parts[0][len(name) + 1 :]}"
        lines.extend(parts)
    return "\n".join(lines)


def _wrapped(line: str, cells: int, indent: int) -> Iterator[str]:
    """Yield a line in parts that fit; all but the first are indented."""
    if len(line) * 2 <= cells or width(line) <= cells:
        yield line
        return
    part = ""
    for word in line.split(" "):
        longer = f"{part} {word}" if part else word
        if part.strip() and width(longer) > cells:
            yield part
            longer = " " * indent + word
        part = longer
    yield part


def note_line(text: str) -> str:
    """Return a note as a line of JSON; a hint that stands below it is a key of its own."""
    note, _, hint = text.partition("\n\nhint: ")
    key = "note"
    label = re.match(r"(note|warning|debug): ", note)
    if label is not None:
        key, note = label[1], note[label.end() :]
    return _line({key: note, "hint": hint} if hint else {key: note})


def error_line(error: AuditctlError, mask: Callable[..., str]) -> str:
    """Return an error as a line of JSON.

    Args:
        error: What happened.
        mask: Takes credentials out of a text.
    """
    told: dict[str, Any] = {
        "code": error.code,
        "message": mask(error.message),
        "hint": None if error.hint is None else mask(error.hint),
        "exit_code": int(error.exit_code),
    }
    if isinstance(error, QueryError):
        told["query"] = mask(error.query, same_length=True)
        told["start"], told["end"] = error.start, error.end
    if isinstance(error, IncompleteError):
        told["missing"] = list(_missing(error))
    return _line({"error": told})


def _missing(error: IncompleteError) -> Iterator[dict[str, str | None]]:
    from auditctl.events.clock import format_ms  # noqa: PLC0415 - only where something is missing

    def when(ms: int | None) -> str | None:
        return None if ms is None else format_ms(ms)

    for since, until, reason in error.missing[:MOST_HOLES]:
        yield {"since": when(since), "until": when(until), "reason": reason}
    more = len(error.missing) - MOST_HOLES
    if more > 0:
        yield {"since": None, "until": None, "reason": f"and {more:,} more"}


def _line(told: object) -> str:
    import json  # noqa: PLC0415 - 3 ms; most runs ask this module only whether JSON is wanted

    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    # a half of a surrogate pair has no UTF-8; its escape is what JSON writes for it
    return visible_json(text.encode("utf-8", "backslashreplace")).decode()
