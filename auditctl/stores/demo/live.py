"""The service while somebody watches: what has become due is stored, and the follower finds it.

Several followers bring the same events, since these depend on the moment alone; who comes first
stores an event, and the others find it there. What began before a follower came is left to others.
"""

from __future__ import annotations

from heapq import merge
from typing import TYPE_CHECKING

from auditctl.errors import AuditctlError, StoreBusyError
from auditctl.stores.demo.stories import story_moments
from auditctl.stores.demo.stream import WATCHED, Arrival, arrivals, told_after

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from auditctl.events.intake import NewEvent
    from auditctl.stores.demo.store import DemoStore

_PAUSE_MS = 30_000  # a follower that has not looked for so long leaves out what it missed
_BACK_MS = 1_000


class Live:
    """Brings events into a store as they become due.

    Args:
        store: The store.
        seed: That of its trail.
        now: The clock, in milliseconds.
    """

    def __init__(self, store: DemoStore, seed: int, now: Callable[[], int]) -> None:
        self._store = store
        self._seed = seed
        self._now = now
        self._writable = store.writable()
        self._told = False
        self._begin(now())

    def _begin(self, now: int) -> None:
        """Work out what comes from now on, and what the store lacks up to now."""
        state = self._store.state()
        made, last = state or (now, now)
        at = story_moments(made)
        service = told_after(self._seed, min(last, now), at)
        watched = arrivals(self._seed, now, at, WATCHED)
        self._coming: Iterator[Arrival] = merge(service, watched, key=lambda one: one.received)
        self._next = next(self._coming)
        self._due: list[NewEvent] = []
        self._looked = now

    def go_on(self) -> str | None:
        """Store what has become due.

        Returns:
            Why no events can arrive, said once; None where they can.
        """
        if not self._writable:
            return self._once(f"{self._store.path} cannot be written")
        now = self._now()
        if not -_BACK_MS <= now - self._looked <= _PAUSE_MS:
            self._begin(now)  # the clock was set, or the machine has slept
        self._looked = now
        while self._next.received <= now:
            self._due.append(self._next.event)
            self._next = next(self._coming)
        if not self._due:
            return None
        try:
            self._store.bring(self._due)
        except StoreBusyError:
            return None  # tried again at the next look
        except AuditctlError as error:
            self._due = []
            return self._once(error.message)
        self._due = []
        self._told = False
        return None

    def _once(self, problem: str) -> str | None:
        if self._told:
            return None
        self._told = True
        return problem
