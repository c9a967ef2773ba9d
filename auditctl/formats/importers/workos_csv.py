"""The CSV export of WorkOS Audit Logs.

WorkOS publishes no list of the columns. Those read here are the ones that WorkOS's own tools read
(https://github.com/workos/workos-audit-harness): ``action``, ``occurred_at``, ``actor_id``, ...,
and one group ``target_id_N``, ``target_type_N``, ... per target, so that the width of a file
depends on its longest record. Columns go by name, in any order; other spellings are read too.
What has no place in an event is kept under ``source`` with type ``workos.csv``, by its column.
"""

import csv
from collections.abc import Iterator
from typing import Any

from auditctl.errors import EventError
from auditctl.events.intake import NewEvent, Scalar, decode_json, intake
from auditctl.formats.importers.csv_columns import Columns, read_columns
from auditctl.formats.importers.records import Record, too_long
from auditctl.formats.importers.source import MAX_RECORD_BYTES, Source
from auditctl.formats.importers.times import canonical_time

SOURCE_TYPE = "workos.csv"

Cells = dict[str, Any]


class _Rows:
    """The rows of a file, each with the bytes that it was made of."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._taken: list[bytes] = []
        self._ended = False

    def _lines(self) -> Iterator[str]:
        for line in self._source.lines():
            self._taken.append(line)
            # bytes that are no UTF-8 become lone surrogates; the row is refused for its raw bytes
            yield line.decode("utf-8", "surrogateescape")
        self._ended = True

    def __iter__(self) -> Iterator[tuple[list[str], Record]]:
        """Yield the cells of each row, and its record: without an event, perhaps with an error."""
        # strict: a stray quote is an error, where lenient reading would join rows
        reader = csv.reader(self._lines(), strict=True)
        while True:
            error = None
            try:
                row = next(reader, None)
            except csv.Error as caught:
                if self._ended and self._source.fault is not None:
                    # the quote is open because the file is cut off, which is said at its end
                    self._source.remainder = b"".join(self._taken) + self._source.remainder
                    return
                row, error = [], f"CSV: {caught}"
            if row is None:
                return
            record = self._take(error)
            if row or record.error:
                yield row, record

    def _take(self, error: str | None) -> Record:
        taken = self._taken
        line = self._source.line - len(taken) + 1
        overlong = any(len(one) > MAX_RECORD_BYTES for one in taken)
        raw = b"".join(taken).rstrip(b"\r\n")
        taken.clear()
        if overlong:
            return too_long(line, raw)
        if error is None and not _is_utf8(raw):
            error = "the row is not UTF-8 text"
        return Record(line, raw, None, error)


def read(source: Source, *, organization: str | None) -> Iterator[Record]:
    """Read an export.

    The ``raw`` of a record is its row as it stands in the file; ``source.heading`` is the header
    row that belongs before rejected rows.

    Args:
        source: The file.
        organization: The organization of rows that name none.
    """
    # 128 KiB by default; a metadata cell may be as large as a record. The setting is global.
    csv.field_size_limit(MAX_RECORD_BYTES)
    rows = iter(_Rows(source))
    header, record = next(rows, (None, None))
    if header is None or record is None:
        return
    columns = read_columns(header)
    if record.error is None and columns.missing:
        record.error = _missing_text(columns, header)
    if record.error is not None:
        # without a header no row can be read
        yield record
        return
    source.heading = record.raw + b"\n"
    for row, record in rows:
        if record.error is None:
            _fill(record, row, columns, organization)
        yield record


def _missing_text(columns: Columns, row: list[str]) -> str:
    missing = ", ".join(columns.missing)
    found = ", ".join(row)[:200]
    return f"this is no WorkOS export: its header has no column {missing}; it has {found!r}"


def _fill(record: Record, row: list[str], columns: Columns, organization: str | None) -> None:
    """Give a record its event, or the error why it has none."""
    try:
        record.event = _event(row, columns, organization)
    except EventError as error:
        record.error = str(error)


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _event(row: list[str], columns: Columns, organization: str | None) -> NewEvent:
    if len(row) > columns.width:
        raise EventError(f"{len(row)} cells, but the header has {columns.width} columns")
    rest: Cells = {}
    for index, column in columns.unknown.items():
        if index < len(row) and row[index]:
            rest[column] = row[index]
    # a row shorter than the header has empty cells at its end
    row = row + [""] * (columns.width - len(row))
    cells = {field: row[index] for field, index in columns.fields.items()}
    for field in ("action", "occurred_at"):
        if not cells[field].strip():
            raise EventError(f"{columns.names[columns.fields[field]]!r} is empty")
    mapping: dict[str, Any] = {
        "id": cells.get("id") or None,
        "organization_id": cells.get("organization_id") or None,
        "action": cells["action"],
        "version": _version(cells.get("version", "")),
        "occurred_at": canonical_time(cells["occurred_at"]),
        "received_at": canonical_time(cells["received_at"]) if cells.get("received_at") else None,
        "actor": {
            "id": cells["actor_id"],
            "type": cells.get("actor_type", ""),
            "name": cells.get("actor_name") or None,
            "metadata": _metadata(row, columns, "actor_metadata", rest),
        },
        "targets": _targets(row, columns, rest),
        "context": {
            "location": cells.get("context_location") or None,
            "user_agent": cells.get("context_user_agent") or None,
        },
        "metadata": _metadata(row, columns, "metadata", rest),
    }
    if rest:
        mapping["source"] = {"type": SOURCE_TYPE, "record": rest}
    return intake(mapping, organization=organization)


def _version(cell: str) -> int | None:
    if not cell.strip():
        return None
    try:
        return int(cell)
    except ValueError as error:
        raise EventError(f"'version': expected a whole number, got {cell[:40]!r}") from error


def _metadata(row: list[str], columns: Columns, field: str, rest: Cells) -> dict[str, Scalar]:
    """Return the scalars of a metadata cell; what else it holds goes to ``rest``."""
    index = columns.fields.get(field)
    return _metadata_at(row, columns, index, rest) if index is not None else {}


def _metadata_at(row: list[str], columns: Columns, index: int, rest: Cells) -> dict[str, Scalar]:
    if not row[index].strip():
        return {}
    value = _json_or_text(row[index])
    if value is None:
        return {}
    if not isinstance(value, dict):
        rest[columns.names[index]] = value
        return {}
    scalars = {key: item for key, item in value.items() if isinstance(item, Scalar)}
    if len(scalars) < len(value):
        rest[columns.names[index]] = {key: value[key] for key in value if key not in scalars}
    return scalars


def _json_or_text(cell: str) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return decode_json(cell.encode())
    except EventError:
        return cell


def _targets(row: list[str], columns: Columns, rest: Cells) -> list[dict[str, Any]]:
    """Return the targets: of the numbered columns, or of the JSON column where those are empty."""
    targets: list[dict[str, Any]] = []
    for group in columns.targets:
        cells = {field: row[index] for field, index in group.items()}
        if any(cells.values()):
            target = {
                "id": cells.get("id", ""),
                "type": cells.get("type", ""),
                "name": cells.get("name") or None,
            }
            if "metadata" in group:
                target["metadata"] = _metadata_at(row, columns, group["metadata"], rest)  # type: ignore[assignment]  # values of an event
            targets.append(target)
    index = columns.fields.get("targets")
    if index is None or not row[index].strip():
        return targets
    listed, whole = _targets_of_json(_json_or_text(row[index]))
    if targets or not whole:
        rest[columns.names[index]] = _json_or_text(row[index])
    return targets or listed


def _targets_of_json(value: object) -> tuple[list[dict[str, Any]], bool]:
    """Return the targets in a JSON value, and whether they hold all of it."""
    items = value if isinstance(value, list) else [value]
    targets: list[dict[str, Any]] = []
    whole = True
    for item in items:
        if not isinstance(item, dict) or not isinstance(item.get("id"), str | int):
            whole = False
            continue
        metadata = item.get("metadata")
        scalars = (
            {key: one for key, one in metadata.items() if isinstance(one, Scalar)}
            if isinstance(metadata, dict)
            else {}
        )
        target = {"id": str(item["id"]), "type": str(item.get("type", "")), "metadata": scalars}
        if item.get("name") is not None:
            target["name"] = str(item["name"])
        targets.append(target)
        whole = whole and all(item[key] == target.get(key) for key in item)
    return targets, whole
