"""Ids for events that came without one, equal events told apart by their occurrence."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from auditctl.events.clock import parse_instant
from auditctl.events.ids import content_id

if TYPE_CHECKING:
    import apsw

    from auditctl.events.intake import NewEvent

_IN_MEMORY = 200_000  # distinct contents, 20 MB; more go to a temporary file of SQLite


class Occurrences:
    """Counts how often each content came, in flat memory.

    One object serves one reading of one source: the second of two equal rows gets another id than
    the first, and both get the same ids again at the next reading.

    Args:
        in_memory: How many distinct contents are kept in memory before a file takes over.
    """

    def __init__(self, in_memory: int = _IN_MEMORY) -> None:
        self._in_memory = in_memory
        self._seen: dict[bytes, int] = {}
        self._file: apsw.Connection | None = None

    def identify(self, event: NewEvent) -> str:
        """Return the id of an event by its content and how often that came before."""
        from auditctl.events.intake import canonical_bytes  # noqa: PLC0415 - msgspec, 28 ms

        content = canonical_bytes(event, bare=True)
        times = self._count(hashlib.sha256(content).digest()[:12])
        return content_id(parse_instant(event.occurred_at), content, times)

    def _count(self, key: bytes) -> int:
        """Return how often the key came before, and count it."""
        before = self._seen.get(key)
        if before is not None or (self._file is None and len(self._seen) < self._in_memory):
            self._seen[key] = (before or 0) + 1
            return before or 0
        row = self._spill().execute(
            "INSERT INTO seen VALUES(?, 0) ON CONFLICT DO UPDATE SET n = n + 1 RETURNING n", (key,)
        )
        return int(row.get)

    def _spill(self) -> apsw.Connection:
        if self._file is None:
            import apsw  # noqa: PLC0415 - only a large source without ids needs it

            self._file = apsw.Connection("")
            self._file.execute(
                "PRAGMA journal_mode = OFF; PRAGMA cache_size = -32768;"
                "CREATE TABLE seen(key BLOB PRIMARY KEY, n INTEGER) WITHOUT ROWID; BEGIN"
            ).fetchall()
        return self._file
