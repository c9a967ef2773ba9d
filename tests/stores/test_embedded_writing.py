"""What the embedded store does with what it is given."""

from __future__ import annotations

import json
from collections import defaultdict

import pytest
from trails import DAY, NOON, bare, made, varied

from auditctl.errors import ConflictError, EventError
from auditctl.events.clock import MAX_MS, MIN_MS, format_ms
from auditctl.events.ids import IdMaker, encode_ulid, ulid_of
from auditctl.events.intake import canonical_bytes, intake
from auditctl.query.tree import Exact, Has, Match, Not
from auditctl.stores.base import Query
from auditctl.stores.embedded.store import EmbeddedStore

EVERYTHING = Query()


class Clock:
    def __init__(self, ms=NOON):
        self.ms = ms

    def __call__(self):
        return self.ms


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def open_store(tmp_path, clock):
    """Open the one store of the test once more."""
    opened = []

    def open_store(**options):
        opened.append(EmbeddedStore(tmp_path / "trail.db", now=clock, **options))
        return opened[-1]

    yield open_store
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store):
    return open_store()


def statuses(receipt):
    return [stored.status for stored in receipt.events]


def in_order_of_seq(store):
    return sorted(store.search(EVERYTHING), key=lambda event: event.seq)


# numbers


def test_seq_is_dense_from_one_over_all_batches(store):
    trail = varied()
    for start in range(0, 60, 7):
        store.append(trail[start : start + 7])
    stored = in_order_of_seq(store)
    assert [event.seq for event in stored] == list(range(1, 61))
    assert [event.id for event in stored] == [event.id for event in trail]


def test_index_is_dense_from_zero_in_each_organization(store):
    trail = varied()
    for start in range(0, 60, 7):
        store.append(trail[start : start + 7])
    indexes = defaultdict(list)
    for event in in_order_of_seq(store):
        indexes[event.fields["organization_id"]].append(event.index)
    assert indexes == {f"org_{n:02d}": list(range(20)) for n in range(3)}


def test_what_is_not_stored_takes_no_number(store):
    store.append([made(1), made(2, organization_id="org_02")])
    receipt = store.append([made(1), made(2, action="other"), made(3), made(3)])
    assert statuses(receipt) == ["duplicate", "conflict", "added", "duplicate"]
    assert [stored.seq for stored in receipt.events] == [1, 2, 3, 3]
    assert [(event.seq, event.index) for event in in_order_of_seq(store)] == [
        (1, 0),
        (2, 0),
        (3, 1),
    ]


def test_an_append_of_nothing_changes_nothing(store):
    assert store.append([]).events == ()
    assert store.head().seq == 0


# durability


def test_another_connection_sees_what_append_returned(store, open_store):
    receipt = store.append([bare(1)])
    other = open_store()
    assert other.get(receipt.events[0].id).seq == 1
    assert other.append([bare(2)]).events[0].seq == 2
    assert store.get(receipt.events[0].id).seq == 1
    assert len(list(store.search(EVERYTHING))) == 2


def test_writers_of_two_stores_take_turns(store, open_store):
    other = open_store()
    for number in range(0, 20, 2):
        store.append([made(number, organization_id=f"org_{number % 4}")])
        other.append([made(number + 1, organization_id=f"org_{number % 4}")])
    assert [event.seq for event in in_order_of_seq(store)] == list(range(1, 21))
    assert [term.count for term in store.vocabulary("org")] == [10, 10]
    assert list(store.check()) == []


def test_an_answer_keeps_its_view_while_others_write(store, open_store):
    store.append([made(n) for n in range(3)])
    answer = iter(store.search(EVERYTHING))
    first = next(answer)
    open_store().append([made(n) for n in range(3, 9)])
    assert [first.id, *[event.id for event in answer]] == [f"event-{n:06d}" for n in (2, 1, 0)]
    assert len(list(store.search(EVERYTHING))) == 9


def test_an_answer_is_planned_in_the_view_that_it_reads(store, open_store):
    store.append([made(1)])
    answer = store.search(Query(Not(Match("action", Exact("later")))))
    open_store().append([made(2, action="later")])
    assert [event.id for event in answer] == ["event-000001"]


# the same again


def test_an_equal_event_is_a_duplicate_whenever_it_was_received(store):
    store.append([made(1)])
    again = made(1, received_at=format_ms(NOON + 2 * DAY))
    receipt = store.append([again, made(1, received_at=None)])
    assert statuses(receipt) == ["duplicate", "duplicate"]
    assert store.get("event-000001").fields["received_at"] == format_ms(NOON + DAY)


@pytest.mark.parametrize(
    "changes",
    [
        {"action": "user.logout"},
        {"occurred_at": format_ms(NOON)},
        {"actor": {"id": "user_01", "type": "user"}},
        {"targets": []},
        {"metadata": {"number": 1.5}},
        {"version": 2},
        {"organization_id": "org_02"},
        {"source": {"type": "x", "record": {}}},
    ],
    ids=str,
)
def test_another_content_under_a_known_id_is_a_conflict(store, changes):
    store.append([made(1)])
    before = store.get("event-000001").body
    assert statuses(store.append([made(1, **changes), made(2)])) == ["conflict", "added"]
    assert store.get("event-000001").body == before
    assert len(list(store.search(EVERYTHING))) == 2


def test_repetitions_inside_a_batch(store):
    receipt = store.append([made(1), made(2), made(1), made(1, version=9), made(1)])
    assert statuses(receipt) == ["added", "added", "duplicate", "conflict", "duplicate"]
    assert [stored.seq for stored in receipt.events] == [1, 2, 1, 1, 1]
    again = store.append([made(1, version=9), made(1), made(3)])
    assert statuses(again) == ["conflict", "duplicate", "added"]
    assert list(store.check()) == []


def test_events_without_ids_are_new_events_each_time(store):
    events = [bare(1), bare(1)]
    first, second = store.append(events), store.append(events)
    assert statuses(first) == statuses(second) == ["added", "added"]
    assert len({stored.id for stored in (*first.events, *second.events)}) == 4
    assert all(not isinstance(event.id, str) for event in events)


# idempotency


def test_a_key_with_the_same_events_gives_the_same_receipt(store, open_store, clock):
    events = [bare(1), bare(2)]
    first = store.append(events, idempotency_key="k")
    clock.ms += DAY - 1
    for again in (store, open_store()):
        replay = again.append([bare(1), bare(2)], idempotency_key="k")
        assert replay.replayed
        assert replay.events == first.events
    assert not first.replayed
    assert len(list(store.search(EVERYTHING))) == 2


@pytest.mark.parametrize(
    "others", [[bare(2)], [], [bare(1), bare(1)], [bare(1, version=2)], [made(1)]], ids=len
)
def test_a_key_with_other_events_is_a_conflict_and_stores_nothing(store, others):
    store.append([bare(1)], idempotency_key="k")
    with pytest.raises(ConflictError, match="'k'") as caught:
        store.append(others, idempotency_key="k")
    assert caught.value.hint
    assert len(list(store.search(EVERYTHING))) == 1
    assert statuses(store.append([bare(2)], idempotency_key="other")) == ["added"]


def test_a_key_is_forgotten_after_a_day(store, clock):
    store.append([bare(1)], idempotency_key="k")
    clock.ms += DAY
    receipt = store.append([bare(1)], idempotency_key="k")
    assert not receipt.replayed
    assert statuses(receipt) == ["added"]
    assert store.append([bare(1)], idempotency_key="k").events == receipt.events


def test_a_replay_tells_of_duplicates_and_conflicts_too(store):
    store.append([made(1)])
    batch = [made(1), made(1, version=2), made(2)]
    first = store.append(batch, idempotency_key="k")
    assert statuses(first) == ["duplicate", "conflict", "added"]
    assert store.append(batch, idempotency_key="k").events == first.events


def test_any_text_is_a_key(store):
    for number, key in enumerate(["", "é\x00", "k" * 10_000, "'; DROP TABLE event"]):
        store.append([bare(number)], idempotency_key=key)
        assert store.append([bare(number)], idempotency_key=key).replayed


# what the store adds


def test_received_at_is_stamped_or_kept(store, clock):
    receipt = store.append([bare(1), made(2, received_at=format_ms(5))])
    stamped, kept = [store.get(stored.id).fields for stored in receipt.events]
    assert stamped["received_at"] == format_ms(clock.ms)
    assert kept["received_at"] == format_ms(5)


def test_ids_are_made_by_the_clock_and_sort_in_the_order_of_storing(open_store):
    store = open_store(make_id=IdMaker(bytes))
    receipt = store.append([bare(n) for n in range(100)])
    ids = [stored.id for stored in receipt.events]
    assert ids[0] == "audit_log_event_" + encode_ulid(ulid_of(NOON, 0))
    assert ids == sorted(set(ids))


def test_stored_bytes_are_the_canonical_ones(store):
    event = made(1, source={"type": "x", "record": {"b": [1, None, {"é": 1e22}], "a": -0.0}})
    store.append([event])
    assert store.get("event-000001").body == canonical_bytes(event)


# hard values


@pytest.mark.parametrize(
    "ms", [MIN_MS, MIN_MS + 1, -(10**13), -1, 0, 1, (1 << 42) - 1, 1 << 42, MAX_MS - 1, MAX_MS]
)
def test_every_time_from_year_1_to_9999_is_kept_to_the_millisecond(store, ms):
    store.append([made(1, ms), made(2, ms)])
    if ms > MIN_MS:
        store.append([made(3, ms - 1)])
    if ms < MAX_MS:
        store.append([made(4, ms + 1)])
    found = [event.id for event in store.search(Query(since=ms, until=ms + 1))]
    assert found == ["event-000002", "event-000001"]
    assert store.get("event-000001").fields["occurred_at"] == format_ms(ms)
    assert store.vocabulary("action")[0].first == max(ms - 1, MIN_MS)
    assert store.info().last == min(ms + 1, MAX_MS)


@pytest.mark.parametrize("ms", [MAX_MS, MAX_MS - 1])
def test_more_events_of_a_millisecond_than_fit_are_refused(store, ms):
    store.append([made(n, ms) for n in range(16_383)])
    batch = [made(n, ms) for n in (16_383, 16_384, 16_385, 16_384, 7)] + [made(16_386)]
    receipt = store.append(batch)
    assert statuses(receipt) == ["added", "refused", "refused", "refused", "duplicate", "added"]
    assert "16,384 events" in receipt.events[1].reason
    assert format_ms(ms) in receipt.events[1].reason
    assert store.head().seq == 16_385
    assert statuses(store.append([made(16_384, ms)])) == ["refused"]
    assert store.total(Query(since=ms, until=ms + 1), at_most=10**6).number == 16_384
    assert list(store.check()) == []


TEXTS = [
    "é日本語",
    "\x00",
    "a\x00b",
    "😀 emoji",
    "x" * 100_000,
    "é" * 100_000,
    "",
    " ",
    "'\"\\",
    "\u202e",
]


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text)[:20])
def test_any_text_is_kept_and_found(store, text):
    actor = {"id": text, "type": text, "name": text, "metadata": {text: text, "email": text}}
    target = {"id": text, "type": text, "name": text, "metadata": {text: text}}
    context = {"location": text, "user_agent": text}
    odd = made(
        1, action=text or "a", actor=actor, targets=[target], context=context, metadata={text: text}
    )
    store.append([made(0), odd, made(2)])
    assert store.get("event-000001").body == canonical_bytes(odd)
    for field in ("actor.id", "actor.type", "actor.name", "actor.email", "location", "agent"):
        assert found(store, Match(field, Exact(text))) == ["event-000001"]
    for field in ("target.id", "target.type", "target.name"):
        assert found(store, Match(field, Exact(text))) == ["event-000001"]
    for field in ("metadata", "actor.metadata", "target.metadata"):
        assert found(store, Match(field, Exact(text), (text,))) == ["event-000001"]
    assert found(store, Match("target.ref", Exact(f"{text}:{text}"))) == ["event-000001"]
    if text:
        assert found(store, Match("action", Exact(text))) == ["event-000001"]
        assert [term.value for term in store.vocabulary("action")] == ["user.login", text]
    assert list(store.check()) == []


def found(store, node):
    return [event.id for event in store.search(Query(node))]


def test_a_text_of_an_id_is_kept_and_found(store):
    ids = [text for text in TEXTS if text]
    ulid = "audit_log_event_" + encode_ulid(2**128 - 1)
    ids += [ulid, ulid.lower(), ulid[:-1], "audit_log_event_" + "Z" * 26, "\x00" * 16, "-" * 42]
    events = [made(number, id=text) for number, text in enumerate(ids)]
    assert statuses(store.append(events)) == ["added"] * len(ids)
    for text in ids:
        assert store.get(text).id == text
        assert found(store, Match("id", Exact(text))) == [text]
        assert len(found(store, Not(Match("id", Exact(text))))) == len(ids) - 1


def test_integers_beyond_64_bits_are_kept(store):
    numbers = {"a": 2**63, "b": -(2**200), "c": 10**1000}
    store.append([made(1, metadata=numbers, actor={"id": "u", "type": "t", "metadata": numbers})])
    assert store.get("event-000001").fields["metadata"] == numbers
    assert found(store, Match("metadata", Exact(str(2**63)), ("a",))) == ["event-000001"]
    assert statuses(store.append([made(1, metadata={"a": 2**63})])) == ["conflict"]


@pytest.mark.parametrize("version", [-1, 2**31, 2**63, 10**30])
def test_a_version_that_no_column_holds_is_refused_at_the_door(version):
    with pytest.raises(EventError, match="'version'"):
        made(1, version=version)
    fields = json.loads(canonical_bytes(made(1)))
    with pytest.raises(EventError, match="'version'"):
        intake({**fields, "version": version})


def test_the_versions_at_both_ends_are_kept(store):
    store.append([made(1, version=0), made(2, version=2**31 - 1)])
    assert found(store, Match("version", Exact("0"))) == ["event-000001"]


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan")])
def test_a_number_that_json_has_not_is_refused_at_the_door(number):
    fields = json.loads(canonical_bytes(made(1)))
    with pytest.raises(EventError, match=r"metadata\.size"):
        intake({**fields, "metadata": {"size": number}})


def test_half_a_character_of_a_program_is_refused_at_the_door():
    # in JSON it has a spelling that can be kept: tests/events/test_intake_text.py
    fields = json.loads(canonical_bytes(made(1)))
    with pytest.raises(EventError, match="half a character"):
        intake({**fields, "action": "a\udcff"})


def test_a_record_too_deep_to_be_read_again_is_refused_at_the_door(store):
    def nested(levels):
        record = {}
        for _ in range(levels - 1):
            record = {"a": record}
        return {"type": "x", "record": record}

    with pytest.raises(EventError, match="deeper than 200"):
        made(1, source=nested(201))
    store.append([made(1, source=nested(200))])
    assert store.get("event-000001").fields["source"] == nested(200)


@pytest.mark.parametrize(
    ("email", "text"), [(10, "10"), (True, "true"), (1.5, "1.5"), (1e22, "1e22")]
)
def test_an_email_need_not_be_a_text(store, email, text):
    store.append(
        [made(1, actor={"id": "u", "type": "user", "metadata": {"email": email}}), made(2)]
    )
    assert found(store, Match("actor.email", Exact(text))) == ["event-000001"]
    assert found(store, Match("actor", Exact(text))) == ["event-000001"]
    assert found(store, Match("actor.metadata", Exact(text), ("email",))) == ["event-000001"]
    details = [term.detail.get("email") for term in store.vocabulary("actor")]
    assert sorted(map(str, details)) == sorted([text, "None"])


def test_an_actor_without_a_name_has_none(store):
    store.append([made(1, actor={"id": "u", "type": "user"}), made(2)])
    assert found(store, Not(Has("actor.name"))) == ["event-000001"]
    assert found(store, Has("actor.name")) == ["event-000002"]


def test_a_failed_append_leaves_nothing_behind(store, monkeypatch):
    store.append([made(1)])

    def fail(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("auditctl.stores.embedded.rows.Rows._roll_up", fail)
    with pytest.raises(KeyboardInterrupt):
        store.append([made(2, action="new.action", organization_id="org_new")])
    monkeypatch.undo()
    assert len(list(store.search(EVERYTHING))) == 1
    receipt = store.append([made(3, action="new.action", organization_id="org_new")])
    assert receipt.events[0].seq == 2
    assert store.get("event-000003").index == 0
    assert found(store, Match("action", Exact("new.action"))) == ["event-000003"]
    assert list(store.check()) == []
