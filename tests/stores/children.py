"""What other processes do to a store: ``python children.py TASK PATH ARGUMENT...``."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from auditctl.events.event import Event
from auditctl.query.tree import EVERYTHING, And, Exact, Match, Not
from auditctl.stores.base import Cursor, Grouping, Query
from auditctl.stores.embedded.store import EmbeddedStore

STOP = "stop"


def new(action, number=0):
    """Import late: readers do without the writer's modules."""
    from auditctl.events.clock import format_ms  # noqa: PLC0415 - as said
    from auditctl.events.intake import Actor, NewEvent  # noqa: PLC0415 - as said

    occurred_at = format_ms(1_777_636_800_000 + number * 7 % 100_000)
    organization = f"org_{number % 3}"
    actor = Actor(f"user_{number % 50}", "user")
    return NewEvent(action, occurred_at, actor, organization_id=organization)


def say(*values):
    """One whole line at once: who is killed leaves no half of one."""
    os.write(1, (" ".join(map(str, values)) + "\n").encode())


def write(store, batches, size):
    """Append batches; say what was acknowledged."""
    for number in range(int(batches)):
        events = [new(f"act.{number % 20}", number * 10 + n) for n in range(int(size))]
        for stored in store.append(events).events:
            say(stored.id, stored.seq)


def make(store, go, key):
    """Wait for the start, then make the store with one event, if nobody else has."""
    event = new("first")
    say("ready")
    while not Path(go).exists():
        time.sleep(0.001)
    receipt = store.append([event], idempotency_key=key)
    say(receipt.events[0].id, receipt.events[0].seq)


def read(store):
    """Read until the last event is there; each look must show a store that is whole."""
    ended = Query(Match("action", Exact(STOP)), limit=1)
    done = False
    looks = 0
    while not done:
        done = store.total(ended, at_most=1).number == 1
        seqs = sorted(event.seq for event in store.search(Query()))
        assert seqs == list(range(1, len(seqs) + 1)), "a hole"
        for where in (EVERYTHING, Not(Match("action", Exact("act.1"))), And((EVERYTHING,) * 2)):
            counts = store.count(
                Query(where), [Grouping(field="action"), Grouping(every=86400_000)]
            )
            assert sum(counts.rows.values()) == counts.total
            again = len(list(store.search(Query(where))))
            assert again >= counts.total, "events went away"
        assert store.info().events >= len(seqs)
        looks += 1
        if looks == 1:
            say("ready")
    say(looks, len(seqs))


def follow(store):
    """Say each event that is followed, until the last."""
    for item in store.follow(Query(), Cursor(store.head().store, 0), heartbeat=0.05):
        if isinstance(item, Event):
            say(item.id, item.seq)
            if item.fields["action"] == STOP:
                return
        elif item.kind != "bookmark":
            say("unexpected", item.kind)


def attempt(store):
    """Try to read and to write without privileges; say what became of it."""
    more = new("more")
    from auditctl.stores.embedded import counts, writer  # noqa: F401, PLC0415 - still readable

    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    for act in (lambda: list(store.search(Query())), lambda: store.append([more])):
        try:
            act()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            say(type(error).__name__, error)
        else:
            say("done")


def load(store, source, size):
    """Import a JSON Lines file in small batches; say each."""
    from auditctl.stores import loading  # noqa: PLC0415 - as said

    loading.BATCH_EVENTS = int(size)
    loading.load(
        store,
        records(source),
        reject=lambda reject: say("rejected", reject.place),
        progress=lambda result: say(result.added, result.duplicates),
    )


def records(source):
    """Read the records of a file as an importer does."""
    from auditctl.events.intake import intake_json  # noqa: PLC0415 - as said

    class Record:
        def __init__(self, number, raw):
            self.place = f"{source}:{number}"
            self.raw = raw
            self.error = None
            self.event = intake_json(raw)

    with open(source, "rb") as file:  # noqa: PTH123 - a text
        for number, line in enumerate(file, 1):
            yield Record(number, line)


if __name__ == "__main__":
    task, path, *arguments = sys.argv[1:]
    globals()[task](EmbeddedStore(path), *arguments)
