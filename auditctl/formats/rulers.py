"""The lines between the rows of a long list: where a day begins, and where nothing was for long.

A day's ruler takes the date out of its rows, which leaves them 11 cells for what differs. It is
drawn where the rows shown have at least :data:`ROWS_A_DAY` a day on average, where the terminal is
too narrow for dates, and in a live list. Where the clocks were changed since the row before, it
names the offset from UTC, as in autumn an hour stands twice on the clock.

A pause is told where it is conspicuous among the rows shown: at least a quarter of an hour, and
five times as long as three in four of the pauses between them. Events that do not match are not
shown, so the line says how far apart its neighbours are, not that nothing happened.
"""

from bisect import insort
from collections.abc import Iterable, Sequence

from auditctl.events.durations import format_duration
from auditctl.formats.grid import NARROW
from auditctl.formats.paint import paint
from auditctl.formats.safety import clip, visible, width
from auditctl.formats.times import instant, local_day, local_offset, zone_name
from auditctl.formats.writer import OutputOptions

ROWS_A_DAY = 3
_LEAST_PAUSE = 15 * 60_000  # milliseconds
_HOUR = 3_600_000  # a shorter pause is told in minutes alone
_TIMES = 5
_QUARTER = 0.75
_FEWEST = 9  # pauses, so ten rows; fewer tell nothing about what is usual
_MOST = 500


def dated(occurred: Sequence[str], options: OutputOptions) -> bool:
    """Tell whether rows of these times stand below rulers with their dates.

    Args:
        occurred: Canonical times, in the order of the rows.
        options: ``header``, ``relative``, ``live``, ``width`` and ``zone`` count.
    """
    if not options.header or options.relative:
        return False
    if options.live or options.width < NARROW:
        return True
    days = [local_day(text, options.zone) for text in occurred]
    begun = sum(day != before for day, before in zip(days, ["", *days], strict=False))
    return len(days) >= ROWS_A_DAY * max(1, begun)


class Pauses:
    """Tells which pauses are conspicuous among those seen; the first 500 decide."""

    def __init__(self) -> None:
        self._sorted: list[int] = []

    def add(self, pause: int) -> None:
        """Count a pause, in milliseconds."""
        if len(self._sorted) < _MOST:
            insort(self._sorted, pause)

    def conspicuous(self, pause: int) -> bool:
        """Tell whether a pause is much longer than most."""
        count = len(self._sorted)
        if count < _FEWEST or pause < _LEAST_PAUSE:
            return False
        return pause >= _TIMES * self._sorted[int(_QUARTER * count)]


class Rulers:
    """Draws the rulers of one list.

    Args:
        options: ``zone``, ``width`` and ``color`` count.
        days: Whether rows stand below rulers with their dates.
        occurred: The times of the rows that decide which pauses are conspicuous. Without any, as
            in a live list, those already drawn do.
    """

    def __init__(self, options: OutputOptions, *, days: bool, occurred: Iterable[str] = ()) -> None:
        self._options = options
        self._days = days
        self._day = ""
        self._offset = ""
        self._before: int | None = None
        self._pauses = Pauses()
        moments = [at for at in map(instant, occurred) if at is not None]
        for at, before in zip(moments[1:], moments, strict=False):
            self._pauses.add(abs(at - before))
        self._learning = not moments

    def before(self, occurred: str) -> str:
        """Return the lines that stand before the row of an event; mostly none."""
        pause = self._pause(occurred)
        day = local_day(occurred, self._options.zone) if self._days else ""
        offset = local_offset(occurred, self._options.zone) if day else self._offset
        changed = bool(self._offset) and offset != self._offset
        self._offset = offset
        if day and (day != self._day or changed):
            self._day = day
            return self._day_ruler(day, offset if changed else "", pause)
        return self._line(f"┄┄ {pause} ┄┄") if pause else ""

    def _pause(self, occurred: str) -> str:
        """Return how far an event is from the one before, where that is conspicuous."""
        at, before = instant(occurred), self._before
        if at is None:
            return ""
        self._before = at
        if before is None:
            return ""
        pause = abs(at - before)
        told = self._pauses.conspicuous(pause)
        if self._learning:
            self._pauses.add(pause)
        if not told:
            return ""
        length = format_duration(pause, parts=1 if pause < _HOUR else 2)
        return f"{length} {'later' if at > before else 'earlier'}"

    def _day_ruler(self, day: str, offset: str, pause: str) -> str:
        text = f"── {day}"
        zone = f"{visible(zone_name(self._options.zone))} {offset}".rstrip(" ")
        for more in (zone, pause):
            if more and width(text) + width(more) + len(" ·  ──") <= self._options.width:
                text = f"{text} · {more}"
        return self._line(f"{text} {'─' * (self._options.width - width(text) - 1)}")

    def _line(self, text: str) -> str:
        text = clip(text.rstrip(" "), self._options.width)
        return paint(text, "dim" if self._options.color else "") + "\n"
