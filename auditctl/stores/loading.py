"""Bringing a trail from elsewhere into a store: in batches, with rejects, and repeatable.

Every batch is one transaction. An interrupted import has stored whole batches, and is simply run
again: what is there already is recognized by its id.
"""

from __future__ import annotations

import gc
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from auditctl.stores.occurrences import Occurrences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from auditctl.events.intake import NewEvent
    from auditctl.stores.base import Receipt, Store, Stored
    from auditctl.stores.embedded.prepared import Prepared

BATCH_EVENTS = 10_000
BATCH_BYTES = 12 * 1024 * 1024  # of the source; about four times that in memory
PAUSE = 0.005  # seconds between batches, in which another writer gets its turn


class Incoming(Protocol):
    """One record of a source, read or not."""

    @property
    def raw(self) -> bytes:
        """What it was, for those that are not stored."""
        ...

    @property
    def event(self) -> NewEvent | Prepared | None:
        """The event, or None."""
        ...

    @property
    def error(self) -> str | None:
        """Why there is no event, or None."""
        ...

    @property
    def place(self) -> str:
        """Where it stands in its source."""
        ...


@dataclass(slots=True)
class Reject:
    """A record that was not stored: where it stands, why, and what it was."""

    place: str
    reason: str
    raw: bytes


@dataclass(slots=True)
class Load:
    """What an import has done so far."""

    read: int = 0
    added: int = 0
    duplicates: int = 0
    rejected: int = 0


def load(
    store: Store,
    records: Iterable[Incoming],
    *,
    reject: Callable[[Reject], None],
    progress: Callable[[Load], None] = lambda _: None,
    result: Load | None = None,
    sleep: Callable[[float], None] = time.sleep,
    append: Callable[[Sequence[Any]], Receipt] | None = None,
) -> Load:
    """Store all records of one source.

    Args:
        store: Where to.
        records: What the importer reads, in the order of the source.
        reject: Is told of each record that is not stored; may raise to stop. What was read
            before it is stored first.
        progress: Is told after each batch.
        result: Counts to go on with, over several sources.
        sleep: How to pause.
        append: How to store a batch; None is the store's ``append``. Records that another process
            has prepared come with that of the embedded store.

    Returns:
        The counts.
    """
    with _without_collector():
        return _load(
            append or store.append,
            records,
            reject=reject,
            progress=progress,
            result=result or Load(),
            sleep=sleep,
        )


@contextmanager
def _without_collector() -> Iterator[None]:
    """Keep Python's cycle collector from looking through each batch again and again.

    A batch is 200,000 objects without a cycle; looking through them takes 12 us an event.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _load(
    append: Callable[[Sequence[Any]], Receipt],
    records: Iterable[Incoming],
    *,
    reject: Callable[[Reject], None],
    progress: Callable[[Load], None],
    result: Load,
    sleep: Callable[[float], None],
) -> Load:
    occurrences = Occurrences()
    batch: list[Incoming] = []
    size = 0

    def flush() -> None:
        nonlocal batch, size
        if batch:
            events = [record.event for record in batch if record.event is not None]
            _settle(append(events).events, batch, result, reject)
            batch, size = [], 0
            progress(result)
            sleep(PAUSE)

    for record in records:
        result.read += 1
        if record.event is None:
            result.rejected += 1
            try:
                reject(Reject(record.place, record.error or "not readable", record.raw))
            except BaseException:
                flush()
                raise
            continue
        event = record.event
        if not isinstance(event.id, str):
            event.id = occurrences.identify(event)
        batch.append(record)
        size += len(record.raw)
        if len(batch) >= BATCH_EVENTS or size >= BATCH_BYTES:
            flush()
    flush()
    return result


def _settle(
    stored: Sequence[Stored],
    batch: Sequence[Incoming],
    result: Load,
    reject: Callable[[Reject], None],
) -> None:
    """Count what became of a batch."""
    for one in stored:
        if one.status == "added":
            result.added += 1
        elif one.status == "duplicate":
            result.duplicates += 1
        else:
            result.rejected += 1
    # told last: a reject that raises must not leave the counts of what was stored behind
    for one, record in zip(stored, batch, strict=True):
        if one.status in ("conflict", "refused"):
            reason = one.reason or f"the store has another event with the id {one.id}"
            reject(Reject(record.place, reason, record.raw))
