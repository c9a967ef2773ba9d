"""What becomes of one event: its row in each table.

This is the busiest code of an import, so it keeps to local names and plain dictionaries.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from auditctl.stores.embedded.layout import (
    ACTION,
    ACTOR,
    AGENT,
    HOUR_MS,
    LOCATION,
    ORG,
    TARGET_TYPE,
)
from auditctl.stores.embedded.timekey import key_ms

if TYPE_CHECKING:
    import apsw

    from auditctl.stores.embedded.prepared import Prepared
    from auditctl.stores.embedded.terms import TermWriter


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

    def add(self, event: Prepared, key: int, seq: int) -> None:
        """Add the rows of one event.

        Args:
            event: The event.
            key: Its time key.
            seq: Its place in the order of following.
        """
        org = self._number(ORG, event.org)
        action = self._number(ACTION, event.action)
        actor = self._number(ACTOR, event.actor)
        location, agent = event.location, event.agent
        place = 0 if location is None else self._number(LOCATION, location)
        program = 0 if agent is None else self._number(AGENT, agent)
        tokens = f"=t{org:x} =t{action:x} =t{actor:x} =t{place:x} =t{program:x} {event.tokens}"
        numbers = [org, action, actor, place, program]
        for name in event.types:
            number = self._number(TARGET_TYPE, name)
            numbers.append(number)
            tokens = f"=t{number:x} {tokens}"
        seen, ms = self._seen, event.ms
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
        self._events.append(
            (key, seq, org, action, actor, place, program, event.version, event.received)
        )
        self._bodies.append((key, event.body))
        self._ids.append((event.packed, key))
        self._words.append((key, tokens))

    def _number(self, kind: int, text: str) -> int:
        return self._term.known[kind].get(text) or self._term(kind, text)

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
