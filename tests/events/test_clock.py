# ruff: noqa: RUF001 - digits that look like ASCII are what is refused here
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditctl.errors import EventError
from auditctl.events.clock import (
    MAX_MS,
    MIN_MS,
    datetime_to_ms,
    format_ms,
    is_canonical,
    ms_to_datetime,
    now_ms,
    parse_instant,
)

NOON = 1_777_636_800_000  # 2026-05-01T12:00:00Z
INSTANTS = st.integers(MIN_MS, MAX_MS)


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("2026-05-01T12:00:00.123Z", NOON + 123),
        ("2026-05-01T12:00:00Z", NOON),
        ("2026-05-01t12:00:00z", NOON),
        ("2026-05-01 12:00:00", NOON),
        ("2026-05-01T12:00:00,5Z", NOON + 500),
        ("2026-05-01T14:00:00+02:00", NOON),
        ("2026-05-01T14:00:00+0200", NOON),
        ("2026-05-01T06:30:00-05:30", NOON),
        ("2026-05-01T12:00:00-00:00", NOON),
        ("20260501T120000Z", NOON),
        ("2026-05-01", NOON - 12 * 3_600_000),
        ("1970-01-01T00:00:00Z", 0),
        ("0001-01-01T00:00:00Z", MIN_MS),
        ("9999-12-31T23:59:59.999999999Z", MAX_MS),
        ("1969-12-31T23:59:59.9999Z", -1),
    ],
)
def test_instants_are_read(text, ms):
    assert parse_instant(text) == ms


@pytest.mark.parametrize("digits", ["1239", "1239999", "123999999999"])
def test_finer_digits_are_cut_off(digits):
    assert parse_instant(f"2026-05-01T12:00:00.{digits}Z") == NOON + 123


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "1777636800",
        "2026-05-01112:00",
        "20260501012",
        "2026-05-01?12:00",
        "2026-05-01T12:00:00.Z",
        "2026-W18-5",
        "2026-02-30T00:00:00Z",
        "2026-05-01T25:00:00Z",
        "2026-05-01T12:00:00+25:00",
        " 2026-05-01T12:00:00Z",
        "2026-05-01T12:00:00Z\n",
        "2026-05-01\x0012:00",
        "٢٠٢٦-٠٥-٠١T12:00:00Z",
        "\ud800",
        "0001-01-01T00:00:00+05:00",
        "9999-12-31T23:59:59-05:00",
    ],
)
def test_what_is_no_instant_is_refused(text):
    with pytest.raises(EventError):
        parse_instant(text)


@given(INSTANTS)
def test_canonical_text_is_read_back(ms):
    text = format_ms(ms)
    assert is_canonical(text)
    assert parse_instant(text) == ms
    assert datetime_to_ms(ms_to_datetime(ms)) == ms


@given(INSTANTS, INSTANTS)
def test_canonical_texts_sort_like_their_instants(one, other):
    assert (format_ms(one) < format_ms(other)) == (one < other)


@given(
    st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31)),  # noqa: DTZ001 - the zone is added
    st.integers(-23 * 60, 23 * 60),
)
def test_an_offset_moves_the_instant_and_never_rounds_up(wall, minutes):
    moment = wall.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    ms = parse_instant(moment.isoformat())
    left = moment - ms_to_datetime(ms)
    assert timedelta(0) <= left < timedelta(milliseconds=1)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text):
    try:
        ms = parse_instant(text)
    except EventError:
        return
    assert MIN_MS <= ms <= MAX_MS


@pytest.mark.parametrize(
    "text", ["2026-05-01T12:00:00Z", "2026-05-01T12:00:00.123z", "٢026-05-01T12:00:00.123Z", ""]
)
def test_other_forms_are_not_canonical(text):
    assert not is_canonical(text)


def test_now_is_the_system_clock():
    before = datetime.now(UTC)
    assert before - timedelta(milliseconds=1) < ms_to_datetime(now_ms()) <= datetime.now(UTC)
