"""Bars, columns and sparklines: what is drawn says what was counted."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from auditctl.formats.bars import ZERO, bar, columns, merged, sparkline

EIGHTHS = " ▏▎▍▌▋▊▉█"
LEVELS = " ▁▂▃▄▅▆▇█"
COUNTS = st.integers(0, 10**12)
VALUES = st.lists(COUNTS, min_size=1, max_size=60)


def length(text):
    """How long a bar is, in eighths of a cell."""
    return sum(EIGHTHS.index(char) for char in text)


def height(lines, place):
    """How high a column is, in eighths of a cell."""
    return sum(LEVELS.index(line[place]) for line in lines)


@given(VALUES, st.integers(1, 200))
def test_a_longer_bar_is_a_greater_number(values, cells):
    most = max(values)
    drawn = [(value, length(bar(value, most, cells))) for value in sorted(values)]

    assert all(shorter <= longer for (_, shorter), (_, longer) in pairwise(drawn))
    assert all((value == 0) == (eighths == 0) for value, eighths in drawn)
    if most:
        assert bar(most, most, cells) == "█" * cells
        # never more than an eighth too long
        assert all(0 <= eighths - value * cells * 8 / most < 1.001 for value, eighths in drawn)


@given(st.integers(1, 10**6), st.integers(1, 100))
def test_a_bar_is_whole_cells_and_at_most_one_part(value, cells):
    text = bar(value, 10**6, cells)

    assert 1 <= len(text) <= cells
    assert set(text[:-1]) <= {"█"}


@given(VALUES)
def test_a_sparkline_has_a_character_for_each_value(values):
    line = sparkline(values, max(values))

    assert len(line) == len(values)
    for value, char in zip(values, line, strict=True):
        assert (char == ZERO) == (value == 0)
    for lower, higher in pairwise(sorted(zip(values, line, strict=True))):
        if lower[0]:
            assert LEVELS.index(lower[1]) <= LEVELS.index(higher[1])
    if max(values):
        assert line[values.index(max(values))] == "█"


@given(VALUES, st.integers(1, 8))
def test_columns_are_as_high_as_their_values(values, rows):
    most = max(values)
    lines = columns(values, most, rows)
    heights = [height(lines, place) for place in range(len(values))]

    assert [len(line) for line in lines] == [len(values)] * rows
    assert [value == 0 for value in values] == [high == 0 for high in heights]
    for (lower, low), (higher, high) in pairwise(sorted(zip(values, heights, strict=True))):
        assert lower <= higher
        assert low <= high
    if most:
        assert max(heights) == rows * 8
    for upper, lower in pairwise(lines):  # nothing hangs in the air
        for above, below in zip(upper, lower, strict=True):
            assert above == " " or below == "█"


def test_columns_are_drawn_from_the_bottom():
    assert columns([0, 1, 8, 9, 16], 16, 2) == ["   ▁█", " ▁███"]


@given(VALUES, st.integers(1, 80))
def test_merged_values_keep_their_sum_and_fit(values, cells):
    sums, each = merged(values, cells)

    assert sum(sums) == sum(values)
    assert len(sums) <= cells
    assert len(sums) == -(-len(values) // each)
    assert (each == 1) == (len(values) <= cells)
    assert sums[0] == sum(values[:each])
