"""The demo trail in time: what happened in thirty days, and what goes on happening.

What happens in a slot of time depends on the seed and the slot alone, so everybody who works it
out finds the same events with the same ids: making the trail, catching up and several followers
agree without talking to each other. There are two paces: that of the service, with the rhythm of
office hours, and a brisk one of which as much happens as somebody watches.

A trail of exactly so many events is filled up with activities that depend on its end as well.
"""

from bisect import bisect
from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from itertools import accumulate, count, takewhile
from random import Random
from typing import NamedTuple

from auditctl.events.clock import format_ms
from auditctl.events.ids import PREFIX, encode_ulid, ulid_of
from auditctl.events.intake import NewEvent
from auditctl.stores.demo.service import Service
from auditctl.stores.demo.stories import (
    DAY,
    HOUR,
    MINUTE,
    Moments,
    stories,
    story_moments,
    weekday,
)

DAYS = 30
COUNT = 20_000

# Activity by hour of the day in UTC, as of teams between Lisbon and Helsinki; some builds at night
_MORNING = (6, 5, 9, 6, 5, 8, 20, 55, 85, 100, 98, 85)
_BY_HOUR = (*_MORNING, 70, 88, 96, 90, 75, 50, 30, 22, 18, 14, 10, 8)
_WEEKEND = 0.22
_SATURDAY = 5
_AT_FULL = 40.0  # activities an hour where the rhythm says 100
_AT_LEAST = 4.0  # at night: some hour of work is never empty
_WATCHED = 20.0  # activities a minute for those who watch: an event every two seconds

# One event of a thousand is told late: its runner had no connection
_LATE = 0.001
_LONGEST = 3 * HOUR  # from the beginning of an activity until its last event is told


class Pace(NamedTuple):
    """How much happens.

    Attributes:
        name: Part of the seed.
        slot: The length of a slot of time in milliseconds.
        activities: How many begin in a slot of a number, on average.
        brisk: Builds take seconds and nothing is late.
    """

    name: str
    slot: int
    activities: Callable[[int], float]
    brisk: bool = False


class Arrival(NamedTuple):
    """An event, complete, and when it is told, in milliseconds."""

    received: int
    event: NewEvent


def _weight(hour: int) -> float:
    """Return the share of an hour since 1970 in the rhythm of its week; 100 is the busiest."""
    rest = _WEEKEND if weekday(hour // 24) >= _SATURDAY else 1.0
    return _BY_HOUR[hour % 24] * rest


def _in_an_hour(hour: int) -> float:
    return max(_AT_LEAST, _AT_FULL * _weight(hour) / 100)


SERVICE = Pace("service", HOUR, _in_an_hour)
WATCHED = Pace("watched", MINUTE, lambda _: _WATCHED, brisk=True)


def demo_events(seed: int, end_ms: int) -> Iterator[NewEvent]:
    """Yield the demo trail in the order of its telling: 20,000 events of 30 days up to the end."""
    start = end_ms - DAYS * DAY
    at = story_moments(end_ms)
    told = list(takewhile(lambda one: one.received <= end_ms, arrivals(seed, start, at)))
    rng = Random(f"{seed}/{end_ms}")  # noqa: S311 - the same seed has to give the same trail
    told += [_told(rng, ms, event) for ms, event in stories(rng, at)]
    service, moments = Service(rng, at), _moments(rng, start, end_ms)
    while len(told) < COUNT:
        more = [_told(rng, ms, event) for ms, event in service.activity(next(moments))]
        told += [one for one in more if one.received <= end_ms][: COUNT - len(told)]
    told.sort(key=_received)
    return (event for _, event in told)


def told_after(seed: int, after_ms: int, at: Moments) -> Iterator[Arrival]:
    """Yield what the service does and is told after a moment, without end."""
    return (one for one in arrivals(seed, after_ms - _LONGEST, at) if one.received > after_ms)


def events_between(seed: int, after_ms: int, until_ms: int, at: Moments) -> list[NewEvent]:
    """Return what the service does meanwhile: told after the first moment, until the second."""
    told = takewhile(lambda one: one.received <= until_ms, told_after(seed, after_ms, at))
    return [event for _, event in told]


def arrivals(seed: int, start_ms: int, at: Moments, pace: Pace = SERVICE) -> Iterator[Arrival]:
    """Yield the events of all that begins from a moment on, in the order of their telling.

    Args:
        seed: What makes this trail another one than that of another seed.
        start_ms: What began before is left out, so that nothing ends that has not begun.
        at: When the stories happen.
        pace: How much happens.
    """
    rng = Random()  # noqa: S311 - seeded for each slot
    service = Service(rng, at, brisk=pace.brisk)
    waiting: list[tuple[int, int, Arrival]] = []
    order = count()
    for slot in count(start_ms // pace.slot):
        slot_ms = slot * pace.slot
        # nothing that begins from here on is told earlier
        while waiting and waiting[0][0] < slot_ms:
            yield heappop(waiting)[2]
        rng.seed(f"{seed}/{pace.name}/{slot}")
        number = int(pace.activities(slot) + rng.random())
        for place in range(number):
            begin = slot_ms + int((place + rng.random()) * pace.slot / number)
            for ms, event in service.activity(begin):
                one = _told(rng, ms, event, late=0.0 if pace.brisk else _LATE)
                if begin >= start_ms:
                    heappush(waiting, (one.received, next(order), one))


def _told(rng: Random, ms: int, event: NewEvent, late: float = 0.0) -> Arrival:
    """Complete an event with the moment of its telling and its id."""
    received = ms + rng.randrange(15, 900)
    if rng.random() < late:
        received += rng.randrange(20 * MINUTE, 90 * MINUTE)
        event.metadata["buffered"] = True
    event.received_at = format_ms(received)
    event.id = PREFIX + encode_ulid(ulid_of(received, rng.getrandbits(80)))
    return Arrival(received, event)


def _received(one: Arrival) -> int:
    return one.received


def _moments(rng: Random, start_ms: int, end_ms: int) -> Iterator[int]:
    """Yield moments between two without end, in no order, by the rhythm of the week."""
    hours = range(start_ms // HOUR, -(-end_ms // HOUR))
    sums = list(accumulate(_weight(hour) for hour in hours))
    while True:
        hour = hours[bisect(sums, rng.random() * sums[-1], hi=len(sums) - 1)]
        moment = hour * HOUR + rng.randrange(HOUR)
        if start_ms <= moment < end_ms:
            yield moment
