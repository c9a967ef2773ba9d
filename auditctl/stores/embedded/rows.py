"""What becomes of one event: its row in each table.

This is the busiest code of an import, so it keeps to local names and plain dictionaries: 12 us an
event, of 40 that storing one takes.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from auditctl.events.clock import canonical_instant
from auditctl.events.intake import Metadata, NewEvent, Scalar, canonical_bytes
from auditctl.query.fields import text_of
from auditctl.stores.embedded.layout import (
    ACTION,
    ACTOR,
    AGENT,
    HOUR_MS,
    LOCATION,
    ORG,
    TARGET_TYPE,
)
from auditctl.stores.embedded.terms import TermWriter, actor_key
from auditctl.stores.embedded.timekey import key_ms
from auditctl.stores.embedded.tokens import metadata_tokens, target_token, word_tokens

if TYPE_CHECKING:
    import apsw

_ACTORS = 100_000  # actors whose numbers are remembered


class Rows:
    """Gathers the rows of one batch, and inserts them.

    Args:
        term: Gives numbers to terms.
    """

    def __init__(self, term: TermWriter) -> None:
        self._term = term
        self._events: list[tuple[int, ...]] = []
        self._bodies: list[tuple[int, bytes]] = []
        self._ids: list[tuple[bytes, int]] = []
        self._words: list[tuple[int, str]] = []
        self._seen: dict[int, list[int]] = {}  # term: [count, first, last]
        self._actors: dict[tuple[str, str, str | None, str | None], int] = {}

    def add(self, event: NewEvent, packed: bytes, ms: int, key: int, seq: int) -> None:
        """Add the rows of one event; its index is that of the organization's next.

        Args:
            event: The event, complete.
            packed: Its id as a key.
            ms: When it occurred.
            key: Its time key.
            seq: Its place in the order of following.
        """
        context = event.context
        location = context.location
        agent = context.user_agent
        org = self._number(ORG, event.organization_id)
        action = self._number(ACTION, event.action)
        actor = self._actor(event)
        place = self._number(LOCATION, location) if isinstance(location, str) else 0
        program = self._number(AGENT, agent) if isinstance(agent, str) else 0
        tokens = [f"=t{org:x} =t{action:x} =t{actor:x} =t{place:x} =t{program:x}"]
        numbers = {org, action, actor, place, program}
        self._describe(event, tokens, numbers)
        seen = self._seen
        for number in numbers:
            known = seen.get(number)
            if known is None:
                seen[number] = [1, ms, ms]
            else:
                known[0] += 1
                if ms > known[2]:
                    known[2] = ms
                elif ms < known[1]:
                    known[1] = ms
        received = canonical_instant(str(event.received_at))[0]
        version = event.version
        self._events.append((key, seq, org, action, actor, place, program, version, received))
        self._bodies.append((key, canonical_bytes(event)))
        self._ids.append((packed, key))
        self._words.append((key, " ".join(tokens)))

    def _number(self, kind: int, text: str) -> int:
        return self._term.known[kind].get(text) or self._term(kind, text)

    def _actor(self, event: NewEvent) -> int:
        """Return the number of the event's actor."""
        actor = event.actor
        name = actor.name if isinstance(actor.name, str) else None
        email = actor.metadata.get("email")
        if email is not None and not isinstance(email, str):
            return self._term(ACTOR, actor_key(actor.id, actor.type, name, email))
        who = (actor.id, actor.type, name, email)
        number = self._actors.get(who)
        if number is None:
            number = self._actors[who] = self._term(ACTOR, actor_key(*who))
        return number

    def _describe(self, event: NewEvent, tokens: list[str], numbers: set[int]) -> None:
        """Add the tokens of targets and metadata, and the numbers of the targets' types."""
        for target in event.targets:
            kind = self._number(TARGET_TYPE, target.type)
            numbers.add(kind)
            tokens.append(f"=t{kind:x} {target_token(target.id)} {word_tokens(target.id)}")
            if isinstance(target.name, str):
                tokens.append(word_tokens(target.name))
            if target.metadata:
                tokens.extend(_pairs("target.metadata", target.metadata))
        if event.actor.metadata:
            tokens.extend(
                # the actor's term has the e-mail
                [
                    metadata_tokens("actor.metadata", key, _text(value))
                    for key, value in event.actor.metadata.items()
                    if key != "email"
                ]
            )
        if event.metadata:
            tokens.extend(_pairs("metadata", event.metadata))

    def insert(self, connection: apsw.Connection) -> None:
        """Insert everything, and begin anew."""
        if not self._events:
            return
        events = self._with_indexes(connection)
        # in the order of the keys: the word index starts a new segment whenever they go back
        events.sort()
        self._bodies.sort(key=lambda row: row[0])
        self._words.sort()
        run = connection.executemany
        run("INSERT INTO event VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", events)
        run("INSERT INTO body VALUES(?, ?)", self._bodies)
        run("INSERT INTO ident VALUES(?, ?)", self._ids)
        run("INSERT INTO words(rowid, tokens) VALUES(?, ?)", self._words)
        self._seen.pop(0, None)
        run(
            "UPDATE term SET count = count + ?1, first = min(ifnull(first, ?2), ?2),"
            " last = max(ifnull(last, ?3), ?3) WHERE id = ?4",
            [(*seen, number) for number, seen in self._seen.items()],
        )
        self._roll_up(connection)
        self.clear()

    def clear(self) -> None:
        """Forget the rows."""
        for rows in (self._events, self._bodies, self._ids, self._words):
            rows.clear()
        self._seen.clear()
        if len(self._actors) > _ACTORS:
            self._actors.clear()

    def forget(self) -> None:
        """Forget the rows and the actors' numbers after a rollback."""
        self.clear()
        self._actors.clear()

    def _with_indexes(self, connection: apsw.Connection) -> list[tuple[int, ...]]:
        """Return the rows of events, each with the next index of its organization."""
        following: dict[int, int] = {}
        events = []
        for key, seq, org, *rest in self._events:
            index = following.get(org)
            if index is None:
                row = connection.execute("SELECT next_index FROM term WHERE id = ?", (org,))
                index = row.get
            following[org] = index + 1
            events.append((key, seq, org, index, *rest))
        connection.executemany(
            "UPDATE term SET next_index = ? WHERE id = ?",
            [(index, org) for org, index in following.items()],
        )
        return events

    def _roll_up(self, connection: apsw.Connection) -> None:
        """Add the batch to the counts by day and by hour."""
        days: Counter[tuple[int, int, int]] = Counter()
        hours: Counter[tuple[int, int]] = Counter()
        for key, _, org, action, *_ in self._events:
            hour = key_ms(key) // HOUR_MS
            days[hour // 24, org, action] += 1
            hours[hour, org] += 1
        for table, keys, counted in (("count_day", 3, days), ("count_hour", 2, hours)):
            marks = ", ".join("?" * (keys + 1))
            connection.executemany(
                f"INSERT INTO {table} VALUES({marks}) ON CONFLICT DO UPDATE SET n = n + excluded.n",
                [(*group, n) for group, n in counted.items()],
            )


def _pairs(scope: str, metadata: Metadata) -> list[str]:
    return [metadata_tokens(scope, key, _text(value)) for key, value in metadata.items()]


def _text(value: Scalar) -> str:
    return value if isinstance(value, str) else text_of(value)
