"""The door of the importers: which kinds of file there are, and the reading of one."""

import re
from collections.abc import Callable, Iterator

from auditctl.errors import UsageError
from auditctl.formats.importers import cloudtrail, github, jsonl, workos_csv
from auditctl.formats.importers.records import Record
from auditctl.formats.importers.source import Source, open_source

__all__ = ["KINDS", "Record", "Source", "guess_kind", "open_source", "read_records"]

KINDS: dict[str, str] = {
    "jsonl": "Events as JSON Lines or a JSON array: auditctl's own export, WorkOS event bodies",
    "workos-csv": "A CSV export of WorkOS Audit Logs",
    "cloudtrail": "AWS CloudTrail log files",
    "github": "A JSON export of a GitHub organization's audit log",
}

_READERS: dict[str, Callable[..., Iterator[Record]]] = {
    "jsonl": jsonl.read,
    "workos-csv": workos_csv.read,
    "cloudtrail": cloudtrail.read,
    "github": github.read,
}

_CLOUDTRAIL_START = re.compile(rb'\s*\[?\s*\{\s*"(?:Records|Events)"\s*:\s*\[')


def read_records(kind: str, source: Source, *, organization: str | None) -> Iterator[Record]:
    """Read a file, one record at a time, in memory that does not grow with the file.

    A file that is damaged ends with a record whose error says so; nothing is raised while reading.

    Args:
        kind: One of :data:`KINDS`.
        source: The file, from :func:`open_source`; it can be read once.
        organization: The organization of records that name none.

    Raises:
        UsageError: There is no such kind; raised at once, not at the first record.
    """
    reader = _READERS.get(kind)
    if reader is None:
        from auditctl.closeness import closest  # noqa: PLC0415 - only for an error

        close = closest(kind, KINDS)
        hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(KINDS)}"
        raise UsageError(f"unknown kind of file {kind!r}", hint=hint)
    return _with_fault(reader(source, organization=organization), source)


def _with_fault(records: Iterator[Record], source: Source) -> Iterator[Record]:
    yield from records
    if source.fault is not None:
        line = source.line if source.remainder else source.line + 1
        yield Record(line, source.remainder, None, source.fault)


def guess_kind(path: str, head: bytes) -> str:
    """Return the kind that a file most likely has.

    Args:
        path: The name of the file; used only where the content says nothing.
        head: Its first bytes, unpacked: :attr:`Source.head`.

    Returns:
        One of :data:`KINDS`; ``jsonl`` where nothing says otherwise.
    """
    text = head.lstrip()
    if text[:1] not in (b"{", b"["):
        first_line = text.partition(b"\n")[0]
        is_csv = b"," in first_line or path.lower().removesuffix(".gz").endswith(".csv")
        return "workos-csv" if is_csv else "jsonl"
    if _CLOUDTRAIL_START.match(text):
        return "cloudtrail"
    # our own export of an imported record has the keys of other kinds too, under "source"
    if b'"occurred_at"' in text:
        return "jsonl"
    if b'"eventSource"' in text or b'"eventVersion"' in text:
        return "cloudtrail"
    if b'"@timestamp"' in text or b'"_document_id"' in text:
        return "github"
    return "jsonl"
