"""The demo trail: thirty days of a container-build service, made from a seed.

Builds make up most of it, between the chores of people and of the service itself, with the rhythm
of office hours. Three stories are hidden in it, at moments that depend on the end alone:

* a cache reset, after which the builds of one project are slow until the cache is warm again;
* a deleted access token that a build pipeline still uses, and its wave of failed authentications;
* a removed member whose attempts to get in are denied for days.
"""

from bisect import bisect
from collections.abc import Iterator
from itertools import accumulate
from random import Random

from auditctl.events.clock import format_ms
from auditctl.events.ids import PREFIX, encode_ulid, ulid_of
from auditctl.events.intake import Context, Metadata, NewEvent, Target
from auditctl.stores.demo_names import (
    BROWSERS,
    EMBEROAK,
    LARKSPUR,
    LEAVER,
    LEAVER_PHONE,
    LOST_TOKEN,
    NEW_TOKEN,
    RESET_PROJECT,
    TIDEWATER,
)
from auditctl.stores.demo_service import (
    HOUR,
    Moments,
    Scene,
    Service,
    Timed,
    cache_target,
    happening,
    person_id,
    project_target,
    token_target,
    user,
)

DAYS = 30
COUNT = 20_000
MIN_COUNT = 1_000  # the stories alone are about 290 events

_MINUTE = HOUR // 60
_DAY = 24 * HOUR
_SATURDAY = 5
_THURSDAY = 3

# Activity by hour of the day in UTC, as of teams between Lisbon and Helsinki; some builds at night
_MORNING = (6, 5, 9, 6, 5, 8, 20, 55, 85, 100, 98, 85)
_BY_HOUR = (*_MORNING, 70, 88, 96, 90, 75, 50, 30, 22, 18, 14, 10, 8)
_WEEKEND = 0.22

_OUTAGE = 5 * HOUR + 35 * _MINUTE
_WAVE = 240
_DENIALS = 45


def story_moments(end_ms: int) -> Moments:
    """Return when the stories of the trail that ends at ``end_ms`` happen."""
    deleted = _workday(end_ms, 4) + 13 * HOUR + 42 * _MINUTE
    return Moments(
        cache_reset=_workday(end_ms, 9) + 8 * HOUR + 17 * _MINUTE,
        token_deleted=deleted,
        token_replaced=deleted + _OUTAGE,
        member_removed=_workday(end_ms, 15) + 15 * HOUR + 5 * _MINUTE,
    )


def demo_events(seed: int, end_ms: int, count: int = COUNT) -> Iterator[NewEvent]:
    """Yield the demo trail in time order: ``count`` events of the 30 days before ``end_ms``.

    Raises:
        ValueError: The count is too small to hold the stories.
    """
    if count < MIN_COUNT:
        raise ValueError(f"a demo trail has at least {MIN_COUNT} events, not {count}")
    rng = Random(seed)  # noqa: S311 - the same seed has to give the same trail
    at = story_moments(end_ms)
    service = Service(rng, at)
    timed = [
        _cache_reset(at.cache_reset),
        *_lost_token(rng, service, at),
        *_leaver(rng, at.member_removed),
    ]
    moments = _moments(rng, end_ms)
    while len(timed) < count:
        timed += [event for event in service.activity(next(moments)) if event[0] < end_ms]
    # a stable sort by time alone: events of one activity keep their order
    for ms, event in sorted(timed[:count], key=_time):
        received = min(ms + rng.randrange(15, 900), end_ms)
        event.received_at = format_ms(received)
        event.id = PREFIX + encode_ulid(ulid_of(received, rng.getrandbits(80)))
        yield event


def live_event(rng: Random, now_ms: int) -> NewEvent:
    """Return one event that may well happen in the demo service at ``now_ms``.

    It has no id and no ``received_at``: those are the store's.
    """
    service = Service(rng, story_moments(now_ms))
    _, event = rng.choice(service.activity(now_ms))
    event.occurred_at = format_ms(now_ms)
    return event


def _time(timed: Timed) -> int:
    return timed[0]


def _workday(end_ms: int, days_before: int) -> int:
    """Return the start of the last Monday to Thursday that is so many days before the end."""
    day = end_ms // _DAY - days_before
    while _weekday(day) > _THURSDAY:
        day -= 1
    return day * _DAY


def _weekday(day: int) -> int:
    """Return 0 for Monday; day 0, 1970-01-01, was a Thursday."""
    return (day + _THURSDAY) % 7


def _moments(rng: Random, end_ms: int) -> Iterator[int]:
    """Yield moments of the thirty days without end, in no order, by the rhythm of the week."""
    start = end_ms - DAYS * _DAY
    hours = range(start // HOUR, -(-end_ms // HOUR))
    weights = [
        _BY_HOUR[hour % 24] * (_WEEKEND if _weekday(hour // 24) >= _SATURDAY else 1)
        for hour in hours
    ]
    sums = list(accumulate(weights))
    while True:
        hour = hours[bisect(sums, rng.random() * sums[-1], hi=len(sums) - 1)]
        moment = hour * HOUR + rng.randrange(HOUR)
        if start <= moment < end_ms:
            yield moment


def _cache_reset(ms: int) -> Timed:
    """An administrator resets the cache of the busiest project."""
    scene = Scene(LARKSPUR.id, user(LARKSPUR, LARKSPUR.people[0]), _desk(LARKSPUR.office))
    reason = "stale layers after the base image upgrade"
    targets = [cache_target(RESET_PROJECT), project_target(RESET_PROJECT)]
    metadata: Metadata = {"project": RESET_PROJECT, "size_gb": 212, "reason": reason}
    return happening(ms, scene, "cache.reset", targets, metadata)


def _lost_token(rng: Random, service: Service, at: Moments) -> Iterator[Timed]:
    """A token is deleted as unused, its pipeline retries for hours, a new one ends it."""
    for ms, action, person, name, reason in (
        (at.token_deleted, "token.deleted", 0, LOST_TOKEN, "listed as unused for 90 days"),
        (at.token_replaced, "token.created", 8, NEW_TOKEN, f"replaces {LOST_TOKEN}"),
    ):
        actor = user(TIDEWATER, TIDEWATER.people[person])
        scene = Scene(TIDEWATER.id, actor, _desk(TIDEWATER.office))
        yield happening(ms, scene, action, [token_target(name)], {"reason": reason})
    for _ in range(_WAVE):
        after = rng.randrange(_MINUTE, at.token_replaced - at.token_deleted)
        yield service.failed_authentication(at.token_deleted + after)


def _leaver(rng: Random, removed: int) -> Iterator[Timed]:
    """A member is removed, and tries for two days and a half to get in."""
    person = next(person for person in EMBEROAK.people if person.name == LEAVER)
    owner = Scene(EMBEROAK.id, user(EMBEROAK, EMBEROAK.people[0]), _desk(EMBEROAK.office))
    target = Target(person_id(LEAVER), "user", LEAVER)
    why: Metadata = {"role": person.role, "reason": "contract ended"}
    yield happening(removed, owner, "member.removed", [target], why)
    for _ in range(_DENIALS):
        # half of the attempts come within ten hours
        after = min(rng.expovariate(0.07), 60.0) * HOUR + rng.randrange(4 * _MINUTE, HOUR)
        location = rng.choice((person.home, person.home, LEAVER_PHONE))
        leaver = Scene(EMBEROAK.id, user(EMBEROAK, person), _desk(location))
        project = rng.choice(EMBEROAK.projects)
        metadata: Metadata = {"project": project, "reason": "not a member"}
        targets = [project_target(project)]
        yield happening(removed + round(after), leaver, "access.denied", targets, metadata)


def _desk(location: str) -> Context:
    return Context(location, BROWSERS[0])
