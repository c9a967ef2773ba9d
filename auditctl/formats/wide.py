"""The wide table: every column that says something, and nothing cut off.

It is wider than most terminals, which is its point: ``less -S`` scrolls through it, and what is
searched for is there. The first rows decide the widths, so that the columns stand below each other;
a later cell that is longer pushes what follows it, and the columns after it give the room back.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import BinaryIO

from auditctl.events.event import Event
from auditctl.formats.columns import Column, Fields
from auditctl.formats.grid import Cell, GridColumn
from auditctl.formats.paint import actor_colour, paint
from auditctl.formats.safety import visible, width
from auditctl.formats.stream import EachWriter
from auditctl.formats.times import WIDTHS
from auditctl.formats.whole import titles, whole_columns, whole_style
from auditctl.formats.writer import OutputOptions

WIDE = (
    *("time", "received", "org", "action", "version"),
    *("actor_name", "actor_id", "actor_type", "actor_email"),
    *("target", "location", "agent", "metadata", "source_type", "id"),
)
SAMPLE = 500
GAP = 2
# a column is at most so wide: one user agent of 100 kB must not move the id of all other rows
WIDEST = 160
_SELDOM = ("source_type",)  # what a table that cannot wait for its rows leaves out
_COLOURS = {"time": "dim", "received": "dim", "action": "bold", "id": "dim"}


class OpenGrid:
    """Draws rows in columns that a long cell may leave.

    Args:
        columns: Titles, least widths and sides.
        color: Whether to colour.
    """

    def __init__(self, columns: Sequence[GridColumn], *, color: bool) -> None:
        self._columns = columns
        self._color = color

    def header(self) -> str:
        """Return the line of titles, with its line feed."""
        return self.row([Cell(column.title, "bold") for column in self._columns])

    def row(self, cells: Sequence[Cell]) -> str:
        """Return one row, with its line feed; cells beyond the columns stand at its end."""
        parts = []
        used = end = 0
        for place, cell in enumerate(cells):
            column = self._columns[place] if place < len(self._columns) else None
            if place:
                parts.append(" " * max(GAP, end + GAP - used))
                used += len(parts[-1])
                end += GAP
            end += column.width if column else 0
            cells_wide = width(cell.text)
            if column and column.right and end - used > cells_wide:
                parts.append(" " * (end - used - cells_wide))
                used = end - cells_wide
            parts.append(paint(cell.text, cell.colour) if self._color else cell.text)
            used += cells_wide
        return "".join(parts).rstrip(" ") + "\n"


class WideWriter(EachWriter):
    """Events as rows of the wide table.

    Without ``-c`` a column that is empty in the first 500 rows is left out; what a later row has
    there stands at its end as ``name=value``.

    Args:
        out: Where to.
        options: ``columns``, ``zone``, ``color``, ``header`` and ``live`` count. With ``live`` the
            widths do not wait for rows.
    """

    def __init__(self, out: BinaryIO, options: OutputOptions) -> None:
        super().__init__(out, options)
        self._options = options
        self._shown = whole_columns(options.columns or WIDE)
        self._left_out: list[Column] = []
        self._style = replace(whole_style(options), precision="milliseconds")
        self._sample: list[Fields] = []
        self._grid: OpenGrid | None = None

    def write(self, event: Event) -> None:
        """Write one event; the first 500 are kept until the widths are known."""
        if self._grid is None and not self._options.live:
            self._sample.append(event.fields)
            if len(self._sample) >= SAMPLE:
                self._draw_sample()
            return
        grid = self._grid or self._begun_live()
        self._out.write(grid.row(self._row(event.fields)).encode())
        if self._live:
            self._out.flush()

    def flush(self) -> None:
        """Draw what was kept, which settles the widths, and hand it on."""
        self._draw_sample()
        self._out.flush()

    def finish(self) -> None:
        """Draw what was kept; without any event nothing is written."""
        self.flush()

    def _draw_sample(self) -> None:
        if not self._sample:
            return
        texts = [[self._text(column, fields) for fields in self._sample] for column in self._shown]
        if not self._options.columns:
            filled = [any(cells) for cells in texts]
            self._leave_out([c.name for c, full in zip(self._shown, filled, strict=True) if full])
            texts = [cells for cells, full in zip(texts, filled, strict=True) if full]
        grid = self._laid_out([max(map(width, cells)) for cells in texts])
        self._out.write("".join([grid.row(self._row(each)) for each in self._sample]).encode())
        self._sample = []

    def _begun_live(self) -> OpenGrid:
        if not self._options.columns:
            self._leave_out([column.name for column in self._shown if column.name not in _SELDOM])
        wanted = [WIDTHS["milliseconds"] if c.time else c.usual for c in self._shown]
        return self._laid_out(wanted)

    def _leave_out(self, kept: Sequence[str]) -> None:
        self._left_out = [column for column in self._shown if column.name not in kept]
        self._shown = [column for column in self._shown if column.name in kept]

    def _laid_out(self, wanted: Sequence[int]) -> OpenGrid:
        """Settle the widths and write the titles."""
        names = [visible(title) for title in titles(self._shown, self._options)]
        columns = [
            GridColumn(title, max(width(title), min(cells, WIDEST)))
            for title, cells in zip(names, wanted, strict=True)
        ]
        self._grid = OpenGrid(columns, color=self._options.color)
        if self._options.header:
            self._out.write(self._grid.header().encode())
        return self._grid

    def _row(self, fields: Fields) -> list[Cell]:
        cells = [Cell(self._text(c, fields), self._colour(c, fields)) for c in self._shown]
        for column in self._left_out:
            text = self._text(column, fields)
            if text:
                cells.append(Cell(f"{column.name}={text}"))
        return cells

    def _text(self, column: Column, fields: Fields) -> str:
        return visible(column.cell(fields, self._style))

    def _colour(self, column: Column, fields: Fields) -> str:
        if not self._options.color:
            return ""
        if column.name.startswith("actor"):
            return actor_colour(str((fields.get("actor") or {}).get("id")))
        return _COLOURS.get(column.name, "")
