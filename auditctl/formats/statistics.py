"""Counts drawn for people: groups with bars, steps of time with bars, groups over time.

Bars give way before any text or number is cut. Sparklines were asked for by ``--every``, so other
columns and the ends of long texts give way to them.
"""

from collections.abc import Sequence
from typing import BinaryIO, NamedTuple

from auditctl.formats.bars import bar, merged, sparkline
from auditctl.formats.buckets import Buckets
from auditctl.formats.grid import Cell, Grid, GridColumn, allot, gap, needed
from auditctl.formats.histogram import histogram
from auditctl.formats.paint import paint
from auditctl.formats.safety import MAX_MARKS, visible, width
from auditctl.formats.times import zone_name
from auditctl.formats.writer import OutputOptions

_LEAST_BAR = 6
_MOST_BAR = 60
_LEAST_TEXT = 8
_LEAST_SPARKLINE = 16
_MOST_SPARKLINE = 128
_WIDEST_STEP = 2  # cells of a sparkline
_WIDEST_TITLE = 20
_ALL_NUMBERS = ("count", "share", "peak")
_ABSENT = "–"  # noqa: RUF001 - a dash: an empty cell could be an empty text


class Group(NamedTuple):
    """How many events have these values; ``over`` is how many of them in each step of time."""

    values: tuple[str | int | None, ...]
    events: int
    over: Sequence[int] = ()


class Statistics(NamedTuple):
    """What was counted.

    Attributes:
        names: The fields of whose values the groups are.
        groups: The groups to show, in order.
        total: How many events there are in all, which is 100 %.
        rest: All other groups as one, whose values do not matter; None where there are none.
        rest_groups: How many these are.
        buckets: Steps of time; None where nothing was counted over time.
        over: How many events there are in each step, all groups together.
    """

    names: Sequence[str]
    groups: Sequence[Group]
    total: int
    rest: Group | None = None
    rest_groups: int = 0
    buckets: Buckets | None = None
    over: Sequence[int] = ()


class _Row(NamedTuple):
    """Cells of a row; in the row of the rest one text runs across all columns of text."""

    texts: Sequence[str]
    numbers: Sequence[str]
    drawn: str = ""
    rest: bool = False


class _Table:
    """Lays out texts, numbers and, in what is left of the line, something drawn.

    Args:
        titles: Headings of the columns of text.
        numbers: Headings of the columns of numbers.
        rows: The rows.
        options: ``width``, ``color`` and ``header`` count.
    """

    def __init__(
        self,
        titles: Sequence[str],
        numbers: Sequence[str],
        rows: Sequence[_Row],
        options: OutputOptions,
    ) -> None:
        self._titles, self._numbers, self._rows = titles, numbers, rows
        self._options = options
        texts = [row.texts for row in rows if not row.rest]
        self._texts = [_widest(title, texts, n) for n, title in enumerate(titles)]
        label = max([width(row.texts[0]) for row in rows if row.rest], default=0)
        self._texts[-1] += max(0, label - needed(self._texts, options.width))
        self._digits = [
            _widest(title, [row.numbers for row in rows], n) for n, title in enumerate(numbers)
        ]

    def spare(self) -> int:
        """Return how many cells are left for a drawing where no text is cut."""
        total = self._options.width
        return total - needed([*self._texts, *self._digits], total) - gap(total)

    def fits(self, room: int) -> bool:
        """Tell whether a drawing of so many cells fits beside texts of the least width."""
        least = [min(cells, _LEAST_TEXT) for cells in self._texts]
        total = self._options.width
        return needed([*least, *self._digits, room], total) <= total

    def lines(self, room: int, title: str = "") -> tuple[list[str], int]:
        """Return the lines of the table, and at which cell the drawings begin.

        Args:
            room: How many cells the drawings get; 0 is none.
            title: The heading of the drawings.
        """
        total, texts = self._options.width, len(self._titles)
        wanted = [*self._texts, *self._digits, room]
        least = [*[min(cells, _LEAST_TEXT) for cells in self._texts], *self._digits, room]
        used = len(wanted) if room else len(wanted) - 1
        widths = [*allot(wanted[:used], least[:used], total), *([] if room else [0])]
        titles = [*self._titles, *self._numbers, title]
        columns = [
            GridColumn(heading, cells, right=texts <= n < len(titles) - 1)
            for n, (heading, cells) in enumerate(zip(titles, widths, strict=True))
        ]
        grid = Grid(columns, total, color=self._options.color)
        across = GridColumn("", needed([cells for cells in widths[:texts] if cells], total))
        rest = Grid([across, *columns[texts:]], total, color=self._options.color)
        lines = [grid.header()] if self._options.header else []
        for row in self._rows:
            colour = "dim" if row.rest else ""
            words = [Cell(text, colour) for text in [*row.texts, *row.numbers]]
            lines.append((rest if row.rest else grid).row([*words, Cell(row.drawn, "cyan")]))
        return lines, needed(widths[:-1], total) + gap(total)


def _widest(title: str, rows: Sequence[Sequence[str]], place: int) -> int:
    return max([1, width(title), *[width(row[place]) for row in rows]])


def write_groups(found: Statistics, out: BinaryIO, options: OutputOptions) -> None:
    """Write groups with bars, and below them a histogram of all events over time."""
    if not found.groups:
        return
    lines = _with_bars(found, options)
    if found.buckets is not None:
        drawn = histogram(found.buckets, found.over, options.width, color=options.color)
        lines.extend([f"{line}\n" for line in ["", *drawn] if drawn])
    _put(out, lines)


def write_buckets(found: Statistics, out: BinaryIO, options: OutputOptions) -> None:
    """Write one row for each step of time, with a bar."""
    if found.buckets is None or not found.over:
        return
    names = found.buckets.names()
    title = f"time {zone_name(found.buckets.zone)}"
    if len(title) > max(_WIDEST_TITLE, len(names[0])):
        title = "time"
    groups = [Group((name,), number) for name, number in zip(names, found.over, strict=True)]
    _put(out, _with_bars(found._replace(names=[title], groups=groups), options))


def _with_bars(found: Statistics, options: OutputOptions) -> list[str]:
    numbers = ("count", "share")
    rows = _rows(found, numbers, options)
    table = _table(found, numbers, rows, options)
    room = min(_MOST_BAR, table.spare())
    if room < _LEAST_BAR:
        return table.lines(0)[0]
    most = max(group.events for group in found.groups)
    # the rest has no bar: it is no group, and could be longer than the longest
    for n, group in enumerate(found.groups):
        rows[n] = rows[n]._replace(drawn=bar(group.events, most, room))
    return _table(found, numbers, rows, options).lines(room)[0]


def write_curves(found: Statistics, out: BinaryIO, options: OutputOptions) -> list[str]:
    """Write one row for each group, with a sparkline over the steps of time.

    Each line has a scale of its own, up to the peak that stands before it: counts of groups often
    differ a hundredfold, and on one scale most lines would be flat.

    Returns:
        What a footer should say about it.
    """
    if found.buckets is None or not found.groups:
        return []
    step, steps = found.buckets.step, len(found.buckets.starts)
    least = min(steps, _LEAST_SPARKLINE)
    for numbers in (_ALL_NUMBERS, ("count", "peak"), ("count",)):
        # for now a peak is as wide as its count, the most that it can be
        table = _table(found, numbers, _rows(found, numbers, options), options)
        if table.fits(least):
            break
    else:
        numbers = ("count", "share")
        _put(out, _table(found, numbers, _rows(found, numbers, options), options).lines(0)[0])
        return ["no room for sparklines"]
    room = min(_MOST_SPARKLINE, steps * _WIDEST_STEP, max(least, table.spare()))
    taken = merged(range(steps), room)[1]
    each = max(1, room // steps)
    over = [merged(group.over, room)[0] for group in [*found.groups, found.rest] if group]
    rows = _rows(found, numbers, options, [max(values) for values in over])
    for n, values in enumerate(over):
        line = sparkline([value for value in values for _ in range(each)], max(values))
        rows[n] = rows[n]._replace(drawn=line)
    table = _table(found, numbers, rows, options)
    cells, title = -(-steps // taken) * each, f"per {taken * step.count}{step.unit}"
    if len(title) > max(cells, table.spare()):
        title = ""  # rather than cut off: the step is what the user gave
    lines, begin = table.lines(max(cells, len(title)), title)
    _put(out, [*lines, _axis(found.buckets, begin, cells, options)])
    notes = ["each line up to its own peak"]
    if taken > 1:
        notes.append(f"{taken} steps of {step} in a cell")
    hidden = [name for name in _ALL_NUMBERS if name not in numbers]
    return [*notes, f"no room for {', '.join(hidden)}"] if hidden else notes


def _axis(buckets: Buckets, begin: int, cells: int, options: OutputOptions) -> str:
    """Return the line below sparklines: the first step and the last."""
    first, last = buckets.name(0), buckets.name(len(buckets.starts) - 1)
    text = f"{first}{last:>{max(0, cells - len(first))}}"
    if len(first) + len(last) + 2 > cells:  # then beside each other, wherever there is room
        text = f"{first} → {last}" if first != last else first
    if len(text) > options.width:
        text = f"from {first}"  # rather than cut off
    line = " " * max(0, min(begin, options.width - len(text))) + text
    return (paint(line, "dim") if options.color else line) + "\n"


def _table(
    found: Statistics, numbers: Sequence[str], rows: Sequence[_Row], options: OutputOptions
) -> _Table:
    return _Table([_visible(name, options) for name in found.names], numbers, rows, options)


def _rows(
    found: Statistics,
    numbers: Sequence[str],
    options: OutputOptions,
    peaks: Sequence[int] = (),
) -> list[_Row]:
    """Return the rows without drawings, that of the rest last."""
    groups = [*found.groups, *([found.rest] if found.rest else [])]
    rows = []
    for n, group in enumerate(groups):
        cells = {
            "count": f"{group.events:,}",
            "share": f"{100 * group.events / found.total if found.total else 0:.1f} %",
            "peak": f"{peaks[n] if peaks else group.events:,}",
        }
        texts = [_visible(value, options) for value in group.values]
        if group is found.rest:
            texts = [f"… {found.rest_groups:,} more group{'' if found.rest_groups == 1 else 's'}"]
        rows.append(_Row(texts, [cells[name] for name in numbers], rest=group is found.rest))
    return rows


def _visible(value: str | int | None, options: OutputOptions) -> str:
    # a value may have 100 kB; more than this never fits on the line
    cut = (options.width + 1) * (MAX_MARKS + 1)
    return _ABSENT if value is None else visible(str(value)[:cut])


def _put(out: BinaryIO, lines: Sequence[str]) -> None:
    out.write("".join(lines).encode())
    out.flush()  # the footer comes by another way
