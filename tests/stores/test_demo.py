"""The demo trail: repeatable, in order, within its range, and its three stories can be found."""

from collections import Counter
from datetime import UTC, datetime
from functools import cache
from ipaddress import ip_address, ip_network
from itertools import islice, pairwise
from statistics import median

import pytest

from auditctl.events.clock import format_ms, parse_instant
from auditctl.events.intake import canonical_bytes, intake_json
from auditctl.formats.safety import visible
from auditctl.stores.demo.stories import story_moments
from auditctl.stores.demo.stream import DAYS, WATCHED, arrivals, demo_events, events_between

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
# a Saturday, a Monday at midnight, a leap day
ENDS = [
    int(datetime(*day, tzinfo=UTC).timestamp() * 1_000)
    for day in ((2026, 5, 2, 9, 30), (2026, 5, 4), (2028, 2, 29, 23, 59))
]
DOCUMENTATION = [
    ip_network(net)
    for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
]
OUTCOMES = ("build.finished", "build.failed", "build.canceled")
EXAMPLE_DOMAINS = (".example.com", ".example.org", ".example.net")


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


def about(events, action, name):
    return [e for e in events if e.action == action and e.targets[0].name == name]


def at(event):
    return parse_instant(event.occurred_at)


def received(event):
    return parse_instant(event.received_at)


def test_the_same_seed_and_end_give_the_same_bytes():
    first = [canonical_bytes(event) for event in trail()]
    assert [canonical_bytes(event) for event in demo_events(7, ENDS[0])] == first
    assert [canonical_bytes(event) for event in demo_events(8, ENDS[0])] != first


@pytest.mark.parametrize("end_ms", ENDS)
def test_count_range_and_order(end_ms):
    events = trail(end_ms)
    times = [at(event) for event in events]
    told = [received(event) for event in events]
    assert len(events) == 20_000
    assert len({event.id for event in events}) == 20_000
    assert told == sorted(told)
    assert end_ms - DAYS * DAY <= min(times) < end_ms - (DAYS - 1) * DAY
    assert end_ms - HOUR <= max(times) < end_ms
    assert max(told) <= end_ms
    assert all(time < late for time, late in zip(times, told, strict=True))


@pytest.mark.parametrize("end_ms", ENDS)
def test_no_hour_is_empty(end_ms):
    times = sorted(at(event) for event in trail(end_ms))
    assert max(after - before for before, after in pairwise(times)) < HOUR


def test_every_event_is_canonical_and_harmless():
    for event in trail()[::7]:
        body = canonical_bytes(event)
        assert canonical_bytes(intake_json(body)) == body
        assert visible(body.decode()) == body.decode()


def test_everything_is_invented():
    for event in trail():
        location = event.context.location
        if isinstance(location, str):
            assert any(ip_address(location) in net for net in DOCUMENTATION)
        for one in (event.actor, *event.targets):
            if "email" in one.metadata:
                domain = str(one.metadata["email"]).partition("@")[2]
                assert domain.endswith(EXAMPLE_DOMAINS)


def test_every_column_has_something_to_show():
    events = trail()
    names = {event.actor.name for event in events}
    assert {event.actor.type for event in events} == {"user", "token", "system"}
    assert 35 <= len({event.action for event in events}) <= 50
    assert len({event.organization_id for event in events}) == 4
    assert {len(event.targets) for event in events} >= {1, 2, 3, 4}
    assert {"Zoë Hartmann", "Lucía Ferreira", "Björn Eklund", "田中 葵"} <= names
    assert any(not isinstance(name, str) for name in names)  # an actor without one
    assert any(event.context.user_agent == "" for event in events)
    assert any(not isinstance(event.context.location, str) for event in events)
    assert any(":" in str(event.context.location) for event in events)
    assert {event.version for event in events} == {1, 2}
    assert {type(value) for event in events for value in event.metadata.values()} == {
        *(str, int, float, bool)
    }
    assert any(target.metadata for event in events for target in event.targets)
    assert "github.installation" in {getattr(event.source, "type", None) for event in events}
    late = [event for event in events if received(event) - at(event) > 20 * MINUTE]
    assert 5 <= len(late) <= 50
    assert all(event.metadata["buffered"] for event in late)
    assert select(events, "member.role_changed", role="admin", previous_role="member")
    assert select(events, "organization.settings_updated", setting="require_sso")


def test_who_acts_has_a_role():
    roles = {e.actor.metadata.get("role") for e in trail() if e.actor.type == "user"}
    assert roles == {"owner", "admin", "member", "viewer", None}
    without = {e.actor.name for e in trail() if "role" not in e.actor.metadata}
    assert without == {"Jonas Weber", "Kilnworks"}


def test_days_and_weeks_have_a_rhythm():
    days, hours = Counter(), Counter()
    for event in trail():
        moment = datetime.fromisoformat(event.occurred_at)
        days[moment.weekday() >= 5] += 1
        hours[9 <= moment.hour < 17] += 1
    assert days[True] < days[False] / 5
    assert hours[True] > 1.5 * hours[False]


@pytest.mark.parametrize("end_ms", ENDS)
def test_the_cache_reset_explains_the_slow_builds(end_ms):
    events = trail(end_ms)
    (reset,) = select(events, "cache.reset", project="atlas-api")
    assert at(reset) == story_moments(end_ms).cache_reset
    assert reset.targets[0].name == "atlas-api"
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
    (deleted,) = about(events, "token.deleted", "deploy-ci")
    (created,) = about(events, "token.created", "deploy-ci-2")
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
    # it went in a clean-up of unused tokens, and what it was last used at says that it was not one
    swept = select(events, "token.deleted", reason="clean-up of unused tokens")
    unused = [at(e) - parse_instant(e.metadata["last_used_at"]) for e in swept]
    assert len(swept) == 3
    assert sorted(time > 100 * DAY for time in unused) == [False, True, True]
    assert at(deleted) - parse_instant(deleted.metadata["last_used_at"]) < 10 * MINUTE


@pytest.mark.parametrize("end_ms", ENDS)
def test_the_removed_member_loses_access(end_ms):
    events = trail(end_ms)
    (removed,) = select(events, "member.removed", reason="contract ended")
    own = [e for e in events if e.actor.id == removed.targets[0].id]
    after = [e for e in own if at(e) > at(removed) and not e.action.startswith("build.")]
    assert len([e for e in own if at(e) < at(removed)]) > 100
    assert {e.action for e in after} <= {"access.denied", "image.pushed"}
    assert len(select(after, "access.denied", reason="not a member")) == 24
    done_to_him = [e.action for e in events if "Jonas Weber" in {t.name for t in e.targets}]
    assert done_to_him == [
        "member.role_changed",
        "member.removed",
        "session.revoked",
        "token.deleted",
    ]


@pytest.mark.parametrize("end_ms", [ENDS[0] + n * 7 * HOUR for n in range(48)])
def test_the_stories_are_where_the_readme_looks(end_ms):
    moments = story_moments(end_ms)
    used_until = end_ms + DAY
    assert used_until - 14 * DAY < moments.cache_reset < end_ms
    assert used_until - 9 * DAY < moments.token_deleted < moments.token_replaced < end_ms
    assert used_until - 20 * DAY < moments.member_removed
    assert moments.member_removed + 61 * HOUR < end_ms


# what goes on


def bytes_of(events):
    return [canonical_bytes(event) for event in events]


@pytest.mark.parametrize("cut", [1, 5 * MINUTE, 59 * MINUTE, 3 * HOUR, 11 * HOUR])
def test_what_happens_meanwhile_does_not_depend_on_how_often_one_looks(cut):
    moments = story_moments(ENDS[0])
    end = ENDS[0] + 12 * HOUR
    whole = events_between(7, ENDS[0], end, moments)
    first = events_between(7, ENDS[0], ENDS[0] + cut, moments)
    rest = events_between(7, ENDS[0] + cut, end, moments)
    assert bytes_of(first + rest) == bytes_of(whole)
    assert len(whole) > 50


def test_a_build_that_runs_when_the_trail_ends_comes_to_an_end():
    moments = story_moments(ENDS[2])

    def builds(some, action):
        return {e.targets[0].id for e in some if e.action.startswith(action)}

    running = set()
    for end in range(ENDS[2] - 14 * HOUR, ENDS[2] - 12 * HOUR, 10 * MINUTE):
        before = events_between(7, end - 5 * HOUR, end, moments)
        more = events_between(7, end, end + 3 * HOUR, moments)
        begun = builds(before, "build.started") - builds(before, OUTCOMES)
        assert begun <= builds(more, OUTCOMES)
        running |= begun
    assert running


def test_much_happens_while_somebody_watches():
    told = list(islice(arrivals(7, ENDS[0], story_moments(ENDS[0]), WATCHED), 400))
    times = [one.received for one in told]
    gaps = [after - before for before, after in pairwise(times)]
    assert times == sorted(times)
    assert times[0] - ENDS[0] < 10_000
    assert 1_000 < sum(gaps) / len(gaps) < 3_000
    assert max(gaps) < 15_000
    assert len({one.event.action for one in told}) > 15
    begun = {one.event.targets[0].id for one in told if one.event.action == "build.started"}
    ended = [one.event for one in told if one.event.action == "build.finished"]
    assert len(ended) > 50
    assert {event.targets[0].id for event in ended} <= begun


def test_two_who_watch_see_the_same():
    moments = story_moments(ENDS[0])
    first = list(islice(arrivals(7, ENDS[0], moments, WATCHED), 100))
    later = list(islice(arrivals(7, ENDS[0] + 20_000, moments, WATCHED), 60))
    assert {one.event.id for one in later} <= {one.event.id for one in first}
    assert format_ms(later[-1].received) == later[-1].event.received_at
