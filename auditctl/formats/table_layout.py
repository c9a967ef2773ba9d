"""Which columns a table of events has, how much their cells say, and how wide they are.

Time, action, actor, target and where come first. What room is left goes, in this order, to the
organization, to what makes cells say more, to the event's id and metadata; without room, columns
are left out before any of them becomes unreadable.
"""

from collections.abc import Sequence
from dataclasses import replace

from auditctl.formats.column_names import resolve
from auditctl.formats.columns import CATALOGUE, TABLE, Column, Fields, Style
from auditctl.formats.grid import Grid, GridColumn, allot, needed
from auditctl.formats.safety import MAX_MARKS, clip, visible, width
from auditctl.formats.times import DATE, WIDTHS, zone_name
from auditctl.formats.writer import OutputOptions

_LEFT_OUT_FIRST = ("where", "target", "actor")
# one very long name must not keep the others from being told whole
_MOST = 0.9
_LITTLE_MORE = 1.2  # if this many times that is enough for all rows, all are told whole
# the organization needs room for no more than this share of what stands beside it
_ENOUGH = 0.75
# an action cut off may be another one, so it is told whole where that takes a third of the line
_ACTION_SHARE = 3
_USUAL_DETAIL = 16  # how much wider a cell with detail is in a table that cannot measure
_USUAL_PLACE = 15  # an IPv4 address
_USUAL_AGO = 10


class Layout:
    """The columns of one table.

    Args:
        sample: The events that decide; none where rows must be written before more are known.
        options: ``columns``, ``zone``, ``width``, ``color``, ``with_org``, ``live``, ``relative``
            and ``now`` count.
        dated: Whether dates stand in rulers, so that the time of a row is its clock.

    Attributes:
        columns: The columns that are shown.
        hidden: The names of default columns for which there is no room.
        grid: Draws the rows.
    """

    def __init__(self, sample: Sequence[Fields], options: OutputOptions, *, dated: bool) -> None:
        self._sample = sample
        self._options = options
        self._dated = dated
        # a value may have 100 kB; more than this never fits on the line
        self._cut = (options.width + 1) * (MAX_MARKS + 1)
        self._measured: dict[tuple[str, Style], list[int]] = {}
        self._base = Style(
            human=True,
            agent=False,
            types=False,
            zone=options.zone,
            clock=dated,
            now=options.now if options.relative else None,
        )
        self.columns = resolve(options.columns or TABLE)
        self._styles = [self._base] * len(self.columns)
        self.hidden: tuple[str, ...] = ()
        self._choose()
        self._widths = self._allotted()
        self.hidden += tuple(
            column.name
            for column, cells in zip(self.columns, self._widths, strict=True)
            if not cells
        )
        self.grid = Grid(
            [
                GridColumn(self._title(column, cells), cells, column.time and options.relative)
                for column, cells in zip(self.columns, self._widths, strict=True)
            ],
            options.width,
            color=options.color,
        )

    def texts(self, fields: Fields) -> list[str]:
        """Return the visible texts of an event's cells; the grid cuts what is still too wide."""
        return [
            self._fitted(column, style, cells, fields)
            for column, style, cells in zip(self.columns, self._styles, self._widths, strict=True)
        ]

    def _fitted(self, column: Column, style: Style, cells: int, fields: Fields) -> str:
        text = self._text(column, style, fields)
        if column.short is None or width(text) <= cells:
            return text
        head, tail = [visible(part[: self._cut]) for part in column.short(fields)]
        return clip(head, max(1, cells - width(tail))) + tail

    def _text(self, column: Column, style: Style, fields: Fields) -> str:
        return visible(column.cell(fields, style)[: self._cut])

    # -- what is shown ---------------------------------------------------------------------------

    def _choose(self) -> None:
        """Choose the columns, and how much their cells say."""
        if not self._options.columns:
            self._leave_out()
            if self._options.with_org:
                self._add_org()
        self._say_more("target", types=True)
        self._say_more("where", agent=True)
        self._say_more("time", precision="milliseconds")
        if not self._options.columns:
            self._add_rest()
        self._say_more("actor", detail=True)
        self._say_more("target", detail=True)

    def _leave_out(self) -> None:
        """Leave out columns while even the narrowest widths do not fit."""
        for name in _LEFT_OUT_FIRST:
            wanted = self._wanted(1.0)
            least = [min(c.least, cells) for c, cells in zip(self.columns, wanted, strict=True)]
            if self._fits(least):
                return
            place = [column.name for column in self.columns].index(name)
            del self.columns[place], self._styles[place]
            self.hidden += (name,)

    def _add_org(self) -> None:
        column = CATALOGUE["org"]
        wanted = [*self._wanted(_ENOUGH), self._cells(column, self._base, _MOST)]
        if self._fits(wanted) and not self.hidden:
            self.columns.insert(1, column)
            self._styles.insert(1, self._base)
        else:
            self.hidden += ("org",)

    def _say_more(self, name: str, **change: object) -> None:
        """Let the cells of a column say more if most of the table still fits."""
        before = list(self._styles)
        for place, column in enumerate(self.columns):
            if column.name == name or (column.time and name == "time"):
                self._styles[place] = replace(before[place], **change)  # type: ignore[arg-type]
        if not self._fits(self._wanted(_MOST)):
            self._styles = before

    def _add_rest(self) -> None:
        """Add the id if it fits whole, then metadata into what is left."""
        has_metadata = not self._sample or any(fields.get("metadata") for fields in self._sample)
        for name in ("id", "metadata") if has_metadata else ("id",):
            column = CATALOGUE[name]
            cells = self._cells(column, self._base, 1.0)
            least = min(cells, column.least) if name == "metadata" else cells
            if self._fits([*self._wanted(_MOST), least]):
                self.columns.append(replace(column, least=least))
                self._styles.append(self._base)

    # -- how wide it is --------------------------------------------------------------------------

    def _allotted(self) -> list[int]:
        """Return the widths: what most rows want, and only then what the widest want."""
        total = self._options.width
        wanted = self._wanted(_MOST)
        least = [
            cells if column.name == "action" and cells <= total // _ACTION_SHARE else column.least
            for column, cells in zip(self.columns, wanted, strict=True)
        ]
        widths = allot(wanted, least, total)
        if 0 not in widths:
            widths = allot(self._wanted(1.0), widths, total)
        spare = total - needed([cells for cells in widths if cells], total)
        if self._options.live and spare > 0:
            widths[-1] += spare  # later rows may need it, and the widths stay
        return widths

    def _fits(self, widths: Sequence[int]) -> bool:
        return needed(widths, self._options.width) <= self._options.width

    def _wanted(self, share: float) -> list[int]:
        return [
            self._cells(column, style, share)
            for column, style in zip(self.columns, self._styles, strict=True)
        ]

    def _cells(self, column: Column, style: Style, share: float) -> int:
        """Return the width that holds this share of a column's cells whole."""
        title = width(self._title(column, 0))
        if not self._sample:
            return max(self._usual(column, style), title)
        if (column.name, style) not in self._measured:
            texts = [self._text(column, style, fields) for fields in self._sample]
            self._measured[column.name, style] = sorted(map(width, texts))
        widths = self._measured[column.name, style]
        cells = widths[min(len(widths) - 1, int(share * len(widths)))]
        whole = column.name == "action" and widths[-1] <= self._options.width // _ACTION_SHARE
        if share == _MOST and (whole or widths[-1] <= cells * _LITTLE_MORE):
            cells = widths[-1]
        return max(1, title, cells)

    def _usual(self, column: Column, style: Style) -> int:
        if column.time and style.now is not None:
            return _USUAL_AGO
        if column.time:
            return WIDTHS[style.precision] - (DATE if style.clock and column.occurred else 0)
        if column.name == "where" and not style.agent:
            return _USUAL_PLACE
        return column.usual + (_USUAL_DETAIL if style.detail else 0)

    def _title(self, column: Column, cells: int) -> str:
        """Return a heading; that of a time names the zone, as far as the cells have room for it."""
        if not column.time or self._options.relative or (column.occurred and self._dated):
            return column.title
        name = visible(zone_name(self._options.zone))
        for zone in (name, name.rpartition("/")[2]):
            if width(f"{column.title} {zone}") <= cells:
                return f"{column.title} {zone}"
        return column.title
