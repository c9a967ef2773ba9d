"""The demo store: an embedded store with an invented trail of the last 30 days."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import TYPE_CHECKING

from auditctl.errors import AuditctlError, StoreError
from auditctl.events.clock import now_ms
from auditctl.stores.embedded.store import EmbeddedStore

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from auditctl.events.intake import NewEvent
    from auditctl.stores.base import Receipt

SEED = 7
FRESH_MS = 12 * 3_600_000  # an older trail is made anew, so that `--since 24h` finds something
_BATCH = 5_000


class DemoStore(EmbeddedStore):
    """The demo trail, which is only read."""

    kind = "demo"

    def append(self, events: Sequence[NewEvent], *, idempotency_key: str | None = None) -> Receipt:
        """Refuse: the trail is made anew twice a day."""
        del events, idempotency_key
        raise StoreError(
            "the demo store is only read, since it is made anew twice a day",
            hint="without `--store demo` events go to a store of your own",
        )


def open_demo(path: str, now: Callable[[], int] = now_ms) -> DemoStore:
    """Open the demo store, making its trail where there is none or an old one.

    Args:
        path: The file.
        now: The time at which the trail ends, in milliseconds.
    """
    store = DemoStore(path)
    if store.exists():
        try:
            last = store.info().last or 0
            if 0 <= now() - last < FRESH_MS:
                return store
        except AuditctlError:
            pass  # an older version's file, or a damaged one: it is made anew
        store.close()
    _make(path, now())
    return DemoStore(path)


def _make(path: str, end_ms: int) -> None:
    """Make the trail beside the file and put it in place; two processes may do so at once."""
    from auditctl.events.ids import IdMaker  # noqa: PLC0415 - writing only
    from auditctl.stores.demo import demo_events  # noqa: PLC0415 - 1 s of work, once a day

    fresh = f"{path}.{os.getpid()}"
    ids = random.Random(SEED)  # noqa: S311 - the same trail gets the same ids
    store = EmbeddedStore(fresh, now=lambda: end_ms, make_id=IdMaker(ids.randbytes), bulk=True)
    batch: list[NewEvent] = []
    try:
        for event in demo_events(SEED, end_ms):
            batch.append(event)
            if len(batch) == _BATCH:
                store.append(batch)
                batch = []
        store.append(batch)
        store.close()
        for rest in ("-wal", "-shm"):
            Path(path + rest).unlink(missing_ok=True)
        Path(fresh).replace(path)
    finally:
        store.close()
        for rest in ("", "-wal", "-shm"):
            Path(fresh + rest).unlink(missing_ok=True)
