"""A JSON Lines file as a store: every command but writing, without importing it first.

Each line is an event as ``export -o jsonl`` writes it, or a bare WorkOS event. The whole file is
read for every question (8 us an event), so a large trail is better imported. A line that is no
event makes the answer incomplete, never shorter in silence.
"""

from __future__ import annotations

import heapq
import os
import time
from array import array
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from auditctl.errors import (
    AccessError,
    EventError,
    NotFoundError,
    StoreError,
    UnavailableError,
    UsageError,
)
from auditctl.events.clock import parse_instant
from auditctl.events.event import Event
from auditctl.query.fields import text_of
from auditctl.query.predicate import compile_predicate
from auditctl.stores.base import (
    Completeness,
    Cursor,
    Hole,
    Notice,
    Query,
    StoreInfo,
    Term,
    Total,
    checked,
)
from auditctl.stores.occurrences import Occurrences
from auditctl.stores.tally import tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import BinaryIO

    from auditctl.events.intake import NewEvent
    from auditctl.stores.base import Counts, Grouping, Receipt

POLL = 0.05  # seconds between two looks at a file that is being followed
_BAD_LINES_SHOWN = 5


class _Line(NamedTuple):
    """An event and where its line begins; ``derived``: its id was made from its content."""

    event: Event
    ms: int
    offset: int
    derived: bool


class JsonLinesStore:
    """One JSON Lines file, read only.

    Args:
        path: The file.
    """

    kind = "jsonl"

    def __init__(self, path: str) -> None:
        self.path = path

    def search(self, query: Query) -> _Answer:
        """Return the matching events."""
        return _Answer(self, query)

    def total(self, query: Query, *, at_most: int) -> Total:
        """Return how many events match; the whole file is read."""
        del at_most
        accepts = compile_predicate(query.where)
        return Total(
            sum(
                _inside(query, line.ms) and accepts(line.event.fields)
                for line in self.lines(Completeness())
            )
        )

    def get(self, event_id: str) -> Event:
        """Return one event.

        Raises:
            NotFoundError: There is none with this id.
        """
        for line in self.lines(Completeness()):
            if line.event.id == event_id:
                return line.event
        raise NotFoundError(
            f"no event has the id {event_id}", hint="`auditctl list -o jsonl -c id` shows ids"
        )

    def head(self) -> Cursor:
        """Return the position behind the last line; one that is still being written is none."""
        number = 0
        line = b"\n"
        with self.open() as file:
            for number, line in enumerate(file, 1):  # noqa: B007 - the last ones are looked at
                pass
        whole = line.endswith(b"\n") or isinstance(self._parse(line, number, 0, ""), _Line)
        return Cursor(self._name(), number if whole else number - 1)

    def follow(
        self,
        query: Query,
        after: Cursor | None = None,
        *,
        heartbeat: float = 1.0,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> Iterator[Event | Notice]:
        """Yield events as lines are appended to the file; ``seq`` is the line number."""
        position = checked(after, self.head()).seq
        return self._follow(query, position, heartbeat, sleep, clock)

    def _follow(
        self,
        query: Query,
        position: int,
        heartbeat: float,
        sleep: Callable[[float], None],
        clock: Callable[[], float],
    ) -> Iterator[Event | Notice]:
        accepts = compile_predicate(query.where)
        occurrences = Occurrences()
        spoke = clock()
        number = 0
        rest = b""
        with self.open() as file:
            while True:
                line = file.readline()
                rest += line
                if rest.endswith(b"\n"):  # else somebody is still writing it
                    number += 1
                    parsed = self._parse(rest, number, 0, occurrences)
                    rest = b""
                    if number <= position:
                        continue
                    if isinstance(parsed, str):
                        yield Notice("gap", Cursor(self._name(), number), 1, parsed)
                    elif parsed and _inside(query, parsed.ms) and accepts(parsed.event.fields):
                        yield parsed.event
                if clock() - spoke >= heartbeat:
                    spoke = clock()
                    yield Notice("bookmark", Cursor(self._name(), max(number, position)))
                if not line:
                    ended = self._ended(file)
                    if ended:
                        yield Notice("end", Cursor(self._name(), number), 0, ended)
                        return
                    sleep(min(POLL, heartbeat))

    def _ended(self, file: BinaryIO) -> str:
        """Tell why nothing more will come from a file that was read to its end, or nothing."""
        opened = os.fstat(file.fileno())
        try:
            now = os.stat(self.path)  # noqa: PTH116 - twenty times a second
        except OSError:
            return "the file was removed"
        if (now.st_dev, now.st_ino) != (opened.st_dev, opened.st_ino):
            return "the file was replaced"
        return "the file was cut" if now.st_size < file.tell() else ""

    def count(
        self, query: Query, by: Sequence[Grouping], *, over: Grouping | None = None
    ) -> Counts:
        """Count matching events in groups."""
        answer = self.search(Query(query.where, query.since, query.until))
        counts = tally(answer, by, over)
        counts.completeness = answer.completeness
        return counts

    def append(self, events: Sequence[NewEvent], *, idempotency_key: str | None = None) -> Receipt:
        """Refuse: a JSON Lines file is only read."""
        del events, idempotency_key
        raise StoreError(
            f"{self.path} is a JSON Lines file, which is only read",
            hint=f"import it: `auditctl import --from jsonl {self.path} --store trail.db`",
        )

    def vocabulary(self, field: str, *, limit: int | None = None) -> list[Term]:
        """Return known actions, actors or organizations, most frequent first."""
        if field not in ("action", "actor", "org"):
            raise UsageError(f"no vocabulary is kept of {field!r}")
        terms: dict[str, Term] = {}
        for line in self.lines(Completeness()):
            ms = line.ms
            value, detail = _term(line.event, field)
            known = terms.get(value)
            if known is None:
                terms[value] = Term(value, 1, ms, ms, detail)
            else:
                newest = detail if ms >= known.last else known.detail
                terms[value] = Term(
                    value, known.count + 1, min(known.first, ms), max(known.last, ms), newest
                )
        return sorted(terms.values(), key=lambda term: (-term.count, term.value))[:limit]

    def explain(self, query: Query) -> list[tuple[str, str]]:
        """Return how the query would be answered."""
        del query
        return [
            ("store", f"JSON Lines, {self.path}"),
            ("reads", "the whole file, line by line"),
            ("then checks", "the whole condition, event by event"),
        ]

    def info(self) -> StoreInfo:
        """Return what the file holds; it is read for that."""
        events, first, last = 0, None, None
        organizations = set()
        bad = Completeness()
        for line in self.lines(bad):
            events += 1
            first = line.ms if first is None else min(first, line.ms)
            last = line.ms if last is None else max(last, line.ms)
            organizations.add(line.event.fields["organization_id"])
        details = {"bytes": Path(self.path).stat().st_size, "bad lines": len(bad.holes)}
        return StoreInfo(self.kind, self.path, events, first, last, len(organizations), details)

    def check(self) -> Iterable[str]:
        """Yield a sentence for each line that is no event."""
        bad = Completeness()
        for _ in self.lines(bad):
            pass
        return [hole.reason for hole in bad.holes]

    def close(self) -> None:
        """Nothing is held open."""

    def open(self) -> BinaryIO:
        """Open the file.

        Raises:
            NotFoundError: There is none.
            AccessError: It may not be read.
            UnavailableError: It cannot be read.
        """
        try:
            return open(self.path, "rb", buffering=1 << 20)  # noqa: PTH123 - pathlib is slower here
        except FileNotFoundError:
            raise NotFoundError(
                f"there is no file {self.path}", hint="check the name; `--store demo` has events"
            ) from None
        except PermissionError as error:
            raise AccessError(
                f"{self.path} may not be read: {error.strerror}", hint="check its permissions"
            ) from error
        except OSError as error:
            raise UnavailableError(
                f"{self.path} cannot be read: {error.strerror}",
                hint="try again, and check the disk that it is on",
            ) from error

    def lines(self, completeness: Completeness) -> Iterator[_Line]:
        """Yield the events in the order of lines; note the lines that are none."""
        occurrences = Occurrences()
        offset = 0
        with self.open() as file:
            for number, text in enumerate(file, 1):
                line = self._parse(text, number, offset, occurrences)
                if isinstance(line, str):
                    completeness.holes.append(Hole(None, None, line))
                elif line is not None:
                    yield line
                offset += len(text)

    def read_at(self, file: BinaryIO, offset: int, number: int, event_id: str | None) -> Event:
        """Return the event of the line at ``offset``, which may have been given an id before."""
        file.seek(offset)
        line = self._parse(file.readline(), number, offset, event_id or "")
        if not isinstance(line, _Line):
            raise UnavailableError(f"{self.path} was changed while it was read", hint="try again")
        return line.event

    def _parse(
        self, text: bytes, number: int, offset: int, ids: Occurrences | str
    ) -> _Line | str | None:
        """Return a line's event, a sentence about what is wrong, or None for a blank line.

        ``ids`` gives the id of an event that has none.
        """
        from auditctl.events.intake import canonical_bytes, intake_json  # noqa: PLC0415 - 28 ms

        text = text.strip(b"\xef\xbb\xbf \t\r\n") if number == 1 else text.strip()
        if not text:
            return None
        try:
            new = intake_json(text, unknown="keep")
        except EventError as error:
            return f"{self.path}, line {number}: {error}"
        derived = not isinstance(new.id, str)
        if derived:
            new.id = ids if isinstance(ids, str) else ids.identify(new)
        ms = parse_instant(new.occurred_at)
        return _Line(Event(canonical_bytes(new), number), ms, offset, derived)

    def _name(self) -> str:
        return f"jsonl:{os.path.abspath(self.path)}"  # noqa: PTH100 - text, not a path object


class _Answer:
    """The results of one search."""

    def __init__(self, store: JsonLinesStore, query: Query) -> None:
        self.completeness = Completeness()
        self._store = store
        self._query = query

    def __iter__(self) -> Iterator[Event]:
        if self._query.limit is not None:
            yield from self._some(self._query.limit)
        else:
            yield from self._all()

    def bodies(self) -> Iterator[bytes]:
        """Yield the canonical bytes."""
        for event in self:
            yield event.body

    def _matching(self) -> Iterator[_Line]:
        query = self._query
        accepts = compile_predicate(query.where)
        for line in self._store.lines(self.completeness):
            if _inside(query, line.ms) and accepts(line.event.fields):
                yield line

    def _some(self, limit: int) -> list[Event]:
        """Keep the first ``limit`` in the order of reading."""
        best = heapq.nsmallest if self._query.oldest_first else heapq.nlargest
        found = best(
            limit,
            ((line.ms, line.event.seq, line.event) for line in self._matching()),
            key=lambda entry: entry[:2],
        )
        return [event for _, _, event in found]

    def _all(self) -> Iterator[Event]:
        """Sort the places of the matching lines, 24 bytes each, then read these again."""
        times, offsets, numbers = array("q"), array("q"), array("q")
        ids: dict[int, str] = {}  # only of events without an id of their own
        for line in self._matching():
            times.append(line.ms)
            offsets.append(line.offset)
            numbers.append(line.event.seq)
            if line.derived:
                ids[line.event.seq] = line.event.id
        order = sorted(
            range(len(times)),
            key=lambda n: (times[n], numbers[n]),
            reverse=not self._query.oldest_first,
        )
        with self._store.open() as file:
            for n in order:
                yield self._store.read_at(file, offsets[n], numbers[n], ids.get(numbers[n]))


def _inside(query: Query, ms: int) -> bool:
    return (query.since is None or ms >= query.since) and (query.until is None or ms < query.until)


def _term(event: Event, field: str) -> tuple[str, dict[str, str]]:
    fields = event.fields
    if field == "action":
        return fields["action"], {}
    if field == "org":
        return fields["organization_id"], {}
    actor = fields["actor"]
    detail = {"type": actor["type"]}
    if "name" in actor:
        detail["name"] = actor["name"]
    email = actor["metadata"].get("email")
    if email is not None:
        detail["email"] = text_of(email)
    return actor["id"], detail
