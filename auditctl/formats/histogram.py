"""Counts over time as a picture of a few lines: columns, an axis, dates, and the peak named."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from auditctl.formats.bars import columns
from auditctl.formats.buckets import Buckets
from auditctl.formats.paint import paint
from auditctl.formats.safety import visible
from auditctl.formats.times import zone_name

ROWS = 4  # 32 heights, and the picture still fits below a list of 20 groups
_LEAST_CELLS = 20
_MOST_CELLS = 128  # more columns than this are no longer told apart
_WIDEST_COLUMN = 6
_APART = 2  # cells between two dates
_AXIS = " ┤"


def room(total: int, most: int) -> int:
    """Return how many columns fit on lines of ``total`` cells, for counts up to ``most``."""
    return max(0, min(_MOST_CELLS, total - len(f"{most:,}") - len(_AXIS)))


def histogram(buckets: Buckets, counts: Sequence[int], total: int, *, color: bool) -> list[str]:
    """Return lines that show how many events each bucket has.

    There are none where there is no room, no event, or no time that passes.

    Args:
        buckets: The buckets, at least one.
        counts: How many events are in each.
        total: How many cells a line has.
        color: Whether to colour.
    """
    peak = max(counts)
    cells = room(total, peak)
    if peak == 0 or not 1 < len(counts) <= cells or cells < _LEAST_CELLS:
        return []
    colours = ("bold", "cyan", "dim") if color else ("", "", "")
    each = min(_WIDEST_COLUMN, cells // len(counts))
    across = len(counts) * each
    gutter = len(f"{peak:,}")
    stretched = [count for count in counts for _ in range(each)]
    lines = [paint(_title(buckets, counts, total), colours[0])]
    for place, row in enumerate(columns(stretched, peak, ROWS)):
        label = f"{peak:>{gutter},}{_AXIS}" if place == 0 else " " * gutter + " │"
        lines.append(f"{paint(label, colours[2])}{paint(row.rstrip(' '), colours[1])}")
    ticks = _ticks(buckets, each, total - gutter - len(_AXIS))
    axis = list("─" * across)
    for tick in ticks:
        axis[tick.mark] = "┬"
    lines.append(paint(f"{0:>{gutter}} └{''.join(axis)}", colours[2]))
    dates = " " * (gutter + len(_AXIS)) + _placed(ticks)
    return [*lines, paint(dates, colours[2])]


def _title(buckets: Buckets, counts: Sequence[int], total: int) -> str:
    """Return what the picture shows; the zone and then the date of the peak give way."""
    peak = max(counts)
    start, zone = f"events per {buckets.step}", visible(zone_name(buckets.zone))
    where = f"peak {peak:,} {buckets.when(counts.index(peak))}"
    for title in (f"{start}, {zone} · {where}", f"{start} · {where}", f"{start} · peak {peak:,}"):
        if len(title) <= total:
            return title
    return start[:total]


class _Tick(NamedTuple):
    """A mark on the axis, and the text below it that begins at another cell only at the end."""

    mark: int
    begin: int
    text: str

    @property
    def end(self) -> int:
        return self.begin + len(self.text)


def _ticks(buckets: Buckets, each: int, limit: int) -> list[_Tick]:
    """Return marks with dates, so far apart that they fit: landmarks, or the first and last.

    Args:
        buckets: The buckets.
        each: How many cells a bucket has.
        limit: How many cells the line has right of where the axis begins.
    """
    marks = [_Tick(place * each, place * each, text) for place, text in buckets.landmarks()]
    fitting = _fitting(marks, limit)
    if len(fitting) > 1:
        return fitting
    last = len(buckets.starts) - 1
    name = buckets.name(last)
    begin = min(last * each, max(0, (last + 1) * each - len(name)))
    return _fitting([_Tick(0, 0, buckets.name(0)), _Tick(last * each, begin, name)], limit)


def _fitting(ticks: Sequence[_Tick], limit: int) -> list[_Tick]:
    """Return the ticks whose texts have room: all, or every second, third, ..."""
    for every in range(1, len(ticks) + 1):
        chosen = [tick for tick in ticks[::every] if tick.end <= limit]
        if all(left.end + _APART <= right.begin for left, right in pairwise(chosen)):
            return chosen
    return []


def _placed(ticks: Sequence[_Tick]) -> str:
    line = ""
    for tick in ticks:
        line = f"{line:<{tick.begin}}{tick.text}"
    return line
