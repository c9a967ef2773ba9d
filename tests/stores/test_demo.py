"""The demo trail: repeatable, in order, within its range, and its three stories can be found."""

from collections import Counter
from datetime import UTC, datetime
from functools import cache
from ipaddress import ip_address, ip_network
from random import Random
from statistics import median

import pytest

from auditctl.events.clock import format_ms, parse_instant
from auditctl.events.intake import canonical_bytes, intake_json
from auditctl.stores.demo import DAYS, demo_events, live_event, story_moments

DAY = 86_400_000
# a Saturday, a Monday at midnight, a leap day
ENDS = [
    int(datetime(*day, tzinfo=UTC).timestamp() * 1_000)
    for day in ((2026, 5, 2, 9, 30), (2026, 5, 4), (2028, 2, 29, 23, 59))
]
DOCUMENTATION = [
    ip_network(net)
    for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
]


@cache
def trail(end_ms=ENDS[0], seed=7):
    return list(demo_events(seed, end_ms))


def select(events, action, **wanted):
    return [
        event
        for event in events
        if event.action == action
        and all(event.metadata.get(key) == value for key, value in wanted.items())
    ]


def at(event):
    return parse_instant(event.occurred_at)


def test_the_same_seed_and_end_give_the_same_bytes():
    again = [canonical_bytes(event) for event in demo_events(7, ENDS[0], 2_000)]
    assert [canonical_bytes(event) for event in demo_events(7, ENDS[0], 2_000)] == again
    assert [canonical_bytes(event) for event in demo_events(8, ENDS[0], 2_000)] != again


@pytest.mark.parametrize("end_ms", ENDS)
def test_count_range_and_order(end_ms):
    events = trail(end_ms)
    times = [at(event) for event in events]
    assert len(events) == 20_000
    assert len({event.id for event in events}) == 20_000
    assert times == sorted(times)
    assert end_ms - DAYS * DAY <= times[0] < end_ms - (DAYS - 1) * DAY
    assert end_ms - DAY / 4 <= times[-1] < end_ms
    assert all(event.occurred_at <= event.received_at <= format_ms(end_ms) for event in events)


def test_a_count_too_small_for_the_stories_is_refused():
    with pytest.raises(ValueError, match="at least 1000"):
        next(demo_events(7, ENDS[0], 999))


def test_every_event_is_canonical():
    for event in trail()[::7]:
        body = canonical_bytes(event)
        assert canonical_bytes(intake_json(body)) == body


def test_who_where_and_what():
    events = trail()
    assert {event.actor.type for event in events} == {"user", "api_token", "system"}
    assert 35 <= len({event.action for event in events}) <= 45
    assert len({event.organization_id for event in events}) == 4
    assert {len(event.targets) for event in events} == {1, 2}
    for event in events:
        if event.actor.type == "user":
            assert event.actor.metadata["role"] in {"owner", "admin", "member", "viewer"}
            domain = str(event.actor.metadata["email"]).partition("@")[2]
            assert domain.endswith((".example.com", ".example.org"))
        assert "region" in event.metadata
    for location in {event.context.location for event in events}:
        assert any(ip_address(location) in net for net in DOCUMENTATION)


def test_days_and_weeks_have_a_rhythm():
    days, hours = Counter(), Counter()
    for event in trail():
        moment = datetime.fromisoformat(event.occurred_at)
        days[moment.weekday() >= 5] += 1
        hours[9 <= moment.hour < 17] += 1
    assert days[True] < days[False] / 5
    assert hours[True] > 2 * hours[False]


@pytest.mark.parametrize("end_ms", ENDS)
def test_the_cache_reset_explains_the_slow_builds(end_ms):
    events = trail(end_ms)
    (reset,) = select(events, "cache.reset", project="atlas-api")
    assert at(reset) == story_moments(end_ms).cache_reset
    builds = select(events, "build.finished", project="atlas-api")
    ends = [at(build) - at(reset) for build in builds]
    took = [build.metadata["duration_seconds"] for build in builds]
    before = median(s for s, after in zip(took, ends, strict=True) if after < 0)
    cold = median(s for s, after in zip(took, ends, strict=True) if 0 < after < DAY / 3)
    warm = median(s for s, after in zip(took, ends, strict=True) if after > 5 * DAY)
    assert cold > 4 * before
    assert 0.8 < warm / before < 1.2
    others = select(events, "build.finished", project="atlas-web")
    near = [b.metadata["duration_seconds"] for b in others if 0 < at(b) - at(reset) < DAY]
    assert median(near) < 1.5 * median(b.metadata["duration_seconds"] for b in others)


@pytest.mark.parametrize("end_ms", ENDS)
def test_the_deleted_token_explains_the_failed_authentications(end_ms):
    events = trail(end_ms)
    (deleted,) = (e for e in select(events, "token.deleted") if e.targets[0].name == "deploy-ci")
    (created,) = (e for e in select(events, "token.created") if e.targets[0].name == "deploy-ci-2")
    wave = select(events, "auth.failed", reason="token deleted")
    assert len(wave) >= 240
    assert at(deleted) < min(map(at, wave))
    assert max(map(at, wave)) < at(created) < end_ms
    assert {e.context.location for e in wave} == {"203.0.113.77"}
    assert {e.actor.id for e in wave} == {deleted.targets[0].id}
    used = [at(e) for e in select(events, "build.started") if e.actor.id == "tok_deploy_ci"]
    assert len(used) > 200
    assert max(used) < at(deleted)
    assert any(e.actor.name == "deploy-ci-2" for e in select(events, "build.finished"))


@pytest.mark.parametrize("end_ms", ENDS)
def test_the_removed_member_loses_access(end_ms):
    events = trail(end_ms)
    (removed,) = select(events, "member.removed", reason="contract ended")
    own = [e for e in events if e.actor.id == removed.targets[0].id]
    after = [e for e in own if at(e) > at(removed) and not e.action.startswith("build.")]
    assert len([e for e in own if at(e) < at(removed)]) > 100
    assert {e.action for e in after} <= {"access.denied", "image.pushed"}
    assert len(select(after, "access.denied", reason="not a member")) == 45


def test_an_event_for_a_live_tail():
    rng = Random(3)
    events = [live_event(rng, ENDS[0] + n) for n in range(300)]
    assert [event.occurred_at for event in events] == [format_ms(ENDS[0] + n) for n in range(300)]
    assert len({event.action for event in events}) > 12
    for event in events:
        # id and received_at are left for the store
        assert b'"id":"audit_log_event' not in canonical_bytes(event)
        assert b"received_at" not in canonical_bytes(event)
        intake_json(canonical_bytes(event))
    first = canonical_bytes(live_event(Random(1), ENDS[0]))
    assert canonical_bytes(live_event(Random(1), ENDS[0])) == first
