from datetime import UTC, datetime

import pytest

from auditctl.events.clock import parse_instant
from auditctl.events.time_help import time_topic
from auditctl.events.time_words import (
    DAY_WORDS,
    FORMS,
    PERIOD_SHIFT,
    PERIODS,
    UNIT_OF,
    UNITS,
    VOCABULARY,
    WEEKDAY_OF,
    WEEKDAYS,
)
from auditctl.events.times import read_span

NOW = datetime(2026, 7, 1, 12, 30, 15, 250_000, UTC)


def span(text):
    return read_span(text, now=NOW, zone=UTC)


def test_it_fits_a_terminal_and_is_plain():
    lines = time_topic().splitlines()
    assert max(map(len, lines)) <= 80
    assert all(line.isascii() and line.isprintable() and line == line.rstrip() for line in lines)


@pytest.mark.parametrize("text", [e for form in FORMS for e in form.examples])
def test_every_example_is_shown_and_read(text):
    assert text in time_topic()
    assert span(text)


def test_examples_in_the_rules_are_read():
    assert span("2026-10-25T02:30+01:00").start == parse_instant("2026-10-25T01:30:00Z")
    assert "2026-10-25T02:30+01:00" in time_topic()


@pytest.mark.parametrize("unit", UNITS, ids=str)
def test_every_unit_is_shown_and_read(unit):
    line = next(ln for ln in time_topic().splitlines() if ln.startswith(f"  {unit.symbol} "))
    for name in unit.names:
        assert name in line
        assert span(f"2 {name} ago").start == span(f"2{unit.symbol}").start


def test_every_word_is_shown_and_read():
    topic = time_topic()
    for word in (*DAY_WORDS, *WEEKDAYS, *WEEKDAY_OF):
        assert word in topic
        assert span(word)
    for relation in PERIOD_SHIFT:
        for period in PERIODS:
            assert period in topic
            assert span(f"{relation} {period}")
    assert set(UNIT_OF) <= set(VOCABULARY)
