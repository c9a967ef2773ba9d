"""Tab-separated lines for ``grep``, ``cut`` and ``awk``: the output into a pipe."""

from collections.abc import Iterable
from typing import BinaryIO

from auditctl.events.event import Event
from auditctl.formats.column_names import resolve
from auditctl.formats.columns import LINES, PLAIN
from auditctl.formats.safety import visible
from auditctl.formats.writer import OutputOptions


class LinesWriter:
    """One event is one line: whole values, UTC, no heading, no colour.

    The columns without ``-c`` are those of ``columns.LINES``; new ones would come after the last,
    so that ``cut -f`` keeps its numbers. Hostile text is made visible also in a pipe, as a tab or
    line feed in a name would otherwise forge a column or an event.

    Args:
        out: Where to.
        options: ``columns`` and ``live`` count.
    """

    def __init__(self, out: BinaryIO, options: OutputOptions) -> None:
        self._out = out
        self._live = options.live
        self._cells = [column.cell for column in resolve(options.columns or LINES)]

    def write(self, event: Event) -> None:
        """Write one event, and flush it when following."""
        fields = event.fields
        row = "\t".join([visible(cell(fields, PLAIN)) for cell in self._cells])
        self._out.write(row.encode() + b"\n")
        if self._live:
            self._out.flush()

    def write_bodies(self, bodies: Iterable[bytes]) -> int:
        """Write many bodies."""
        written = 0
        for written, body in enumerate(bodies, 1):  # noqa: B007 - the last number is the answer
            self.write(Event(body))
        return written

    def flush(self) -> None:
        """Hand on what was written so far."""
        self._out.flush()

    def finish(self) -> None:
        """Flush."""
        self._out.flush()
