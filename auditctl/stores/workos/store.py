"""A WorkOS environment behind the Store protocol: fetch what is missing, then ask the mirror.

It is a first form: one organization, no push-down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditctl.errors import RefusedError, UsageError
from auditctl.stores.embedded.store import EmbeddedStore
from auditctl.stores.workos.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditctl.events.event import Event
    from auditctl.events.intake import NewEvent
    from auditctl.stores.base import (
        Counts,
        Cursor,
        Grouping,
        Notice,
        Query,
        Receipt,
        Results,
        StoreInfo,
        Term,
        Total,
    )
    from auditctl.stores.workos.api import Api
    from auditctl.stores.workos.options import WorkosOptions


class WorkosStore:
    """One WorkOS environment.

    Args:
        options: How it works.
    """

    kind = "workos"

    def __init__(self, options: WorkosOptions) -> None:
        self.options = options
        self.events = EmbeddedStore(options.mirror)
        self.ledger = Ledger(options.mirror)
        self._api: Api | None = None

    @property
    def api(self) -> Api:
        """The API; it is loaded at the first request."""
        if self._api is None:
            from auditctl.stores.workos.api import Api  # noqa: PLC0415 - httpx, 115 ms
            from auditctl.stores.workos.http import Http  # noqa: PLC0415 - as above

            options = self.options
            self._api = Api(Http(options.base_url, options.api_key, trace=options.trace))
        return self._api

    def search(self, query: Query) -> Results:
        """Fetch what the range lacks, then search the mirror."""
        self._ready(query)
        return self.events.search(query)

    def _ready(self, query: Query) -> None:
        from auditctl.stores.workos.sync import Sync  # noqa: PLC0415 - only to fetch

        self.events.append([])
        orgs = [one.id for one in self.api.organizations(most=2)]
        if len(orgs) != 1:
            raise UsageError("which organization?", hint="--org")
        until = min(query.until or self.options.now(), self.options.now())
        wanted = [
            (org, interval)
            for org in orgs
            for interval in self.ledger.missing(org, query.since or 0, until)
        ]
        Sync(self.options, lambda: self.api, self.events, self.ledger).fetch(wanted)

    def total(self, query: Query, *, at_most: int) -> Total:
        """Return how many events match."""
        return self.events.total(query, at_most=at_most)

    def get(self, event_id: str) -> Event:
        """Return one event."""
        return self.events.get(event_id)

    def head(self) -> Cursor:
        """Return the position behind what was mirrored last."""
        return self.events.head()

    def follow(
        self, query: Query, after: Cursor | None = None, *, heartbeat: float = 1.0
    ) -> Iterator[Event | Notice]:
        """Yield new events as exports bring them."""
        return self.events.follow(query, after, heartbeat=heartbeat)

    def count(
        self, query: Query, by: Sequence[Grouping], *, over: Grouping | None = None
    ) -> Counts:
        """Fetch what the range lacks, then count in the mirror."""
        self._ready(query)
        return self.events.count(query, by, over=over)

    def append(self, events: Sequence[NewEvent], *, idempotency_key: str | None = None) -> Receipt:
        """Send events to WorkOS."""
        del events, idempotency_key
        raise RefusedError("not yet")

    def vocabulary(self, field: str, *, limit: int | None = None) -> list[Term]:
        """Return the known values in the mirror."""
        return self.events.vocabulary(field, limit=limit)

    def explain(self, query: Query) -> list[tuple[str, str]]:
        """Return how the query would be answered."""
        return self.events.explain(query)

    def info(self) -> StoreInfo:
        """Return what the mirror holds."""
        return self.events.info()._replace(kind=self.kind, address=self.options.base_url)

    def check(self) -> Iterator[str]:
        """Verify the mirror."""
        return self.events.check()

    def close(self) -> None:
        """Release files and connections."""
        if self._api is not None:
            self._api.http.close()
            self._api = None
        self.ledger.close()
        self.events.close()
