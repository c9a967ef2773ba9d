"""Reading events: in the order of reading, or in the order of following."""

from __future__ import annotations

import time
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

from auditctl.errors import NotFoundError, StoreFormatError
from auditctl.events.event import Event, Fields, decode
from auditctl.events.ids import pack_id
from auditctl.stores.base import Completeness, Cursor, Notice, Query, Total
from auditctl.stores.embedded.connection import translated
from auditctl.stores.embedded.layout import ACTION
from auditctl.stores.embedded.plan import make_plan
from auditctl.stores.embedded.terms import TermReader
from auditctl.stores.embedded.timekey import key_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import apsw

    from auditctl.stores.embedded.plan import Plan

PAGE = 500  # events that a follower reads at once: a short read transaction lets the log shrink
POLL = 0.02  # seconds between two looks for new commits; a look costs 4 us


class Answer:
    """The results of one search; see :class:`auditctl.stores.base.Results`.

    It is planned when it is read, in the view of the store that it reads.
    """

    def __init__(self, reader: Reader, query: Query) -> None:
        self.completeness = Completeness()
        self._reader = reader
        self._query = query

    def __iter__(self) -> Iterator[Event]:
        """Yield the events."""
        with translated(self._reader.path):
            plan, rows = self._rows("b.body, e.seq, e.idx")
            events = (Event(*row) for row in rows)
            if not plan.exact:
                accepts = _predicate(self._query)
                events = (event for event in events if accepts(event.fields))
            yield from islice(events, self._query.limit)

    def bodies(self) -> Iterator[bytes]:
        """Yield the canonical bytes."""
        with translated(self._reader.path):
            plan, rows = self._rows("b.body")
            bodies = (body for (body,) in rows)
            if not plan.exact:
                accepts = _predicate(self._query)
                bodies = (body for body in bodies if accepts(decode(body)))
            yield from islice(bodies, self._query.limit)

    def _rows(self, columns: str) -> tuple[Plan, Iterable[tuple[Any, ...]]]:
        """Plan the query and start to read, both in one view of the store."""
        with self._reader.snapshot():
            plan = self._reader.plan(self._query)
            if plan.empty:
                return plan, ()
            return plan, self._reader.connection.execute(*statement(plan, self._query, columns))


def _predicate(query: Query) -> Callable[[Fields], bool]:
    from auditctl.query.predicate import compile_predicate  # noqa: PLC0415 - 5 ms, where needed

    return compile_predicate(query.where)


def statement(plan: Plan, query: Query, columns: str) -> tuple[str, tuple[Any, ...]]:
    """Return the SQL that walks the plan in the order of reading, and its parameters.

    The limit is part of it only where nothing is left to check.
    """
    order = "ASC" if query.oldest_first else "DESC"
    needs_event = "e." in columns or plan.where != "1"
    needs_body = "b." in columns
    if plan.match is not None:
        driver, key = "words", "words.rowid"
    elif needs_event:
        driver, key = "event e", "e.k"
    else:
        driver, key = "body b", "b.k"
    tables = driver
    if needs_event and driver != "event e":
        tables += f" CROSS JOIN event e ON e.k = {key}"
    if needs_body and driver != "body b":
        tables += f" CROSS JOIN body b ON b.k = {key}"
    conditions = [f"{key} >= ?", f"{key} < ?"]
    parameters: list[Any] = [plan.low, plan.high]
    if plan.match is not None:
        conditions.append("words MATCH ?")
        parameters.append(plan.match)
    if plan.where != "1":
        conditions.append(f"({plan.where})")
        parameters.extend(plan.parameters)
    where = " AND ".join(conditions)
    sql = f"SELECT {columns} FROM {tables} WHERE {where} ORDER BY {key} {order}"  # noqa: S608 - ours
    if plan.exact and query.limit is not None:
        sql += " LIMIT ?"
        parameters.append(query.limit)
    return sql, tuple(parameters)


class Reader:
    """Answers questions through one connection."""

    def __init__(self, connection: apsw.Connection, path: str) -> None:
        self.connection = connection
        self.path = path
        self.terms = TermReader(connection)
        with translated(path):
            name = connection.execute("SELECT name FROM store").get
        if name is None:
            raise StoreFormatError(
                f"{path} is damaged: it has lost its name",
                hint="restore a backup or import the exports again",
            )
        self.name = str(name)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let several statements see the store at one moment, whatever is written meanwhile.

        A plan holds the numbers of known actions, actors, ...: read later, it would miss what is
        new. A statement that was started inside keeps its view when the block has ended.
        """
        if self.connection.in_transaction:
            yield
            return
        with translated(self.path):
            self.connection.execute("BEGIN")
            try:
                yield
            finally:
                self.connection.execute("COMMIT")

    def plan(self, query: Query) -> Plan:
        """Return how the query is answered."""
        with translated(self.path):
            return make_plan(query, self.terms)

    def search(self, query: Query) -> Answer:
        """Return the matching events."""
        return Answer(self, query)

    def get(self, event_id: str) -> Event:
        """Return one event.

        Raises:
            NotFoundError: There is none with this id.
        """
        with translated(self.path):
            row = self.connection.execute(
                "SELECT b.body, e.seq, e.idx"
                " FROM ident i JOIN event e USING(k) JOIN body b USING(k) WHERE i.id = ?",
                (pack_id(event_id),),
            ).fetchone()
        if row is None:
            raise NotFoundError(
                f"no event has the id {event_id}", hint="`auditctl list -o jsonl -c id` shows ids"
            )
        return Event(*row)

    def total(self, query: Query, at_most: int) -> Total:
        """Count matching events, looking no further than ``at_most``."""
        with self.snapshot():
            plan = self.plan(query)
            if plan.empty:
                return Total(0)
            if plan.match is None and plan.where == "1" and plan.exact and _whole(plan, self):
                everything = "SELECT ifnull(sum(count), 0) FROM term WHERE kind = ?"
                return Total(self.connection.execute(everything, (ACTION,)).get)
            if not plan.exact:
                return self._total_by_reading(query, plan, at_most)
            sql, parameters = statement(plan, Query(limit=at_most + 1), "1")
            counting = f"SELECT count(*) FROM ({sql})"  # noqa: S608 - our own SQL
            found = self.connection.execute(counting, parameters).get
        return Total(min(found, at_most), exact=found <= at_most)

    def _total_by_reading(self, query: Query, plan: Plan, at_most: int) -> Total:
        accepts = _predicate(query)
        sql, parameters = statement(plan, Query(), "b.body")
        found = 0
        for looked, (body,) in enumerate(self.connection.execute(sql, parameters)):
            if looked >= at_most:
                return Total(found, exact=False)
            found += accepts(decode(body))
        return Total(found)

    def head(self) -> Cursor:
        """Return the position behind the newest event."""
        with translated(self.path):
            return Cursor(self.name, self.connection.execute("SELECT next_seq - 1 FROM store").get)

    def follow(
        self,
        query: Query,
        after: Cursor,
        heartbeat: float,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> Iterator[Event | Notice]:
        """Yield events as they are committed; see :meth:`auditctl.stores.base.Store.follow`."""
        position = after.seq
        accepts = _predicate(query)
        version = None
        spoke = clock()
        while True:
            now_version = self._data_version()
            page: list[tuple[Any, ...]] = []
            if version != now_version:
                page = self._page(position)
                if len(page) < PAGE:
                    version = now_version
            for key, seq, index, body in page:
                if seq != position + 1:
                    missed = seq - position - 1
                    yield Notice("gap", Cursor(self.name, seq - 1), missed, _gone(missed))
                position = seq
                event = Event(body, seq, index)
                if _within(query, key) and accepts(event.fields):
                    yield event
            if clock() - spoke >= heartbeat:
                spoke = clock()
                yield Notice("bookmark", Cursor(self.name, position))
            if not page:
                sleep(min(POLL, heartbeat))

    def _data_version(self) -> object:
        """Return what changes with every commit; the call of that name only sees reads' views."""
        with translated(self.path):
            return self.connection.execute("PRAGMA data_version").get

    def _page(self, position: int) -> list[tuple[Any, ...]]:
        with translated(self.path):
            return self.connection.execute(
                "SELECT e.k, e.seq, e.idx, b.body FROM event e JOIN body b USING(k)"
                " WHERE e.seq > ? ORDER BY e.seq LIMIT ?",
                (position, PAGE),
            ).fetchall()


def _whole(plan: Plan, reader: Reader) -> bool:
    """Tell whether the plan's range holds every event of the store."""
    sql = (
        "SELECT NOT EXISTS (SELECT 1 FROM event WHERE k < ?)"
        " AND NOT EXISTS (SELECT 1 FROM event WHERE k >= ?)"
    )
    return bool(reader.connection.execute(sql, (plan.low, plan.high)).get)


def _within(query: Query, key: int) -> bool:
    ms = key_ms(key)
    return (query.since is None or ms >= query.since) and (query.until is None or ms < query.until)


def _gone(missed: int) -> str:
    return f"{missed:,} event{'s are' if missed > 1 else ' is'} no longer in the store"
