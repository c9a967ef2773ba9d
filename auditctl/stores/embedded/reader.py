"""Reading events: in the order of reading, or in the order of following."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from auditctl.errors import NotFoundError, StoreFormatError
from auditctl.events.event import Event, decode
from auditctl.events.ids import pack_id
from auditctl.query.predicate import compile_predicate
from auditctl.stores.base import Completeness, Cursor, Notice, Query, Total
from auditctl.stores.embedded.connection import translated
from auditctl.stores.embedded.layout import ACTION
from auditctl.stores.embedded.plan import Plan, make_plan
from auditctl.stores.embedded.terms import TermReader
from auditctl.stores.embedded.timekey import key_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import apsw

PAGE = 500  # events that a follower reads at once: a short read transaction lets the log shrink
POLL = 0.02  # seconds between two looks for new commits; a look costs 4 us


class Answer:
    """The results of one search; see :class:`auditctl.stores.base.Results`."""

    def __init__(self, connection: apsw.Connection, path: str, query: Query, plan: Plan) -> None:
        self.completeness = Completeness()
        self._connection = connection
        self._path = path
        self._query = query
        self._plan = plan

    def __iter__(self) -> Iterator[Event]:
        """Yield the events."""
        if self._plan.empty:
            return
        sql, parameters = statement(self._plan, self._query, "b.body, e.seq, e.idx")
        accepts = None if self._plan.exact else compile_predicate(self._query.where)
        left = self._query.limit
        with translated(self._path):
            for body, seq, index in self._connection.execute(sql, parameters):
                event = Event(body, seq, index)
                if accepts is not None and not accepts(event.fields):
                    continue
                if left is not None:
                    left -= 1
                    if left < 0:
                        return
                yield event

    def bodies(self) -> Iterator[bytes]:
        """Yield the canonical bytes."""
        if self._plan.empty:
            return
        if not self._plan.exact:
            for event in self:
                yield event.body
            return
        sql, parameters = statement(self._plan, self._query, "b.body")
        with translated(self._path):
            for (body,) in self._connection.execute(sql, parameters):
                yield body


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
    sql = f"SELECT {columns} FROM {tables} WHERE {' AND '.join(conditions)} ORDER BY {key} {order}"
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
        row = connection.execute("SELECT name FROM store").fetchone()
        if row is None:
            raise StoreFormatError(f"{path} is damaged: it has lost its name")
        self.name = str(row[0])

    def plan(self, query: Query) -> Plan:
        """Return how the query is answered."""
        with translated(self.path):
            return make_plan(query, self.terms)

    def search(self, query: Query) -> Answer:
        """Return the matching events."""
        return Answer(self.connection, self.path, query, self.plan(query))

    def get(self, event_id: str) -> Event:
        """Return one event.

        Raises:
            NotFoundError: There is none with this id.
        """
        with translated(self.path):
            row = self.connection.execute(
                "SELECT b.body, e.seq, e.idx FROM ident i JOIN event e USING(k) JOIN body b USING(k)"
                " WHERE i.id = ?",
                (pack_id(event_id),),
            ).fetchone()
        if row is None:
            raise NotFoundError(f"no event has the id {event_id}")
        return Event(*row)

    def total(self, query: Query, at_most: int) -> Total:
        """Count matching events, looking no further than ``at_most``."""
        plan = self.plan(query)
        if plan.empty:
            return Total(0)
        with translated(self.path):
            if plan.match is None and plan.where == "1" and plan.exact and _whole(plan, self):
                row = self.connection.execute(
                    "SELECT ifnull(sum(count), 0) FROM term WHERE kind = ?", (ACTION,)
                ).fetchone()
                return Total(int(row[0]))
            if not plan.exact:
                return self._total_by_reading(query, plan, at_most)
            capped = Query(limit=at_most + 1)
            sql, parameters = statement(plan, capped, "1")
            row = self.connection.execute(
                f"SELECT count(*) FROM ({sql})", parameters  # noqa: S608 - our own SQL
            ).fetchone()
        return Total(min(row[0], at_most), exact=row[0] <= at_most)

    def _total_by_reading(self, query: Query, plan: Plan, at_most: int) -> Total:
        accepts = compile_predicate(query.where)
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
            row = self.connection.execute("SELECT next_seq - 1 FROM store").fetchone()
        return Cursor(self.name, int(row[0]))

    def follow(
        self,
        query: Query,
        after: Cursor | None,
        heartbeat: float,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> Iterator[Event | Notice]:
        """Yield events as they are committed; see :meth:`auditctl.stores.base.Store.follow`."""
        position = (after or self.head()).seq
        accepts = compile_predicate(query.where)
        version = None
        spoke = clock()
        while True:
            now_version = self.connection.data_version()
            page: list[tuple[int, int, int, bytes]] = []
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
            if page:
                continue
            if clock() - spoke >= heartbeat:
                spoke = clock()
                yield Notice("bookmark", Cursor(self.name, position))
            sleep(min(POLL, heartbeat))

    def _page(self, position: int) -> list[tuple[int, int, int, bytes]]:
        with translated(self.path):
            return self.connection.execute(
                "SELECT e.k, e.seq, e.idx, b.body FROM event e JOIN body b USING(k)"
                " WHERE e.seq > ? ORDER BY e.seq LIMIT ?",
                (position, PAGE),
            ).fetchall()


def _whole(plan: Plan, reader: Reader) -> bool:
    """Tell whether the plan's range holds every event of the store."""
    row = reader.connection.execute(
        "SELECT NOT EXISTS (SELECT 1 FROM event WHERE k < ?)"
        " AND NOT EXISTS (SELECT 1 FROM event WHERE k >= ?)",
        (plan.low, plan.high),
    ).fetchone()
    return bool(row[0])


def _within(query: Query, key: int) -> bool:
    ms = key_ms(key)
    return (query.since is None or ms >= query.since) and (
        query.until is None or ms < query.until
    )


def _gone(missed: int) -> str:
    return f"{missed:,} event{'s are' if missed > 1 else ' is'} no longer in the store"
