"""Storing events: one transaction a batch, durable when it returns.

The order of following (``seq``) and the organizations' indexes are given inside the write
transaction, so the order of commits is the order of numbers and a hole would mean loss.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import apsw
import msgspec

from auditctl.errors import ConflictError
from auditctl.events.clock import format_ms, parse_instant
from auditctl.events.ids import IdMaker, pack_id
from auditctl.events.intake import NewEvent, canonical_bytes, intake_json
from auditctl.query.fields import text_of
from auditctl.stores.base import Receipt, Stored
from auditctl.stores.embedded.layout import (
    ACTION,
    ACTOR,
    AGENT,
    DAY_MS,
    HOUR_MS,
    LOCATION,
    ORG,
    TARGET_TYPE,
)
from auditctl.stores.embedded.terms import TermWriter, actor_key
from auditctl.stores.embedded.timekey import first_key
from auditctl.stores.embedded.tokens import (
    metadata_tokens,
    target_token,
    term_token,
    word_tokens,
)

IDEMPOTENCY_MS = DAY_MS


@dataclass(slots=True)
class _Rows:
    """The rows of one batch, table by table."""

    events: list[tuple[int, ...]] = field(default_factory=list)
    bodies: list[tuple[int, bytes]] = field(default_factory=list)
    words: list[tuple[int, str]] = field(default_factory=list)
    terms: dict[int, list[int]] = field(default_factory=dict)  # id: [count, first, last]
    days: dict[tuple[int, int, int], int] = field(default_factory=lambda: defaultdict(int))
    hours: dict[tuple[int, int], int] = field(default_factory=lambda: defaultdict(int))

    def saw(self, term: int, ms: int) -> None:
        """Count an event for a term."""
        known = self.terms.get(term)
        if known is None:
            self.terms[term] = [1, ms, ms]
            return
        known[0] += 1
        if ms < known[1]:
            known[1] = ms
        elif ms > known[2]:
            known[2] = ms


@dataclass(slots=True)
class _Candidate:
    """One event on its way in."""

    place: int  # in the caller's sequence
    event: NewEvent
    ms: int
    id: str
    packed: bytes
    key: int = 0
    seq: int = 0


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
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        self._term.keep()
        return receipt

    def _store(self, events: Sequence[NewEvent], now: int) -> Receipt:
        outcome: list[Stored | None] = [None] * len(events)
        batch: list[_Candidate] = []
        for place, event in enumerate(events):
            batch.append(self._candidate(place, event, now))
        batch, twins = self._without_known(batch, outcome)
        self._number(batch, outcome)
        for one, first in twins:
            status = _status(first.event, one.event)
            outcome[one.place] = Stored(one.id, first.seq, status)
        self._insert([one for one in batch if one.seq])
        return Receipt(tuple(stored for stored in outcome if stored is not None))

    def _candidate(self, place: int, event: NewEvent, now: int) -> _Candidate:
        """Complete an event, leaving the caller's as it is: it may be appended again."""
        event_id, received_at = event.id, event.received_at
        if not (isinstance(event_id, str) and isinstance(received_at, str)):
            event_id = event_id if isinstance(event_id, str) else self._make_id(now)
            received_at = received_at if isinstance(received_at, str) else format_ms(now)
            event = msgspec.structs.replace(event, id=event_id, received_at=received_at)
        ms = parse_instant(event.occurred_at)
        return _Candidate(place, event, ms, event_id, pack_id(event_id))

    def _without_known(
        self, batch: list[_Candidate], outcome: list[Stored | None]
    ) -> tuple[list[_Candidate], list[tuple[_Candidate, _Candidate]]]:
        """Take out the events whose ids are stored already, or came earlier in the batch.

        Returns:
            The new events, and the pairs of (repetition, first) within the batch.
        """
        find = "SELECT seq, body FROM ident JOIN event USING(k) JOIN body USING(k) WHERE id = ?"
        fresh: dict[bytes, _Candidate] = {}
        again: list[tuple[_Candidate, _Candidate]] = []
        for one in batch:
            twin = fresh.get(one.packed)
            if twin is not None:
                again.append((one, twin))
                continue
            row = self._connection.execute(find, (one.packed,)).fetchone()
            if row is None:
                fresh[one.packed] = one
                continue
            status = _status(intake_json(row[1]), one.event)
            outcome[one.place] = Stored(one.id, row[0], status)
        return list(fresh.values()), again

    def _number(self, batch: list[_Candidate], outcome: list[Stored | None]) -> None:
        """Give each event its seq, its index and its time key."""
        seq = int(self._connection.execute("SELECT next_seq FROM store").fetchone()[0])
        last_of: dict[int, int] = {}
        newest = self._connection.execute("SELECT max(k) FROM event").fetchone()[0]
        for one in batch:
            low, end = first_key(one.ms), first_key(one.ms + 1)
            last = last_of.get(one.ms)
            if last is None and newest is not None and newest >= low:
                last = self._connection.execute(
                    "SELECT max(k) FROM event WHERE k >= ? AND k < ?", (low, end)
                ).fetchone()[0]
            key = low if last is None else last + 1
            if key >= end:
                reason = f"{end - low:,} events are stored at {one.event.occurred_at} already"
                outcome[one.place] = Stored(one.id, 0, "refused", reason)
                continue
            last_of[one.ms] = one.key = key
            one.seq = seq
            outcome[one.place] = Stored(one.id, seq, "added")
            seq += 1
        self._connection.execute("UPDATE store SET next_seq = ?", (seq,))

    def _insert(self, batch: list[_Candidate]) -> None:
        rows = _Rows()
        indexes: dict[int, int] = {}
        for one in batch:
            org = self._term(ORG, one.event.organization_id)
            index = indexes.get(org)
            if index is None:
                index = self._next_index(org)
            indexes[org] = index + 1
            self._add(rows, one, org, index)
        # in the order of the keys: the word index starts a new segment whenever they go back
        rows.events.sort()
        rows.bodies.sort(key=lambda row: row[0])
        rows.words.sort()
        run = self._connection.executemany
        run("INSERT INTO event VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows.events)
        run("INSERT INTO body VALUES(?, ?)", rows.bodies)
        run("INSERT INTO ident VALUES(?, ?)", [(one.packed, one.key) for one in batch])
        run("INSERT INTO words(rowid, tokens) VALUES(?, ?)", rows.words)
        run("UPDATE term SET next_index = ? WHERE id = ?", [(n, o) for o, n in indexes.items()])
        run(
            "UPDATE term SET count = count + ?1, first = min(ifnull(first, ?2), ?2),"
            " last = max(ifnull(last, ?3), ?3) WHERE id = ?4",
            [(*seen, term) for term, seen in rows.terms.items()],
        )
        run(
            "INSERT INTO count_day VALUES(?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET n = n + excluded.n",
            [(*group, n) for group, n in rows.days.items()],
        )
        run(
            "INSERT INTO count_hour VALUES(?, ?, ?)"
            " ON CONFLICT DO UPDATE SET n = n + excluded.n",
            [(*group, n) for group, n in rows.hours.items()],
        )

    def _next_index(self, org: int) -> int:
        row = self._connection.execute("SELECT next_index FROM term WHERE id = ?", (org,))
        return int(row.fetchone()[0])

    def _add(self, rows: _Rows, one: _Candidate, org: int, index: int) -> None:
        event, ms, key, term = one.event, one.ms, one.key, self._term
        actor, context = event.actor, event.context
        name = actor.name if isinstance(actor.name, str) else None
        email = actor.metadata.get("email")
        action = term(ACTION, event.action)
        who = term(ACTOR, actor_key(actor.id, actor.type, name, email))
        location = term(LOCATION, context.location) if isinstance(context.location, str) else 0
        agent = term(AGENT, context.user_agent) if isinstance(context.user_agent, str) else 0
        seen = {org, action, who, location, agent}
        tokens: list[str] = []
        for target in event.targets:
            seen.add(term(TARGET_TYPE, target.type))
            tokens.append(target_token(target.id))
            tokens.append(word_tokens(target.id))
            if isinstance(target.name, str):
                tokens.append(word_tokens(target.name))
            for name_, value in target.metadata.items():
                tokens.append(metadata_tokens("target.metadata", name_, text_of(value)))
        for name_, value in actor.metadata.items():
            if name_ != "email":  # the actor's term has it
                tokens.append(metadata_tokens("actor.metadata", name_, text_of(value)))
        for name_, value in event.metadata.items():
            tokens.append(metadata_tokens("metadata", name_, text_of(value)))
        seen.discard(0)
        for number in seen:
            rows.saw(number, ms)
            if number != org:
                tokens.append(term_token(number))
        tokens.append(term_token(org))
        received = parse_instant(str(event.received_at))
        version = event.version
        rows.events.append(
            (key, one.seq, org, index, action, who, location, agent, version, received)
        )
        rows.bodies.append((key, canonical_bytes(event)))
        rows.words.append((key, " ".join(tokens)))
        rows.days[ms // DAY_MS, org, action] += 1
        rows.hours[ms // HOUR_MS, org] += 1

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
        stored = json.dumps([(one.id, one.seq, one.status, one.reason) for one in receipt.events])
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
