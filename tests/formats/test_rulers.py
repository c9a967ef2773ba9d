"""The lines between rows: days, and pauses that are long among those shown."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditctl.events.event import Event
from auditctl.formats.rulers import Pauses
from auditctl.formats.writer import OutputOptions, open_writer

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YEAR = datetime(2025, 12, 31, 20, tzinfo=UTC)
MINUTE = 60_000


@pytest.fixture
def table(make_body):
    """Draw events at these moments: ``table([moment, ...], width=80) -> lines``."""

    def draw(moments, **options):
        out = BytesIO()
        writer = open_writer("table", out, OutputOptions(**options))
        for number, moment in enumerate(moments):
            text = moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
            writer.write(Event(make_body(number, occurred_at=text)))
        writer.finish()
        return out.getvalue().decode().splitlines()

    return draw


def every(minutes, count, start=NEW_YEAR):
    return [start + timedelta(minutes=minutes * n) for n in range(count)]


def rulers(lines):
    return [line for line in lines if line.startswith(("─", "┄"))]


def test_a_day_is_told_once_in_the_zone_of_the_reader(table):
    lines = table(every(60, 8), width=60, zone=BERLIN)

    assert lines[0].split()[:3] == ["Time", "Action", "Actor"]
    assert rulers(lines) == [
        "── Wed 2025-12-31 · Europe/Berlin ".ljust(60, "─"),
        "── Thu 2026-01-01 · Europe/Berlin ".ljust(60, "─"),
    ]
    assert [line.split()[0] for line in lines if line[0].isdigit()] == [
        *("21:00:00", "22:00:00", "23:00:00"),
        *("00:00:00", "01:00:00", "02:00:00", "03:00:00", "04:00:00"),
    ]
    assert lines.index(rulers(lines)[1]) == 5


def test_newest_first_has_the_same_days(table):
    lines = table(every(60, 8)[::-1], width=80)

    assert [line[3:17] for line in rulers(lines)] == ["Thu 2026-01-01", "Wed 2025-12-31"]


@pytest.mark.parametrize(("rows_a_day", "dates"), [(1, True), (2, True), (3, False), (5, False)])
def test_rows_keep_their_dates_where_days_have_few(table, rows_a_day, dates):
    moments = [NEW_YEAR + timedelta(days=n // rows_a_day, minutes=n) for n in range(15)]
    lines = table(moments, width=100)

    assert all(line.startswith("202") for line in lines[1:]) is dates
    assert bool(rulers(lines)) is not dates
    assert ("UTC" in lines[0]) is dates


def test_a_year_ago_does_not_look_new(table):
    lines = table([NEW_YEAR, NEW_YEAR - timedelta(days=365)], width=80)

    assert [line[:10] for line in lines[1:]] == ["2025-12-31", "2024-12-31"]


def test_days_in_no_order_are_told_at_each_change(table):
    days = [NEW_YEAR, NEW_YEAR + timedelta(days=1)]
    lines = table([days[n // 4 % 2] for n in range(16)], width=80)

    assert [line[3:17] for line in rulers(lines)] == ["Wed 2025-12-31", "Thu 2026-01-01"] * 2


@pytest.mark.parametrize("total", [20, 24, 33, 34, 59])
def test_a_narrow_terminal_has_no_dates_in_rows(table, total):
    lines = table([NEW_YEAR, NEW_YEAR + timedelta(days=9)], width=total, zone=BERLIN)

    assert [line[:17] for line in rulers(lines)] == ["── Wed 2025-12-31", "── Fri 2026-01-09"]
    assert all(len(line) == total for line in rulers(lines))
    assert ("Europe/Berlin" in lines[1]) is (total >= 36)
    assert [line[:8] for line in lines if line[0].isdigit()] == ["21:00:00", "21:00:00"]


def test_without_heading_there_are_no_rulers_and_whole_dates(table):
    lines = table([*every(1, 20), NEW_YEAR + timedelta(days=5)], width=80, header=False)

    assert len(lines) == 21
    assert all(line.startswith("202") for line in lines)


def test_columns_without_the_time_have_no_rulers(table):
    moments = [*every(1, 20), NEW_YEAR + timedelta(days=1)]

    assert rulers(table(moments, columns=["action", "received"])) == []
    assert len(rulers(table(moments, columns=["action", "created"]))) == 2
    assert len(rulers(table(moments, columns=["occurred_at"]))) == 2


@pytest.mark.parametrize("reverse", [False, True])
def test_the_hour_that_comes_twice_is_told_apart(table, reverse):
    moments = every(30, 8, datetime(2026, 10, 24, 23, 0, tzinfo=UTC))
    lines = table(moments[::-1] if reverse else moments, width=60, zone=BERLIN)
    clocks = [line[:5] for line in lines if line[0].isdigit()]

    assert rulers(lines) == [
        "── Sun 2026-10-25 · Europe/Berlin ".ljust(60, "─"),
        f"── Sun 2026-10-25 · Europe/Berlin {'+02:00' if reverse else '+01:00'} ".ljust(60, "─"),
    ]
    assert clocks.count("02:00") == 2
    change = lines.index(rulers(lines)[1])
    assert sum(line.startswith("02:") for line in lines[:change]) == 2


def test_what_was_received_keeps_its_date(table):
    lines = table(every(1, 5), columns=["time", "received"], zone=BERLIN, width=100)

    assert lines[0].split() == ["Time", "Received", "Europe/Berlin"]
    assert lines[2].split() == ["21:00:00.000", "2026-05-01", "15:00:00.412"]


@pytest.mark.parametrize("reverse", [False, True])
def test_a_long_pause_is_told(table, reverse):
    moments = [*every(1, 10), *every(1, 10, NEW_YEAR + timedelta(hours=2, minutes=21))]
    lines = table(moments[::-1] if reverse else moments, width=80)

    told = f"┄┄ 2 h 12 min {'earlier' if reverse else 'later'} ┄┄"
    assert rulers(lines)[1:] == [told]
    assert lines.index(told) == 12


def test_a_pause_over_night_is_told_with_the_day(table):
    moments = [*every(1, 10), *every(1, 10, NEW_YEAR + timedelta(hours=14))]
    lines = table(moments, width=80)

    assert len(rulers(lines)) == 2
    assert rulers(lines)[1].startswith("── Thu 2026-01-01 · UTC · 13 h 51 min later ──")


@pytest.mark.parametrize("moments", [every(600, 30), every(1, 9), every(1, 30)[::-1]])
def test_pauses_that_are_usual_short_or_few_are_not_told(table, moments):
    assert not [line for line in rulers(table(moments, width=80)) if "┄" in line or "later" in line]


def test_in_a_live_table_days_and_pauses_are_told_as_they_come(table):
    moments = [*every(1, 11), NEW_YEAR + timedelta(hours=2), NEW_YEAR + timedelta(hours=25)]
    lines = table(moments, width=80, live=True)

    assert [line.strip("─┄ ") for line in rulers(lines)] == [
        "Wed 2025-12-31 · UTC",
        "1 h 50 min later",
        "Thu 2026-01-01 · UTC · 23 h later",
    ]


def test_an_event_that_comes_late_is_told_to_be_earlier(table):
    moments = [*every(1, 11), NEW_YEAR - timedelta(hours=2)]

    assert rulers(table(moments, width=80, live=True))[-1] == "┄┄ 2 h 10 min earlier ┄┄"


def test_how_long_ago_needs_no_days(table):
    now = int((NEW_YEAR + timedelta(hours=3)).timestamp() * 1000)
    moments = [
        *every(1, 3),
        *(NEW_YEAR - timedelta(days=40), NEW_YEAR - timedelta(days=800)),
        *(NEW_YEAR + timedelta(hours=4), NEW_YEAR + timedelta(hours=2, minutes=1)),
    ]
    lines = table(moments, width=80, relative=True, now=now)

    assert lines[0].startswith("      Time  Action")
    assert [line[:12] for line in lines[1:]] == [
        *("   3 h ago  ", "   2 h ago  ", "   2 h ago  ", "  1 mo ago  ", "   2 y ago  "),
        *("    in 1 h  ", "59 min ago  "),
    ]


def test_how_long_ago_an_event_was_received(table):
    now = int(datetime(2026, 5, 1, 13, 5, tzinfo=UTC).timestamp() * 1000)
    lines = table(every(1, 2), columns=["received"], relative=True, now=now)

    assert lines == [" Received", "4 min ago", "4 min ago"]


def test_rulers_are_faint_where_there_is_colour(table):
    line = table(every(1, 5), width=30, color=True)[1]

    assert line.startswith("\x1b[38;5;244m── Wed 2025-12-31 · UTC ─")
    assert line.endswith("─\x1b[0m")


@pytest.mark.parametrize("name", ["lines", "csv", "tsv", "json", "jsonl"])
def test_no_other_format_has_rulers(written, make_body, name):
    moments = [*every(1, 20), NEW_YEAR + timedelta(days=3)]
    bodies = [
        make_body(n, occurred_at=at.strftime("%Y-%m-%dT%H:%M:%S.000Z"))
        for n, at in enumerate(moments)
    ]
    data = written(name, bodies, relative=True, now=1, width=80).decode()

    assert "──" not in data
    assert "┄" not in data
    assert " ago" not in data
    assert data.count("2026-01-03T20:00:00.000Z") == 1


@settings(deadline=None)
@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=60))
def test_at_most_a_quarter_of_the_pauses_is_conspicuous(lengths):
    pauses = Pauses()
    for length in lengths:
        pauses.add(length)
    told = [length for length in lengths if pauses.conspicuous(length)]

    assert len(told) <= len(lengths) / 4
    assert all(length >= 15 * MINUTE for length in told)
    if told:
        assert len(lengths) >= 9
        quiet = [length for length in lengths if length not in told]
        assert min(told) > max(quiet, default=0)
