r"""CSV and TSV: one event a row, flattened, with a heading also when there are no events.

CSV is quoted as RFC 4180 says, but its lines end in ``\n``: every reader takes that, and ``tail``,
``cut`` and ``read`` would keep a carriage return in the last cell. TSV has no quoting: backslash,
tab, line feed and carriage return are written ``\\``, ``\t``, ``\n`` and ``\r``.

Cells that a spreadsheet would run as a formula get an apostrophe in front (CWE-1236). That changes
data, so ``raw_csv`` turns it off; JSON Lines is the format that loses nothing.
"""

import csv
from collections.abc import Sequence
from io import StringIO
from typing import BinaryIO

from auditctl.events.event import Event
from auditctl.formats.column_names import resolve
from auditctl.formats.columns import CSV, PLAIN
from auditctl.formats.safety import visible
from auditctl.formats.stream import EachWriter
from auditctl.formats.writer import OutputOptions

# full-width signs count as well: spreadsheets with an East Asian locale take them for the others
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001
_TSV_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return "'" + cell if cell.startswith(_FORMULA_STARTS) else cell


def tsv_escaped(cell: str) -> str:
    """Return a cell without a raw tab or line end."""
    return cell.translate(_TSV_ESCAPES)


def _texts(row: Sequence[str | float], *, raw: bool) -> list[str]:
    if raw:
        return [str(cell) for cell in row]
    return [guarded(cell) if isinstance(cell, str) else str(cell) for cell in row]


class CsvRows:
    """Writes rows of text as CSV.

    Args:
        out: Where to.
        options: ``raw_csv`` and ``terminal`` count.
    """

    def __init__(self, out: BinaryIO, options: OutputOptions) -> None:
        self._out = out
        self._raw = options.raw_csv
        self._terminal = options.terminal
        self._paper = StringIO()
        # csv quotes a lone CR only if the line end has one (before 3.13), so it gets one
        self._csv = csv.writer(self._paper, lineterminator="\r\n")

    def write(self, row: Sequence[str | float]) -> None:
        """Write one row; a number is never guarded, as it cannot be a formula."""
        cells = _texts(row, raw=self._raw)
        if self._terminal:
            cells = [visible(cell) for cell in cells]
        self._csv.writerow(cells)
        # a lone surrogate, which JSON can say and UTF-8 cannot, is written as its escape
        line = self._paper.getvalue().encode("utf-8", "backslashreplace")
        self._out.write(line[:-2] + b"\n")
        self._paper.seek(0)
        self._paper.truncate()


class TsvRows:
    """Writes rows of text as TSV.

    Args:
        out: Where to.
        options: ``raw_csv`` and ``terminal`` count.
    """

    def __init__(self, out: BinaryIO, options: OutputOptions) -> None:
        self._out = out
        self._raw = options.raw_csv
        self._terminal = options.terminal

    def write(self, row: Sequence[str | float]) -> None:
        """Write one row; a number is never guarded, as it cannot be a formula."""
        cells = _texts(row, raw=self._raw)
        cells = [tsv_escaped(cell) for cell in cells]
        if self._terminal:
            cells = [visible(cell) for cell in cells]
        self._out.write("\t".join(cells).encode("utf-8", "backslashreplace") + b"\n")


class _SeparatedWriter(EachWriter):
    def __init__(self, out: BinaryIO, options: OutputOptions, rows: CsvRows | TsvRows) -> None:
        super().__init__(out, options)
        columns = resolve(options.columns or CSV)
        self._cells = [column.cell for column in columns]
        self._rows = rows
        self._heading = [column.name for column in columns] if options.header else []

    def write(self, event: Event) -> None:
        """Write one event, and flush it when following."""
        self._begin()
        fields = event.fields
        self._rows.write([cell(fields, PLAIN) for cell in self._cells])
        if self._live:
            self._out.flush()

    def finish(self) -> None:
        """Write the heading if no event did, and flush."""
        self._begin()
        self._out.flush()

    def _begin(self) -> None:
        if self._heading:
            self._rows.write(self._heading)
            self._heading = []


class CsvWriter(_SeparatedWriter):
    """Events as CSV.

    Args:
        out: Where to.
        options: ``columns``, ``header``, ``raw_csv``, ``terminal`` and ``live`` count.
    """

    def __init__(self, out: BinaryIO, options: OutputOptions) -> None:
        super().__init__(out, options, CsvRows(out, options))


class TsvWriter(_SeparatedWriter):
    """Events as TSV.

    Args:
        out: Where to.
        options: ``columns``, ``header``, ``raw_csv``, ``terminal`` and ``live`` count.
    """

    def __init__(self, out: BinaryIO, options: OutputOptions) -> None:
        super().__init__(out, options, TsvRows(out, options))
