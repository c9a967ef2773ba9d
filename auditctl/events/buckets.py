"""Buckets of time for ``--every``: steps that follow the calendar of a zone.

Hours and shorter are laid from midnight on, days from midnight, weeks from Monday, months,
quarters and years from their first day. Steps of several days or weeks are counted from 0001-01-01
(a Monday), of several months or years from year 0: ``10y`` is a decade, and the same step gives the
same buckets whatever the range is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from itertools import pairwise

from auditctl.errors import TimeError
from auditctl.events.clock import MAX_MS, MIN_MS
from auditctl.events.durations import read_amount
from auditctl.events.time_words import DAY, UNIT_OF, UNITS, Unit
from auditctl.events.zones import FIRST_WALL, add_civil, day_start, instants_of, to_wall

MAX_BUCKETS = 10_000
_UNITS = tuple(unit for unit in UNITS if unit.symbol != "ms")
_HINT = f"write a number and one unit ({', '.join(unit.symbol for unit in reversed(_UNITS))})"
_MOST = 1_000
_ROUND = (
    *("1s", "5s", "15s", "1m", "5m", "15m", "1h", "6h"),
    *("1d", "1w", "1mo", "1q", "1y", "10y", "100y"),
)
_WIDER = ("1m", "15m", "1h", "6h", "1d", "1w", "1mo", "1q", "1y")


@dataclass(frozen=True)
class Step:
    """The width of a bucket: a count of one unit.

    Attributes:
        count: How many units, at least 1.
        unit: The symbol of the unit: s, m, h, d, w, mo, q or y.
    """

    count: int
    unit: str

    def __str__(self) -> str:
        return f"{self.count}{self.unit}"

    @property
    def nominal_ms(self) -> int:
        """The width in milliseconds; of calendar units about that."""
        return self.count * UNIT_OF[self.unit].ms


def parse_step(text: str) -> Step:
    """Return the step that ``text`` names: ``15m``, ``1h``, ``1d``, ``1w``, ``1mo``.

    Raises:
        TimeError: It names none, or hours, minutes or seconds that do not divide a day.
    """
    amount = read_amount(text.strip(" "))
    if amount is None or len(amount.parts) != 1:
        near = text.strip(" ").lower()
        meant = read_amount(near) if near.isascii() else None
        question = f'; did you mean "{near}"?' if meant and len(meant.parts) == 1 else ""
        raise TimeError(
            f"{text[:60]!r} is not a step{question}", hint=f"{_HINT}, such as 15m or 1d"
        )
    count, unit = amount.parts[0]
    if unit not in _UNITS or not 1 <= count <= _most(unit):
        raise TimeError(f"{text[:60]!r} is no usable step", hint=f"{_HINT}, from 1s to 1000y")
    if unit.exact and (count * unit.ms >= DAY or DAY % (count * unit.ms)):
        raise TimeError(
            f"a step of {text[:60]!r} does not divide a day evenly",
            hint=_divisor_hint(count, unit),
        )
    return Step(count, unit.symbol)


def _most(unit: Unit) -> int:
    return DAY // unit.ms * _MOST if unit.exact else _MOST


def _divisor_hint(count: int, unit: Unit) -> str:
    if count * unit.ms % DAY == 0:
        return f"for whole days write {count * unit.ms // DAY}d"
    per_day = DAY // unit.ms
    fitting = [n for n in range(1, per_day) if per_day % n == 0]
    near = sorted(sorted(fitting, key=lambda n: abs(n - count))[:2])
    return "write " + " or ".join(f"{n}{unit.symbol}" for n in near) + ", or days such as 1d"


def bucket_edges(
    step: Step, since_ms: int, until_ms: int, zone: tzinfo, max_buckets: int = MAX_BUCKETS
) -> list[int]:
    """Return the ascending edges of the buckets that cover ``[since_ms, until_ms)``.

    Bucket ``i`` is ``[edges[i], edges[i + 1])``; the first holds ``since_ms``, the last the
    millisecond before ``until_ms``. Where clocks are put back, hours that occur twice get two
    buckets; where they are put forward, a bucket can be shorter or longer than the others.

    Args:
        step: The width.
        since_ms: The start of the range, in milliseconds since 1970 UTC.
        until_ms: The end of the range, after the start.
        zone: Whose calendar the buckets follow.
        max_buckets: How many are allowed.

    Raises:
        TimeError: The range is empty, outside years 1 to 9999, or needs too many buckets.
    """
    if not MIN_MS <= since_ms < until_ms <= MAX_MS + 1:
        raise TimeError(
            "the range to divide is empty or lies outside the years 1 to 9999",
            hint="choose another --since and --until",
        )
    # a month has at most 31 of its nominal 30 days, so this refuses nothing that would fit
    if (until_ms - since_ms) // (step.nominal_ms * 11 // 10) > max_buckets:
        raise _too_many(step, since_ms, until_ms, max_buckets)
    edges = _edges(step, since_ms, until_ms, zone)
    if len(edges) - 1 > max_buckets:
        raise _too_many(step, since_ms, until_ms, max_buckets)
    return edges


def uniform(step: Step, since_ms: int, until_ms: int, zone: tzinfo) -> tuple[int, int] | None:
    """Return ``(every_ms, origin_ms)`` if all buckets of the range have one width, else None.

    Then bucket ``i`` starts at ``origin_ms + i * every_ms``, and a store can count by arithmetic.

    Raises:
        TimeError: As ``bucket_edges``.
    """
    edges = bucket_edges(step, since_ms, until_ms, zone)
    every = edges[1] - edges[0]
    return (every, edges[0]) if all(b - a == every for a, b in pairwise(edges)) else None


def fitting_step(since_ms: int, until_ms: int, zone: tzinfo, most: int) -> Step:
    """Return the shortest round step that divides a range into at most ``most`` buckets.

    Args:
        since_ms: The start of the range, in milliseconds since 1970 UTC.
        until_ms: The end of the range, after the start.
        zone: Whose calendar the buckets follow.
        most: How many buckets are allowed, at least 1.

    Raises:
        TimeError: The range is empty or outside years 1 to 9999.
    """
    steps = [parse_step(text) for text in _ROUND]
    for step in steps:
        # a range never has fewer buckets than this, so most steps need no calendar
        if (until_ms - since_ms) // (step.nominal_ms * 11 // 10) > most:
            continue
        if len(bucket_edges(step, since_ms, until_ms, zone)) - 1 <= most:
            return step
    return steps[-1]


def _too_many(step: Step, since_ms: int, until_ms: int, max_buckets: int) -> TimeError:
    length = until_ms - since_ms
    fits = (text for text in _WIDER if length // parse_step(text).nominal_ms < max_buckets // 2)
    wider = next((text for text in fits if parse_step(text).nominal_ms > step.nominal_ms), None)
    return TimeError(
        f"--every {step} divides the range into more than {max_buckets} buckets",
        hint=f"use --every {wider}, or a shorter range" if wider else "use a shorter range",
    )


def _edges(step: Step, since_ms: int, until_ms: int, zone: tzinfo) -> list[int]:
    tick = _first_tick(step, since_ms, zone)
    # the first tick may be missing only where year 1 begins, which is then the first edge
    found = {instant for instant in _instants(step, tick, zone) if instant >= MIN_MS}
    if not found or min(found) > since_ms:
        found.add(MIN_MS)
    for following in _ticks_after(step, tick):
        instants = _instants(step, following, zone)
        found.update(instants)
        # all of them: of a time that occurs twice the second may still be inside the range
        if instants and min(instants) >= until_ms:
            break
    else:
        found.add(MAX_MS + 1)
    edges = sorted(min(max(instant, MIN_MS), MAX_MS + 1) for instant in found)
    first = max(place for place, edge in enumerate(edges) if edge <= since_ms)
    last = min(place for place, edge in enumerate(edges) if edge >= until_ms)
    return edges[first : last + 1]


def _first_tick(step: Step, since_ms: int, zone: tzinfo) -> datetime:
    """Return a tick that exists, is not after ``since_ms``, and from which no edge is missed."""
    wall = to_wall(since_ms, zone)
    twice = instants_of(wall, zone)
    if len(twice) > 1:
        # the clocks go back over earlier ticks, which occur once more after since_ms
        wall -= timedelta(milliseconds=twice[1] - twice[0])
    tick = _floor(step, wall)
    while tick > FIRST_WALL:
        instants = _instants(step, tick, zone)
        if instants and min(instants) <= since_ms:
            break
        tick = _floor(step, tick - timedelta(milliseconds=1))
    return tick


def _floor(step: Step, wall: datetime) -> datetime:
    """Return the tick at or before a civil time; nothing lies before year 1."""
    unit = UNIT_OF[step.unit]
    midnight = wall.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit.exact:
        return wall - (wall - midnight) % timedelta(milliseconds=step.nominal_ms)
    if unit.days:
        size = unit.days * step.count
        ordinal = (wall.toordinal() - 1) // size * size + 1
        return datetime.fromordinal(ordinal)
    size = unit.months * step.count
    index = (wall.year * 12 + wall.month - 1) // size * size
    if index < 12:  # noqa: PLR2004 - a month of year 0
        return FIRST_WALL
    return datetime(index // 12, index % 12 + 1, 1)  # noqa: DTZ001 - a civil date


def _ticks_after(step: Step, tick: datetime) -> Iterator[datetime]:
    """Yield the ticks after ``tick``, up to the end of year 9999."""
    unit = UNIT_OF[step.unit]
    try:
        while True:
            if unit.exact:
                tick += timedelta(milliseconds=step.nominal_ms)
            else:
                days, months = unit.days * step.count, unit.months * step.count
                # once more to the floor, as the first period of year 1 may be cut
                tick = _floor(step, add_civil(tick, days=days, months=months))
            yield tick
    except OverflowError:
        return


def _instants(step: Step, tick: datetime, zone: tzinfo) -> list[int]:
    """Return when a tick is: days start once, times of the day occur as the clocks show them."""
    if not UNIT_OF[step.unit].exact or tick.time() == time.min:
        start = day_start(tick.date(), zone)
        if not UNIT_OF[step.unit].exact:
            return [start]
        return sorted({start, *instants_of(tick, zone)})
    return instants_of(tick, zone)
