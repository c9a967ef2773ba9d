from __future__ import annotations

import gc
from dataclasses import dataclass

import pytest
from trails import NOON, bare, made

from auditctl.errors import EventError, StoreFullError
from auditctl.events.event import Event
from auditctl.events.intake import intake_json
from auditctl.query.tree import EVERYTHING
from auditctl.stores import loading
from auditctl.stores.base import Query
from auditctl.stores.embedded.store import EmbeddedStore
from auditctl.stores.jsonlines import JsonLinesStore
from auditctl.stores.loading import Load, load


@dataclass
class Record:
    """One record of a source, as an importer hands it on."""

    place: str
    raw: bytes
    event: object = None
    error: str | None = None


def records(*sources):
    """Records of events and, for a text, of what could not be read."""
    for number, source in enumerate(sources, 1):
        place = f"trail.jsonl:{number}"
        if isinstance(source, str):
            yield Record(place, source.encode(), error="not readable because")
        else:
            yield Record(place, b"raw %d" % number, source)


@pytest.fixture
def store(tmp_path):
    store = EmbeddedStore(tmp_path / "trail.db", now=lambda: NOON)
    yield store
    store.close()


@pytest.fixture
def bring(store):
    """Load into the store; return the counts, the rejects and the pauses."""

    def bring(*sources, **options):
        rejects, pauses = [], []
        options.setdefault("reject", rejects.append)
        result = load(store, records(*sources), sleep=pauses.append, **options)
        return result, rejects, pauses

    return bring


def counts(result):
    return (result.read, result.added, result.duplicates, result.rejected)


def ids(store):
    return [event.id for event in store.search(Query(EVERYTHING, oldest_first=True))]


def test_the_same_source_twice_adds_nothing(bring, store):
    def source():
        return (made(1), bare(2), bare(3), made(4))

    assert counts(bring(*source())[0]) == (4, 4, 0, 0)
    before = ids(store)
    assert counts(bring(*source())[0]) == (4, 0, 4, 0)
    assert ids(store) == before


def test_equal_rows_without_ids_are_two_events_and_known_again(bring, store):
    rows = [1, 1, 2, 1]
    assert counts(bring(*map(bare, rows))[0]) == (4, 4, 0, 0)
    assert len(set(ids(store))) == 4
    assert counts(bring(*map(bare, rows))[0]) == (4, 0, 4, 0)
    # one more equal row at the end of a longer export is one more event
    assert counts(bring(*map(bare, [*rows, 1]))[0]) == (5, 1, 4, 0)


def test_rows_get_the_same_ids_as_in_a_file_that_is_only_read(bring, store, tmp_path):
    line = b'{"action":"a","occurred_at":"2026-05-01T12:00:00Z","actor":{"id":"u","type":"user"}}\n'
    path = tmp_path / "trail.jsonl"
    path.write_bytes(line * 3)
    bring(*[intake_json(line) for _ in range(3)])
    assert ids(store) == [
        event.id for event in JsonLinesStore(str(path)).search(Query(oldest_first=True))
    ]


def test_what_is_not_stored_is_told_with_place_and_reason(bring, store):
    bring(made(1))
    result, rejects, _ = bring(made(2), "garbage", made(1, action="other"), made(3))
    assert counts(result) == (4, 2, 0, 2)
    bad, conflict = rejects
    assert (bad.place, bad.raw, bad.reason) == (
        "trail.jsonl:2",
        b"garbage",
        "not readable because",
    )
    assert (conflict.place, conflict.raw) == ("trail.jsonl:3", b"raw 3")
    assert "event-000001" in conflict.reason
    assert ids(store) == ["event-000001", "event-000002", "event-000003"]


def test_counts_go_on_over_several_sources(bring):
    result = Load()
    for source in ([made(1), "garbage"], [made(1), made(2)]):
        assert bring(*source, result=result)[0] is result
    assert counts(result) == (4, 2, 1, 1)


class Stop(Exception):  # noqa: N818 - what a caller may raise
    pass


def stop(_):
    raise Stop


def test_a_stop_at_a_bad_record_keeps_what_came_before(bring, store):
    result = Load()
    with pytest.raises(Stop):
        bring(made(1), made(2), "garbage", made(3), reject=stop, result=result)
    assert ids(store) == ["event-000001", "event-000002"]
    assert counts(result) == (3, 2, 0, 1)


def test_a_stop_at_a_conflict_counts_all_that_was_stored_with_it(bring, store):
    bring(made(1))
    result = Load()
    with pytest.raises(Stop):
        bring(made(2), made(1, action="other"), made(3), reject=stop, result=result)
    assert ids(store) == ["event-000001", "event-000002", "event-000003"]
    assert counts(result) == (3, 2, 0, 1)


def test_batches_end_by_number_or_size_with_a_pause_and_progress(bring, monkeypatch):
    monkeypatch.setattr(loading, "BATCH_EVENTS", 3)
    seen = []
    trail = [made(n) for n in range(7)]
    _, _, pauses = bring(*trail, progress=lambda result: seen.append(counts(result)))
    assert seen == [(3, 3, 0, 0), (6, 6, 0, 0), (7, 7, 0, 0)]
    assert pauses == [loading.PAUSE] * 3
    monkeypatch.setattr(loading, "BATCH_BYTES", 10)  # two of five bytes
    seen.clear()
    bring(*trail, progress=lambda result: seen.append(counts(result)))
    assert [read for read, *_ in seen] == [2, 4, 6, 7]


def test_nothing_is_nothing(bring, store):
    assert counts(bring()[0]) == (0, 0, 0, 0)
    assert not store.exists()


def test_an_error_of_the_store_or_the_source_ends_it(bring, store, monkeypatch):
    monkeypatch.setattr(loading, "BATCH_EVENTS", 2)

    def failing(events):
        if len(ids(store)) >= 2:
            raise StoreFullError("full")
        return store.append(events)

    store.append([])
    with pytest.raises(StoreFullError):
        bring(*[made(n) for n in range(6)], append=failing)
    assert ids(store) == ["event-000000", "event-000001"]

    def source():
        yield from records(*[made(n) for n in range(5)])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(store, source(), reject=stop, sleep=lambda _: None)
    assert ids(store) == [f"event-{n:06d}" for n in range(4)]
    assert gc.isenabled()


def test_what_was_brought_in_is_what_was_given(bring, store):
    trail = [made(n, metadata={"é": n, "x": "\u202e"}) for n in range(5)]
    bring(*trail)
    found = store.search(Query(oldest_first=True))
    assert [event.fields["metadata"]["é"] for event in found] == list(range(5))
    assert all(isinstance(event, Event) for event in found)


def test_a_record_that_is_no_event_is_the_readers_matter():
    with pytest.raises(EventError):
        intake_json(b"[]")
