"""The coverage ledger: which intervals of which organization the mirror holds whole.

It stands in the same file as the events, so that none can be lost without the other.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from auditctl.stores.embedded.connection import open_reader, open_writer, translated
from auditctl.stores.workos.intervals import Interval, merged, without

if TYPE_CHECKING:
    from collections.abc import Sequence

    import apsw

    from auditctl.stores.workos.api import Organization

_TABLES = """
CREATE TABLE IF NOT EXISTS workos_coverage(
    org TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL,
    rows INTEGER NOT NULL, fetched INTEGER NOT NULL, PRIMARY KEY(org, since)
) WITHOUT ROWID, STRICT;
CREATE TABLE IF NOT EXISTS workos_seen(
    org TEXT PRIMARY KEY, until INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE TABLE IF NOT EXISTS workos_org(
    id TEXT PRIMARY KEY, name TEXT NOT NULL, created TEXT, fingerprint TEXT,
    fetched INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
"""


class Slice(NamedTuple):
    """One fetched interval: how many rows it had, and when it was fetched (milliseconds)."""

    since: int
    until: int
    rows: int
    fetched: int


class KnownOrganization(NamedTuple):
    """An organization that was seen: with which key, and when (milliseconds)."""

    id: str
    name: str
    created: str | None
    fingerprint: str | None
    fetched: int


class Ledger:
    """What is covered.

    Args:
        path: The file of the mirror; it is made at the first change.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._reading: apsw.Connection | None = None
        self._writing: apsw.Connection | None = None

    def missing(self, org: str, since: int, until: int) -> list[Interval]:
        """Return the parts of ``[since, until)`` that are not covered, in order."""
        covered = [Interval(one.since, one.until) for one in self.slices(org)]
        return without(Interval(since, until), covered)

    def covered(self, org: str) -> list[Interval]:
        """Return what is covered, in as few intervals as possible, in order."""
        return merged(Interval(one.since, one.until) for one in self.slices(org))

    def slices(self, org: str) -> list[Slice]:
        """Return what was fetched, in order."""
        sql = "SELECT since, until, rows, fetched FROM workos_coverage WHERE org = ? ORDER BY since"
        return [Slice(*row) for row in self._rows(sql, (org,))]

    def seen_until(self, org: str) -> int | None:
        """Return up to when events were fetched at all, settled or not; None for never."""
        rows = self._rows("SELECT until FROM workos_seen WHERE org = ?", (org,))
        return int(rows[0][0]) if rows else None

    def cover(self, org: str, since: int, until: int, *, rows: int, fetched: int) -> None:
        """Note that ``[since, until)`` is whole. The events are on the disk already."""
        with translated(self.path):
            self._writer().execute(
                "INSERT OR REPLACE INTO workos_coverage VALUES(?, ?, ?, ?, ?)",
                (org, since, until, rows, fetched),
            )

    def saw(self, org: str, until: int) -> None:
        """Note up to when events were fetched, settled or not."""
        with translated(self.path):
            self._writer().execute(
                "INSERT INTO workos_seen VALUES(?, ?) ON CONFLICT DO UPDATE"
                " SET until = max(until, excluded.until)",
                (org, until),
            )

    def forget(self, org: str, since: int, until: int) -> None:
        """Note that ``[since, until)`` is not covered any more."""
        kept = [part for one in self.slices(org) for part in _cut(one, since, until)]
        connection = self._writer()
        with translated(self.path), connection:
            connection.execute("DELETE FROM workos_coverage WHERE org = ?", (org,))
            for one in kept:
                connection.execute("INSERT INTO workos_coverage VALUES(?, ?, ?, ?, ?)", (org, *one))

    def orgs(self) -> list[str]:
        """Return the organizations of which something was fetched."""
        sql = "SELECT DISTINCT org FROM workos_coverage UNION SELECT org FROM workos_seen"
        return [str(row[0]) for row in self._rows(sql, ())]

    def organizations(self, fingerprint: str | None) -> list[KnownOrganization]:
        """Return the organizations that a key has seen; None is any key."""
        sql = "SELECT id, name, created, fingerprint, fetched FROM workos_org"
        known = [KnownOrganization(*row) for row in self._rows(sql, ())]
        return [one for one in known if fingerprint in (None, one.fingerprint)]

    def remember(
        self, organizations: Sequence[Organization], fingerprint: str | None, now: int
    ) -> None:
        """Note all organizations that a key sees."""
        connection = self._writer()
        with translated(self.path), connection:
            connection.execute("DELETE FROM workos_org WHERE fingerprint IS ?", (fingerprint,))
            for one in organizations:
                connection.execute(
                    "INSERT OR REPLACE INTO workos_org VALUES(?, ?, ?, ?, ?)",
                    (one.id, one.name, one.created_at, fingerprint, now),
                )

    def close(self) -> None:
        """Release the file."""
        for connection in (self._reading, self._writing):
            if connection is not None:
                connection.close()
        self._reading = self._writing = None

    def _rows(self, sql: str, parameters: tuple[str, ...]) -> list[Any]:
        if self._reading is None:
            if not Path(self.path).exists():
                return []
            self._reading = open_reader(self.path)
        with translated(self.path):
            there = "SELECT 1 FROM sqlite_schema WHERE name = 'workos_org'"
            if self._reading.execute(there).get is None:
                return []
            return self._reading.execute(sql, parameters).fetchall()

    def _writer(self) -> apsw.Connection:
        if self._writing is None:
            self._writing = open_writer(self.path)
            with translated(self.path):
                self._writing.execute(_TABLES).fetchall()
        return self._writing


def _cut(one: Slice, since: int, until: int) -> list[Slice]:
    parts = without(Interval(one.since, one.until), [Interval(since, until)])
    return [Slice(part.start, part.end, one.rows, one.fetched) for part in parts]
