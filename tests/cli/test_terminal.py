"""On a terminal: colours, widths, and events that would like to take it over."""

import json
import os
import re

import pyte
import pytest
from seeded import KNOWN_ID, seeded_events

COLOUR = re.compile(rb"\x1b\[[0-9;]*m")
RAW = re.compile(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]")
KNOWN = next(event for event in seeded_events() if event["id"] == KNOWN_ID)
UNSEEN = "\x85\x90\x9b\x9d\u202e\u2066\u200b"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs pseudo-terminals")


@pytest.mark.parametrize(
    ("env", "terminal", "coloured"),
    [
        ({}, False, False),
        ({}, True, True),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"CLICOLOR_FORCE": "1"}, False, True),
        ({"FORCE_COLOR": "0"}, False, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
        ({"TERM": "dumb"}, True, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True, True),
        ({"CLICOLOR": "0"}, True, False),
        ({"CLICOLOR": "1"}, True, True),
    ],
)
@pytest.mark.parametrize("command", [("list", "-o", "table", "-n", "3"), ("list", "actr:x")])
def test_colours_follow_the_conventions(run, store, *, command, env, terminal, coloured):
    outcome = run(*command, "--store", store, env=env, terminal=terminal)

    assert ("\x1b[" in outcome.out.decode() + outcome.err) is coloured


@pytest.mark.parametrize("name", ["lines", "json", "jsonl", "csv", "tsv"])
def test_formats_for_programs_are_never_coloured(run, store, name):
    outcome = run("list", "--store", store, "-o", name, "--actor", "ci", env={"FORCE_COLOR": "1"})

    assert outcome.out
    assert b"\x1b" not in outcome.out


def cells(line):
    """Return how many cells a line of plain narrow text takes."""
    return len(COLOUR.sub(b"", line).decode())


@pytest.mark.parametrize("columns", [80, 200])
@pytest.mark.parametrize(
    "command",
    [("list", "-n", "all"), ("stats", "--by", "actor.id,action"), ("actors",), ("actions",)],
)
def test_no_line_of_a_table_is_wider_than_the_terminal(on_terminal, store, columns, command):
    outcome = on_terminal(*command, "--store", store, columns=columns, error_apart=True)
    lines = outcome.out.split(b"\r\n")

    assert outcome.code == 0
    assert len(lines) > 5
    assert max(cells(line) for line in lines) <= columns
    assert COLOUR.search(outcome.out)


def test_the_footer_stands_below_the_table(on_terminal, store):
    outcome = on_terminal("list", "--store", store, "-n", "3")

    table, count, rest = COLOUR.sub(b"", outcome.out).partition(b"\r\n3 of 40 events")
    assert count
    assert len(table.split(b"\r\n")) == 1 + 1 + 3  # titles, the day, events
    assert b"  key_7" not in rest


@pytest.mark.parametrize("columns", [40, 60, 100])
def test_a_long_footer_is_broken_between_its_parts(on_terminal, run, store, columns):
    path = store.rename(store.with_name("t.db"))
    command = ("stats", "--every", "1h", "--by", "action", "--store", path, "-o", "table")
    footer = run(*command, env={"COLUMNS": str(columns)}).err.rstrip("\n")
    shown = on_terminal(*command, columns=columns).out.decode()
    lines = shown[shown.index("40 events") :].rstrip("\r\n").split("\r\n")

    assert len(lines) > 1
    assert " ".join(lines) == footer
    assert all(line.endswith(" ·") for line in lines[:-1])
    assert all(len(line) <= columns for line in lines if " · " in line)


# -- what a person sees ---------------------------------------------------------------------------


@pytest.fixture
def screen(on_terminal):
    """Run a command on a terminal that pyte draws: the lines on the screen, and its cells."""

    def call(*args, columns, **surroundings):
        outcome = on_terminal(*args, columns=columns, **surroundings)
        assert outcome.code == 0
        shown = pyte.Screen(columns, 120)
        pyte.ByteStream(shown).feed(outcome.out)
        lines = [line.rstrip() for line in shown.display]
        return lines[: lines.index("")], shown.buffer

    return call


def below(heading, line, title):
    """The cell of a line below a title."""
    titles = re.findall(r"\S+(?: \S+)*", heading)
    start = heading.index(title)
    after = titles.index(title) + 1
    end = heading.index(titles[after]) if after < len(titles) else None
    return line[start:end].strip()


BERLIN = ("--tz", "Europe/Berlin")


def test_eighty_columns_show_time_action_actor_target_and_place(screen, store):
    lines, _ = screen("list", "--store", store, "-n", "all", *BERLIN, columns=80)
    heading, *rows = lines[: 1 + 5 + 40]
    days = [row for row in rows if row.startswith("──")]
    events = [row for row in rows if not row.startswith("──")]

    assert heading.split() == ["Time", "Org", "Action", "Actor", "Target", "Where"]
    assert days == [
        f"── {day} · Europe/Berlin ".ljust(80, "─")
        for day in (
            *("Tue 2026-05-05", "Mon 2026-05-04", "Sun 2026-05-03"),
            *("Sat 2026-05-02", "Fri 2026-05-01"),
        )
    ]
    assert len(events) == 40  # the terminal has broken no line
    seen = [[below(heading, row, title) for title in heading.split()] for row in events[:3]]
    assert seen == [
        ["23:00:00", "org_alpha", "session.started", "Eve\\x1b[2J\\x…", "", "Berlin office"],
        ["20:00:00", "org_gamma", "token.deleted", "ci", "api +1", "2001:db8::5"],
        ["17:00:00", "org_beta", "token.created", "Zoë Weber", "project api", "198.51.100.4"],
    ]
    assert lines[1 + 5 + 40].startswith("40 events · any time")


def test_two_hundred_columns_show_all_that_names_an_event(screen, store):
    lines, _ = screen("list", "--store", store, "-n", "8", *BERLIN, columns=200)
    heading, day, *rows, footer = lines

    assert heading.split()[:6] == ["Time", "Org", "Action", "Actor", "Target", "Where"]
    assert {"Id", "Metadata"} <= set(heading.split())
    assert len(day) == 200
    assert len(rows) == 8
    assert below(heading, rows[0], "Time") == "23:00:00.000"
    assert below(heading, rows[0], "Org") == "org_alpha"
    assert below(heading, rows[0], "Id") == f"audit_log_event_{39:026d}"
    assert below(heading, rows[0], "Metadata").startswith("region=us-east-1")
    assert footer.startswith("8 of 40 events")


def test_failures_and_actors_are_coloured_and_the_rest_is_calm(screen, store):
    lines, cells = screen("list", "--store", store, "-n", "all", columns=120)
    heading = lines[0]
    failures = [place for place, line in enumerate(lines) if " auth.failed " in line]
    others = [place for place, line in enumerate(lines) if " project.created " in line]
    action, actor = heading.index("Action"), heading.index("Actor")

    assert failures
    assert {cells[place][action].fg for place in failures} == {"ff0000"}
    assert {cells[place][action].fg for place in others} == {"default"}
    assert all(cells[place][action].bold for place in failures + others)
    for name in ("Ada Abara", "Jon Smith", "Zoë Weber", "ci"):
        rows = [n for n, line in enumerate(lines) if line[actor:].startswith(f"{name} ")]
        assert len({cells[place][actor].fg for place in rows}) == 1
        assert cells[rows[0]][actor].fg != "default"


def test_relative_times_stand_below_each_other(screen, store):
    lines, _ = screen("list", "--store", store, "-n", "5", "--relative", columns=80)

    ends = {re.match(r" *(in )?\d+ \w+( ago)?  ", line).end() for line in lines[1:6]}

    assert ends == {lines[0].index("Org")}


def test_an_event_is_shown_as_a_panel(screen, store):
    lines, cells = screen("get", KNOWN_ID, "--store", store, *BERLIN, columns=80)
    labels = [line[:12].strip() for line in lines]
    raw = lines.index("── raw ".ljust(80, "─"))

    assert lines[0].startswith(f"── {KNOWN['action']}")
    assert len(lines[0]) == 80
    assert [label for label in labels[1:raw] if label] == [
        *("Who", "What", "To what", "From where", "When", "Metadata", "Event"),
    ]
    assert lines[raw + 1] == "{"
    assert lines[-1] == "}"
    assert json.loads("".join(lines[raw + 1 :])) == KNOWN
    assert cells[0][3].bold


@pytest.mark.parametrize(
    "command", [("list", "-n", "all"), ("tail", "-n", "all", "--for", "1ms"), ("get", KNOWN_ID)]
)
def test_nothing_becomes_a_link(on_terminal, store, command):
    outcome = on_terminal(*command, "--store", store, columns=200)

    assert outcome.code == 0
    assert b"\x1b[" in outcome.out
    assert b"\x1b]" not in outcome.out
