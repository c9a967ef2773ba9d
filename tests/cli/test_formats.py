"""Every format on every command that prints, as a user runs them."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
from html.parser import HTMLParser

import pytest
from seeded import COUNT, HOSTILE, KNOWN_ID, seeded_events

from auditctl.formats.writer import FORMATS

pytest.importorskip("jq", reason="the extra auditctl[jq] is not installed")

EVENTS = seeded_events()
TEMPLATE = "{id} {time:%H:%M} {action}"
CHOICES = {
    **{name: ("-o", name) for name in FORMATS},
    "template": ("--format", TEMPLATE),
    "jq": ("--jq", ".id, .action"),
}
COMMANDS = {
    "list": ("list", "-n", "all", "--reverse"),
    "get": ("get", *[event["id"] for event in EVENTS]),
    "tail": ("tail", "-n", "all", "--idle-timeout", "1ms"),
    "export": ("export", "--out", "-"),
}
HIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]")


class _Texts(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.rows, self.json, self._tag = 0, [], ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self._tag = tag
        self.rows += (tag, attrs) == ("tbody", attrs)
        if tag == "pre":
            self.json.append("")

    def handle_data(self, data):
        if self._tag == "pre":
            self.json[-1] += data

    def handle_endtag(self, tag):
        self._tag = "" if tag == "pre" else self._tag


def of_json_lines(text):
    return [json.loads(line)["id"] for line in text.splitlines()]


def of_separated(delimiter):
    def read(text):
        return [row["id"] for row in csv.DictReader(io.StringIO(text), delimiter=delimiter)]

    return read


def of_html(text):
    page = _Texts(text)
    assert page.rows == len(page.json)
    return [json.loads(one)["id"] for one in page.json]


def of_jq(text):
    lines = text.splitlines()
    assert lines[1::2] == [event["action"] for event in EVENTS[: len(lines) // 2]]
    return lines[::2]


def of_template(text):
    assert {len(line.split(" ")) for line in text.splitlines()} == {3}
    return [line.split(" ")[0] for line in text.splitlines()]


def of_markdown(text):
    lines = text.splitlines()
    assert {line.count(" | ") for line in lines} == {4}
    return [EVENTS[place]["id"] for place, _ in enumerate(lines[2:])]


# how each format is read by its readers; all of an output must be in the format
READERS = {
    "json": lambda text: [event["id"] for event in json.loads(text)],
    "jsonl": of_json_lines,
    "csv": of_separated(","),
    "tsv": of_separated("\t"),
    "html": of_html,
    "lines": lambda text: [line.split("\t")[-1] for line in text.splitlines()],
    "jq": of_jq,
    "template": of_template,
    "wide": lambda text: [line.split(" ")[-1] for line in text.splitlines()[1:]],
    "md": of_markdown,
}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("terminal", [False, True])
def test_every_event_is_in_every_format_of_every_command(run, store, command, name, terminal):
    words = (*COMMANDS[command], "--store", store, *CHOICES[name])
    outcome = run(*words, terminal=terminal, env={"NO_COLOR": "1", "COLUMNS": "200"})

    assert outcome.code == 0, outcome.err
    assert READERS[name](outcome.out.decode()) == [event["id"] for event in EVENTS]
    if terminal or name not in {"json", "jsonl", "csv", "tsv"}:
        text = outcome.out.decode()
        allowed = text.replace("\t", "") if name in {"lines", "tsv"} else text
        assert not HIDDEN.search(allowed)


@pytest.mark.parametrize("name", CHOICES)
def test_no_event_is_no_error_in_any_format(run, store, name):
    outcome = run("list", "action:none", "--store", store, *CHOICES[name])

    assert outcome.code == 0
    if name == "json":
        assert json.loads(outcome.out) == []
    elif name in {"csv", "tsv"}:
        assert len(outcome.lines) == 1
    elif name == "md":
        assert len(outcome.lines) == 2
    elif name == "html":
        assert b"no events" in outcome.out
    else:
        assert outcome.out == b""


RECORDS = {
    "stats": (("stats", "--by", "action"), ["action", "count", "share"]),
    "stats --every": (("stats", "--every", "1d"), ["time", "count", "share"]),
    "actions": (("actions",), ["action", "count", "first", "last"]),
    "actors": (("actors",), ["actor", "name", "email", "type", "count", "first", "last"]),
    "store list": (
        ("store", "list"),
        ["default", "name", "kind", "address", "timezone", "description"],
    ),
    "store show": (("store", "show"), ["what", "value"]),
}


@pytest.mark.parametrize("command", RECORDS)
@pytest.mark.parametrize("name", [*FORMATS, "template", "jq"])
def test_records_are_in_every_format_with_the_columns_that_are_asked_for(run, store, command, name):
    words, columns = RECORDS[command]
    chosen = [columns[-1], columns[0]]
    choice = {
        "template": ("--format", f"{{{columns[-1]}}}\\t{{{columns[0]}}}"),
        "jq": ("--jq", f"[.{columns[-1]}, .{columns[0]}] | @csv"),
    }.get(name, ("-o", name))
    outcome = run(*words, "--store", store, *choice, "-c", ",".join(chosen))

    assert outcome.code == 0, outcome.err
    text = outcome.out.decode()
    assert len(outcome.lines) > 1
    assert not HIDDEN.search(text.replace("\t", ""))
    if name == "jsonl":
        assert all(list(json.loads(line)) == chosen for line in outcome.lines)
    if name == "json":
        assert all(list(row) == chosen for row in json.loads(text))
    if name == "csv":
        assert next(csv.reader(io.StringIO(text))) == chosen
    if name in {"tsv", "lines", "template"}:
        assert {line.count("\t") for line in outcome.lines} == {1}


@pytest.mark.parametrize("command", RECORDS)
def test_a_wrong_column_of_records_is_told(run, store, command):
    words, columns = RECORDS[command]
    outcome = run(*words, "--store", store, "-c", f"{columns[0]},{columns[-1]}x")

    assert (outcome.code, outcome.out) == (2, b"")
    assert f"did you mean '{columns[-1]}'" in outcome.err


@pytest.mark.parametrize(
    ("end", "name"), [(".md", "md"), (".markdown", "md"), (".html", "html"), (".HTM", "html")]
)
def test_export_knows_the_endings_of_reports(run, store, tmp_path, end, name):
    path = tmp_path / f"report{end}"
    outcome = run("export", "--store", store, "--out", path, "--on", "2026-05-02", terminal=True)

    assert outcome.code == 0
    data = path.read_bytes()
    if name == "html":
        assert data.count(b"<tbody") == 8
        assert b"store" in data
    else:
        assert len(data.splitlines()) == 2 + 8


@pytest.mark.parametrize("name", ["wide", "template", "jq", "table"])
def test_export_writes_formats_for_people_without_colour(run, store, tmp_path, name):
    path = tmp_path / "report.txt"
    words = ("export", "--store", store, "--out", path, *CHOICES[name])
    outcome = run(*words, terminal=True, env={"FORCE_COLOR": "1"})

    assert outcome.code == 0
    assert b"\x1b" not in path.read_bytes()
    assert path.read_bytes().count(b"\n") >= COUNT


def test_times_are_in_the_zone_for_people(run, store):
    for choice in (("-o", "md"), ("-o", "html"), ("-o", "wide"), ("--format", "{time:%F %T}")):
        out = run("get", KNOWN_ID, "--store", store, "--tz", "Asia/Tokyo", *choice).out.decode()
        assert "2026-05-03 21:00:00" in out
    for choice in (("--format", "{time}"), ("--jq", ".occurred_at")):
        out = run("get", KNOWN_ID, "--store", store, "--tz", "Asia/Tokyo", *choice).out
        assert out == b"2026-05-03T12:00:00.000Z\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--format", "{acton}"), ("did you mean 'action'", "{acton}\n ^^^^^")),
        (("--format", "{time"), ("is not closed", "{time\n^")),
        (("--jq", ".a | foo"), ("foo/0 is not defined", ".a | foo\n     ^^^")),
        (("--jq", ".id.x"), ("fails on the event audit_log_event_", "Cannot index string")),
        (("-o", "template"), ("no output format",)),
        (("-o", "markdwn"), ("did you mean 'markdown'",)),
        (("-o", "md", "--jq", "."), ("choose one",)),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(run, store, words, told):
    outcome = run("list", "--store", store, *words)

    assert outcome.code == 2
    assert outcome.out == b""
    for part in told:
        assert part in outcome.err
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize("name", ["template", "jq", "md", "html", "wide"])
def test_following_shows_an_event_while_it_waits_for_the_next(
    started, read_line, spawn, tmp_path, name
):
    path = tmp_path / "live.db"
    spawn("record", "a.b", "--actor", "u", "--store", path)
    tail = started("tail", "-n", "all", "--store", path, "--quiet", *CHOICES[name])
    line = b"-"
    while line and b"a.b" not in line:
        line = read_line(tail)

    assert b"a.b" in line
    assert tail.poll() is None


def test_a_hostile_name_stays_in_its_line_of_a_template(run, store):
    outcome = run("list", "actor:key_7", "--store", store, "--format", "{actor.name}", "-n", "all")

    assert set(outcome.lines) == {HOSTILE.encode("unicode_escape").decode().replace("\\\\", "\\")}


def test_what_the_help_shows_works(run, home, store):
    home.write_settings(f'default_store = "own"\n[stores.own]\naddress = "{store}"\n')
    text = run("help", "formats").out.decode()
    lines = [line.strip() for line in text.splitlines()]
    commands = [line for line in lines if line.startswith("auditctl ")]
    templates = [f"auditctl list {line}" for line in lines if line.startswith("--format '")]

    assert len(commands) >= 2
    assert len(templates) >= 5
    for line in (*commands, *templates):
        outcome = run(*shlex.split(line)[1:])
        assert (outcome.code, bool(outcome.out)) == (0, True), (line, outcome.err)
