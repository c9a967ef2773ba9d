"""Counts over time as a picture."""

import re
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from auditctl.events.buckets import bucket_edges, fitting_step
from auditctl.events.clock import parse_instant
from auditctl.formats.buckets import Buckets
from auditctl.formats.histogram import ROWS, histogram, room
from auditctl.formats.safety import width

ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires")]
LEVELS = " ▁▂▃▄▅▆▇█"
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
START = parse_instant("2026-11-01T10:20:30Z")


LEAST_CELLS = 20  # fewer say nothing


def fitted(since, until, zone, cells):
    step = fitting_step(since, until, zone, cells)
    return Buckets(step, bucket_edges(step, since, until, zone)[:-1], zone)


@given(
    length=st.sampled_from([2, 1_000, 40_000, MINUTE, HOUR, DAY, 7 * DAY, 30 * DAY, 3_000 * DAY]),
    factor=st.floats(1, 5),
    zone=st.sampled_from(ZONES),
    total=st.integers(30, 260),
    data=st.data(),
)
def test_the_picture_fits_and_its_columns_are_the_counts(length, factor, zone, total, data):
    most = data.draw(st.sampled_from([1, 30, 5_000_000]))
    buckets = fitted(START, START + int(length * factor), zone, room(total, most))
    counts = data.draw(st.lists(st.integers(0, most), min_size=len(buckets.starts),
                                max_size=len(buckets.starts)))  # fmt: skip
    lines = histogram(buckets, counts, total, color=False)
    if not any(counts) or len(counts) == 1 or room(total, max(counts)) < LEAST_CELLS:
        assert lines == []
        return

    assert len(lines) == 1 + ROWS + 2
    assert max(width(line) for line in lines) <= total
    assert f"peak {max(counts):,}" in lines[0]
    gutter = len(f"{max(counts):,}") + 2
    across = len(lines[-2]) - gutter
    each, rest = divmod(across, len(counts))
    assert rest == 0
    rows = [f"{line[gutter:]:<{across}}" for line in lines[1:-2]]
    heights = [sum(LEVELS.index(row[n * each]) for row in rows) for n in range(len(counts))]
    assert [high == 0 for high in heights] == [count == 0 for count in counts]
    assert heights[counts.index(max(counts))] == ROWS * 8
    for (_, low), (_, high) in pairwise(sorted(zip(counts, heights, strict=True))):
        assert low <= high


@given(length=st.integers(2, 4_000 * DAY), zone=st.sampled_from(ZONES), total=st.integers(30, 260))
def test_dates_stand_apart_below_their_marks(length, zone, total):
    buckets = fitted(START, START + length, zone, room(total, 1))
    assume(len(buckets.starts) > 1)
    *_, axis, dates = histogram(buckets, [1] * len(buckets.starts), total, color=False)
    texts = list(re.finditer(r"\S+(?: \S+)*", dates))
    marks = [place for place, char in enumerate(axis) if char == "┬"]

    assert len(texts) == len(marks)
    for mark, text in zip(marks, texts, strict=True):
        assert text.start() <= mark < max(text.end(), text.start() + 1)


def test_colours_are_beside_the_text():
    buckets = fitted(START, START + 5 * DAY, ZONES[0], 60)
    counts = list(range(len(buckets.starts)))
    plain = histogram(buckets, counts, 80, color=False)
    coloured = histogram(buckets, counts, 80, color=True)

    assert [re.sub(r"\x1b\[[\d;]*m", "", line) for line in coloured] == plain
    assert coloured != plain


def test_without_room_there_is_no_picture():
    buckets = fitted(START, START + 5 * DAY, ZONES[0], 60)

    assert histogram(buckets, [1] * len(buckets.starts), 20, color=False) == []


@pytest.mark.parametrize(
    ("length", "cells", "step"),
    [
        (500, 70, "1s"),
        (MINUTE, 70, "1s"),
        (HOUR, 70, "1m"),
        (DAY, 70, "1h"),
        (30 * DAY, 70, "1d"),
        (30 * DAY, 130, "6h"),
        (365 * DAY, 70, "1w"),
        (9_999 * DAY, 70, "1q" if 9_999 / 91 < 70 else "1y"),
        (700_000 * DAY, 70, "100y"),
    ],
)
def test_the_step_is_the_shortest_that_fits(length, cells, step):
    assert str(fitting_step(START, START + length, ZONES[1], cells)) == step
