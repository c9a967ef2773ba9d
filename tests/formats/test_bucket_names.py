"""What steps of time are called in a picture."""

from zoneinfo import ZoneInfo

import pytest

from auditctl.events.buckets import bucket_edges, parse_step
from auditctl.events.clock import parse_instant
from auditctl.formats.buckets import Buckets

BERLIN = ZoneInfo("Europe/Berlin")


def buckets(step, since, until, zone=BERLIN):
    parsed = parse_step(step)
    return Buckets(
        parsed, bucket_edges(parsed, parse_instant(since), parse_instant(until), zone)[:-1], zone
    )


@pytest.mark.parametrize(
    ("step", "name", "when"),
    [
        ("15s", "Wed 2026-11-25 11:00:15", "at Wed 2026-11-25 11:00:15"),
        ("15m", "Wed 2026-11-25 11:00", "at Wed 2026-11-25 11:00"),
        ("6h", "Wed 2026-11-25 06:00", "at Wed 2026-11-25 06:00"),
        ("1d", "Wed 2026-11-25", "on Wed 2026-11-25"),
        ("1w", "Mon 2026-11-23", "in the week of Mon 2026-11-23"),
        ("1mo", "2026-11", "in 2026-11"),
        ("1q", "2026-Q4", "in 2026-Q4"),
        ("1y", "2026", "in 2026"),
        ("10y", "2020", "in 2020"),
    ],
)
def test_a_step_is_called_after_its_start(step, name, when):
    found = buckets(step, "2026-11-25T10:00:29Z", "2026-11-25T10:00:30Z")

    assert found.name(0) == name
    assert found.when(0) == when


def test_a_date_stands_once_for_its_hours():
    names = buckets("1h", "2026-11-24T21:00:00Z", "2026-11-25T01:00:00Z").names()

    assert names == [
        "Tue 2026-11-24 22:00",
        "               23:00",
        "Wed 2026-11-25 00:00",
        "               01:00",
    ]


def test_an_hour_that_occurs_twice_has_its_offset():
    names = buckets("1h", "2026-10-25T00:00:00Z", "2026-10-25T03:00:00Z").names()

    assert [name[15:] for name in names] == ["02:00 +02:00", "02:00 +01:00", "03:00"]


@pytest.mark.parametrize(
    ("step", "since", "until", "wanted"),
    [
        ("6h", "2026-11-24T06:00:00Z", "2026-11-26T12:00:00Z", ["2026-11-25", "2026-11-26"]),
        ("1d", "2026-11-03T00:00:00Z", "2026-11-17T00:00:00Z", ["2026-11-09", "2026-11-16"]),
        ("1w", "2026-10-20T00:00:00Z", "2026-12-20T00:00:00Z", ["2026-11-02", "2026-12-07"]),
        ("1mo", "2025-06-15T00:00:00Z", "2027-03-15T00:00:00Z", ["2026", "2027"]),
    ],
)
def test_landmarks_are_where_something_greater_begins(step, since, until, wanted):
    found = buckets(step, since, until)

    assert [name for _, name in found.landmarks()] == wanted
    assert all(name in found.name(place) for place, name in found.landmarks())
