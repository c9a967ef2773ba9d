from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditctl.errors import TimeError, UsageError
from auditctl.events.clock import format_ms
from auditctl.events.times import resolve_range

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 7, 1, 12, 30, 15, 250_000, UTC)


def resolve(since=None, until=None, on=None):
    return resolve_range(since, until, on, now=NOW, zone=BERLIN)


def test_nothing_named_is_open_at_both_ends():
    found = resolve()
    assert (found.since, found.until, found.notes) == (None, None, ())


def test_both_ends_mean_the_start_of_what_is_named():
    found = resolve("2026-05", "2026-05-02")
    assert format_ms(found.since) == "2026-04-30T22:00:00.000Z"
    assert format_ms(found.until) == "2026-05-01T22:00:00.000Z"


def test_on_names_the_whole():
    found = resolve(on="last month")
    assert format_ms(found.since) == "2026-05-31T22:00:00.000Z"
    assert format_ms(found.until) == "2026-06-30T22:00:00.000Z"


@pytest.mark.parametrize(("since", "until"), [("today", None), (None, "today"), ("1d", "now")])
def test_on_stands_alone(since, until):
    with pytest.raises(UsageError, match="--on") as caught:
        resolve(since, until, "today")
    assert not isinstance(caught.value, TimeError)


@pytest.mark.parametrize("text", ["3d", "now", "+2h", "3d ago", "1h UTC"])
def test_on_refuses_a_moment(text):
    with pytest.raises(TimeError, match="names a moment"):
        resolve(on=text)


def test_an_empty_range_shows_both_ends():
    with pytest.raises(TimeError) as caught:
        resolve("2026-05-02", "2026-05-01 09:00")
    assert "--since 2026-05-02 is 2026-05-02 00:00" in caught.value.message
    assert "--until 2026-05-01 09:00 is 2026-05-01 09:00" in caught.value.message
    assert "swap" in caught.value.hint


def test_a_day_given_twice_points_to_on():
    with pytest.raises(TimeError) as caught:
        resolve("yesterday", "yesterday")
    assert "--on 'yesterday'" in caught.value.hint


def test_notes_say_which_option_they_are_about():
    found = resolve("2026-03-29 02:30", "2026-10-25 02:30")
    assert found.notes[0].startswith("--since 2026-03-29 02:30: ")
    assert found.notes[1].startswith("--until 2026-10-25 02:30: ")
    assert resolve("2026-03-29 02:30").until is None


@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_ends_are_in_order(back, length):
    found = resolve(f"{back + length}h", f"{back}h")
    assert found.until - found.since == length * 3_600_000
