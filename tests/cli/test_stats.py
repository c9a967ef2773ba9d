"""``auditctl stats``: counts by fields and over time."""

import csv
import io
import json
import re
from collections import Counter

import pytest
from seeded import COUNT, seeded_events

from auditctl.formats.paint import SGR
from auditctl.formats.safety import width

EVENTS = seeded_events()


@pytest.fixture
def stats(run, store):
    def call(*args):
        outcome = run("stats", "--store", store, "-o", "jsonl", *args)
        assert outcome.code == 0, outcome.err
        return outcome.events

    return call


def counted(rows, *names):
    return {tuple(row[name] for name in names): row["count"] for row in rows}


def test_the_default_is_by_action_most_frequent_first(stats):
    wanted = Counter(event["action"] for event in EVENTS)
    rows = stats()

    assert counted(rows, "action") == {(action,): number for action, number in wanted.items()}
    assert [row["count"] for row in rows] == sorted(wanted.values(), reverse=True)


def test_shares_are_of_all_that_match(stats):
    rows = stats("--by", "actor.type", "--org", "org_alpha")

    assert sum(row["share"] for row in rows) == pytest.approx(1)
    assert all(row["share"] == pytest.approx(row["count"] / 14, abs=1e-5) for row in rows)


@pytest.mark.parametrize(
    "spelling", [("--by", "actor.type,action"), ("--by", "actor.type", "--by", "action")]
)
def test_several_fields_make_one_group_a_combination(stats, spelling):
    wanted = Counter((event["actor"]["type"], event["action"]) for event in EVENTS)

    assert counted(stats(*spelling), "actor.type", "action") == dict(wanted)


def test_events_without_the_field_are_a_group(stats):
    wanted = Counter((event["metadata"].get("reason"),) for event in EVENTS)

    assert None in wanted.keys() | {key[0] for key in wanted}
    assert counted(stats("--by", "metadata.reason"), "metadata.reason") == dict(wanted)


def test_an_event_counts_in_the_group_of_each_target(stats):
    wanted = Counter((target["type"],) for event in EVENTS for target in event["targets"])
    wanted[(None,)] = sum(not event["targets"] for event in EVENTS)

    assert counted(stats("--by", "target.type"), "target.type") == dict(wanted)


def test_the_top_n_are_the_most_frequent_and_the_footer_says_so(run, store):
    outcome = run("stats", "--store", store, "--by", "action", "--top", "2", "-o", "jsonl")
    wanted = Counter(event["action"] for event in EVENTS)

    assert len(outcome.events) == 2
    assert [row["count"] for row in outcome.events] == sorted(wanted.values(), reverse=True)[:2]
    assert "2 of 7 groups" in outcome.err
    assert "40 events" in outcome.err


def test_filters_and_ranges_hold(stats):
    rows = stats("--by", "action", "token.created", "--on", "2026-05-02")
    wanted = [
        event
        for event in EVENTS
        if event["action"] == "token.created" and event["occurred_at"].startswith("2026-05-02")
    ]

    assert counted(rows, "action") == {("token.created",): len(wanted)}


def test_every_day_of_the_range_has_a_row_also_the_empty_ones(stats):
    rows = stats("--every", "1d", "--action", "project.created", "--since", "2026-05-01")
    days = Counter(
        event["occurred_at"][:10] for event in EVENTS if event["action"] == "project.created"
    )
    shown = {row["time"][:10]: row["count"] for row in rows}

    assert shown == {f"2026-05-0{day}": days[f"2026-05-0{day}"] for day in range(1, 6)}
    assert 0 in shown.values() or min(days.values()) > 0


def test_every_hour_without_events_is_a_row_of_zero(stats):
    rows = stats("--every", "1h", "--on", "2026-05-02")

    assert [row["count"] for row in rows[:4]] == [1, 0, 0, 1]
    assert sum(row["count"] for row in rows) == 8


def test_days_are_those_of_the_zone(stats):
    rows = stats("--every", "1d", "--tz", "America/New_York")

    assert [row["time"] for row in rows[:2]] == [
        "2026-04-30T04:00:00.000Z",
        "2026-05-01T04:00:00.000Z",
    ]
    assert [row["count"] for row in rows] == [2, 8, 8, 8, 8, 6]


def test_time_and_fields_together(stats):
    wanted = Counter((event["occurred_at"][:10], event["organization_id"]) for event in EVENTS)
    rows = stats("--every", "1d", "--by", "org")

    assert {(row["time"][:10], row["org"]): row["count"] for row in rows} == dict(wanted)
    assert [row["time"] for row in rows] == sorted(row["time"] for row in rows)


def test_without_a_range_all_is_counted(run, store):
    outcome = run("stats", "--store", store, "--every", "1w", "-o", "jsonl")

    assert sum(row["count"] for row in outcome.events) == COUNT
    assert "40 events" in outcome.err


def test_csv_has_a_heading_and_plain_numbers(run, store):
    outcome = run("stats", "--store", store, "--by", "org", "-o", "csv")
    rows = list(csv.reader(io.StringIO(outcome.out.decode())))

    assert rows[0] == ["org", "count", "share"]
    assert {row[0]: row[1] for row in rows[1:]} == {
        "org_alpha": "14",
        "org_beta": "13",
        "org_gamma": "13",
    }


def test_json_is_one_array(run, store):
    assert len(json.loads(run("stats", "--store", store, "-o", "json").out)) == 7


def test_a_table_shows_per_cent(run, store):
    outcome = run("stats", "--store", store, "--by", "org", terminal=True)

    assert "35.0 %" in outcome.out.decode()


def test_a_table_shows_20_groups_and_says_how_many_there_are(run, store):
    shown = run("stats", "--store", store, "--by", "id", "-o", "table")
    piped = run("stats", "--store", store, "--by", "id")

    groups = [line for line in shown.lines if line.startswith("audit_log_event_")]
    assert len(groups) == 20
    assert next(line for line in shown.lines if "… 20 more groups" in line).split()[-3:] == [
        "20", "50.0", "%",
    ]  # fmt: skip
    assert "20 of 40 groups" in shown.err
    assert len(piped.lines) == COUNT


def test_a_table_draws_a_bar_for_each_group_and_all_events_over_time(run, store):
    outcome = run("stats", "--store", store, "--by", "org", "-o", "table")
    heading, alpha, beta, gamma, blank, title, *picture = outcome.lines

    assert heading.split() == ["org", "count", "share"]
    assert alpha.split()[:4] == ["org_alpha", "14", "35.0", "%"]
    bars = [line.split()[-1] for line in (alpha, beta, gamma)]
    assert [set(text) <= set("▏▎▍▌▋▊▉█") for text in bars] == [True] * 3
    assert len(bars[0]) > len(bars[1]) >= len(bars[2]) > 30
    assert blank == ""
    # one event every three hours: at six hours each there are two in each step
    assert title == "events per 6h, UTC · peak 2 at Fri 2026-05-01 00:00"
    assert picture[0].startswith("2 ┤████████")
    assert picture[-2].startswith("0 └┬───")
    assert picture[-1].split() == [f"2026-05-0{day}" for day in range(1, 6)]


@pytest.mark.parametrize("columns", [40, 80, 200])
@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--by", "actor.name,target.id,org"),
        ("--every", "1d"),
        ("--every", "1h"),
        ("--every", "1h", "--by", "org"),
        ("--every", "1h", "--by", "actor.name,org", "--top", "2"),
        ("--every", "1mo", "--by", "org"),
    ],
    ids=" ".join,
)
def test_what_is_drawn_fits_and_has_no_colour_where_none_is_wanted(run, store, columns, options):
    surroundings = {"COLUMNS": str(columns), "NO_COLOR": "1"}
    outcome = run("stats", "--store", store, *options, terminal=True, env=surroundings)

    assert outcome.lines
    assert max(width(line) for line in outcome.lines) <= columns
    assert b"\x1b" not in outcome.out


def test_colour_is_all_that_a_terminal_gets_more(run, store):
    for options in ((), ("--every", "6h"), ("--every", "6h", "--by", "org")):
        plain = run("stats", "--store", store, *options, "-o", "table").out.decode()
        coloured = run("stats", "--store", store, *options, terminal=True).out.decode()
        assert f"\x1b[{SGR['cyan']}m" in coloured
        assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain


def test_steps_of_time_have_a_bar_each_and_a_date_once(run, store):
    outcome = run("stats", "--store", store, "--every", "12h", "--on", "2026-05-02", "-o", "table")

    assert [line.split() for line in outcome.lines] == [
        ["time", "UTC", "count", "share"],
        ["Sat", "2026-05-02", "00:00", "4", "50.0", "%", "█" * 43],
        ["12:00", "4", "50.0", "%", "█" * 43],
    ]


def test_empty_steps_are_rows_without_a_bar(run, store):
    outcome = run("stats", "--store", store, "--every", "1h", "--on", "2026-05-02", "-o", "table")

    assert len(outcome.lines) == 1 + 24
    assert [line[15:].rstrip("█") for line in outcome.lines[1:4]] == [
        "00:00      1  12.5 %  ",
        "01:00      0   0.0 %",
        "02:00      0   0.0 %",
    ]


def test_groups_over_time_have_a_line_each_and_one_axis(run, store):
    outcome = run("stats", "--store", store, "--every", "1d", "--by", "org", "-o", "table")
    heading, *groups, axis = outcome.lines
    wanted = Counter((event["organization_id"], event["occurred_at"][:10]) for event in EVENTS)

    assert heading.split() == ["org", "count", "share", "peak", "per", "1d"]
    for line, name in zip(groups, ("org_alpha", "org_beta", "org_gamma"), strict=True):
        days = [wanted[name, f"2026-05-0{day}"] for day in range(1, 6)]
        shape = "".join("▁▂▃▄▅▆▇█"[-(-8 * number // max(days)) - 1] * 2 for number in days)
        assert line.split()[-2:] == [str(max(days)), shape]
    assert axis.split() == ["Fri", "2026-05-01", "→", "Tue", "2026-05-05"]
    assert "each line up to its own peak" in outcome.err


def test_more_steps_than_cells_are_summed_and_the_footer_says_so(run, store):
    outcome = run("stats", "--store", store, "--every", "1h", "--by", "org", "-o", "table")
    shape = outcome.lines[1].split()[-1]

    assert "per 3h" in outcome.lines[0]
    assert "3 steps of 1h in a cell" in outcome.err
    assert len(shape) == 40  # 118 hours
    # one event in nine hours
    assert shape[:6] in {"█··█··", "·█··█·", "··█··█"}


def test_a_narrow_terminal_gives_up_numbers_before_the_lines_and_says_so(run, store):
    outcome = run("stats", "--store", store, "--every", "1d", "--by", "org", "-o", "table",
                  env={"COLUMNS": "24"})  # fmt: skip

    assert outcome.lines[0].split() == ["org", "count", "per", "1d"]
    assert "no room for share, peak" in outcome.err


def test_chosen_columns_are_plain_rows(run, store):
    outcome = run("stats", "--store", store, "--by", "org", "-o", "table", "-c", "org,count")

    assert len(outcome.lines) == 4
    assert "█" not in outcome.out.decode()


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Kolkata"])
def test_the_picture_is_of_the_events_that_match(run, store, zone):
    """By the roll-ups, from the table, and by reading: the same picture of the same events."""
    everything = ("action:*", "metadata.mb:>=0", "-metadata.mb:x")
    for query in ("", *everything):
        words = ["--", query] if query else []
        outcome = run("stats", "--store", store, "--by", "org", "-o", "table", "--tz", zone, *words)
        picture = outcome.lines[5:]
        if not query:
            wanted = picture
        assert len(picture) == 7
        assert picture == wanted


def test_one_event_has_no_picture(run, tmp_path):
    path = tmp_path / "one.db"
    run("record", "a.b", "--actor", "x", "--at", "2026-01-01", "--store", path)

    assert len(run("stats", "--store", path, "-o", "table").lines) == 2


def test_without_matches_nothing_is_drawn(run, store):
    for options in ((), ("--every", "1d", "--by", "org")):
        outcome = run("stats", "--store", store, "action:none", "-o", "table", *options)
        assert (outcome.code, outcome.out) == (0, b"")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--by", "actr"), "did you mean `actor"),
        (("--by", "created"), "--every"),
        (("--by", "metadata"), "metadata"),
        (("--every", "7h"), "day"),
        (("--every", "often"), "often"),
        (("--top", "0"), "--top"),
    ],
)
def test_what_cannot_be_counted_is_refused(run, store, options, words):
    outcome = run("stats", "--store", store, *options)

    assert (outcome.code, outcome.out) == (2, b"")
    assert words in outcome.err


def test_steps_that_are_too_many_are_refused(run, tmp_path):
    path = tmp_path / "old.db"
    run("record", "a.b", "--actor", "x", "--at", "1970-01-01", "--store", path)
    run("record", "a.b", "--actor", "x", "--at", "2026-01-01", "--store", path)

    outcome = run("stats", "--every", "1s", "--store", path)

    assert outcome.code == 2
    assert "--every" in outcome.err


def test_without_events_nothing_is_counted(run):
    outcome = run("stats", "-o", "json")

    assert outcome.code == 0
    assert json.loads(outcome.out) == []
    assert "no events yet" in outcome.err


def test_json_lines_are_counted_as_the_database_is(run, store, seeded_file):
    for options in (("--by", "actor.id,org"), ("--every", "6h", "--by", "action")):
        wanted = run("stats", "--store", store, "-o", "jsonl", *options)
        assert run("stats", "--store", seeded_file, "-o", "jsonl", *options).out == wanted.out
        assert wanted.out
