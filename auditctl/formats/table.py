"""The table of events for people: as wide as the terminal, and as telling as it can be.

The first rows decide the widths; all after them keep these. With room to spare the table says
more: milliseconds, the ids behind names, the event's id, metadata. Without, the columns at the end
are left out before any of them becomes unreadable.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import BinaryIO

from auditctl.events.event import Event
from auditctl.formats.columns import (
    CATALOGUE,
    TABLE,
    TABLE_WITH_ORG,
    Column,
    Fields,
    Style,
    resolve,
)
from auditctl.formats.grid import DRAWN_BY_RICH, Cell, Grid, GridColumn, allot, needed
from auditctl.formats.paint import actor_colour
from auditctl.formats.safety import MAX_MARKS, visible, width
from auditctl.formats.times import WIDTHS, zone_name
from auditctl.formats.writer import OutputOptions

SAMPLE = 500
_LEFT_OUT_FIRST = ("where", "target", "org", "actor")
_COLOURS = {"time": "dim", "received": "dim", "action": "bold", "id": "dim"}
# one very long name must not keep the others from being told whole
_MOST = 0.9
_DETAIL_USUAL = 16  # how much wider a cell with detail is in a table that cannot measure


class TableWriter:
    """Events as rows of a table.

    Attributes:
        hidden: Names of default columns that this width has no room for; known once rows are
            drawn. A footer can name them.

    Args:
        out: Where to.
        options: ``columns``, ``zone``, ``width``, ``color``, ``with_org``, ``header`` and
            ``live`` count. With ``live`` the widths do not wait for rows.
    """

    def __init__(self, out: BinaryIO, options: OutputOptions) -> None:
        self.hidden: tuple[str, ...] = ()
        self._out = out
        self._options = options
        default = TABLE_WITH_ORG if options.with_org else TABLE
        self._columns = resolve(options.columns or default)
        self._style = Style(human=True, zone=options.zone)
        self._cut = (options.width + 1) * (MAX_MARKS + 1)
        self._sample: list[Fields] = []
        self._grid: Grid | None = None

    def write(self, event: Event) -> None:
        """Write one event; the first 500 are kept until the widths are known."""
        if self._grid is None and not self._options.live:
            self._sample.append(event.fields)
            if len(self._sample) >= SAMPLE:
                self._draw_sample()
            return
        if self._grid is None:
            self._grid = self._laid_out(metadata=True)
            if self._options.header:
                self._put(self._grid.header())
        self._put(self._grid.row(self._row(event.fields)))
        if self._options.live:
            self._out.flush()

    def write_bodies(self, bodies: Iterable[bytes]) -> int:
        """Write many bodies."""
        written = 0
        for written, body in enumerate(bodies, 1):  # noqa: B007 - the last number is the answer
            self.write(Event(body))
        return written

    def flush(self) -> None:
        """Draw what was kept, which settles the widths, and hand it on."""
        self._draw_sample()
        self._out.flush()

    def finish(self) -> None:
        """Draw what was kept; without any event nothing is written."""
        self.flush()

    def _put(self, text: str) -> None:
        self._out.write(text.encode())

    def _draw_sample(self) -> None:
        if not self._sample:
            return
        metadata = any(fields.get("metadata") for fields in self._sample)
        grid = self._laid_out(metadata=metadata)
        rows = [self._row(fields) for fields in self._sample]
        self._put(grid.drawn(rows[:DRAWN_BY_RICH], header=self._options.header))
        self._put("".join([grid.row(row) for row in rows[DRAWN_BY_RICH:]]))
        self._grid = grid
        self._sample = []

    def _row(self, fields: Fields) -> list[Cell]:
        return [
            Cell(self._text(column, self._style, fields), self._colour(column, fields))
            for column in self._columns
        ]

    def _text(self, column: Column, style: Style, fields: Fields) -> str:
        # a value may have 100 kB; more than this never fits on the line
        return visible(column.cell(fields, style)[: self._cut])

    def _colour(self, column: Column, fields: Fields) -> str:
        if not self._options.color:
            return ""
        if column.name.startswith("actor"):
            return actor_colour(str((fields.get("actor") or {}).get("id")))
        return _COLOURS.get(column.name, "")

    # -- layout ----------------------------------------------------------------------------------

    def _laid_out(self, *, metadata: bool) -> Grid:
        """Choose columns, how much their cells say, and the widths."""
        total = self._options.width
        if not self._options.columns:
            self._leave_out()
        self._enrich()
        if not self._options.columns:
            self._add_extras(metadata=metadata)
        wanted = self._wanted(self._style, share=1.0)
        widths = allot(wanted, [column.least for column in self._columns], total)
        spare = total - needed(widths, total)
        if self._options.live and spare > 0:
            widths[-1] += spare  # later rows may need it, and the widths stay
        self.hidden += tuple(
            column.name for column, cells in zip(self._columns, widths, strict=True) if not cells
        )
        titles = [self._title(column) for column in self._columns]
        columns = [GridColumn(title, cells) for title, cells in zip(titles, widths, strict=True)]
        return Grid(columns, total, color=self._options.color)

    def _leave_out(self) -> None:
        """Leave out columns while even the narrowest widths do not fit."""
        for name in _LEFT_OUT_FIRST:
            wanted = self._wanted(self._style, share=1.0)
            least = [min(c.least, cells) for c, cells in zip(self._columns, wanted, strict=True)]
            if self._fits(least):
                return
            kept = [column for column in self._columns if column.name != name]
            if len(kept) < len(self._columns):
                self._columns = kept
                self.hidden += (name,)

    def _enrich(self) -> None:
        """Let cells say more while most of them still fit."""
        detail = replace(self._style, detail=True)
        for style in (detail, replace(detail, precision="milliseconds")):
            if not self._fits(self._wanted(style, share=_MOST)):
                return
            self._style = style

    def _add_extras(self, *, metadata: bool) -> None:
        """Add the id if it fits whole, then metadata into what is left."""
        widths = self._wanted(self._style, share=_MOST)
        for name in ("id", "metadata") if metadata else ("id",):
            column = CATALOGUE[name]
            cells = self._cells(column, self._style, 1.0)
            if name == "metadata":
                cells = min(cells, column.least)
            if self._fits([*widths, cells]):
                self._columns = [*self._columns, replace(column, least=cells)]
                widths.append(cells)

    def _fits(self, widths: Sequence[int]) -> bool:
        return needed(widths, self._options.width) <= self._options.width

    def _wanted(self, style: Style, *, share: float) -> list[int]:
        return [self._cells(column, style, share) for column in self._columns]

    def _cells(self, column: Column, style: Style, share: float) -> int:
        """Return the width that holds this share of a column's cells whole."""
        if not self._sample:
            return self._usual(column, style)
        widths = sorted([width(self._text(column, style, fields)) for fields in self._sample])
        place = min(len(widths) - 1, int(share * len(widths)))
        return max(1, width(self._title(column)), widths[place])

    def _usual(self, column: Column, style: Style) -> int:
        if column.time:
            return WIDTHS[style.precision]
        more = _DETAIL_USUAL if style.detail and column.name in {"actor", "target"} else 0
        return max(column.usual + more, width(self._title(column)))

    def _title(self, column: Column) -> str:
        title = f"{column.title} {zone_name(self._options.zone)}" if column.time else column.title
        return visible(title)
