"""Arithmetic of half-open intervals ``[start, end)`` in milliseconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class Interval(NamedTuple):
    """``[start, end)`` in milliseconds since 1970."""

    start: int
    end: int


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the same points as few intervals, in order."""
    found: list[Interval] = []
    for start, end in sorted(intervals):
        if found and start <= found[-1].end:
            found[-1] = Interval(found[-1].start, max(end, found[-1].end))
        elif start < end:
            found.append(Interval(start, end))
    return found


def without(whole: Interval, taken: Iterable[Interval]) -> list[Interval]:
    """Return the parts of an interval that are in none of the others, in order."""
    left: list[Interval] = []
    start = whole.start
    for one in merged(taken):
        if one.end <= start:
            continue
        if one.start >= whole.end:
            break
        if one.start > start:
            left.append(Interval(start, one.start))
        start = max(start, one.end)
    if start < whole.end:
        left.append(Interval(start, whole.end))
    return left
