"""The embedded store behind the Store protocol."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from auditctl.errors import AccessError, UsageError
from auditctl.events.clock import now_ms
from auditctl.query.fields import text_of
from auditctl.stores.base import StoreInfo, Term, checked
from auditctl.stores.embedded.connection import (
    WRITER_PATIENCE,
    open_reader,
    open_writer,
    translated,
)
from auditctl.stores.embedded.layout import ACTION, ACTOR, ORG
from auditctl.stores.embedded.reader import Reader
from auditctl.stores.embedded.timekey import key_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import apsw

    from auditctl.events.event import Event
    from auditctl.events.ids import IdMaker
    from auditctl.events.intake import NewEvent
    from auditctl.stores.base import (
        Counts,
        Cursor,
        Grouping,
        Notice,
        Query,
        Receipt,
        Results,
        Total,
    )
    from auditctl.stores.embedded.prepared import Prepared
    from auditctl.stores.embedded.writer import Writer

_VOCABULARY = {"action": ACTION, "actor": ACTOR, "org": ORG}


class EmbeddedStore:
    """One SQLite file. It is opened for reading at first use, for writing at the first append.

    Args:
        path: The file. Writing makes it; reading a missing one is an error.
        now: The clock that stamps ``received_at``, in milliseconds.
        make_id: Makes ids; None makes ULIDs with random bits.
        bulk: Many events are coming: fewer checkpoints.
        patience: Seconds to wait for another writer.
    """

    kind = "embedded"

    def __init__(
        self,
        path: str | Path,
        *,
        now: Callable[[], int] = now_ms,
        make_id: IdMaker | None = None,
        bulk: bool = False,
        patience: float = WRITER_PATIENCE,
    ) -> None:
        self.path = str(path)
        self._now = now
        self._make_id = make_id
        self._bulk = bulk
        self._patience = patience
        self._opened: Reader | None = None
        self._writing: tuple[apsw.Connection, Writer] | None = None

    @property
    def _reader(self) -> Reader:
        if self._opened is None:
            self._opened = Reader(open_reader(self.path), self.path)
        return self._opened

    @property
    def _writer(self) -> Writer:
        if self._writing is None:
            # validation brings msgspec (28 ms): only who writes pays for it
            from auditctl.events.ids import IdMaker  # noqa: PLC0415
            from auditctl.stores.embedded.writer import Writer  # noqa: PLC0415

            connection = open_writer(self.path, bulk=self._bulk, patience=self._patience)
            self._writing = (
                connection,
                Writer(connection, self._now, self._make_id or IdMaker()),
            )
        return self._writing[1]

    def search(self, query: Query) -> Results:
        """Return the matching events, newest first unless asked otherwise."""
        return self._reader.search(query)

    def total(self, query: Query, *, at_most: int) -> Total:
        """Return how many events match."""
        return self._reader.total(query, at_most)

    def get(self, event_id: str) -> Event:
        """Return one event."""
        return self._reader.get(event_id)

    def head(self) -> Cursor:
        """Return the position behind the newest event."""
        return self._reader.head()

    def follow(
        self, query: Query, after: Cursor | None = None, *, heartbeat: float = 1.0
    ) -> Iterator[Event | Notice]:
        """Yield events as they are committed, by any process."""
        head = self._reader.head()
        return self._reader.follow(query, checked(after, head), heartbeat)

    def count(
        self, query: Query, by: Sequence[Grouping], *, over: Grouping | None = None
    ) -> Counts:
        """Count matching events in groups."""
        from auditctl.stores.embedded.counts import count  # noqa: PLC0415 - only stats needs it

        return count(self._reader, query, by, over)

    def append(self, events: Sequence[NewEvent], *, idempotency_key: str | None = None) -> Receipt:
        """Store events; durable when it returns."""
        writer = self._writer
        with translated(self.path):
            return writer.append(events, idempotency_key)

    def append_prepared(self, events: Sequence[Prepared]) -> Receipt:
        """Store events that another process has prepared; durable when it returns."""
        writer = self._writer
        with translated(self.path):
            return writer.append_prepared(events)

    def vocabulary(self, field: str, *, limit: int | None = None) -> list[Term]:
        """Return known actions, actors or organizations, most frequent first."""
        kind = _VOCABULARY.get(field)
        if kind is None:
            raise UsageError(f"no vocabulary is kept of {field!r}")
        with translated(self.path):
            rows = self._reader.terms.all(kind, None if kind == ACTOR else limit)
        if kind != ACTOR:
            return [Term(*row) for row in rows]
        return _actors(rows)[:limit]

    def explain(self, query: Query) -> list[tuple[str, str]]:
        """Return how the query would be answered."""
        plan = self._reader.plan(query)
        if plan.empty:
            how = "nothing: no event can match"
        elif plan.match is not None:
            how = "the word index, in time order, newest first"
        elif plan.where != "1":
            how = "the event table, in time order"
        else:
            how = "the events in time order, newest first"
        if query.oldest_first:
            how = how.replace("newest first", "oldest first")
        lines = [("store", f"embedded, {self.path}"), ("reads", how)]
        lines.extend(("because", note) for note in plan.notes)
        rest = "nothing: the index is exact" if plan.exact else "the condition, event by event"
        lines.append(("then checks", rest))
        return lines

    def info(self) -> StoreInfo:
        """Return what the store is and holds."""
        reader = self._reader
        with reader.snapshot():
            run = reader.connection.execute
            events, orgs = run(
                "SELECT ifnull(sum(count), 0), count(*) FROM term WHERE kind = ? AND count > 0",
                (ORG,),
            ).get
            # asked for together in one SELECT, they would read the whole table
            first, last = run("SELECT (SELECT min(k) FROM event), (SELECT max(k) FROM event)").get
            version = reader.connection.pragma("user_version")
            created = run("SELECT created FROM store").get
        size = sum(file.stat().st_size for file in self._files())
        return StoreInfo(
            kind=self.kind,
            address=self.path,
            events=events,
            first=None if first is None else key_ms(first),
            last=None if last is None else key_ms(last),
            organizations=orgs,
            details={"bytes": size, "format version": version, "created": created},
        )

    def _files(self) -> list[Path]:
        names = [self.path, f"{self.path}-wal"]
        return [Path(name) for name in names if Path(name).exists()]

    def check(self) -> Iterator[str]:
        """Verify the file, the order of numbers, and that the parts agree."""
        from auditctl.stores.embedded.check import faults  # noqa: PLC0415 - only doctor needs it

        with translated(self.path):
            yield from faults(self._reader.connection)

    def exists(self) -> bool:
        """Tell whether there is a file yet."""
        try:
            return Path(self.path).stat().st_size > 0
        except FileNotFoundError:
            return False
        except OSError as error:
            raise AccessError(
                f"{self.path} cannot be looked at: {error.strerror}", hint="check its permissions"
            ) from error

    def close(self) -> None:
        """Release the file."""
        if self._opened is not None:
            self._opened.connection.close()
            self._opened = None
        if self._writing is not None:
            with translated(self.path):
                self._writing[0].close()
            self._writing = None


def _actors(rows: list[tuple[str, int, int, int]]) -> list[Term]:
    """Join the terms of one actor id: a person may have had several names."""
    joined: dict[str, Term] = {}
    for key, count, first, last in rows:
        actor_id, kind, name, email = json.loads(key)
        detail = {"type": str(kind)}
        if name is not None:
            detail["name"] = str(name)
        if email is not None:
            detail["email"] = text_of(email)
        known = joined.get(actor_id)
        if known is None:
            joined[actor_id] = Term(actor_id, count, first, last, detail)
            continue
        newest = detail if last > known.last else known.detail
        joined[actor_id] = Term(
            actor_id,
            known.count + count,
            min(known.first, first),
            max(known.last, last),
            newest,
        )
    return sorted(joined.values(), key=lambda term: (-term.count, term.value))
