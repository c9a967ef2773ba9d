from datetime import UTC, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditctl.events.clock import MAX_MS, MIN_MS, parse_instant
from auditctl.events.time_format import (
    format_instant,
    format_local,
    format_offset,
    format_range,
    format_relative,
)

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Pacific/Apia")]
NOON = parse_instant("2026-05-01T12:00:00.123Z")


@pytest.mark.parametrize(
    ("style", "text"),
    [
        ("full", "2026-05-01 14:00:00.123 +02:00"),
        ("milliseconds", "2026-05-01 14:00:00.123"),
        ("seconds", "2026-05-01 14:00:00"),
        ("minutes", "2026-05-01 14:00"),
        ("date", "2026-05-01"),
        ("clock", "14:00:00"),
    ],
)
def test_instants_are_shown_as_the_clocks_of_the_zone_do(style, text):
    assert format_local(NOON, BERLIN, style=style) == text


@pytest.mark.parametrize("ms", [NOON, NOON - 123])
def test_offsets(ms):
    assert format_offset(ms, BERLIN) == "+02:00"
    assert format_offset(ms, timezone(timedelta(hours=-3, minutes=-30))) == "-03:30"
    assert format_offset(ms, UTC) == "+00:00"


@given(st.integers(MIN_MS - 10**13, MAX_MS + 10**13), st.sampled_from(ZONES))
def test_no_instant_is_too_far_to_be_shown(ms, zone):
    assert len(format_local(ms, zone, style="milliseconds")) == 23
    assert format_instant(ms, zone)
    assert format_offset(ms, zone)[0] in "+-"


def test_ranges_are_told_in_a_line():
    since, until = parse_instant("2026-04-30T22:00:00Z"), parse_instant("2026-05-01T22:00:00Z")
    assert format_range(since, until, BERLIN) == (
        "2026-05-01 00:00 → 2026-05-02 00:00 Europe/Berlin"
    )
    assert format_range(None, NOON, BERLIN) == "beginning → 2026-05-01 14:00:00.123 Europe/Berlin"
    assert format_range(since + 1000, None, BERLIN) == "2026-05-01 00:00:01 → now Europe/Berlin"


def test_a_time_that_occurs_twice_shows_its_offset():
    first, second = parse_instant("2026-10-25T00:30:00Z"), parse_instant("2026-10-25T01:30:00Z")
    assert format_range(first, second, BERLIN) == (
        "2026-10-25 02:30 +02:00 → 2026-10-25 02:30 +01:00 Europe/Berlin"
    )


@pytest.mark.parametrize(
    ("ago_s", "text"),
    [
        (0, "just now"),
        (4, "just now"),
        (-4, "just now"),
        (5, "5 s ago"),
        (119, "1 min ago"),
        (-120, "in 2 min"),
        (3 * 3600, "3 h ago"),
        (86_400, "1 d ago"),
        (30 * 86_400, "30 d ago"),
        (31 * 86_400, "1 mo ago"),
        (365 * 86_400, "11 mo ago"),
        (366 * 86_400, "1 y ago"),
        (-800 * 86_400, "in 2 y"),
    ],
)
def test_distances_are_told_in_one_unit(ago_s, text):
    assert format_relative(NOON - ago_s * 1000, NOON) == text
