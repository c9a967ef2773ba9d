"""The table of events for people: as wide as the terminal, and as telling as it can be.

The first rows decide the columns and their widths (``table_layout``) and which lines stand between
rows (``rulers``); all rows after them keep these.
"""

from typing import BinaryIO

from auditctl.events.event import Event
from auditctl.formats.column_names import resolve
from auditctl.formats.columns import Fields, as_text
from auditctl.formats.grid import Cell
from auditctl.formats.paint import action_colour, actor_colour, paint
from auditctl.formats.rulers import Rulers, dated
from auditctl.formats.stream import EachWriter
from auditctl.formats.table_layout import Layout
from auditctl.formats.writer import OutputOptions

SAMPLE = 500
MARK = "▸ "
_LEAST_MARKED = 20  # a narrower table marks nothing


class TableWriter(EachWriter):
    """Events as rows of a table.

    Attributes:
        hidden: Names of default columns that this width has no room for; known once rows are
            drawn. A footer can name them.

    Args:
        out: Where to.
        options: ``columns``, ``zone``, ``width``, ``color``, ``with_org``, ``header``,
            ``relative``, ``now``, ``marked`` and ``live`` count. With ``live`` the widths do not
            wait for rows.
    """

    def __init__(self, out: BinaryIO, options: OutputOptions) -> None:
        self.hidden: tuple[str, ...] = ()
        super().__init__(out, options)
        marked = bool(options.marked) and options.width >= _LEAST_MARKED
        self._indent = " " * len(MARK) if marked else ""
        # what stands in front of all lines is taken from their width
        self._options = options._replace(width=options.width - len(self._indent))
        if options.columns:
            resolve(options.columns)  # a wrong name is told before any event is read
        self._sample: list[Fields] = []
        self._layout: Layout | None = None
        self._rulers: Rulers | None = None

    def write(self, event: Event) -> None:
        """Write one event; the first 500 are kept until the widths are known."""
        layout = self._layout
        if layout is None and not self._options.live:
            self._sample.append(event.fields)
            if len(self._sample) >= SAMPLE:
                self._draw_sample()
            return
        if layout is None:
            layout = self._begin()
        self._put(self._lines(layout, event.fields))
        if self._live:
            self._out.flush()

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
        if self._sample:
            layout = self._begin()
            self._put("".join([self._lines(layout, fields) for fields in self._sample]))
            self._sample = []

    def _begin(self) -> Layout:
        """Settle the layout and write the heading."""
        occurred = [_occurred(fields) for fields in self._sample]
        days = dated(occurred, self._options)
        layout = self._layout = Layout(self._sample, self._options, dated=days)
        self.hidden = layout.hidden
        if self._options.header:
            self._put(self._indent + layout.grid.header())
            if any(column.occurred for column in layout.columns):
                self._rulers = Rulers(self._options, days=days, occurred=occurred)
        return layout

    def _lines(self, layout: Layout, fields: Fields) -> str:
        """Return the row of an event, below the ruler that stands before it."""
        marked = bool(self._indent) and as_text(fields.get("id")) in self._options.marked
        cells = [
            Cell(text, self._colour(column.name, fields, marked=marked))
            for column, text in zip(layout.columns, layout.texts(fields), strict=True)
        ]
        mark = paint(MARK, "bold" if self._options.color else "") if marked else self._indent
        row = mark + layout.grid.row(cells)
        ruler = self._rulers.before(_occurred(fields)) if self._rulers is not None else ""
        return f"{self._indent}{ruler}{row}" if ruler else row

    def _colour(self, name: str, fields: Fields, *, marked: bool) -> str:
        if not self._options.color:
            return ""
        if name.startswith("actor"):
            return actor_colour(as_text((fields.get("actor") or {}).get("id")))
        if name == "action":
            return action_colour(as_text(fields.get("action")))
        if marked:
            return "bold"
        return "dim" if name in {"time", "received", "id"} else ""


def _occurred(fields: Fields) -> str:
    return as_text(fields.get("occurred_at"))
