"""What other processes do with a demo store: ``python demo_child.py TASK PATH NOW``."""

from __future__ import annotations

import os
import sys
from itertools import islice

from auditctl.errors import AuditctlError
from auditctl.stores.base import Notice, Query
from auditctl.stores.demo import live, stream  # noqa: F401 - readable now, perhaps not later
from auditctl.stores.demo.store import open_demo
from auditctl.stores.embedded import writer  # noqa: F401 - likewise


def say(*values):
    sys.stdout.write(" ".join(map(str, values)) + "\n")
    sys.stdout.flush()


def unprivileged(path, now):
    """Read and follow without the right to write."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    try:
        store = open_demo(path, lambda: now)
        say(len(list(store.search(Query()))))
        for item in islice(store.follow(Query(), heartbeat=0.001), 5):
            if isinstance(item, Notice) and item.text:
                say(item.text.replace(path, "PATH"))
    except AuditctlError as error:
        say(type(error).__name__, error.message, error.hint)


def open_(path, now):
    """Open when told to; read all of it."""
    say("ready")
    sys.stdin.readline()
    store = open_demo(path, lambda: now)
    events = list(store.search(Query()))
    ids = {event.id for event in events}
    faults = list(store.check())
    say("whole" if not faults and len(ids) == len(events) >= 20_000 else faults)


if __name__ == "__main__":
    task, file, moment = sys.argv[1:]
    {"unprivileged": unprivileged, "open": open_}[task](file, int(moment))
