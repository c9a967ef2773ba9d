"""What a time text names: a stretch of time, ``[start, end)``."""

from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from auditctl.errors import TimeError
from auditctl.events.clock import MAX_MS, MIN_MS, datetime_to_ms
from auditctl.events.zones import add_civil, day_start, to_wall, wall_text, zone_label


@dataclass(frozen=True)
class Span:
    """A stretch of time, in milliseconds since 1970 UTC, half-open; never empty.

    Attributes:
        start: The first millisecond in it.
        end: The first millisecond after it.
        text: The text that named it.
        note: What the user should know about how it was read (a changed clock), or None.
    """

    start: int
    end: int
    text: str
    note: str | None = None


@dataclass(frozen=True)
class Reading:
    """What the readers of one text share.

    Attributes:
        text: The text as the user wrote it, for errors and for the span.
        now: The moment that relative times count from; aware.
        zone: Where civil times are meant.
    """

    text: str
    now: datetime
    zone: tzinfo

    @property
    def now_ms(self) -> int:
        """Now, in milliseconds."""
        return datetime_to_ms(self.now)

    @property
    def wall(self) -> datetime:
        """What the clocks of the zone show now."""
        return to_wall(self.now_ms, self.zone)

    @property
    def today(self) -> date:
        """The date in the zone."""
        return self.wall.date()

    def span(self, start: int, end: int, note: str | None = None) -> Span:
        """Return the span, cut to the years 1 to 9999 in UTC.

        Raises:
            OverflowError: Nothing of it lies in these years.
        """
        start, end = max(start, MIN_MS), min(end, MAX_MS + 1)
        if start >= end:
            raise OverflowError(start)
        return Span(start, end, self.text, note)

    def days_from(self, first: date, *, days: int = 0, months: int = 0) -> Span:
        """Return whole civil days: from the start of ``first`` on, so many days or months.

        Raises:
            TimeError: The zone skipped the only day.
        """
        start = day_start(first, self.zone)
        try:
            end = day_start(_moved(first, days=days, months=months), self.zone)
        except OverflowError:
            end = MAX_MS + 1
        if start == end:
            raise TimeError(
                f"there was no {first.isoformat()} in {zone_label(self.zone)}: "
                "its clocks were moved over the whole day",
                hint="name the day before or after, or another zone",
            )
        begin = to_wall(start, self.zone)
        note = None
        if start > MIN_MS and begin != datetime(first.year, first.month, first.day):  # noqa: DTZ001 - as clocks show it
            name = zone_label(self.zone)
            note = f"00:00 of {first.isoformat()} is skipped by the clocks of {name}; "
            note += f"starts at {wall_text(begin)}"
        return self.span(start, end, note)


def _moved(day: date, *, days: int = 0, months: int = 0) -> date:
    wall = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a civil date
    return add_civil(wall, days=days, months=months).date()
