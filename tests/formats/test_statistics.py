"""Counts drawn as tables: what fits, what gives way, and that nothing is lost on the way."""

import io
import re
from zoneinfo import ZoneInfo

import pytest
from hostile import TEXTS, harmful
from hypothesis import given
from hypothesis import strategies as st

from auditctl.events.buckets import bucket_edges, parse_step
from auditctl.events.clock import parse_instant
from auditctl.formats.bars import ZERO
from auditctl.formats.buckets import Buckets
from auditctl.formats.safety import visible, width
from auditctl.formats.statistics import (
    Group,
    Statistics,
    write_buckets,
    write_curves,
    write_groups,
)
from auditctl.formats.writer import OutputOptions

UTC = ZoneInfo("UTC")
START = parse_instant("2026-05-01T00:00:00Z")
DAY = 86_400_000
BARS = re.compile("[▏▎▍▌▋▊▉█]+$")


def days(number):
    step = parse_step("1d")
    return Buckets(step, bucket_edges(step, START, START + number * DAY, UTC)[:-1], UTC)


def statistics(counts, *, rest=(), names=("action",), total=None, steps=0):
    """Groups with these counts, the first ones in the first steps of time, one event each."""

    def over(count):
        return [1 if n < count else 0 for n in range(steps)]

    groups = [
        Group(tuple(f"value{n}.{k}" for k in range(len(names))), count, over(count))
        for n, count in enumerate(counts)
    ]
    more = Group((), sum(rest), over(sum(rest))) if rest else None
    total = sum(counts) + sum(rest) if total is None else total
    buckets = days(steps) if steps else None
    return Statistics(names, groups, total, more, len(rest), buckets, over(total))


def lines(write, found, **options):
    out = io.BytesIO()
    write(found, out, OutputOptions(**options))
    text = out.getvalue().decode()
    assert not text or text.endswith("\n")
    return text.split("\n")[:-1]


def test_groups_have_bars_up_to_the_longest_and_the_rest_is_one_line():
    drawn = lines(write_groups, statistics([40, 10, 0], rest=[3, 2, 1]), width=60)

    assert drawn == [
        "action           count   share",
        "value0.0            40  71.4 %  " + "█" * 28,
        "value1.0            10  17.9 %  ███████",
        "value2.0             0   0.0 %",
        "… 3 more groups      6  10.7 %",
    ]


@given(
    counts=st.lists(st.integers(0, 10**9), min_size=1, max_size=5),
    rest=st.lists(st.integers(0, 10**9), max_size=3),
    names=st.sampled_from([("action",), ("action", "org"), ("action", "org", "id")]),
    steps=st.sampled_from([1, 2, 7, 31, 400]),
    total=st.integers(24, 220),
    longest=st.integers(1, 300),
)
@pytest.mark.parametrize("write", [write_groups, write_buckets, write_curves])
def test_no_line_is_wider_than_the_terminal(*, write, counts, rest, names, steps, total, longest):
    found = statistics(counts, rest=rest, names=names, steps=steps)
    long = Group(("x" * longest,) * len(names), counts[0], found.groups[0].over)
    drawn = lines(write, found._replace(groups=[*found.groups, long]), width=total)

    assert drawn
    assert max(width(line) for line in drawn) <= total


@pytest.mark.parametrize("total", range(30, 120))
def test_a_bar_gives_way_before_any_text_or_number_is_cut(total):
    drawn = lines(write_groups, statistics([1_234_567, 1], names=("action", "org")), width=total)
    cut = any("…" in line for line in drawn)

    assert cut == (total < 35)
    assert bool(BARS.search(drawn[1])) == (total >= 42)
    if not cut:
        assert drawn[1].split()[:5] == ["value0.0", "value0.1", "1,234,567", "100.0", "%"]


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=60), st.integers(50, 200))
def test_a_line_over_time_has_the_peak_that_it_names(values, total):
    group = Group(("a",), sum(values), values)
    found = Statistics(("action",), [group], sum(values), None, 0, days(len(values)), values)
    heading, row, axis = lines(write_curves, found, width=total)
    peak, shape = row.split()[-2:]
    taken = int(re.search(r"per (\d+)d", heading)[1])
    sums = [sum(values[n : n + taken]) for n in range(0, len(values), taken)]

    assert peak == f"{max(sums):,}"
    each, rest = divmod(len(shape), len(sums))
    assert rest == 0
    assert [char == ZERO for char in shape[::each]] == [number == 0 for number in sums]
    assert axis.split()[:2] == ["Fri", "2026-05-01"]


def test_steps_in_one_cell_are_told():
    found = statistics([5], steps=100)
    out = io.BytesIO()

    assert write_curves(found, out, OutputOptions(width=200)) == ["each line up to its own peak"]
    assert write_curves(found, out, OutputOptions(width=80)) == [
        "each line up to its own peak",
        "3 steps of 1d in a cell",
    ]
    assert write_curves(found, out, OutputOptions(width=20)) == ["no room for sparklines"]


def test_dates_stand_at_the_ends_of_the_lines():
    drawn = lines(write_curves, statistics([5], steps=20), width=80)
    begin = drawn[1].index("█")

    assert drawn[-1][begin:] == "Fri 2026-05-01            Wed 2026-05-20"
    assert len(drawn[-1]) == len(drawn[1])


@pytest.mark.parametrize("total", [40, 80, 200])
@pytest.mark.parametrize("write", [write_groups, write_curves])
def test_hostile_names_are_harmless(write, total):
    found = statistics([1] * len(TEXTS), names=("action", "org"), steps=10)
    groups = [
        group._replace(values=(text, None)) for group, text in zip(found.groups, TEXTS, strict=True)
    ]
    drawn = lines(write, found._replace(groups=groups, names=(TEXTS[0], "org")), width=total)

    assert not harmful("\n".join(drawn), allowed="\n")
    assert max(width(line) for line in drawn) <= total
    assert len(drawn) >= 1 + len(TEXTS)
    assert any(visible(TEXTS[0])[:6] in line for line in drawn)


def test_without_a_heading_only_the_heading_is_left_out():
    for write in (write_groups, write_curves):
        whole = lines(write, statistics([5, 2], steps=9), width=80)
        assert lines(write, statistics([5, 2], steps=9), width=80, header=False) == whole[1:]


def test_nothing_is_drawn_of_nothing():
    for write in (write_groups, write_buckets, write_curves):
        assert lines(write, statistics([]), width=80) == []


def test_steps_without_events_are_shown():
    found = statistics([2], steps=3)

    assert lines(write_buckets, found, width=60) == [
        "time UTC        count   share",
        "Fri 2026-05-01      1  50.0 %  " + "█" * 29,
        "Sat 2026-05-02      1  50.0 %  " + "█" * 29,
        "Sun 2026-05-03      0   0.0 %",
    ]
