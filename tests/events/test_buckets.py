from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auditctl.errors import TimeError
from auditctl.events.buckets import Step, bucket_edges, parse_step, uniform
from auditctl.events.clock import MAX_MS, MIN_MS, format_ms, parse_instant
from auditctl.events.zones import to_wall

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [
    ZoneInfo(name)
    for name in ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia",
                 "Australia/Lord_Howe", "America/Sao_Paulo", "America/Toronto")
]  # fmt: skip
STEPS = [
    "1s",
    "1m",
    "15m",
    "90m",
    "1h",
    "6h",
    "1d",
    "3d",
    "1w",
    "2w",
    "1mo",
    "5mo",
    "1q",
    "1y",
    "10y",
]
MINUTE, HOUR = 60_000, 3_600_000


def edges(step, since, until, zone=BERLIN, **options):
    return bucket_edges(
        parse_step(step), parse_instant(since), parse_instant(until), zone, **options
    )


def walls(found, zone=BERLIN):
    return [to_wall(edge, zone).isoformat(" ", "minutes") for edge in found]


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("15m", Step(15, "m")),
        (" 1 hour ", Step(1, "h")),
        ("1d", Step(1, "d")),
        ("2weeks", Step(2, "w")),
        ("1mo", Step(1, "mo")),
        ("1q", Step(1, "q")),
        ("1000y", Step(1000, "y")),
        ("43200s", Step(43200, "s")),
    ],
)
def test_steps_are_read(text, step):
    assert parse_step(text) == step
    assert parse_step(str(step)) == step


@pytest.mark.parametrize(
    "text",
    ["", "m", "0m", "-1h", "1h30m", "1.5h", "5ms", "1001y", "999999999999d", "٣h", "\ud800"],
)  # fmt: skip
def test_other_steps_are_refused(text):
    with pytest.raises(TimeError) as caught:
        parse_step(text)
    assert "15m" in caught.value.hint or "1000y" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "hint"),
    [("5h", "4h or 6h"), ("7m", "6m or 8m"), ("24h", "1d"), ("48h", "2d"), ("25h", "12h")],
)
def test_steps_that_do_not_divide_a_day_are_refused(text, hint):
    with pytest.raises(TimeError, match="does not divide a day") as caught:
        parse_step(text)
    assert hint in caught.value.hint


def test_a_step_in_capitals_says_what_was_meant():
    with pytest.raises(TimeError, match='did you mean "15m"'):
        parse_step("15M")


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("6h", ["2026-05-06 06:00", "2026-05-06 12:00", "2026-05-06 18:00"]),
        ("90m", ["2026-05-06 09:00", "2026-05-06 10:30", "2026-05-06 12:00", "2026-05-06 13:30"]),
        ("1d", ["2026-05-06 00:00", "2026-05-07 00:00"]),
        ("1w", ["2026-05-04 00:00", "2026-05-11 00:00"]),
        ("7d", ["2026-05-04 00:00", "2026-05-11 00:00"]),
        ("1mo", ["2026-05-01 00:00", "2026-06-01 00:00"]),
        ("1q", ["2026-04-01 00:00", "2026-07-01 00:00"]),
        ("1y", ["2026-01-01 00:00", "2027-01-01 00:00"]),
        ("10y", ["2020-01-01 00:00", "2030-01-01 00:00"]),
    ],
)
def test_buckets_follow_the_calendar_of_the_zone(step, expected):
    # a Wednesday, 10:00 to 13:00 in Berlin
    assert walls(edges(step, "2026-05-06T08:00:00Z", "2026-05-06T11:00:00Z")) == expected


def test_a_range_on_the_edges_gets_no_empty_bucket():
    found = edges("1d", "2026-05-05T22:00:00Z", "2026-05-07T22:00:00Z")
    assert walls(found) == ["2026-05-06 00:00", "2026-05-07 00:00", "2026-05-08 00:00"]


def test_days_with_a_changed_clock_are_longer_or_shorter():
    for first, hours in (("2026-03-28T23:00:00Z", 23), ("2026-10-24T22:00:00Z", 25)):
        begin = parse_instant(first)
        assert bucket_edges(Step(1, "d"), begin, begin + HOUR, BERLIN) == [
            begin,
            begin + hours * HOUR,
        ]
        found = bucket_edges(Step(1, "h"), begin, begin + hours * HOUR, BERLIN)
        assert [b - a for a, b in pairwise(found)] == [HOUR] * hours


def test_quarters_of_an_hour_that_occur_twice_are_all_there():
    # from the first 02:40 to the second 02:40
    found = edges("15m", "2026-10-25T00:40:00Z", "2026-10-25T01:40:00Z")
    assert found[0] == parse_instant("2026-10-25T00:30:00Z")
    assert [b - a for a, b in pairwise(found)] == [15 * MINUTE] * 5


def test_half_an_hour_of_change_keeps_the_edges_on_the_hour():
    zone = ZoneInfo("Australia/Lord_Howe")
    # 02:00 is skipped until 02:30, so 01:00 lasts until 03:00
    found = edges("1h", "2026-10-03T14:30:00Z", "2026-10-03T17:00:00Z", zone)
    assert walls(found, zone) == ["2026-10-04 01:00", "2026-10-04 03:00", "2026-10-04 04:00"]
    inside = edges("1h", "2026-10-03T15:40:00Z", "2026-10-03T15:50:00Z", zone)
    assert walls(inside, zone) == ["2026-10-04 01:00", "2026-10-04 03:00"]


def test_a_skipped_day_has_no_bucket():
    zone = ZoneInfo("Pacific/Apia")
    found = edges("1d", "2011-12-29T12:00:00Z", "2011-12-31T09:00:00Z", zone)
    assert walls(found, zone) == ["2011-12-29 00:00", "2011-12-31 00:00", "2012-01-01 00:00"]


def test_a_skipped_midnight_starts_the_day_later():
    zone = ZoneInfo("America/Sao_Paulo")
    found = edges("1d", "2018-11-03T12:00:00Z", "2018-11-04T12:00:00Z", zone)
    assert walls(found, zone) == ["2018-11-03 00:00", "2018-11-04 01:00", "2018-11-05 00:00"]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(STEPS),
    st.integers(MIN_MS, MAX_MS) | st.integers(1_500_000_000_000, 1_800_000_000_000),
    st.integers(1, 60),
    st.integers(0, 10**9),
    st.sampled_from(ZONES),
)
@example("1d", MIN_MS, 1, 0, ZONES[1])
@example("10y", MIN_MS, 2, 0, ZONES[2])
@example("1mo", MAX_MS, 1, 0, ZONES[3])
@example("1h", parse_instant("2026-10-03T15:40:00Z"), 1, 0, ZONES[5])
@example("15m", parse_instant("1919-10-26T03:40:00Z"), 10, 0, ZONES[7])
def test_edges_ascend_and_cover_the_range(step, since, count, odd, zone):
    wanted = parse_step(step)
    length = count * wanted.nominal_ms
    until = min(since + length + odd % wanted.nominal_ms, MAX_MS + 1)
    found = bucket_edges(wanted, since, until, zone)
    assert found[0] <= since < found[1]
    assert found[-2] < until <= found[-1]
    assert all(a < b for a, b in pairwise(found))
    assert found[0] >= MIN_MS
    assert found[-1] <= MAX_MS + 1
    # no bucket but one with a changed clock is more than a day longer than its name says
    assert max(b - a for a, b in pairwise(found)) <= wanted.nominal_ms * 1.1 + 26 * HOUR


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(STEPS),
    st.integers(1_500_000_000_000, 1_800_000_000_000),
    st.integers(1, 40),
    st.sampled_from(ZONES),
)
def test_the_same_step_gives_the_same_buckets_in_any_range(step, since, count, zone):
    wanted = parse_step(step)
    until = since + count * wanted.nominal_ms
    found = bucket_edges(wanted, since, until, zone)
    middle = (since + until) // 2
    part = bucket_edges(wanted, middle, until, zone)
    assert part == found[-len(part) :]


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(STEPS),
    st.integers(1_500_000_000_000, 1_800_000_000_000),
    st.integers(1, 60),
    st.sampled_from(ZONES),
)
def test_uniform_buckets_are_the_edges(step, since, count, zone):
    wanted = parse_step(step)
    until = since + count * wanted.nominal_ms
    found = bucket_edges(wanted, since, until, zone)
    even = uniform(wanted, since, until, zone)
    widths = {b - a for a, b in pairwise(found)}
    if even is None:
        assert len(widths) > 1
    else:
        every, origin = even
        assert [origin + place * every for place in range(len(found))] == found


def test_uniform_knows_where_the_clocks_change():
    since, until = parse_instant("2026-03-01T00:00:00Z"), parse_instant("2026-04-30T00:00:00Z")
    assert uniform(Step(1, "d"), since, until, BERLIN) is None
    assert uniform(Step(1, "d"), since, until, ZONES[0]) == (24 * HOUR, since)
    assert uniform(Step(1, "h"), since, until, BERLIN) == (HOUR, since)
    assert uniform(Step(1, "mo"), since, until, ZONES[0]) is None


def test_too_many_buckets_are_refused_with_a_step_that_fits():
    since, until = "2020-01-01T00:00:00Z", "2026-01-01T00:00:00Z"
    with pytest.raises(TimeError, match="more than 10000 buckets") as caught:
        edges("1s", since, until)
    wider = caught.value.hint.split()[2].rstrip(",")
    assert len(edges(wider, since, until)) < 10_000


def test_the_limit_is_exact():
    since, until = "2026-05-01T00:00:00Z", "2026-05-01T10:00:00Z"
    assert len(edges("1h", since, until, max_buckets=10)) == 11
    with pytest.raises(TimeError, match="more than 9"):
        edges("1h", since, until, max_buckets=9)


@pytest.mark.parametrize(("since", "until"), [(5, 5), (6, 5), (MIN_MS - 1, 5), (5, MAX_MS + 2)])
def test_an_impossible_range_is_refused(since, until):
    with pytest.raises(TimeError, match="empty or lies outside"):
        bucket_edges(Step(1, "d"), since, until, BERLIN)


def test_an_edge_is_where_the_clocks_say_so():
    found = edges("1d", "2026-10-20T00:00:00Z", "2026-10-30T00:00:00Z")
    assert format_ms(found[-1]) == "2026-10-30T23:00:00.000Z"
    days = [datetime.fromisoformat(wall) for wall in walls(found)]
    assert all(b - a == timedelta(days=1) for a, b in pairwise(days))
