"""What buckets of time are called: ``Wed 2026-11-25`` for a day, ``14:00`` for an hour of it."""

from collections.abc import Sequence
from datetime import datetime, time, tzinfo
from typing import NamedTuple

from auditctl.events.buckets import Step
from auditctl.events.time_format import format_offset
from auditctl.events.time_words import UNIT_OF, WEEKDAYS
from auditctl.events.zones import instants_of, to_wall


class Buckets(NamedTuple):
    """Buckets of time, one after the other.

    Attributes:
        step: Their width.
        starts: When each begins, in milliseconds since 1970 UTC.
        zone: Whose calendar they follow.
    """

    step: Step
    starts: Sequence[int]
    zone: tzinfo

    def name(self, place: int) -> str:
        """Return the name of a bucket on its own."""
        wall = self._wall(place)
        if UNIT_OF[self.step.unit].exact:
            return f"{_day(wall)} {self._clock(place, wall)}"
        return self._period(wall)

    def names(self) -> list[str]:
        """Return names for a list from top to bottom, where a date stands once for its hours."""
        if not UNIT_OF[self.step.unit].exact:
            return [self._period(self._wall(place)) for place in range(len(self.starts))]
        names = []
        before = ""
        for place in range(len(self.starts)):
            wall = self._wall(place)
            day = _day(wall)
            shown = " " * len(day) if day == before else day
            names.append(f"{shown} {self._clock(place, wall)}")
            before = day
        return names

    def when(self, place: int) -> str:
        """Return the name of a bucket with the word that a sentence puts before it."""
        if UNIT_OF[self.step.unit].exact:
            word = "at"
        elif self.step.unit == "d":
            word = "on"
        else:
            word = "in the week of" if self.step.unit == "w" else "in"
        return f"{word} {self.name(place)}"

    def landmarks(self) -> list[tuple[int, str]]:
        """Return places where something greater begins, with a short name.

        That is a day among hours, a week among days, a month among weeks, a year among months.
        """
        walls = [self._wall(place) for place in range(len(self.starts))]
        unit = self.step.unit
        if UNIT_OF[unit].exact:
            return [(n, _date(wall)) for n, wall in enumerate(walls) if wall.time() == time.min]
        if unit == "d":
            return [(n, _date(wall)) for n, wall in enumerate(walls) if wall.weekday() == 0]
        if unit == "w":
            return [(n, _date(wall)) for n, wall in enumerate(walls) if wall.day <= 7]  # noqa: PLR2004 - days of a week
        return [(n, f"{wall.year:04d}") for n, wall in enumerate(walls) if wall.month == 1]

    def _wall(self, place: int) -> datetime:
        return to_wall(self.starts[place], self.zone)

    def _clock(self, place: int, wall: datetime) -> str:
        text = f"{wall:%H:%M:%S}" if self.step.unit == "s" else f"{wall:%H:%M}"
        twice = len(instants_of(wall, self.zone)) > 1  # the clocks are put back
        return f"{text} {format_offset(self.starts[place], self.zone)}" if twice else text

    def _period(self, wall: datetime) -> str:
        unit = self.step.unit
        if unit == "y":
            return f"{wall.year:04d}"
        if unit == "q":
            return f"{wall.year:04d}-Q{(wall.month + 2) // 3}"
        return f"{wall.year:04d}-{wall.month:02d}" if unit == "mo" else _day(wall)


def _day(wall: datetime) -> str:
    return f"{WEEKDAYS[wall.weekday()][:3].capitalize()} {_date(wall)}"


def _date(wall: datetime) -> str:
    return wall.date().isoformat()
