"""Storing events: one transaction a batch, durable when it returns.

The order of following (``seq``) and the organizations' indexes are given inside the write
transaction, so the order of commits is the order of numbers and a hole would mean loss.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

import apsw

from auditctl.errors import ConflictError
from auditctl.events.clock import format_ms
from auditctl.events.ids import IdMaker
from auditctl.events.intake import NewEvent, canonical_bytes, intake_json
from auditctl.stores.base import Receipt, Stored
from auditctl.stores.embedded.layout import DAY_MS
from auditctl.stores.embedded.prepared import Prepared, prepare, received_ms
from auditctl.stores.embedded.rows import Rows
from auditctl.stores.embedded.terms import TermWriter
from auditctl.stores.embedded.timekey import first_key

IDEMPOTENCY_MS = DAY_MS


class _Candidate:
    """One event on its way in; ``place`` is that in the caller's sequence."""

    __slots__ = ("event", "key", "place", "seq")

    def __init__(self, place: int, event: Prepared) -> None:
        self.place = place
        self.event = event
        self.key = self.seq = 0


class Writer:
    """Stores batches through one connection.

    Args:
        connection: Opened for writing.
        now: The store's clock, in milliseconds.
        make_id: Makes ids for events that have none.
    """

    def __init__(
        self, connection: apsw.Connection, now: Callable[[], int], make_id: IdMaker
    ) -> None:
        self._connection = connection
        self._now = now
        self._make_id = make_id
        self._term = TermWriter(connection)
        self._rows = Rows(self._term)

    def append(self, events: Sequence[NewEvent], idempotency_key: str | None) -> Receipt:
        """Store a batch; see :meth:`auditctl.stores.base.Store.append`."""
        with self._transaction():
            now = self._now()
            prepared = [self._prepared(event, now) for event in events]
            if idempotency_key is None:
                return self._store(prepared)
            content = _content_hash(events)
            receipt = self._earlier(idempotency_key, content, now)
            if receipt is None:
                receipt = self._store(prepared)
                self._remember(idempotency_key, content, receipt, now)
            return receipt

    def append_prepared(self, events: Sequence[Prepared]) -> Receipt:
        """Store a batch that was prepared elsewhere."""
        with self._transaction():
            return self._store(events)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Commit what is done inside; undo it, and forget its numbers, if anything goes wrong."""
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            self._term.forget()
            self._rows.clear()
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _prepared(self, event: NewEvent, now: int) -> Prepared:
        event_id = event.id if isinstance(event.id, str) else self._make_id(now)
        return prepare(event, event_id, received_ms(event, now))

    def _store(self, events: Sequence[Prepared]) -> Receipt:
        outcome: list[Stored | None] = [None] * len(events)
        batch = [_Candidate(place, event) for place, event in enumerate(events)]
        batch, twins = self._without_known(batch, outcome)
        self._number(batch, outcome)
        for one, first in twins:
            if first.seq:
                status = _status(first.event.body, one.event.body)
                outcome[one.place] = Stored(one.event.id, first.seq, status)
            else:
                outcome[one.place] = outcome[first.place]  # refused, as the first was
        add = self._rows.add
        for one in batch:
            if one.seq:
                add(one.event, one.key, one.seq)
        self._rows.insert(self._connection)
        return Receipt(tuple(stored for stored in outcome if stored is not None))

    def _without_known(
        self, batch: list[_Candidate], outcome: list[Stored | None]
    ) -> tuple[list[_Candidate], list[tuple[_Candidate, _Candidate]]]:
        """Take out the events whose ids are stored already, or came earlier in the batch.

        Returns:
            The new events, and the pairs of (repetition, first) within the batch.
        """
        fresh: dict[bytes, _Candidate] = {}
        again: list[tuple[_Candidate, _Candidate]] = []
        for one in batch:
            twin = fresh.setdefault(one.event.packed, one)
            if twin is not one:
                again.append((one, twin))
        stored = (
            self._connection.execute(
                "SELECT id, seq, body FROM ident JOIN event USING(k) JOIN body USING(k)"
                " WHERE id IN carray(?)",
                (apsw.carray(tuple(fresh)),),
            )
            if fresh
            else ()
        )
        for packed, seq, body in stored:
            one = fresh.pop(packed)
            outcome[one.place] = Stored(one.event.id, seq, _status(body, one.event.body))
            for repeated, first in again:
                if first is one:
                    status = _status(body, repeated.event.body)
                    outcome[repeated.place] = Stored(one.event.id, seq, status)
        return list(fresh.values()), [pair for pair in again if pair[1].event.packed in fresh]

    def _number(self, batch: list[_Candidate], outcome: list[Stored | None]) -> None:
        """Give each event its seq and its time key."""
        seq = self._connection.execute("SELECT next_seq FROM store").get
        last_of: dict[int, int] = {}
        newest = self._connection.execute("SELECT max(k) FROM event").get
        for one in batch:
            ms = one.event.ms
            low = first_key(ms)
            last = last_of.get(ms)
            if last is None and newest is not None and newest >= low:
                last = self._connection.execute(
                    "SELECT max(k) FROM event WHERE k >= ? AND k < ?", (low, first_key(ms + 1))
                ).get
            key = low if last is None else last + 1
            if key != low and key >= first_key(ms + 1):
                full = f"{key - low:,} events are stored at {format_ms(ms)} already"
                outcome[one.place] = Stored(one.event.id, 0, "refused", full)
                continue
            last_of[ms] = one.key = key
            one.seq = seq
            outcome[one.place] = Stored(one.event.id, seq, "added")
            seq += 1
        self._connection.execute("UPDATE store SET next_seq = ?", (seq,))

    def _earlier(self, key: str, content: bytes, now: int) -> Receipt | None:
        """Return what the idempotency key gave before."""
        self._connection.execute("DELETE FROM idempotency WHERE expires <= ?", (now,))
        row = self._connection.execute(
            "SELECT content, receipt FROM idempotency WHERE key = ?", (key,)
        ).fetchone()
        if row is None:
            return None
        if row[0] != content:
            raise ConflictError(
                f"the idempotency key {key!r} was used with other events in the last 24 hours",
                hint="use a new key for new events",
            )
        return Receipt(tuple(Stored(*stored) for stored in json.loads(row[1])), replayed=True)

    def _remember(self, key: str, content: bytes, receipt: Receipt, now: int) -> None:
        stored = json.dumps(receipt.events)
        self._connection.execute(
            "INSERT INTO idempotency VALUES(?, ?, ?, ?)",
            (key, content, stored.encode(), now + IDEMPOTENCY_MS),
        )


def _content_hash(events: Sequence[NewEvent]) -> bytes:
    """Return the SHA-256 of the events as they were handed in."""
    digest = hashlib.sha256()
    for event in events:
        digest.update(canonical_bytes(event))
        digest.update(b"\n")
    return digest.digest()


def _status(stored: bytes, new: bytes) -> Literal["duplicate", "conflict"]:
    """Tell whether two events with one id say the same; when they were received is not asked."""
    if stored == new:
        return "duplicate"
    bare = [canonical_bytes(intake_json(body), bare=True) for body in (stored, new)]
    return "duplicate" if bare[0] == bare[1] else "conflict"
