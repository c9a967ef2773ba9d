"""Rows of cells in columns of fixed width: the layout that all tables share.

Rich's table would be 40 ms to import and 0.4 ms a row; padding and joining is a hundredth of that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditctl.formats.paint import paint
from auditctl.formats.safety import clip, width

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NARROW = 60  # below, one space between columns must do


@dataclass(frozen=True, slots=True)
class GridColumn:
    """A column as it is drawn; ``right`` aligns it to the right."""

    title: str
    width: int
    right: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """Visible text and its colour, a name of ``paint.SGR`` or nothing."""

    text: str
    colour: str = ""


def gap(total: int) -> int:
    """Return how many spaces stand between columns on a line of ``total`` cells."""
    return 1 if total < NARROW else 2


def needed(widths: Sequence[int], total: int) -> int:
    """Return how many cells columns of these widths take, with the gaps between them."""
    return sum(widths) + gap(total) * (len(widths) - 1)


def allot(wanted: Sequence[int], least: Sequence[int], total: int) -> list[int]:
    """Return widths that fit into ``total``: what is wanted, or the widest columns made narrower.

    No column gets less than ``least`` while that is possible. Where not even one cell for each is
    possible, the columns at the end get none.
    """
    count = len(wanted)
    while count > 1 and needed([1] * count, total) > total:
        count -= 1
    room = total - gap(total) * (count - 1)
    floor = [min(pair) for pair in zip(wanted, least, strict=True)][:count]
    floor = _capped(floor, [1] * count, room)
    widths = _capped(list(wanted[:count]), floor, room)
    return widths + [0] * (len(wanted) - count)


def _capped(wanted: list[int], floor: list[int], room: int) -> list[int]:
    """Cap the widest at one width, so that all fit; what rounding leaves goes to the first."""
    if sum(wanted) <= room:
        return wanted
    low, high = 0, max(wanted)
    while low < high:
        middle = (low + high + 1) // 2
        if sum(_under(wanted, floor, middle)) <= room:
            low = middle
        else:
            high = middle - 1
    widths = _under(wanted, floor, low)
    left = room - sum(widths)
    for place, want in enumerate(wanted):
        if left > 0 and widths[place] < want:
            widths[place] += 1
            left -= 1
    return widths


def _under(wanted: list[int], floor: list[int], cap: int) -> list[int]:
    return [max(least, min(want, cap)) for want, least in zip(wanted, floor, strict=True)]


class Grid:
    """Draws rows in columns of fixed widths; columns without width are left out."""

    def __init__(self, columns: Sequence[GridColumn], total: int, *, color: bool) -> None:
        self._columns = columns
        self._places = [place for place, column in enumerate(columns) if column.width > 0]
        self._gap = " " * gap(total)
        self._color = color

    def header(self) -> str:
        """Return the line of titles, with its line feed."""
        return self.row([Cell(column.title, "bold") for column in self._columns])

    def row(self, cells: Sequence[Cell]) -> str:
        """Return one row, with its line feed."""
        parts = []
        for place in self._places:
            column, cell = self._columns[place], cells[place]
            text = clip(cell.text, column.width).rstrip(" ")
            padding = " " * (column.width - width(text))
            if self._color and cell.colour:
                text = paint(text, cell.colour)
            parts.append(padding + text if column.right else text + padding)
        return self._gap.join(parts).rstrip(" ") + "\n"

    def drawn(self, rows: Iterable[Sequence[Cell]], *, header: bool) -> str:
        """Return rows, below the titles if ``header`` says so."""
        lines = [self.header()] if header else []
        lines.extend(map(self.row, rows))
        return "".join(lines)
