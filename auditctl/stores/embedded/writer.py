"""Storing events: one transaction a batch, durable when it returns.

The order of following (``seq``) and the organizations' indexes are given inside the write
transaction, so the order of commits is the order of numbers and a hole would mean loss.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Literal

import apsw
import msgspec

from auditctl.errors import ConflictError
from auditctl.events.clock import canonical_instant, format_ms
from auditctl.events.ids import IdMaker, pack_id
from auditctl.events.intake import NewEvent, canonical_bytes, intake_json
from auditctl.stores.base import Receipt, Stored
from auditctl.stores.embedded.layout import DAY_MS
from auditctl.stores.embedded.rows import Rows
from auditctl.stores.embedded.terms import TermWriter
from auditctl.stores.embedded.timekey import first_key

IDEMPOTENCY_MS = DAY_MS


class _Candidate:
    """One event on its way in; ``place`` is that in the caller's sequence."""

    __slots__ = ("event", "id", "key", "ms", "packed", "place", "seq")

    def __init__(self, place: int, event: NewEvent, event_id: str) -> None:
        self.place = place
        self.event = event
        self.id = event_id
        self.ms = canonical_instant(event.occurred_at)[0]
        self.packed = pack_id(event_id)
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
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            now = self._now()
            content = b""
            if idempotency_key is not None:
                content = _content_hash(events)
                earlier = self._earlier(idempotency_key, content, now)
                if earlier is not None:
                    connection.execute("ROLLBACK")
                    return earlier
            receipt = self._store(events, now)
            if idempotency_key is not None:
                self._remember(idempotency_key, content, receipt, now)
            connection.execute("COMMIT")
        except BaseException:
            self._term.forget()
            self._rows.forget()
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return receipt

    def _store(self, events: Sequence[NewEvent], now: int) -> Receipt:
        outcome: list[Stored | None] = [None] * len(events)
        batch = [self._candidate(place, event, now) for place, event in enumerate(events)]
        batch, twins = self._without_known(batch, outcome)
        self._number(batch, outcome)
        for one, first in twins:
            if first.seq:
                outcome[one.place] = Stored(one.id, first.seq, _status(first.event, one.event))
            else:
                outcome[one.place] = outcome[first.place]  # refused, as the first was
        add = self._rows.add
        for one in batch:
            if one.seq:
                add(one.event, one.packed, one.ms, one.key, one.seq)
        self._rows.insert(self._connection)
        return Receipt(tuple(stored for stored in outcome if stored is not None))

    def _candidate(self, place: int, event: NewEvent, now: int) -> _Candidate:
        """Complete an event, leaving the caller's as it is: it may be appended again."""
        event_id, received_at = event.id, event.received_at
        if not (isinstance(event_id, str) and isinstance(received_at, str)):
            event_id = event_id if isinstance(event_id, str) else self._make_id(now)
            received_at = received_at if isinstance(received_at, str) else format_ms(now)
            event = msgspec.structs.replace(event, id=event_id, received_at=received_at)
        return _Candidate(place, event, event_id)

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
            twin = fresh.setdefault(one.packed, one)
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
            earlier = intake_json(body)
            outcome[one.place] = Stored(one.id, seq, _status(earlier, one.event))
            for repeated, first in again:
                if first is one:
                    outcome[repeated.place] = Stored(one.id, seq, _status(earlier, repeated.event))
        return list(fresh.values()), [pair for pair in again if pair[1].packed in fresh]

    def _number(self, batch: list[_Candidate], outcome: list[Stored | None]) -> None:
        """Give each event its seq and its time key."""
        seq = self._connection.execute("SELECT next_seq FROM store").get
        last_of: dict[int, int] = {}
        newest = self._connection.execute("SELECT max(k) FROM event").get
        for one in batch:
            low = first_key(one.ms)
            last = last_of.get(one.ms)
            if last is None and newest is not None and newest >= low:
                last = self._connection.execute(
                    "SELECT max(k) FROM event WHERE k >= ? AND k < ?", (low, first_key(one.ms + 1))
                ).get
            key = low if last is None else last + 1
            if key != low and key >= first_key(one.ms + 1):
                full = f"{key - low:,} events are stored at {one.event.occurred_at} already"
                outcome[one.place] = Stored(one.id, 0, "refused", full)
                continue
            last_of[one.ms] = one.key = key
            one.seq = seq
            outcome[one.place] = Stored(one.id, seq, "added")
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


def _status(stored: NewEvent, event: NewEvent) -> Literal["duplicate", "conflict"]:
    """Tell whether two events with one id say the same; when they were received is not asked."""
    same = canonical_bytes(stored, bare=True) == canonical_bytes(event, bare=True)
    return "duplicate" if same else "conflict"
