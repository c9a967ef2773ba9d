"""The three stories of the demo trail, at moments that depend on its end alone.

* A cache is reset, and the builds of its project are slow until it is warm again.
* A token that a pipeline still uses is deleted along with unused ones: a wave of failures.
* A member is removed, and denied at every attempt to get in.
"""

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from auditctl.events.clock import format_ms
from auditctl.events.intake import Actor, Context, Metadata
from auditctl.stores.demo.cast import (
    BROWSERS,
    CI_AGENTS,
    CLI_AGENTS,
    EMBEROAK,
    LARKSPUR,
    LEAVER,
    LEAVER_PHONE,
    LEAVER_TOKEN,
    LOST_TOKEN,
    NEW_TOKEN,
    RESET_PROJECT,
    TIDEWATER,
    UNUSED_TOKENS,
    Organization,
)
from auditctl.stores.demo.things import (
    SYSTEM,
    Scene,
    Timed,
    cache_target,
    happening,
    named,
    person_target,
    project_target,
    stranger,
    token,
    token_target,
    user,
)

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_SECOND = 1_000
_THURSDAY = 3
_OUTAGE = 5 * HOUR + 35 * MINUTE
_WAVE = 240
_DENIALS = 24
_RISES = 6 * HOUR
_CONSOLE = Context("192.0.2.250", "kilnworks-control/41")


class Moments(NamedTuple):
    """When the stories happen, in milliseconds."""

    cache_reset: int
    token_deleted: int
    token_replaced: int
    member_removed: int


def story_moments(end_ms: int) -> Moments:
    """Return when the stories of the trail that ends at ``end_ms`` happen.

    Each is on a working day: up to three days before the day that is named here. A trail is used
    for a day, so they are found within 14 days (the cache), 9 (the token) and 20 (the member).
    """
    deleted = _workday(end_ms, 4) + 13 * HOUR + 42 * MINUTE
    return Moments(
        cache_reset=_workday(end_ms, 9) + 8 * HOUR + 17 * MINUTE,
        token_deleted=deleted,
        token_replaced=deleted + _OUTAGE,
        member_removed=_workday(end_ms, 15) + 15 * HOUR + 5 * MINUTE,
    )


def stories(rng: Random, at: Moments) -> Iterator[Timed]:
    """Yield the events of the stories, in no order."""
    yield from _cache_reset(at.cache_reset)
    yield from _lost_token(rng, at)
    yield from _leaver(rng, at.member_removed)


def failed_authentication(rng: Random, ms: int, project: str) -> Timed:
    """Return an attempt of the build pipeline with the token that was deleted."""
    scene = Scene(TIDEWATER.id, token(LOST_TOKEN), Context(TIDEWATER.ci, CI_AGENTS[0]))
    metadata: Metadata = {
        "project": project,
        "reason": "token deleted",
        "attempt": rng.randrange(1, 6),
    }
    return happening(ms, scene, "auth.failed", [project_target(project)], metadata)


def weekday(day: int) -> int:
    """Return 0 for Monday; ``day`` counts from 1970-01-01, a Thursday."""
    return (day + _THURSDAY) % 7


def _workday(end_ms: int, days_before: int) -> int:
    """Return the start of the last Monday to Thursday that is so many days before the end."""
    day = end_ms // DAY - days_before
    while weekday(day) > _THURSDAY:
        day -= 1
    return day * DAY


def _cache_reset(ms: int) -> Iterator[Timed]:
    """An administrator changes the base image of the busiest project and resets its cache."""
    priya = _member(LARKSPUR, "Priya Raman")
    project = project_target(RESET_PROJECT)
    base: Metadata = {
        "project": RESET_PROJECT,
        "setting": "base_image",
        "previous": "debian:12-slim",
        "value": "debian:13-slim",
    }
    yield happening(ms - 6 * MINUTE - 24 * _SECOND, priya, "project.updated", [project], base)
    reset: Metadata = {
        "project": RESET_PROJECT,
        "size_gb": 212,
        "reason": "stale layers after the base image upgrade",
    }
    yield happening(ms, priya, "cache.reset", [cache_target(RESET_PROJECT), project], reset)


def _lost_token(rng: Random, at: Moments) -> Iterator[Timed]:
    """Tokens are deleted as unused, one was not; its pipeline retries until there is a new one."""
    tomas, ilse = _member(TIDEWATER, "Tomas Lind"), _member(TIDEWATER, "Ilse Verbruggen")
    used = at.token_deleted - 4 * MINUTE
    lasts = (used - 161 * DAY, used - 204 * DAY, used)
    for place, (name, last) in enumerate(zip((*UNUSED_TOKENS, LOST_TOKEN), lasts, strict=True)):
        when = at.token_deleted - (2 - place) * 41 * _SECOND
        why: Metadata = {"reason": "clean-up of unused tokens", "last_used_at": format_ms(last)}
        yield happening(when, tomas, "token.deleted", [token_target(name)], why)
    new: Metadata = {"reason": f"replaces {LOST_TOKEN}", "expires_days": 365}
    yield happening(at.token_replaced, ilse, "token.created", [token_target(NEW_TOKEN)], new)
    for _ in range(_WAVE):
        after = rng.randrange(MINUTE, _OUTAGE)
        project = TIDEWATER.projects[int(rng.random() ** 1.7 * len(TIDEWATER.projects))]
        yield failed_authentication(rng, at.token_deleted + after, project)


def _leaver(rng: Random, removed: int) -> Iterator[Timed]:
    """A member loses his role, his place, his session and token; then he tries for two days."""
    person = next(person for person in EMBEROAK.people if person.name == LEAVER)
    greta = _member(EMBEROAK, "Greta Holm")
    system = Scene(EMBEROAK.id, SYSTEM, _CONSOLE)
    jonas = person_target(EMBEROAK, person)
    demoted: Metadata = {"role": "member", "previous_role": "admin", "reason": "hand-over"}
    gone: Metadata = {"previous_role": "member", "reason": "contract ended"}
    because: Metadata = {"reason": "member removed"}
    session = named("session", "9d41c07a2e")
    yield happening(removed - 6 * HOUR, greta, "member.role_changed", [jonas], demoted)
    yield happening(removed, greta, "member.removed", [jonas], gone)
    yield happening(removed + 2 * _SECOND, system, "session.revoked", [session, jonas], because)
    tokens = [token_target(LEAVER_TOKEN), jonas]
    yield happening(removed + 3 * _SECOND, system, "token.deleted", tokens, because)
    for _ in range(_DENIALS):
        when = _attempt(rng, removed)
        location = rng.choice((person.home, person.home, LEAVER_PHONE))
        agent = BROWSERS[0] if location == LEAVER_PHONE else rng.choice((BROWSERS[0], *CLI_AGENTS))
        scene = Scene(EMBEROAK.id, stranger(EMBEROAK, person), Context(location, agent))
        project = rng.choice(EMBEROAK.projects)
        metadata: Metadata = {"project": project, "reason": "not a member"}
        targets = [project_target(project)]
        yield happening(when, scene, "access.denied", targets, metadata)


def _attempt(rng: Random, removed: int) -> int:
    """Return when somebody tries to get in: half of it within ten hours, and nobody at night."""
    while True:
        after = min(rng.expovariate(0.07), 60.0) * HOUR + rng.randrange(4 * MINUTE, HOUR)
        moment = removed + round(after)
        if moment % DAY >= _RISES:
            return moment


def _member(organization: Organization, name: str) -> Scene:
    """Return a member at the office."""
    person = next(person for person in organization.people if person.name == name)
    actor: Actor = user(organization, person)
    return Scene(organization.id, actor, Context(organization.office, BROWSERS[1]))
