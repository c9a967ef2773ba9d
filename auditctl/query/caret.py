"""Showing where a query is wrong: the line, and a caret line under it."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditctl.errors import QueryError

WINDOW = 70  # columns of a query that are shown


def render_error(error: QueryError) -> str:
    """Return the query of an error with carets under the fault: two lines, without a line feed.

    Of a long query the part around the fault is shown, with ``...`` for what is left out.
    Characters that would move or colour the terminal are shown as escapes.
    """
    start = min(error.start, len(error.query))
    end = min(max(error.end, start + 1), max(len(error.query), start + 1))
    first, last = _window(error.query, start)
    before, fault, after = (
        _visible(error.query[first:start]),
        _visible(error.query[start : min(end, last)]),
        _visible(error.query[min(end, last) : last]),
    )
    lead = "..." if first else ""
    tail = "..." if last < len(error.query) else ""
    carets = "^" * max(1, _width(fault))
    return f"{lead}{before}{fault}{after}{tail}\n{' ' * _width(lead + before)}{carets}"


def _window(query: str, start: int) -> tuple[int, int]:
    """Return the part of a query to show: all of a short one, else what surrounds ``start``."""
    first = start
    room = WINDOW // 2
    while first > 0 and (room := room - _width(_visible(query[first - 1]))) >= 0:
        first -= 1
    last = start
    room = WINDOW - _width(_visible(query[first:start]))
    while last < len(query) and (room := room - _width(_visible(query[last]))) >= 0:
        last += 1
    while first > 0 and (room := room - _width(_visible(query[first - 1]))) >= 0:
        first -= 1
    return first, last


def _visible(text: str) -> str:
    """Replace what a terminal would not print as itself."""
    if text.isascii() and text.isprintable():
        return text
    return "".join([_visible_char(char) for char in text])


def _visible_char(char: str) -> str:
    if char.isprintable() and not unicodedata.combining(char):
        return char
    code = ord(char)
    if code < 0x100:  # noqa: PLR2004 - fits two hexadecimal digits
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004 - four digits


def _width(text: str) -> int:
    """Return how many columns visible text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.category(char) in ("Mn", "Me")
        else 2
        if unicodedata.east_asian_width(char) in "WF"
        else 1
        for char in text
    )
