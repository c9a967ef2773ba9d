import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditctl.errors import TimeError
from auditctl.events.durations import MAX_DURATION_MS, format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("0s", 0),
        ("250ms", 250),
        ("90s", 90_000),
        ("5m", 300_000),
        ("5 min", 300_000),
        ("1h30m", 5_400_000),
        (" 1 h 30 min ", 5_400_000),
        ("2 hours", 7_200_000),
        ("1d", 86_400_000),
        ("1w", 604_800_000),
        ("365250d", MAX_DURATION_MS),
    ],
)
def test_lengths_are_read(text, ms):
    assert parse_duration(text) == ms


@pytest.mark.parametrize(
    "text",
    ["", "5", "m", "-5m", "+5m", "5m ago", "1.5h", "30m1h", "5m5m", "5x", "٣s", "5\u212a", "1h,5m",
     "5m\n", "365251d", "999999999999w", "9" * 5000 + "s", "\ud800"],
)  # fmt: skip
def test_other_texts_are_refused(text):
    with pytest.raises(TimeError) as caught:
        parse_duration(text)
    assert caught.value.hint


@pytest.mark.parametrize("text", ["1mo", "1y", "1q", "2 months", "1y1d", "1mo2h"])
def test_units_of_the_calendar_have_no_fixed_length(text):
    with pytest.raises(TimeError, match="no fixed length"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "meant"), [("5M", '"5m"'), ("90", '"90s"'), ("2 Hours", '"2 hou')]
)
def test_a_near_miss_says_what_was_meant(text, meant):
    with pytest.raises(TimeError) as caught:
        parse_duration(text)
    assert meant in caught.value.message


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "0 s"),
        (250, "250 ms"),
        (1_500, "1 s 500 ms"),
        (90_000, "1 min 30 s"),
        (5_400_000, "1 h 30 min"),
        (86_400_005, "1 d"),
        (93_784_123, "1 d 2 h"),
        (-5_400_000, "-1 h 30 min"),
    ],
)
def test_lengths_are_told_in_two_units(ms, text):
    assert format_duration(ms) == text


@given(st.integers(0, MAX_DURATION_MS))
def test_the_exact_text_is_read_back(ms):
    assert parse_duration(format_duration(ms, parts=5)) == ms


@given(st.integers(1, MAX_DURATION_MS), st.integers(1, 5))
def test_a_shorter_text_never_says_more(ms, parts):
    assert 0 < parse_duration(format_duration(ms, parts=parts)) <= ms


@given(st.text(max_size=20) | st.from_regex(r"[0-9]{1,13} ?[a-z]{1,6}", fullmatch=True))
def test_any_text_is_read_or_refused(text):
    try:
        ms = parse_duration(text)
    except TimeError:
        return
    assert 0 <= ms <= MAX_DURATION_MS
