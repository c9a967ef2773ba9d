"""The demo store: it ends now, goes on while it is followed, and never fails a read."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from itertools import islice, pairwise
from pathlib import Path

import apsw
import pytest

from auditctl.errors import AccessError, StoreError
from auditctl.events.clock import parse_instant
from auditctl.events.event import Event
from auditctl.query.tree import Exact, Match
from auditctl.stores.base import Notice, Query
from auditctl.stores.demo.store import SEED, open_demo
from auditctl.stores.demo.stories import story_moments
from auditctl.stores.demo.stream import WATCHED, arrivals, events_between
from auditctl.stores.embedded.store import EmbeddedStore

MADE = 1_777_714_200_000  # a Saturday morning
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
CHILD = Path(__file__).with_name("demo_child.py")


@pytest.fixture(scope="session")
def made(memory_folder):
    """A demo trail that ends at MADE."""
    path = memory_folder / "demo-made.db"
    open_demo(str(path), lambda: MADE).close()
    return path


@pytest.fixture
def path(made, tmp_path):
    copy = tmp_path / "demo.db"
    shutil.copy2(made, copy)  # with its time, which says up to when it was made
    return copy


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self, ms=MADE):
        self.start = self.ms = ms

    def __call__(self):
        return self.ms

    def sleep(self, seconds):
        self.ms += round(seconds * 1000)

    def monotonic(self):
        return (self.ms - self.start) / 1000


@pytest.fixture
def open_at(path):
    """Open the demo at a moment, or with a clock."""
    opened = []

    def call(when=MADE):
        clock = when if isinstance(when, Clock) else Clock(when)
        opened.append(open_demo(str(path), clock, sleep=clock.sleep, monotonic=clock.monotonic))
        return opened[-1]

    yield call
    for store in opened:
        store.close()


def ids(store, **asked):
    return [event.id for event in store.search(Query(**asked))]


def seqs(store):
    return sorted(event.seq for event in store.search(Query()))


def expected(after, until, made=MADE):
    return [event.id for event in events_between(SEED, after, until, story_moments(made))]


# it ends now


def test_it_is_made_where_there_is_none(tmp_path):
    path = tmp_path / "new" / "demo.db"
    with_trail = open_demo(str(path), lambda: MADE)
    info = with_trail.info()
    assert (info.kind, info.events, info.organizations) == ("demo", 20_000, 4)
    assert MADE - HOUR < info.last < MADE
    assert info.details["created"] == MADE
    assert list(with_trail.check()) == []
    with_trail.close()
    assert {
        file.name.removesuffix("-wal").removesuffix("-shm") for file in path.parent.iterdir()
    } == {"demo.db"}


def test_the_hour_before_now_is_never_empty(open_at):
    for hours in (0, 1, 5, 12, 23):
        now = MADE + hours * HOUR
        assert ids(open_at(now), since=now - HOUR)


def test_what_happened_since_is_added_when_it_is_opened(open_at):
    store = open_at(MADE)
    last = store.info().last
    before = ids(store)
    later = open_at(MADE + 3 * HOUR)
    wanted = expected(last, MADE + 3 * HOUR)
    new = set(ids(later)) - set(before)
    assert new <= set(wanted) <= set(ids(later))
    assert len(new) > 10
    assert later.info().last > MADE + 2 * HOUR
    assert list(later.check()) == []


def test_looking_often_finds_the_same_as_looking_once(open_at, tmp_path, made):
    for minutes in (20, 21, 50, 180, 181, 300):
        often = open_at(MADE + minutes * MINUTE)
    shutil.copy(made, tmp_path / "once.db")
    once = open_demo(str(tmp_path / "once.db"), lambda: MADE + 300 * MINUTE)
    assert ids(often) == ids(once)
    assert len(ids(once)) > 20_010
    once.close()


def test_a_few_minutes_are_not_caught_up_with(path, open_at):
    last = open_at().info().last
    before = path.read_bytes()
    assert len(ids(open_at(last + 4 * MINUTE))) == 20_000
    assert path.read_bytes() == before


def test_a_quiet_night_is_looked_at_once(path, open_at):
    now = MADE
    while events_between(SEED, now - 12 * MINUTE, now, story_moments(MADE)):
        now += 3 * MINUTE
    open_at(now - 6 * MINUTE).close()  # adds what there was before
    open_at(now).close()  # finds nothing, and notes it
    code = f"""
import sys
from auditctl.stores.demo.store import open_demo
assert {now} - open_demo({str(path)!r}, lambda: {now}).info().last > 12 * {MINUTE}
sys.stdout.write(" ".join(sys.modules))
"""
    assert "msgspec" not in loaded_by(code)


def loaded_by(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    return set(done.stdout.split())


def test_a_fresh_one_is_opened_without_what_writes(path):
    code = f"""
import sys
from auditctl.stores.demo.store import open_demo
store = open_demo({str(path)!r}, lambda: {MADE})
assert store.info().events == 20_000
sys.stdout.write(" ".join(sys.modules))
"""
    loaded = loaded_by(code)
    assert "apsw" in loaded
    assert not {"msgspec", "random", "auditctl.stores.demo.cast"} & loaded


@pytest.mark.parametrize(
    ("later", "new"),
    [
        (23 * HOUR, False),
        (25 * HOUR, True),
        (400 * DAY, True),
        (-4 * MINUTE, False),  # a clock that was put right
        (-2 * HOUR, True),  # a trail of a time to come
    ],
)
def test_it_is_made_anew_a_day_after_it_was_made(open_at, later, new):
    name = open_at().head().store
    store = open_at(MADE + later)
    assert (store.head().store != name) is new
    if new:
        assert store.info().events == 20_000
        assert store.info().details["created"] == MADE + later


def test_a_clock_that_went_back_finds_a_trail_that_is_not_in_the_future(open_at):
    open_at(MADE + 20 * HOUR).close()  # caught up
    store = open_at(MADE + HOUR)
    assert store.info().last < MADE + HOUR


def damage(path):
    path.write_bytes(path.read_bytes()[:100_000].ljust(200_000, b"\x00"))


def replace_by_text(path):
    path.write_bytes(b"not a database at all")


def make_older(path):
    connection = apsw.Connection(str(path))
    connection.execute("UPDATE store SET name = 'demo-1-0123'")
    connection.close()


def make_an_ordinary_store(path):
    path.unlink()
    store = EmbeddedStore(path)
    store.append([])
    store.close()


def make_newer(path):
    connection = apsw.Connection(str(path))
    connection.pragma("user_version", 99)
    connection.close()


@pytest.mark.parametrize(
    "spoil", [damage, replace_by_text, make_older, make_an_ordinary_store, make_newer]
)
def test_a_file_that_is_of_no_use_is_made_anew(path, open_at, spoil):
    spoil(path)
    store = open_at()
    assert store.info().events == 20_000
    assert list(store.check()) == []


def test_who_has_the_old_trail_open_reads_on(open_at):
    old = open_at()
    reading = iter(old.search(Query()))
    first = [event.id for event in islice(reading, 10)]
    new = open_at(MADE + 2 * DAY)
    assert len(first) + len(list(reading)) == 20_000
    assert old.get(first[0]).id == first[0]
    assert list(old.check()) == list(new.check()) == []


def test_what_killed_processes_left_is_removed(path, open_at):
    left, fresh = path.with_name("demo.db.123"), path.with_name("demo.db.124-wal")
    left.write_bytes(b"x")
    fresh.write_bytes(b"x")
    os.utime(left, (1, 1))
    open_at(MADE + 2 * DAY)
    assert not left.exists()
    assert fresh.exists()  # somebody may just be making it


# it never fails a read


def test_a_busy_file_is_read_as_it_is(path, open_at):
    other = apsw.Connection(str(path))
    other.execute("BEGIN IMMEDIATE")
    assert len(ids(open_at(MADE + HOUR))) == 20_000
    other.execute("ROLLBACK")
    other.close()
    assert len(ids(open_at(MADE + HOUR))) > 20_000


needs_permissions = pytest.mark.skipif(
    not hasattr(os, "geteuid"), reason="there are no permissions as POSIX has them"
)


@pytest.fixture
def foreign(made, memory_folder):
    """The trail in a folder where only its owner may write."""
    memory_folder.chmod(0o755)
    folder = memory_folder / "foreign"
    folder.mkdir()
    shutil.copy(made, folder / "demo.db")
    (folder / "demo.db").chmod(0o444)
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def child(*arguments):
    return subprocess.Popen(
        [sys.executable, CHILD, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
    )


@needs_permissions
@pytest.mark.parametrize("later", [0, 3 * HOUR, 3 * DAY])
def test_a_folder_that_cannot_be_written_is_read_as_it_is(foreign, later):
    before = sorted((file.name, file.read_bytes()) for file in foreign.iterdir())
    out, _ = child("unprivileged", foreign / "demo.db", MADE + later).communicate(timeout=60)
    assert out.splitlines() == ["20000", "no events can arrive: PATH cannot be written"]
    assert sorted((file.name, file.read_bytes()) for file in foreign.iterdir()) == before


@needs_permissions
def test_a_trail_that_can_be_made_nowhere_is_a_clear_error(foreign):
    out, _ = child("unprivileged", foreign / "none.db", MADE).communicate(timeout=60)
    assert out.startswith("AccessError the demo trail cannot be made in")
    assert "AUDITCTL_DATA_DIR" in out


def test_a_folder_that_is_a_file_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(AccessError, match="demo trail"):
        open_demo(str(tmp_path / "file" / "demo.db"), lambda: MADE)


@pytest.mark.parametrize("start", ["nothing", "behind", "old"])
def test_two_processes_at_once_do_not_store_twice(path, start):
    if start == "nothing":
        path.unlink()
    now = MADE + {"nothing": 0, "behind": 11 * HOUR, "old": 3 * DAY}[start]
    children = [child("open", path, now) for _ in range(3)]
    for one in children:
        assert one.stdout.readline() == "ready\n"
    for one in children:
        one.stdin.write("go\n")
        one.stdin.flush()
    said = [one.communicate(timeout=60)[0].splitlines() for one in children]
    assert all(lines[-1] == "whole" for lines in said), said
    store = open_demo(str(path), lambda: now)
    found = ids(store)
    assert len(found) == len(set(found))
    assert seqs(store) == list(range(1, len(found) + 1))
    if start == "behind":
        assert set(found) >= set(expected(MADE, now))
        assert len(found) < 20_000 + len(expected(MADE - HOUR, now))
    else:
        assert len(found) == 20_000
    assert list(store.check()) == []
    store.close()


def test_nobody_else_adds_to_it(open_at):
    store = open_at()
    for add in (store.append, store.append_prepared):
        with pytest.raises(StoreError, match="only read") as caught:
            add([])
        assert "--store demo" in caught.value.hint
    assert len(ids(store)) == 20_000


# it goes on


def take(stream, number, limit=100_000):
    """Return the next events of a follower."""
    return list(islice((one for one in islice(stream, limit) if isinstance(one, Event)), number))


def test_events_arrive_while_it_is_followed(open_at):
    clock = Clock()
    store = open_at(clock)
    events = take(store.follow(Query(), heartbeat=0.1), 60)
    assert len({event.id for event in events}) == 60
    assert [event.seq for event in events] == list(range(20_001, 20_061))
    assert 60_000 < clock.ms - MADE < 3 * MINUTE
    actions = [event.fields["action"] for event in events]
    assert actions.count("build.started") > 5
    assert actions.count("build.finished") > 5


def test_what_a_follower_was_shown_can_be_found(open_at):
    clock = Clock()
    events = take(open_at(clock).follow(Query(), heartbeat=0.1), 20)
    later = open_at(clock)
    for event in events:
        assert later.get(event.id).body == event.body
    assert set(ids(later, since=MADE)) >= {event.id for event in events[5:]}
    assert list(later.check()) == []


def test_a_follower_is_given_what_it_asks_for(open_at):
    query = Query(Match("action", Exact("build.started")))
    events = take(open_at(Clock()).follow(query, heartbeat=5), 5)
    assert {event.fields["action"] for event in events} == {"build.started"}


def test_what_the_trail_lacked_comes_first(open_at):
    start = MADE + 4 * MINUTE + 55_000
    store = open_at(start)
    stored = set(ids(store))
    missing = [one for one in expected(store.info().last, start) if one not in stored]
    events = take(store.follow(Query(), heartbeat=0.1), len(missing) + 1)
    assert missing
    assert [event.id for event in events[:-1]] == missing


def test_several_followers_do_not_multiply_the_events(open_at):
    clock = Clock()
    streams = [open_at(clock).follow(Query(), heartbeat=0.05) for _ in range(3)]
    shown = [[] for _ in streams]
    while clock.ms < MADE + MINUTE:
        for stream, seen in zip(streams, shown, strict=True):
            item = next(stream)
            if isinstance(item, Event):
                seen.append(item.id)
    store = open_at(clock)
    new = ids(store, since=MADE)
    alone = arrivals(SEED, MADE, story_moments(MADE), WATCHED)
    watched = [one.event.id for one in islice(alone, 200) if one.received <= clock.ms - 1_000]
    assert set(watched) <= set(ids(store))
    assert len(new) <= len(watched) + 10
    for seen in shown:
        assert len(seen) == len(set(seen))
        assert len(seen) >= len(watched) - 5


@pytest.mark.parametrize("jump", [DAY // 2, -HOUR])
def test_a_clock_that_jumps_brings_no_flood_and_no_drought(open_at, jump):
    clock = Clock()
    stream = open_at(clock).follow(Query(), heartbeat=0.1)
    take(stream, 5)
    clock.ms += jump
    clock.start += jump
    then = clock.ms
    missed = expected(MADE, then) if jump > 0 else []
    events = take(stream, len(missed) + 20)
    assert len(events) == len(missed) + 20
    assert 10_000 < clock.ms - then < 2 * MINUTE


def test_a_trail_that_is_made_anew_is_followed_on(open_at):
    clock = Clock()
    stream = open_at(clock).follow(Query(), heartbeat=0.1)
    take(stream, 3)
    clock.ms += 2 * DAY
    clock.start += 2 * DAY
    new = open_at(clock)
    items = list(islice(stream, 2_000))
    notes = [item.text for item in items if isinstance(item, Notice) and item.text]
    assert notes == ["the demo trail was made anew"]
    events = [item for item in items if isinstance(item, Event)]
    assert len(events) > 20
    assert new.get(events[-1].id).body == events[-1].body


def test_a_busy_file_only_delays_what_arrives(path, open_at):
    clock = Clock()
    stream = open_at(clock).follow(Query(), heartbeat=0.1)
    take(stream, 1)
    other = apsw.Connection(str(path))
    other.execute("BEGIN IMMEDIATE")
    begun = clock.ms
    while clock.ms < begun + 5_000:
        assert isinstance(next(stream), Notice)
    other.execute("ROLLBACK")
    other.close()
    (event,) = take(stream, 1)
    assert parse_instant(event.fields["received_at"]) < begun + 5_000
    assert clock.ms < begun + 5_500


def test_a_heartbeat_is_kept(open_at):
    clock = Clock()
    stream = open_at(clock).follow(Query(Match("action", Exact("no.such"))), heartbeat=0.1)
    heard = []
    for item in islice(stream, 200):
        assert isinstance(item, Notice)
        heard.append(clock.ms)
    assert max(b - a for a, b in pairwise(heard)) < 300
