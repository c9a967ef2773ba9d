"""What only a JSON Lines file can be: damaged, cut, replaced, half written."""

from itertools import islice

import pytest
from trails import made

from auditctl.errors import NotFoundError, UnavailableError
from auditctl.events.event import Event
from auditctl.events.intake import canonical_bytes
from auditctl.stores.base import Cursor, Notice, Query
from auditctl.stores.jsonlines import JsonLinesStore


def line(*args, **kwargs):
    return canonical_bytes(made(*args, **kwargs)) + b"\n"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "trail.jsonl"


@pytest.fixture
def store(path):
    path.touch()
    return JsonLinesStore(str(path))


def ids(store, **kwargs):
    return [event.id for event in store.search(Query(**kwargs))]


def add(store, text):
    with open(store.path, "ab") as file:  # noqa: PTH123 - a text
        file.write(text)


def test_a_line_that_is_no_event_makes_the_answer_incomplete(store):
    add(store, line(1) + b"garbage\n\n  \r\n" + line(2) + b'{"action": "a"}\n')
    for query in (Query(), Query(limit=1)):
        results = store.search(query)
        list(results)
        holes = results.completeness.holes
        assert not results.completeness.complete
        assert [hole.reason.partition(":")[0] for hole in holes] == [
            f"{store.path}, line 2",
            f"{store.path}, line 6",
        ]
    assert ids(store) == ["event-000002", "event-000001"]
    assert not store.count(Query(), []).completeness.complete
    assert len(list(store.check())) == 2
    assert store.info().details["bad lines"] == 2


def test_a_bare_workos_event_and_a_byte_order_mark_are_read(store):
    add(
        store,
        b'\xef\xbb\xbf{"organization_id":"org_01","event":{"action":"a","occurred_at":'
        b'"2026-05-01T12:00:00Z","actor":{"id":"u","type":"user"},"targets":[],"unknown":1}}\r\n',
    )
    (event,) = store.search(Query())
    assert event.id.startswith("audit_log_event_")
    assert event.fields["organization_id"] == "org_01"
    assert event.fields["source"]["record"]["event"]["unknown"] == 1
    assert store.get(event.id).body == event.body


def test_equal_lines_without_ids_are_two_events_wherever_they_are_read(store):
    text = b'{"action":"a","occurred_at":"2026-05-01","actor":{"id":"u","type":"user"}}\n'
    add(store, text * 3)
    assert len(set(ids(store))) == 3
    assert ids(store, limit=2) == ids(store)[:2]
    start = Cursor(store.head().store, 2)
    followed = next(store.follow(Query(), start))
    assert isinstance(followed, Event)
    assert followed.id == ids(store)[0]


def test_a_last_line_without_an_end_is_read_once(store):
    add(store, line(1) + line(2).rstrip())
    assert ids(store) == ["event-000002", "event-000001"]
    stream = store.follow(Query(), store.head(), heartbeat=0.001)
    assert next(stream) == Notice("bookmark", store.head())
    add(store, b"\n" + line(3))
    assert until_event(stream).id == "event-000003"


def test_a_line_that_is_being_written_is_followed_when_it_is_whole(store):
    add(store, line(1))
    half = line(2)
    add(store, half[:40])
    assert store.head().seq == 1
    stream = store.follow(Query(), heartbeat=0.001)
    assert next(stream).kind == "bookmark"
    add(store, half[40:])
    event = until_event(stream)
    assert (event.id, event.seq) == ("event-000002", 2)


def until_event(stream):
    return next(item for item in islice(stream, 1000) if isinstance(item, Event))


def test_a_follower_tells_of_a_line_that_is_no_event(store):
    stream = store.follow(Query(), heartbeat=1000)
    add(store, b"garbage\n" + line(1))
    gap = next(stream)
    assert (gap.kind, gap.missed, gap.cursor.seq) == ("gap", 1, 1)
    assert "line 1" in gap.text
    assert next(stream).id == "event-000001"


def cut(path):
    path.write_bytes(b"")


def replace(path):
    other = path.with_name("other")
    other.write_bytes(line(7) * 100)
    other.replace(path)


@pytest.mark.parametrize(
    ("change", "said"),
    [(cut, "cut"), (replace, "replaced"), (lambda path: path.unlink(), "removed")],
    ids=["cut", "replaced", "removed"],
)
def test_a_follower_ends_with_its_file(store, path, change, said):
    add(store, line(1))
    stream = store.follow(Query(), heartbeat=0.001)
    assert next(stream).kind == "bookmark"
    change(path)
    *_, end = stream
    assert (end.kind, end.cursor.seq) == ("end", 1)
    assert said in end.text


def test_a_file_that_is_not_there_is_a_clear_error(path, tmp_path):
    with pytest.raises(NotFoundError, match=r"trail\.jsonl"):
        ids(JsonLinesStore(str(path)))
    with pytest.raises(UnavailableError, match="cannot be read"):
        ids(JsonLinesStore(str(tmp_path)))


def test_a_line_that_was_changed_since_it_was_found_is_a_clear_error(store, path):
    add(store, line(1) + line(2))
    path.write_bytes(b"x" * 10_000)
    with store.open() as file, pytest.raises(UnavailableError, match="changed"):
        store.read_at(file, len(line(1)), 2, None)
