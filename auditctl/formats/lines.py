"""Tab-separated lines for ``grep``, ``cut`` and ``awk``: the output into a pipe."""

from typing import BinaryIO

from auditctl.events.event import Event
from auditctl.formats.column_names import resolve
from auditctl.formats.columns import LINES, PLAIN
from auditctl.formats.safety import visible
from auditctl.formats.stream import StreamWriter
from auditctl.formats.writer import OutputOptions


class LinesWriter(StreamWriter):
    """One event is one line: whole values, UTC, no heading, no colour.

    The columns without ``-c`` are those of ``columns.LINES``; new ones would come after the last,
    so that ``cut -f`` keeps its numbers. Hostile text is made visible also in a pipe, as a tab or
    line feed in a name would otherwise forge a column or an event.

    Args:
        out: Where to.
        options: ``columns`` and ``live`` count.
    """

    def __init__(self, out: BinaryIO, options: OutputOptions) -> None:
        super().__init__(out, options)
        self._cells = [column.cell for column in resolve(options.columns or LINES)]

    def piece(self, event: Event) -> str:
        """Return the line of one event."""
        fields = event.fields
        return "\t".join([visible(cell(fields, PLAIN)) for cell in self._cells]) + "\n"
