"""The Store protocol: what every kind of store can do, and what passes through it.

A store is opened by ``stores.opening``, used by one thread, and closed. Reading never changes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from auditctl.errors import UsageError
from auditctl.query.tree import EVERYTHING, Node

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from auditctl.events.event import Event
    from auditctl.events.intake import NewEvent


class Query(NamedTuple):
    """What is asked of a store.

    Attributes:
        where: The condition.
        since: Start of the range in milliseconds, inclusive; None is open.
        until: End of the range in milliseconds, exclusive; None is open.
        limit: How many events at most, after the filter; None is all.
        oldest_first: Order of reading: by occurred_at, ties by seq; newest first by default.
            A limit takes the newest (or oldest) ones in this order.
    """

    where: Node = EVERYTHING
    since: int | None = None
    until: int | None = None
    limit: int | None = None
    oldest_first: bool = False


class Hole(NamedTuple):
    """Something that the answer lacks: an interval in milliseconds (None: open) and the reason."""

    since: int | None
    until: int | None
    reason: str


class Completeness:
    """What is missing from an answer; complete while ``holes`` is empty.

    It is final once the results have been read to their end.
    """

    __slots__ = ("holes",)

    def __init__(self) -> None:
        self.holes: list[Hole] = []

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.holes


class Results(Protocol):
    """An answer: iterate once, then ask what was missing."""

    completeness: Completeness

    def __iter__(self) -> Iterator[Event]:
        """Yield the events in the order that the query asked for."""
        ...

    def bodies(self) -> Iterator[bytes]:
        """Yield the canonical bytes instead: the bulk path. Not after iterating."""
        ...


class Total(NamedTuple):
    """How many events match: exactly, or at least (``exact`` False)."""

    number: int
    exact: bool = True


class Cursor(NamedTuple):
    """A position in the order of following: everything up to ``seq`` has been seen.

    ``store`` names the store that gave it, so that it is refused by another.
    """

    store: str
    seq: int


def checked(after: Cursor | None, head: Cursor) -> Cursor:
    """Return where a follower starts: at ``after``, if that is a position of this store.

    Raises:
        UsageError: It is a position of another store, or one that this store has not reached.
    """
    if after is None:
        return head
    if after.store != head.store:
        raise UsageError("the cursor belongs to another store", hint="start without a cursor")
    if after.seq > head.seq:
        raise UsageError(
            f"the cursor is at event {after.seq:,}, but the store has only {head.seq:,}",
            hint="was an older copy of the store restored? start without a cursor",
        )
    return after


NoticeKind = Literal["bookmark", "gap", "lag", "end"]


class Notice(NamedTuple):
    """What a follower is told between events.

    Attributes:
        kind: ``bookmark`` (nothing new up to the cursor; sent at least every ``heartbeat``),
            ``gap`` (events are missing), ``lag``, ``end`` (the store ended the following).
        cursor: The position.
        missed: How many events a gap has.
        text: A sentence for people.
    """

    kind: NoticeKind
    cursor: Cursor
    missed: int = 0
    text: str = ""


class Grouping(NamedTuple):
    """One dimension of a count: a field of the catalogue, or time in steps of ``every``.

    ``every`` is in milliseconds from ``origin`` (milliseconds): buckets start at
    ``origin + n * every``. Months and other uneven steps come as explicit ``edges`` (milliseconds,
    ascending); a time outside them falls into no bucket.
    """

    field: str | None = None
    path: tuple[str, ...] = ()
    every: int | None = None
    origin: int = 0
    edges: tuple[int, ...] = ()


CountKey = tuple[str | int | None, ...]


class Counts:
    """Counts by group: texts for fields (None: the field is absent), bucket starts for time.

    A field with several values (targets) counts an event once in each group. ``over`` has the
    events of all groups by the starts of steps of time, where these were asked for.
    """

    __slots__ = ("completeness", "over", "rows", "total")

    def __init__(
        self, rows: dict[CountKey, int], total: int, over: dict[int, int] | None = None
    ) -> None:
        self.rows = rows
        self.total = total
        self.over = over or {}
        self.completeness = Completeness()


class Term:
    """One word of a store's vocabulary.

    Attributes:
        value: The action, actor id, organization, ...
        count: How many events have it.
        first: When it was first seen, in milliseconds of occurred_at.
        last: When it was last seen.
        detail: More about it: an actor's name, type, email.
    """

    __slots__ = ("count", "detail", "first", "last", "value")

    def __init__(
        self, value: str, count: int, first: int, last: int, detail: dict[str, str] | None = None
    ) -> None:
        self.value = value
        self.count = count
        self.first = first
        self.last = last
        self.detail = detail or {}


class Stored(NamedTuple):
    """What became of one appended event; ``reason`` says why one was ``refused``."""

    id: str
    seq: int
    status: Literal["added", "duplicate", "conflict", "refused"]
    reason: str = ""


class Receipt(NamedTuple):
    """What a durable append did, in the order of its events; ``replayed`` by idempotency key."""

    events: tuple[Stored, ...]
    replayed: bool = False

    @property
    def added(self) -> int:
        """How many events are new in the store."""
        return sum(1 for event in self.events if event.status == "added")


class StoreInfo(NamedTuple):
    """What a store says about itself: for ``store show``, ``doctor`` and footers."""

    kind: str
    address: str
    events: int
    first: int | None
    last: int | None
    organizations: int
    details: dict[str, Any] = {}  # noqa: RUF012 - never changed


class Store(Protocol):
    """A place where events are."""

    def search(self, query: Query) -> Results:
        """Return the matching events in the order of reading, streaming."""
        ...

    def total(self, query: Query, *, at_most: int) -> Total:
        """Return how many events match, looking no further than about ``at_most``.

        The query's limit is not applied.
        """
        ...

    def get(self, event_id: str) -> Event:
        """Return one event.

        Raises:
            NotFoundError: There is none with this id.
        """
        ...

    def head(self) -> Cursor:
        """Return the position behind the newest event."""
        ...

    def follow(
        self, query: Query, after: Cursor | None = None, *, heartbeat: float = 1.0
    ) -> Iterator[Event | Notice]:
        """Yield matching events as they are stored, in order of ``seq``, without end.

        Args:
            query: Condition and range; limit and order are not applied.
            after: Where to go on; None is the head at the moment of this call.
            heartbeat: Seconds after which a bookmark is given at the latest.

        Raises:
            UsageError: The cursor is none of this store's; raised by the call itself.
        """
        ...

    def count(
        self, query: Query, by: Sequence[Grouping], *, over: Grouping | None = None
    ) -> Counts:
        """Count matching events in groups; the query's limit is not applied.

        Args:
            query: Condition and range.
            by: The dimensions of the groups; none is one group of all.
            over: Steps of time in which all matching events are counted beside the groups, from
                the same state of the store.
        """
        ...

    def append(
        self,
        events: Sequence[NewEvent],
        *,
        idempotency_key: str | None = None,
    ) -> Receipt:
        """Store events; when it returns, they are durable.

        An event whose id is already there with equal content is a ``duplicate``; with other
        content a ``conflict``, and one that the store cannot hold is ``refused``; these are not
        stored. All others are stored in one transaction.

        Raises:
            ConflictError: The idempotency key was used with other events in the last 24 hours.
            StoreError: The store is read-only, full, failing, or busy; nothing was stored.
        """
        ...

    def vocabulary(self, field: str, *, limit: int | None = None) -> list[Term]:
        """Return known values, most frequent first: ``action``, ``actor``, ``org``."""
        ...

    def explain(self, query: Query) -> list[tuple[str, str]]:
        """Return how the query would be answered: (what, how) lines."""
        ...

    def info(self) -> StoreInfo:
        """Return what the store is and holds."""
        ...

    def check(self) -> Iterable[str]:
        """Verify the store's integrity; yield a sentence for each fault."""
        ...

    def close(self) -> None:
        """Release files and connections."""
        ...
