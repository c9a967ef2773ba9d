"""On a terminal: colours, widths, and events that would like to take it over."""

import json
import os
import re

import pytest
from hostile import SEQUENCES, TEXTS, event_fields

COLOUR = re.compile(rb"\x1b\[[0-9;]*m")
RAW = re.compile(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]")
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

    assert b"3 of 40 events" in COLOUR.sub(b"", outcome.out).rstrip().rpartition(b"\n")[2]


@pytest.fixture(scope="module")
def hostile_file(tmp_path_factory):
    """Events with all that an attacker would like to see on a terminal, in every field."""
    lines = []
    for number, text in enumerate(text for text in TEXTS if text and len(text) < 1000):
        fields = event_fields(text)
        fields["id"] = f"{text}{number}"
        try:
            lines.append(json.dumps(fields).encode())
        except UnicodeEncodeError:
            continue
    path = tmp_path_factory.mktemp("hostile") / "hostile.jsonl"
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


@pytest.fixture
def hostile_store(run, tmp_path, hostile_file):
    path = tmp_path / "hostile.db"
    outcome = run("import", hostile_file, "--store", path, "--quiet")
    assert len(run("list", "--store", path, "-n", "all", "-o", "jsonl").events) > 150, outcome.err
    return path


def tame(outcome, *, tabs=False):
    """Tell whether all that reached the terminal is text, line ends and colour."""
    plain = COLOUR.sub(b"", outcome.out)
    if tabs:  # what separates cells, and only that
        assert len({line.count(b"\t") for line in plain.split(b"\r\n")[:-2]}) == 1
        plain = plain.replace(b"\t", b" ")
    text = plain.decode()
    return not RAW.search(plain) and not any(mark in text for mark in UNSEEN)


@pytest.mark.parametrize(
    "command",
    [
        ("list", "-n", "all"),
        ("list", "-n", "all", "-o", "lines"),
        ("list", "-n", "all", "-o", "jsonl"),
        ("list", "-n", "all", "-o", "json"),
        ("list", "-n", "all", "-o", "csv"),
        ("list", "-n", "all", "-o", "table", "-c", "id,actor,target,metadata,source,agent"),
        ("tail", "-n", "all", "--idle-timeout", "1ms"),
        ("stats", "--by", "action,org", "--top", "1000"),
        ("stats", "--by", "metadata.x,target.id", "-o", "jsonl"),
        ("stats", "--by", "actor.name", "-o", "csv"),
        ("actions",),
        ("actions", "-o", "jsonl"),
        ("actors",),
        ("actors", "-o", "lines"),
        ("actors", "-o", "csv"),
        ("export", "--out", "-"),
    ],
    ids=" ".join,
)
def test_hostile_events_do_not_take_over_the_terminal(on_terminal, hostile_store, command):
    outcome = on_terminal(*command, "--store", hostile_store, columns=100)

    assert outcome.code == 0
    assert len(outcome.out) > 1000
    assert tame(outcome, tabs="lines" in command)


def test_hostile_blocks_do_not_take_over_the_terminal(on_terminal, run, hostile_store):
    found = run("list", "--store", hostile_store, "-n", "all", "-o", "jsonl")
    ids = [event for event in found.ids if "\x00" not in event and not event.startswith("-")]
    outcome = on_terminal("get", *ids, "--store", hostile_store, columns=100)

    assert outcome.code == 0
    assert len(outcome.out) > 10_000
    assert tame(outcome)


@pytest.mark.parametrize("text", SEQUENCES[:5])
def test_the_bytes_of_an_event_are_kept_in_a_pipe(run, tmp_path, text):
    path = tmp_path / "one.db"
    run("record", "a.b", "--actor", "u", "--meta", f"key={json.dumps(text)}", "--store", path)

    assert run("list", "--store", path, "-o", "jsonl").events[0]["metadata"]["key"] == text
