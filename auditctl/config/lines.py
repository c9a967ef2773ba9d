"""On which line of a TOML file a key stands; ``tomllib`` does not tell.

Read here is text that ``tomllib`` has accepted, so nothing is checked: keys and brackets are
followed, values are passed over. It runs for an error or for ``--show-origin``, not at a start.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache

Place = tuple[str | int, ...]

_SPACE = re.compile(r"[ \t]*")
_BETWEEN = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?""""{0,2}'
    r"|'''.*?''''{0,2}"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'",
    re.DOTALL,
)
_OTHER = re.compile(r"[^,\]}#\n]+")  # a number, a date or true; a date may have a space in it
_REST = re.compile(r"[^\n]*")


@lru_cache(maxsize=4)
def find_lines(text: str) -> dict[Place, int]:
    """Return the line, from 1 on, of each table, key and element of an array.

    A table that is opened several times has its first line; an element of an array has its place,
    from 0 on, as its last step.
    """
    scanner = _Scanner(text)
    with suppress(ValueError, IndexError, RecursionError):  # what was found so far still holds
        scanner.document()
    return scanner.lines


def line_of(text: str, place: Place) -> int | None:
    """Return the line of a key, else of the nearest table that it would stand in."""
    lines = find_lines(text)
    while place:
        if place in lines:
            return lines[place]
        place = place[:-1]
    return None


class _Scanner:
    def __init__(self, text: str) -> None:
        self.lines: dict[Place, int] = {}
        self._text = text
        self._at = 0
        self._line = 1
        self._counts: dict[Place, int] = {}  # of the elements of [[arrays of tables]]

    def document(self) -> None:
        """Go through the whole text."""
        table: Place = ()
        while self._next() != "":
            if self._next() != "[":
                self._pair(table)
                self._skip(_REST)
                continue
            several = self._text.startswith("[[", self._at)
            self._at += 2 if several else 1
            line = self._line
            table = self._header(self._key(), several=several)
            self._note(table, line)
            self._skip(_REST)

    def _header(self, key: Place, *, several: bool) -> Place:
        """Return the place that a header opens: in an array of tables, that of an element."""
        table: Place = ()
        for step in key[:-1]:
            table = (*table, step)
            if table in self._counts:
                table = (*table, self._counts[table] - 1)
        table = (*table, key[-1])
        if several:
            self._counts[table] = self._counts.get(table, 0) + 1
            table = (*table, self._counts[table] - 1)
        return table

    def _pair(self, table: Place) -> None:
        line = self._line
        place = (*table, *self._key())
        self._note(place, line)
        self._at += 1  # the equals sign
        self._value(place)

    def _note(self, place: Place, line: int) -> None:
        for length in range(1, len(place) + 1):
            self.lines.setdefault(place[:length], line)

    def _key(self) -> Place:
        steps: list[str] = []
        while True:
            self._skip(_SPACE)
            if self._text[self._at] in "\"'":
                steps.append(_unquoted(self._skip(_STRING)))
            else:
                steps.append(self._skip(_BARE_KEY))
            self._skip(_SPACE)
            if not self._text.startswith(".", self._at):
                return tuple(steps)
            self._at += 1

    def _value(self, place: Place) -> None:
        char = self._next()
        if char in {'"', "'"}:
            self._skip(_STRING)
        elif char == "[":
            self._at += 1
            number = 0
            while self._next() != "]":
                self._note((*place, number), self._line)
                self._value((*place, number))
                number += 1
                self._comma()
            self._at += 1
        elif char == "{":
            self._at += 1
            while self._next() != "}":
                self._pair(place)
                self._comma()
            self._at += 1
        else:
            self._skip(_OTHER)

    def _comma(self) -> None:
        if self._next() == ",":
            self._at += 1

    def _next(self) -> str:
        """Pass over blanks and comments; return the character there, or nothing at the end."""
        self._skip(_BETWEEN)
        return self._text[self._at : self._at + 1]

    def _skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:  # not what tomllib accepts: the caller falls back on the table's line
            raise ValueError(self._at)
        self._at = found.end()
        self._line += found[0].count("\n")
        return found[0]


def _unquoted(key: str) -> str:
    if key.startswith("'"):
        return key[1:-1]
    import tomllib  # noqa: PLC0415 - for its escapes

    decoded = tomllib.loads(f"k = {key}")["k"]
    return str(decoded)
