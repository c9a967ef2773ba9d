"""Bringing the mirror up to date: exports of what is missing, slice by slice.

It is a first form: one slice after the other, no retries.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from auditctl.stores.workos.api import EVERY_EVENT
from auditctl.stores.workos.errors import EmptyExportError
from auditctl.stores.workos.options import SyncProgress

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from auditctl.stores.base import Hole
    from auditctl.stores.embedded.store import EmbeddedStore
    from auditctl.stores.workos.api import Api, ExportFilters
    from auditctl.stores.workos.intervals import Interval
    from auditctl.stores.workos.ledger import Ledger
    from auditctl.stores.workos.options import WorkosOptions


class Sync:
    """Fetches intervals of organizations into an embedded store.

    Args:
        options: How the store works.
        api: How to reach WorkOS; asked at the first request.
        events: Where the events go.
        ledger: Where it is noted what is whole; None notes nothing (``--direct``).
        sleep: How to wait, in seconds.
    """

    def __init__(
        self,
        options: WorkosOptions,
        api: Callable[[], Api],
        events: EmbeddedStore,
        ledger: Ledger | None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._options = options
        self._api = api
        self._events = events
        self._ledger = ledger
        self._sleep = sleep

    def fetch(
        self,
        wanted: Sequence[tuple[str, Interval]],
        filters: ExportFilters = EVERY_EVENT,
    ) -> list[Hole]:
        """Fetch intervals of organizations; return what could not be had, with the reasons.

        What lies before the export window is a hole and costs no request. What is whole and
        settled is noted in the ledger; with filters nothing is noted.

        Args:
            wanted: Organization ids with intervals.
            filters: What WorkOS leaves out.

        Raises:
            AccessError: The key is wrong, or may not do this.
            NotFoundError: There is no such organization.
            UnavailableError: WorkOS cannot be reached at all, or limits still after retries.
            StoreError: The mirror cannot be written.
        """
        holes: list[Hole] = []
        now = self._options.now()
        for done, (org, interval) in enumerate(wanted):
            self._options.progress(SyncProgress(len(wanted), done, 0))
            self._one(org, interval, filters)
            if self._ledger is not None:
                settled = min(interval.end, now - self._options.settle_ms)
                if settled > interval.start:
                    self._ledger.cover(org, interval.start, settled, rows=0, fetched=now)
                self._ledger.saw(org, interval.end)
        self._options.progress(SyncProgress(len(wanted), len(wanted), 0, ended=True))
        return holes

    def _one(self, org: str, interval: Interval, filters: ExportFilters) -> None:
        from auditctl.stores.workos.rows import read_rows  # noqa: PLC0415 - msgspec, 28 ms

        api = self._api()
        try:
            export = api.create_export(org, interval.start, interval.end, filters)
        except EmptyExportError:
            return
        while export.state == "pending":
            self._sleep(0.2)
            export = api.export(export.id)
        with api.http.download(export.url or "") as download:
            events = list(read_rows(download.chunks, organization=org))
        for event in events:
            del event
