"""What every kind of store promises; each test runs over all of ``store_kinds.KINDS``."""

from __future__ import annotations

import json
from itertools import islice, pairwise

import pytest
from store_kinds import KINDS
from trails import DAY, HOUR, NOON, SECOND, bare, made, varied

from auditctl.errors import NotFoundError, StoreError, UsageError
from auditctl.events.clock import parse_instant
from auditctl.events.event import Event
from auditctl.events.intake import canonical_bytes
from auditctl.query.tree import And, Contains, Exact, Glob, Has, Match, Not, Or, Words
from auditctl.stores.base import Cursor, Grouping, Notice, Query
from auditctl.stores.tally import tally

LOGINS = Match("action", Exact("user.login"))
JON = Match("actor", Exact("jon@acme.com"))


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request):
    return request.param


@pytest.fixture
def make(kind, tmp_path):
    """Give a store of a name with events in it."""
    opened = []

    def make(*events, name="trail"):
        store = kind.make(tmp_path, name)
        kind.fill(store, events)
        opened.append(store)
        return store

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def filled(make):
    return make(*varied())


def ids(store, *args, **kwargs):
    return [event.id for event in store.search(Query(*args, **kwargs))]


def ms_of(event):
    return parse_instant(event.fields["occurred_at"])


# reading


def test_an_empty_store_has_nothing(make):
    store = make()
    assert list(store.search(Query())) == []
    assert store.total(Query(), at_most=10).number == 0
    assert store.count(Query(), []).total == 0
    assert store.vocabulary("action") == []
    assert store.head().seq == 0
    assert (store.info().events, store.info().first, store.info().last) == (0, None, None)
    assert list(store.check()) == []


def test_reads_newest_first_and_ties_by_the_last_one_stored(make):
    store = make(made(1, NOON), made(2, NOON + 5), made(3, NOON), made(4, NOON - 5))
    assert ids(store) == ["event-000002", "event-000003", "event-000001", "event-000004"]


def test_oldest_first_is_the_reverse(filled):
    newest = list(filled.search(Query()))
    oldest = list(filled.search(Query(oldest_first=True)))
    assert [event.body for event in oldest] == [event.body for event in reversed(newest)]
    order = [(ms_of(event), event.seq) for event in oldest]
    assert order == sorted(order)


def test_gives_every_byte_as_it_was_stored(filled):
    stored = {canonical_bytes(event) for event in varied()}
    assert {event.body for event in filled.search(Query())} == stored


def test_bodies_are_those_of_the_events(filled):
    for query in (Query(), Query(LOGINS, limit=3), Query(Words(("jon",)), limit=2)):
        bodies = list(filled.search(query).bodies())
        assert bodies == [event.body for event in filled.search(query)]
        assert bodies


@pytest.mark.parametrize("where", [LOGINS, JON, Words(("zoe",)), Not(Has("location")), And(())])
@pytest.mark.parametrize("oldest_first", [False, True])
def test_limit_counts_what_passed_the_filter(filled, where, oldest_first):
    everything = ids(filled, where, oldest_first=oldest_first)
    assert len(everything) > 3
    for limit in (0, 1, 3, 1000):
        found = ids(filled, where, limit=limit, oldest_first=oldest_first)
        assert found == everything[:limit]


def test_a_range_has_its_start_and_not_its_end(make):
    store = make(*[made(n, NOON + n) for n in range(5)])
    assert ids(store, since=NOON + 2) == ["event-000004", "event-000003", "event-000002"]
    assert ids(store, until=NOON + 2) == ["event-000001", "event-000000"]
    assert ids(store, since=NOON + 1, until=NOON + 2) == ["event-000001"]
    assert ids(store, since=NOON + 2, until=NOON + 2) == []
    assert ids(store, since=NOON + 3, until=NOON + 1) == []


@pytest.mark.parametrize("edge", [-1, 0, 1, 1 << 42, -62_135_596_800_000, 253_402_300_799_999])
def test_ranges_have_exact_ends_in_every_age(filled, edge):
    everything = list(filled.search(Query()))
    for since, until in ((edge, None), (None, edge), (edge, edge + 1), (edge - DAY, edge)):
        wanted = [
            event.id
            for event in everything
            if (since is None or since <= ms_of(event)) and (until is None or ms_of(event) < until)
        ]
        assert ids(filled, since=since, until=until) == wanted
        asked = Query(since=since, until=until)
        assert filled.total(asked, at_most=1000).number == len(wanted)


def test_ranges_beyond_time_are_no_mistake(filled):
    everything = ids(filled)
    assert ids(filled, since=-(10**15), until=10**15) == everything
    assert ids(filled, since=10**15) == []
    assert ids(filled, until=-(10**15)) == []


def test_a_condition_and_a_range_hold_together(filled):
    found = list(filled.search(Query(Or((LOGINS, JON)), since=NOON, until=NOON + HOUR)))
    assert found
    for event in found:
        assert NOON <= ms_of(event) < NOON + HOUR


def test_what_is_read_is_complete(filled):
    results = filled.search(Query())
    assert len(list(results)) == 60
    assert results.completeness.complete
    assert filled.count(Query(), []).completeness.complete


def test_two_answers_are_read_side_by_side(filled):
    first, second = iter(filled.search(Query())), iter(filled.search(Query(oldest_first=True)))
    pairs = list(zip(first, second, strict=True))
    assert [one.body for one, _ in pairs] == [two.body for _, two in reversed(pairs)]


def test_an_answer_may_be_left_unread(filled):
    assert len(list(islice(filled.search(Query()), 2))) == 2
    assert len(ids(filled)) == 60


def test_each_event_knows_its_place(filled):
    assert sorted(event.seq for event in filled.search(Query())) == list(range(1, 61))


# one event


def test_get_finds_one_event(filled):
    event = filled.get("event-000017")
    assert event.body == canonical_bytes(varied()[17])
    assert event.seq == 18


@pytest.mark.parametrize(
    "unknown", ["event-999999", "", "é\x00", "audit_log_event_01", "EVENT-000017"]
)
def test_get_says_that_there_is_none(filled, unknown):
    with pytest.raises(NotFoundError):
        filled.get(unknown)


# counting


@pytest.mark.parametrize("where", [And(()), LOGINS, Words(("zoe",)), Match("id", Glob("*3"))])
def test_total_is_exact_or_a_lower_bound(filled, where):
    matching = len(ids(filled, where))
    assert matching
    for at_most in (0, 1, matching - 1, matching, 1000):
        total = filled.total(Query(where, limit=1), at_most=at_most)
        assert total.number == matching if total.exact else total.number <= matching
    assert filled.total(Query(where), at_most=1000).exact


GROUPINGS = [
    *[
        (Grouping(field=name),)
        for name in (
            *("action", "org", "location", "agent", "version", "received", "id", "actor", "target"),
            *("actor.id", "actor.type", "actor.name", "actor.email"),
            *("target.id", "target.type", "target.name", "target.ref"),
        )
    ],
    (Grouping(field="metadata", path=("region",)),),
    (Grouping(field="actor.metadata", path=("role",)),),
    (),
    (Grouping(field="action"), Grouping(field="org")),
    (Grouping(every=HOUR),),
    (Grouping(every=DAY),),
    (Grouping(every=DAY, origin=HOUR),),
    (Grouping(every=7 * DAY, origin=4 * DAY),),
    (Grouping(every=90 * SECOND, origin=-7),),
    (Grouping(field="action"), Grouping(every=DAY)),
    (Grouping(every=2 * DAY), Grouping(field="org"), Grouping(field="action")),
    (Grouping(field="org"), Grouping(every=HOUR, origin=2 * HOUR)),
    (Grouping(field="actor.id"), Grouping(every=DAY)),
    (Grouping(edges=(-DAY, 0, NOON, NOON + 1, NOON + DAY)),),
    (Grouping(edges=(-DAY, NOON)), Grouping(field="action"), Grouping(every=DAY)),
    (Grouping(edges=(NOON,)),),
]


@pytest.mark.parametrize("by", GROUPINGS, ids=str)
def test_counts_are_those_of_the_events_that_are_found(filled, by):
    ranges = [
        (None, None),
        (NOON, None),
        (None, NOON),
        (NOON - DAY + 1, NOON + DAY + 1),
        (-DAY, DAY),
        (NOON // DAY * DAY, NOON // DAY * DAY + DAY),
        (NOON // DAY * DAY + 1, NOON // DAY * DAY + 3 * DAY - 1),
        (5, 5),
    ]
    for where in (And(()), Not(LOGINS), Match("target.name", Contains("BLU"))):
        for since, until in ranges:
            query = Query(where, since, until)
            expected = tally(filled.search(query), by)
            counts = filled.count(Query(where, since, until, limit=1), by)
            assert (counts.rows, counts.total) == (expected.rows, expected.total)


@pytest.mark.parametrize("by", [(), (Grouping(field="action"),), (Grouping(field="target.type"),)])
@pytest.mark.parametrize("over", [by[0] for by in GROUPINGS if by and by[0].field is None], ids=str)
def test_beside_groups_all_events_are_counted_over_time(filled, by, over):
    for where in (And(()), Not(LOGINS), Match("target.name", Contains("BLU"))):
        query = Query(where, NOON - DAY, NOON + 3 * DAY)
        counts = filled.count(query, by, over=over)
        steps = tally(filled.search(query), [over])
        assert counts.rows == tally(filled.search(query), by).rows
        assert counts.over == {start: number for (start,), number in steps.rows.items()}


def test_an_absent_field_is_a_group_and_several_values_count_in_each(make):
    team, project = {"id": "t", "type": "team"}, {"id": "p", "type": "project"}
    store = make(
        made(1, targets=[]), made(2, targets=[team, team]), made(3, targets=[team, project])
    )
    counts = store.count(Query(), [Grouping(field="target.type")])
    assert counts.rows == {(None,): 1, ("team",): 2, ("project",): 1}
    assert counts.total == 3


def test_a_bucket_before_1970_starts_before_its_events(make):
    store = make(made(1, -1), made(2, 0), made(3, -DAY))
    assert store.count(Query(), [Grouping(every=DAY)]).rows == {(-DAY,): 2, (0,): 1}


# vocabulary


def test_vocabulary_counts_and_dates_the_actions(make):
    store = make(
        made(1, NOON, action="b"),
        made(2, 5, action="a"),
        made(3, -5, action="b"),
        made(4, action="c"),
    )
    first, *others = store.vocabulary("action")
    assert (first.value, first.count, first.first, first.last) == ("b", 2, -5, NOON)
    assert [term.value for term in others] == ["a", "c"]
    assert [term.value for term in store.vocabulary("action", limit=2)] == ["b", "a"]


def test_vocabulary_joins_the_names_of_an_actor(make):
    old = {"id": "u", "type": "user", "name": "Jon", "metadata": {"email": "jon@old.com"}}
    new = {"id": "u", "type": "user", "name": "Jon Smith", "metadata": {"email": "jon@new.com"}}
    key = {"id": "k", "type": "api_key"}
    store = make(
        made(1, NOON, actor=new),
        made(2, 5, actor=old),
        made(3, 6, actor=old),
        made(4, 7, actor=key),
    )
    jon, other = store.vocabulary("actor")
    assert (jon.value, jon.count, jon.first, jon.last) == ("u", 3, 5, NOON)
    assert jon.detail == {"type": "user", "name": "Jon Smith", "email": "jon@new.com"}
    assert (other.value, other.detail) == ("k", {"type": "api_key"})
    assert [term.value for term in store.vocabulary("actor", limit=1)] == ["u"]


def test_vocabulary_knows_organizations_and_refuses_the_rest(filled):
    assert [(org.value, org.count) for org in filled.vocabulary("org")] == [
        ("org_00", 20),
        ("org_01", 20),
        ("org_02", 20),
    ]
    with pytest.raises(UsageError, match="metadata"):
        filled.vocabulary("metadata")


# following


def followed(stream, head):
    """Read a follower until it says that it has come to the head."""
    events = []
    for item in islice(stream, 1000):  # one that sees nothing would say so for ever
        if isinstance(item, Event):
            events.append(item)
        else:
            assert item.kind == "bookmark"
            if item.cursor.seq >= head.seq:
                assert item.cursor == head
                return events
    raise AssertionError("it never came to the head")


def test_follows_from_the_head_at_the_moment_of_the_call(kind, make):
    store = make(made(1))
    stream = store.follow(Query(), heartbeat=0.001)
    kind.fill(store, [made(2, NOON - DAY), made(3)])
    assert [event.id for event in followed(stream, store.head())] == [
        "event-000002",
        "event-000003",
    ]
    kind.fill(store, [made(4)])
    assert [event.id for event in followed(stream, store.head())] == ["event-000004"]
    assert followed(stream, store.head()) == []


def test_follows_in_the_order_of_storing(kind, make):
    store = make()
    kind.fill(store, varied())
    events = followed(
        store.follow(Query(), Cursor(store.head().store, 0), heartbeat=0.001), store.head()
    )
    assert [event.body for event in events] == [canonical_bytes(event) for event in varied()]
    assert [event.seq for event in events] == list(range(1, 61))


def test_follows_only_what_matches_and_ignores_order_and_limit(filled):
    start = Cursor(filled.head().store, 0)
    query = Query(Not(LOGINS), NOON - HOUR, NOON + HOUR, limit=1, oldest_first=True)
    events = followed(filled.follow(query, start, heartbeat=0.001), filled.head())
    found = filled.search(Query(query.where, query.since, query.until))
    assert [event.seq for event in events] == sorted(event.seq for event in found)
    assert len(events) > 1


def test_nothing_is_lost_or_repeated_between_reading_and_following(kind, make):
    store = make(*varied(20))
    head = store.head()
    kind.fill(store, [made(100)])  # after the head was taken, before anything was read
    stream = store.follow(Query(), head, heartbeat=0.001)
    read = [event.id for event in store.search(Query()) if event.seq <= head.seq]
    kind.fill(store, [made(101)])
    then = [event.id for event in followed(stream, store.head())]
    assert then == ["event-000100", "event-000101"]
    assert len({*read, *then}) == len(read) + len(then) == 22


def test_goes_on_at_a_bookmark(kind, make):
    store = make(*varied(10))
    stream = store.follow(Query(), Cursor(store.head().store, 4), heartbeat=0.001)
    assert [event.seq for event in followed(stream, store.head())] == [5, 6, 7, 8, 9, 10]
    mark = next(item for item in stream if isinstance(item, Notice)).cursor
    kind.fill(store, [made(100)])
    again = store.follow(Query(), mark, heartbeat=0.001)
    assert [event.id for event in followed(again, store.head())] == ["event-000100"]


def test_bookmarks_pass_over_what_does_not_match(filled):
    nothing = Match("action", Exact("no.such"))
    start = Cursor(filled.head().store, 0)
    assert followed(filled.follow(Query(nothing), start, heartbeat=0.001), filled.head()) == []


def test_a_cursor_of_another_store_is_refused(filled, make):
    other = make(made(1), name="other")
    with pytest.raises(UsageError, match="another store"):
        filled.follow(Query(), other.head())


def test_a_cursor_that_the_store_has_not_reached_is_refused(filled):
    with pytest.raises(UsageError, match="only 60"):
        filled.follow(Query(), Cursor(filled.head().store, 61))


# the rest


def test_explains_in_lines(filled):
    for query in (Query(), Query(LOGINS), Query(Words(("jon",)), limit=3)):
        lines = filled.explain(query)
        assert lines
        assert all(isinstance(what, str) and isinstance(how, str) and how for what, how in lines)


def test_says_what_it_is(kind, filled):
    info = filled.info()
    assert info.kind == kind.name
    assert (info.events, info.organizations) == (60, 3)
    assert (info.first, info.last) == (-62_135_596_800_000, 253_402_300_799_999)
    assert info.details["bytes"] > 10_000
    assert json.dumps(info.details)


def test_finds_no_fault_in_itself(filled):
    assert list(filled.check()) == []


def test_can_be_closed_twice_and_opened_again(kind, filled, tmp_path):
    before = ids(filled)
    filled.close()
    filled.close()
    again = kind.make(tmp_path, "trail")
    assert ids(again) == before
    assert again.head() == filled.head()
    again.close()


def test_appends_or_says_that_it_cannot(kind, make):
    store = make(made(1))
    if kind.writable:
        receipt = store.append([bare(2), made(3)])
        assert [stored.status for stored in receipt.events] == ["added", "added"]
        assert [stored.seq for stored in receipt.events] == [2, 3]
        assert not receipt.replayed
        assert store.get(receipt.events[0].id).fields["metadata"] == {"number": 2}
    else:
        with pytest.raises(StoreError) as caught:
            store.append([bare(2)])
        assert caught.value.hint
        assert len(ids(store)) == 1


def test_times_in_the_order_of_reading_never_go_back(filled):
    times = [ms_of(event) for event in filled.search(Query())]
    assert all(newer >= older for newer, older in pairwise(times))
