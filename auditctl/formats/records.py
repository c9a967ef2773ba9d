"""Rows that are no events: statistics, vocabularies, stores; in the same formats and as safe."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Literal, NamedTuple

from auditctl.errors import UsageError
from auditctl.formats.grid import Cell, Grid, GridColumn, allot
from auditctl.formats.safety import MAX_MARKS, visible, visible_json, width
from auditctl.formats.times import WIDTHS, local_time, utc_text, zone_name
from auditctl.formats.writer import OutputOptions, canonical_format

if TYPE_CHECKING:
    from auditctl.formats.separated import CsvRows, TsvRows

Value = str | int | float | None
Record = Mapping[str, Value]

_LEAST_TEXT = 8


@dataclass(frozen=True, slots=True)
class RecordColumn:
    """A column of records.

    Attributes:
        name: The key in a record, in JSON and in the heading of CSV; what ``-c`` calls it.
        title: The heading of a table.
        align: On which side a table's cells stand; numbers stand on the right in any case.
        kind: ``text``; ``count``, a number; ``time``, milliseconds since 1970 or canonical text;
            ``share``, a number of which 1.0 is all.
    """

    name: str
    title: str
    align: Literal["left", "right"] = "left"
    kind: Literal["text", "count", "time", "share"] = "text"

    @property
    def right(self) -> bool:
        """Whether its cells stand on the right."""
        return self.align == "right" or self.kind in {"count", "share"}


def write_records(
    rows: Sequence[Record],
    columns: Sequence[RecordColumn],
    format_name: str,
    out: BinaryIO,
    options: OutputOptions,
) -> None:
    """Write records in one of the formats, with the columns that the options choose.

    Where people read (``table``, ``wide``, ``md``, ``html``) counts have thousands separators,
    shares are per cent and times are in the options' zone; everywhere else numbers are plain and
    times UTC.

    Raises:
        UsageError: There is no such format or no such column.
    """
    chosen = choose(columns, options.columns)
    write = _WRITERS.get(format_name) or _WRITERS[canonical_format(format_name)]
    write(_Records(rows, chosen, out, options))
    out.flush()


def choose(columns: Sequence[RecordColumn], names: Sequence[str]) -> list[RecordColumn]:
    """Return the columns that ``-c`` names, in its order; all of them where it names none.

    Raises:
        UsageError: There is no such column.
    """
    return [_named(columns, name.strip()) for name in names if name.strip()] or list(columns)


def _named(columns: Sequence[RecordColumn], name: str) -> RecordColumn:
    for column in columns:
        if column.name == name:
            return column
    from difflib import get_close_matches  # noqa: PLC0415 - only on the way to an error

    names = [column.name for column in columns]
    close = get_close_matches(name.lower(), names, n=1)
    suggestion = f"; did you mean {close[0]!r}?" if close else ""
    raise UsageError(f"no column {name!r}{suggestion}", hint=f"columns are: {', '.join(names)}")


class _Records(NamedTuple):
    """What is written where."""

    rows: Sequence[Record]
    columns: Sequence[RecordColumn]
    out: BinaryIO
    options: OutputOptions

    def for_people(self) -> list[list[str]]:
        """Return the cells as people read them; not yet visible."""
        return [
            [_shown(row.get(c.name), c, self.options) for c in self.columns] for row in self.rows
        ]

    def for_programs(self) -> list[dict[str, Value]]:
        """Return the rows with plain numbers and times in UTC."""
        return [{c.name: _exact(row.get(c.name), c) for c in self.columns} for row in self.rows]

    def put(self, text: str) -> None:
        """Write a text."""
        self.out.write(text.encode("utf-8", "backslashreplace"))


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


def _title(column: RecordColumn, options: OutputOptions) -> str:
    title = f"{column.title} {zone_name(options.zone)}" if column.kind == "time" else column.title
    if width(title) > WIDTHS["seconds"] and column.kind == "time":
        return visible(column.title)
    return visible(title)


def _write_table(records: _Records) -> None:
    rows, columns, _, options = records
    if not rows:
        return
    cut = (options.width + 1) * (MAX_MARKS + 1)
    cells = [[Cell(visible(text[:cut])) for text in row] for row in records.for_people()]
    titles = [_title(column, options) for column in columns]
    wanted = _widest(titles, cells)
    # a number cut off is a wrong number, so what is no text keeps its width as long as it can
    least = [
        min(_LEAST_TEXT, want) if column.kind == "text" else want
        for column, want in zip(columns, wanted, strict=True)
    ]
    widths = allot(wanted, least, options.width)
    grid = Grid(_grid_columns(columns, titles, widths), options.width, color=options.color)
    records.put(grid.drawn(cells, header=options.header))


def _write_wide(records: _Records) -> None:
    from auditctl.formats.wide import WIDEST, OpenGrid  # noqa: PLC0415 - brings columns of events

    if not records.rows:
        return
    options = records.options
    cells = [[Cell(visible(text)) for text in row] for row in records.for_people()]
    titles = [_title(column, options) for column in records.columns]
    widths = [min(cells_wide, WIDEST) for cells_wide in _widest(titles, cells)]
    grid = OpenGrid(_grid_columns(records.columns, titles, widths), color=options.color)
    records.put(grid.header() if options.header else "")
    records.put("".join([grid.row(row) for row in cells]))


def _widest(titles: Sequence[str], cells: Sequence[Sequence[Cell]]) -> list[int]:
    return [
        max(1, width(title), *[width(row[place].text) for row in cells])
        for place, title in enumerate(titles)
    ]


def _grid_columns(
    columns: Sequence[RecordColumn], titles: Sequence[str], widths: Sequence[int]
) -> list[GridColumn]:
    return [
        GridColumn(title, cells, column.right)
        for title, cells, column in zip(titles, widths, columns, strict=True)
    ]


def _write_md(records: _Records) -> None:
    from auditctl.formats.markdown import heading, table_row  # noqa: PLC0415

    titles = [_title(column, records.options) for column in records.columns]
    if records.options.header:
        records.put(heading(titles, [column.right for column in records.columns]))
    records.put("".join([table_row(cells) for cells in records.for_people()]))


def _write_html(records: _Records) -> None:
    from auditctl.formats import page  # noqa: PLC0415

    titles = [_title(column, records.options) for column in records.columns]
    right = [column.right for column in records.columns]
    records.put(page.head(titles, records.options, kind="Audit trail", right=right))
    for cells in records.for_people():
        made = [
            page.cell(text, title, right=aside)
            for text, title, aside in zip(cells, titles, right, strict=True)
        ]
        records.put(f"<tbody><tr>{''.join(made)}</tr></tbody>\n")
    records.put(page.foot(len(records.rows), "row"))


def _write_lines(records: _Records) -> None:
    for row in records.for_programs():
        records.put("\t".join([visible(_text(value)) for value in row.values()]) + "\n")


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _write_csv(records: _Records) -> None:
    from auditctl.formats.separated import CsvRows  # noqa: PLC0415 - csv takes 5 ms

    _write_separated(records, CsvRows(records.out, records.options))


def _write_tsv(records: _Records) -> None:
    from auditctl.formats.separated import TsvRows  # noqa: PLC0415 - csv takes 5 ms

    _write_separated(records, TsvRows(records.out, records.options))


def _write_separated(records: _Records, writer: CsvRows | TsvRows) -> None:
    if records.options.header:
        writer.write([column.name for column in records.columns])
    for row in records.for_programs():
        writer.write(["" if value is None else value for value in row.values()])


def _bodies(records: _Records) -> list[bytes]:
    import json  # noqa: PLC0415 - tables and lines do without

    texts = [
        json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in records.for_programs()
    ]
    return [text.encode("utf-8", "backslashreplace") for text in texts]


def _visible_bodies(records: _Records) -> list[bytes]:
    bodies = _bodies(records)
    return [visible_json(body) for body in bodies] if records.options.terminal else bodies


def _write_json(records: _Records) -> None:
    bodies = _visible_bodies(records)
    records.out.write(b"[\n" + b",\n".join(bodies) + b"\n]\n" if bodies else b"[]\n")


def _write_jsonl(records: _Records) -> None:
    records.out.write(b"".join([body + b"\n" for body in _visible_bodies(records)]))


def _write_template(records: _Records) -> None:
    from auditctl.formats.template import Template, Variable  # noqa: PLC0415

    def variable(name: str) -> Variable:
        column = _named(records.columns, name)

        def value(row: dict[str, Value]) -> Value:
            return row[column.name]

        return Variable(value, lambda row: _text(value(row)), column.kind == "time")

    template = Template(records.options.template, variable, records.options.zone)
    records.put("".join([template.line(row) for row in records.for_programs()]))


def _write_jq(records: _Records) -> None:
    from auditctl.formats.jq import Expression  # noqa: PLC0415

    expression = Expression(records.options.jq, terminal=records.options.terminal)
    for body in _bodies(records):
        records.put(expression.lines(body, lambda _: "a row"))


_WRITERS: dict[str, Callable[[_Records], None]] = {
    "table": _write_table,
    "wide": _write_wide,
    "lines": _write_lines,
    "json": _write_json,
    "jsonl": _write_jsonl,
    "csv": _write_csv,
    "tsv": _write_tsv,
    "md": _write_md,
    "html": _write_html,
    "template": _write_template,
    "jq": _write_jq,
}
