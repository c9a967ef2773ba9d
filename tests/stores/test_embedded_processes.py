"""Several processes with one file, some of which are killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from children import STOP, new

from auditctl.stores.base import Query
from auditctl.stores.embedded.store import EmbeddedStore

CHILDREN = Path(__file__).with_name("children.py")
PATIENCE = 60  # seconds until a child is taken to hang


@pytest.fixture
def start():
    """Start a child with its lines of output to be read; none outlives the test."""
    children = []

    def start(task, *arguments):
        command = [sys.executable, CHILDREN, task, *map(str, arguments)]
        children.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        return children[-1]

    yield start
    for child in children:
        child.kill()
        child.wait()
        child.stdout.close()


@pytest.fixture
def path(memory_folder, request):
    """A store of this test; in memory, since a child is killed, not the machine."""
    return memory_folder / f"{request.node.name}.db"


def stored(path):
    """What is in the store, in order of seq; the store is whole."""
    store = EmbeddedStore(path)
    try:
        assert list(store.check()) == []
        events = sorted(store.search(Query()), key=lambda event: event.seq)
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        for term in store.vocabulary("org"):
            of_one = [e.index for e in events if e.fields["organization_id"] == term.value]
            assert of_one == list(range(term.count))
        return [(event.id, event.seq) for event in events]
    finally:
        store.close()


def said(text):
    return [(one, int(seq)) for one, seq in map(str.split, text.splitlines())]


def finish(child):
    out, _ = child.communicate(timeout=PATIENCE)
    assert child.returncode == 0
    return out


def append(path, *events):
    store = EmbeddedStore(path)
    receipt = store.append(events)
    store.close()
    return receipt


def test_readers_see_whole_batches_while_one_writes(path, start):
    append(path, new("first"))
    readers = [start("read", path) for _ in range(2)]
    for reader in readers:
        assert reader.stdout.readline() == "ready\n"
    finish(start("write", path, 100, 5))
    append(path, new(STOP))
    for reader in readers:
        looks, seen = map(int, finish(reader).split())
        assert looks >= 2
        assert seen == 502


def test_two_writers_lose_nothing(path, start):
    writers = [start("write", path, 150, 3) for _ in range(2)]
    acknowledged = [pair for writer in writers for pair in said(finish(writer))]
    assert len(acknowledged) == 900
    assert sorted(acknowledged, key=lambda pair: pair[1]) == stored(path)


def test_processes_that_make_the_same_store_at_once_make_one(memory_folder, start):
    for turn in range(3):
        path, go = memory_folder / f"made{turn}.db", memory_folder / f"go{turn}"
        # two of them say the same under the same key
        makers = [start("make", path, go, key) for key in ("a", "b", "b")]
        for maker in makers:
            assert maker.stdout.readline() == "ready\n"
        go.touch()
        first, second, same = [said(finish(maker)) for maker in makers]
        assert second == same
        assert sorted([*first, *second], key=lambda pair: pair[1]) == stored(path)


def test_what_was_acknowledged_survives_kills_and_is_followed_once(path, start):
    append(path, new("first"))
    follower = start("follow", path)
    acknowledged = []
    for turn in range(8):
        writer = start("write", path, 1_000_000, 1 + turn)
        lines = [writer.stdout.readline() for _ in range(5 + 7 * turn)]
        writer.kill()
        rest = writer.stdout.read()
        acknowledged += said("".join(lines) + rest)
    append(path, new(STOP))
    events = stored(path)
    assert set(acknowledged) <= set(events)
    assert len(set(acknowledged)) == len(acknowledged) > 200
    assert said(finish(follower)) == events


def test_an_import_that_was_killed_is_simply_run_again(path, start, tmp_path):
    source = tmp_path / "trail.jsonl"
    actor = '"actor":{"id":"u","type":"user"}'
    line = '{"action":"act.%d","occurred_at":"2026-05-01T12:00:%02dZ",' + actor + "}\n"
    # without ids, and many of them equal
    source.write_text("".join(line % (n % 7, n % 50) for n in range(3000)))
    for turn in range(3):
        child = start("load", path, source, 100)
        for _ in range(3 + turn):
            child.stdout.readline()
        child.kill()
        child.wait()
    done = [int(part) for part in finish(start("load", path, source, 100)).splitlines()[-1].split()]
    assert sum(done) == 3000
    assert done[1] >= 300
    undisturbed = tmp_path / "undisturbed.db"
    finish(start("load", undisturbed, source, 100))
    assert [one for one, _ in stored(path)] == [one for one, _ in stored(undisturbed)]
