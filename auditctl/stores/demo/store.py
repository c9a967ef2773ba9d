"""The demo store: an embedded store with an invented trail, which goes on while it is read."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from auditctl.errors import AccessError, AuditctlError, StoreError
from auditctl.events.clock import now_ms
from auditctl.stores.base import Cursor, Notice, checked
from auditctl.stores.embedded.connection import open_reader, translated
from auditctl.stores.embedded.reader import Reader
from auditctl.stores.embedded.store import EmbeddedStore
from auditctl.stores.embedded.timekey import key_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from auditctl.events.event import Event
    from auditctl.events.intake import NewEvent
    from auditctl.stores.base import Query, Receipt
    from auditctl.stores.embedded.prepared import Prepared

SEED = 7
EDITION = "demo-2-"  # how the names of such stores begin: a trail of another edition is made anew
MAX_AGE_MS = 24 * 3_600_000  # since it was made; the stories then still are where the README looks
BEHIND_MS = 5 * 60_000  # a trail that ends so long ago is brought up to now
_LOOK = 0.25  # seconds between two looks whether something has happened
_PATIENCE = 0.05  # seconds to wait for another writer, which may well write the same
_ABANDONED_S = 600  # after which what another process was making is taken to be left behind


class State(NamedTuple):
    """When a trail was made and when its newest event occurred, in milliseconds."""

    made: int
    last: int


class DemoStore(EmbeddedStore):
    """The demo trail. Nobody adds to it but the service that it tells of.

    Args:
        path: The file.
        now: The clock, in milliseconds.
        sleep: How a follower waits, in seconds.
        monotonic: Seconds that never go back, for the heartbeat of a follower.
    """

    kind = "demo"

    def __init__(
        self,
        path: str,
        now: Callable[[], int] = now_ms,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(path, now=now, patience=_PATIENCE)
        self._sleep = sleep
        self._monotonic = monotonic

    @property
    def _reader(self) -> Reader:
        if self._opened is None:
            try:
                self._opened = Reader(open_reader(self.path), self.path)
            except AccessError:
                # in a folder that is not ours; where nobody can write, it is as good as unchanging
                self._opened = Reader(open_reader(self.path, unchanging=True), self.path)
        return self._opened

    def append(self, events: Sequence[NewEvent], *, idempotency_key: str | None = None) -> Receipt:
        """Refuse: the trail is invented, and made anew every day."""
        del events, idempotency_key
        raise _only_read()

    def append_prepared(self, events: Sequence[Prepared]) -> Receipt:
        """Refuse as well."""
        del events
        raise _only_read()

    def state(self) -> State | None:
        """Return how old the trail is; None if it is one of another edition.

        Raises:
            AuditctlError: The file cannot be read.
        """
        reader = self._reader
        if not reader.name.startswith(EDITION):
            return None
        with translated(self.path):
            sql = "SELECT created, (SELECT max(k) FROM event) FROM store"
            made, key = reader.connection.execute(sql).get
        return None if key is None else State(made, key_ms(key))

    def catch_up(self, state: State) -> None:
        """Add what has happened since the trail was last looked at, if that can be written.

        It takes 30 ms for some hours, so that a few minutes are left out.
        """
        now = self._now()
        if now - max(state.last, self._looked_ms(now)) < BEHIND_MS or not self.writable():
            return
        from auditctl.stores.demo.stories import story_moments  # noqa: PLC0415 - 40 ms, not often
        from auditctl.stores.demo.stream import events_between  # noqa: PLC0415 - likewise

        at = story_moments(state.made)
        with suppress(AuditctlError):  # busy or full: it is read as it is
            self.bring(events_between(SEED, state.last, now, at))
            mark(self.path, now)

    def _looked_ms(self, now: int) -> int:
        """Return when the trail was last caught up with: at night there may be nothing to add."""
        try:
            marked = os.stat(self.path).st_mtime_ns // 1_000_000  # noqa: PTH116 - at every start
        except OSError:
            return 0
        return marked if marked <= now else 0

    def writable(self) -> bool:
        """Tell whether events can be added at all."""
        return os.access(self.path, os.W_OK) and os.access(Path(self.path).parent, os.W_OK)

    def bring(self, events: Sequence[NewEvent]) -> None:
        """Add events of the service; those that another process has added are left out.

        Raises:
            AuditctlError: They could not be stored.
        """
        new = [event for event in events if not self._has(str(event.id))]
        if not new:
            return
        if self._writing is None:
            _ = self._writer
            # an invented event may be lost when the power fails, the file stays whole
            self._writing[0].execute("PRAGMA synchronous = NORMAL")  # type: ignore[index]
        super().append(new)

    def _has(self, event_id: str) -> bool:
        from auditctl.events.ids import pack_id  # noqa: PLC0415 - for writing only

        sql = "SELECT 1 FROM ident WHERE id = ?"
        with translated(self.path):
            return self._reader.connection.execute(sql, (pack_id(event_id),)).get is not None

    def follow(
        self, query: Query, after: Cursor | None = None, *, heartbeat: float = 1.0
    ) -> Iterator[Event | Notice]:
        """Yield events as they are stored, and have the service go on as long as it is followed."""
        return self._follow(query, checked(after, self.head()), heartbeat)

    def _follow(self, query: Query, position: Cursor, heartbeat: float) -> Iterator[Event | Notice]:
        from auditctl.stores.demo.live import Live  # noqa: PLC0415 - for followers

        live = Live(self, SEED, self._now)
        while True:
            file = _identity(self.path)
            items = self._reader.follow(
                query,
                position,
                min(heartbeat, _LOOK),
                sleep=self._sleep,
                clock=self._monotonic,
            )
            for item in items:
                yield item
                if not isinstance(item, Notice):
                    continue
                position = item.cursor
                if _identity(self.path) not in (file, None):
                    break
                problem = live.go_on()
                if problem is not None:
                    yield Notice("lag", position, text=f"no events can arrive: {problem}")
            items.close()  # type: ignore[attr-defined]
            self.close()
            position = self.head()
            yield Notice("lag", position, text="the demo trail was made anew")


def open_demo(
    path: str,
    now: Callable[[], int] = now_ms,
    *,
    sleep: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> DemoStore:
    """Open the demo store, with a trail that ends now.

    It is made where there is none, or one that is older than a day, damaged, of another edition, or
    of a time to come; otherwise what has happened since is added. Where nothing can be written, it
    is read as it is.

    Args:
        path: The file.
        now: The clock, in milliseconds.
        sleep: How a follower waits, in seconds.
        monotonic: Seconds that never go back, for followers.

    Raises:
        AccessError: There is no trail, and none can be made.
        StoreFullError: Likewise, since the disk is full.
    """
    store = DemoStore(path, now, sleep=sleep, monotonic=monotonic)
    state = _state_of(store)
    if state is not None and _is_current(state, now()):
        store.catch_up(state)
        return store
    store.close()
    try:
        _make(path, now())
    except (AuditctlError, OSError) as error:
        if state is None:
            raise _not_made(path, error) from error
    return DemoStore(path, now, sleep=sleep, monotonic=monotonic)


def _state_of(store: DemoStore) -> State | None:
    try:
        return store.state()
    except AuditctlError:
        return None  # none yet, a damaged one, or an older version's


def _is_current(state: State, now: int) -> bool:
    """Tell whether a trail is of use; a clock that was put back a little does no harm."""
    return -BEHIND_MS <= now - state.made < MAX_AGE_MS and now - state.last >= -BEHIND_MS


def _identity(path: str) -> tuple[int, int] | None:
    """Return what tells a file from another one that has taken its place."""
    try:
        found = os.stat(path)  # noqa: PTH116 - a follower asks ten times a second
    except OSError:
        return None
    return found.st_dev, found.st_ino


def mark(path: str, now: int) -> None:
    """Note on the file that everything up to now is in it."""
    with suppress(OSError):
        os.utime(path, ns=(now * 1_000_000, now * 1_000_000))


def _only_read() -> StoreError:
    return StoreError(
        "the demo store is only read, since it is made anew every day",
        hint="without `--store demo` events go to a store of your own",
    )


def _not_made(path: str, error: Exception) -> AuditctlError:
    if isinstance(error, AuditctlError) and not isinstance(error, AccessError):
        return error
    return AccessError(
        f"the demo trail cannot be made in {Path(path).parent}: permission denied",
        hint="set AUDITCTL_DATA_DIR to a folder of your own",
    )


def _make(path: str, end_ms: int) -> None:
    """Make the trail beside the file and put it in place; who has the old one open keeps it."""
    from auditctl.events.ids import IdMaker  # noqa: PLC0415 - writing only
    from auditctl.stores.demo.stream import demo_events  # noqa: PLC0415 - 0.7 s, once a day
    from auditctl.stores.embedded.connection import open_writer  # noqa: PLC0415 - likewise
    from auditctl.stores.embedded.writer import Writer  # noqa: PLC0415 - likewise

    before = _identity(path)
    _tidy(Path(path))
    fresh = f"{path}.{os.getpid()}"
    try:
        connection = open_writer(fresh, bulk=True)
        with translated(fresh), _uncollected():
            # half a file after a power cut is a damaged one, which is made anew
            connection.execute("PRAGMA synchronous = OFF")
            trail = list(demo_events(SEED, end_ms))
            Writer(connection, lambda: end_ms, IdMaker()).append(trail, None)
            connection.execute("UPDATE store SET name = ? || name, created = ?", (EDITION, end_ms))
            connection.close()
        mark(fresh, end_ms)
        if _identity(path) != before:
            return  # another process was faster
        for rest in ("-wal", "-shm"):
            Path(path + rest).unlink(missing_ok=True)
        Path(fresh).replace(path)
    finally:
        for rest in ("", "-wal", "-shm"):
            Path(fresh + rest).unlink(missing_ok=True)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Leave garbage where it is: looking for it among 20,000 events takes a fifth of the time."""
    import gc  # noqa: PLC0415 - for making only

    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _tidy(path: Path) -> None:
    """Remove what processes that were killed have left of their making."""
    for left in path.parent.glob(f"{path.name}.*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _ABANDONED_S:
                left.unlink()
