"""Rows that are no events: statistics, vocabularies, stores; in the same formats and as safe."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Literal

from auditctl.formats.grid import DRAWN_BY_RICH, Cell, Grid, GridColumn, allot
from auditctl.formats.safety import MAX_MARKS, visible, visible_json, width
from auditctl.formats.times import WIDTHS, local_time, utc_text, zone_name
from auditctl.formats.writer import OutputOptions, canonical_format

Value = str | int | float | None
Record = Mapping[str, Value]

_LEAST_TEXT = 8


@dataclass(frozen=True, slots=True)
class RecordColumn:
    """A column of records.

    Attributes:
        name: The key in a record, in JSON and in the heading of CSV.
        title: The heading of a table.
        align: On which side a table's cells stand; numbers stand on the right in any case.
        kind: ``text``; ``count``, a number; ``time``, milliseconds since 1970 or canonical text;
            ``share``, a number of which 1.0 is all.
    """

    name: str
    title: str
    align: Literal["left", "right"] = "left"
    kind: Literal["text", "count", "time", "share"] = "text"


def write_records(
    rows: Sequence[Record],
    columns: Sequence[RecordColumn],
    format_name: str,
    out: BinaryIO,
    options: OutputOptions,
) -> None:
    """Write records in one of the formats.

    In a table counts have thousands separators, shares are per cent and times are in the
    options' zone; everywhere else numbers are plain and times UTC.

    Raises:
        UsageError: There is no such format.
    """
    name = canonical_format(format_name)
    if name == "table":
        _write_table(rows, columns, out, options)
    elif name == "lines":
        _write_lines(rows, columns, out)
    elif name in {"csv", "tsv"}:
        _write_separated(rows, columns, name, out, options)
    else:
        _write_json(rows, columns, name, out, options)
    out.flush()


def _write_table(
    rows: Sequence[Record],
    columns: Sequence[RecordColumn],
    out: BinaryIO,
    options: OutputOptions,
) -> None:
    if not rows:
        return
    cut = (options.width + 1) * (MAX_MARKS + 1)
    cells = [
        [Cell(visible(_shown(row.get(c.name), c, options)[:cut])) for c in columns] for row in rows
    ]
    titles = [_title(column, options) for column in columns]
    wanted = [
        max(1, width(title), *[width(row[place].text) for row in cells])
        for place, title in enumerate(titles)
    ]
    # a number cut off is a wrong number, so what is no text keeps its width as long as it can
    least = [
        min(_LEAST_TEXT, want) if column.kind == "text" else want
        for column, want in zip(columns, wanted, strict=True)
    ]
    widths = allot(wanted, least, options.width)
    grid_columns = [
        GridColumn(title, cells_wide, column.align == "right" or column.kind in {"count", "share"})
        for title, cells_wide, column in zip(titles, widths, columns, strict=True)
    ]
    grid = Grid(grid_columns, options.width, color=options.color)
    out.write(grid.drawn(cells[:DRAWN_BY_RICH], header=options.header).encode())
    out.write("".join([grid.row(row) for row in cells[DRAWN_BY_RICH:]]).encode())


def _title(column: RecordColumn, options: OutputOptions) -> str:
    title = f"{column.title} {zone_name(options.zone)}" if column.kind == "time" else column.title
    if width(title) > WIDTHS["seconds"] and column.kind == "time":
        return visible(column.title)
    return visible(title)


def _shown(value: Value, column: RecordColumn, options: OutputOptions) -> str:
    """Return a value for people."""
    if value is None:
        return "–"  # noqa: RUF001 - a dash: an empty cell could be an empty text
    if column.kind == "time":
        return local_time(utc_text(value), options.zone)
    if column.kind == "share" and isinstance(value, (int, float)):
        return f"{value * 100:.1f} %"
    if column.kind == "count" and isinstance(value, (int, float)):
        return f"{value:,}"
    return str(value)


def _exact(value: Value, column: RecordColumn) -> Value:
    """Return a value for programs."""
    return utc_text(value) if column.kind == "time" and value is not None else value


def _cells(row: Record, columns: Sequence[RecordColumn]) -> list[str | float]:
    values = [_exact(row.get(column.name), column) for column in columns]
    return ["" if value is None else value for value in values]


def _write_lines(rows: Iterable[Record], columns: Sequence[RecordColumn], out: BinaryIO) -> None:
    for row in rows:
        line = "\t".join([visible(str(cell)) for cell in _cells(row, columns)])
        out.write(line.encode() + b"\n")


def _write_separated(
    rows: Iterable[Record],
    columns: Sequence[RecordColumn],
    name: str,
    out: BinaryIO,
    options: OutputOptions,
) -> None:
    from auditctl.formats.separated import CsvRows, TsvRows  # noqa: PLC0415 - csv takes 5 ms

    writer = CsvRows(out, options) if name == "csv" else TsvRows(out, options)
    if options.header:
        writer.write([column.name for column in columns])
    for row in rows:
        writer.write(_cells(row, columns))


def _write_json(
    rows: Iterable[Record],
    columns: Sequence[RecordColumn],
    name: str,
    out: BinaryIO,
    options: OutputOptions,
) -> None:
    import json  # noqa: PLC0415 - tables and lines do without

    bodies = []
    for row in rows:
        values = {column.name: _exact(row.get(column.name), column) for column in columns}
        text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
        body = text.encode("utf-8", "backslashreplace")
        bodies.append(visible_json(body) if options.terminal else body)
    if name == "jsonl":
        out.write(b"".join([body + b"\n" for body in bodies]))
    else:
        out.write(b"[\n" + b",\n".join(bodies) + b"\n]\n" if bodies else b"[]\n")
