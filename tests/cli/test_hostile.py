"""Events that would like to take over a terminal, through every command and every format.

On a real pseudo-terminal nothing but text, line ends and colour may arrive; tables keep their
widths; what programs read keeps its form.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from html.parser import HTMLParser

import pytest
from hostile import LONG, SEQUENCES, TEXTS, event_fields, harmful

from auditctl.cli.exits import run as run_in_process
from auditctl.cli.session import Session
from auditctl.formats.safety import width
from auditctl.formats.writer import FORMATS

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs pseudo-terminals")

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
HALVES = ["\ud800", "a\udfffb", "\udc00\ud800"]  # JSON can write half a pair of surrogates
SHORT = [text for text in TEXTS if text and len(text) < 1_000] + HALVES
TEMPLATE = "{time:%T} {actor:<20.20} {metadata!j} {source} {target}"


@pytest.fixture(scope="session")
def hostile_file(tmp_path_factory):
    """Events with each text of the corpus in every field, keys too."""
    lines = []
    for number, text in enumerate([*SHORT, *LONG]):
        fields = event_fields(text)
        fields["id"] = f"{text[:200]}{number}"
        fields["occurred_at"] = f"2026-05-01T{number % 24:02d}:{number % 60:02d}:00.000Z"
        lines.append(json.dumps(fields).encode())
    path = tmp_path_factory.mktemp("hostile") / "hostile.jsonl"
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


@pytest.fixture(scope="session")
def hostile_store(tmp_path_factory, hostile_file):
    """The same events in a database; all of them, none is refused."""
    home = tmp_path_factory.mktemp("hostile_home")
    path = home / "hostile.db"
    env = {"HOME": str(home), "XDG_DATA_HOME": str(home), "TZ": "UTC"}
    session = Session(env, io.BytesIO(), io.BytesIO(), io.StringIO())
    code = run_in_process(["import", str(hostile_file), "--store", str(path)], session)
    assert code == 0, session.stderr.getvalue()
    assert f"{len(SHORT) + len(LONG)} added" in session.stderr.getvalue()
    return path


def shown(outcome):
    """Return the text on the terminal without its colours."""
    return COLOUR.sub("", outcome.out.decode())


def assert_tame(outcome, *, tabs=False):
    """Fail if anything but text, line ends and colour has reached the terminal."""
    text = shown(outcome).replace("\r", "")
    assert harmful(text, "\n\t" if tabs else "\n") == []
    assert "defect" not in text


FORMATTED = [
    *[("-o", name) for name in FORMATS if name not in {"json", "csv"}],
    ("-c", "id,actor,target,metadata,source,agent"),
    ("--format", TEMPLATE),
    ("--jq", ".action, .actor, (.metadata | keys)"),
]
PLAIN = [
    ("list", "-n", "all", "--relative"),
    ("list", "-n", "all", "-o", "json"),
    ("list", "-n", "all", "-o", "csv"),
    ("list", "--explain", "action:\x1b[31mx"),
    ("stats",),
    ("stats", "--by", "action,org", "--top", "1000"),
    ("stats", "--by", "metadata.x,target.id"),
    ("stats", "--by", "actor.name", "--every", "1h", "--top", "1000"),
    ("stats", "--every", "1h"),
    ("stats", "--by", "actor.name", "-o", "html"),
    ("stats", "--by", "actor.name", "-o", "md"),
    ("stats", "--by", "actor.name", "-o", "wide"),
    ("stats", "--by", "actor.name", "-o", "csv"),
    ("stats", "--by", "actor.name", "-o", "jsonl"),
    ("actions",),
    ("actors",),
    ("actors", "-o", "jsonl"),
    ("actors", "-o", "lines"),
    ("actors", "-o", "csv"),
    ("actors", "-o", "md"),
    ("actors", "-o", "html"),
    ("actors", "-o", "wide"),
    ("actors", "--format", "{actor:<9.9} {name} {last:%F}"),
    ("actors", "--jq", ".name, ."),
    ("export", "--out", "-"),
    ("store", "show"),
    ("doctor",),
]
COMMANDS = [
    *[("list", "-n", "all", *words) for words in FORMATTED],
    *[("tail", "-n", "all", "--idle-timeout", "1ms", *words) for words in FORMATTED],
    *PLAIN,
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_nothing_takes_over_the_terminal(on_terminal, hostile_store, command):
    if "--jq" in command:
        pytest.importorskip("jq", reason="the extra auditctl[jq] is not installed")
    outcome = on_terminal(*command, "--store", hostile_store, columns=100)

    assert outcome.code == 0
    assert len(outcome.out) > 100
    assert_tame(outcome, tabs=bool({"lines", "tsv"} & {*command}))


@pytest.mark.parametrize("command", [("list", "-n", "all"), ("stats",), ("actors",)])
def test_a_json_lines_file_is_as_harmless(on_terminal, hostile_file, command):
    outcome = on_terminal(*command, "--store", hostile_file, columns=100)

    assert outcome.code == 0
    assert_tame(outcome)


@pytest.mark.parametrize("more", [(), ("--around", "1h"), ("-o", "jsonl")])
def test_single_events_are_as_harmless(on_terminal, run, hostile_store, more):
    found = run("list", "--store", hostile_store, "-n", "all", "-o", "jsonl")
    ids = [event for event in found.ids if "\x00" not in event and not event.startswith("-")]
    outcome = on_terminal("get", *ids[:150], *more, "--store", hostile_store, columns=100)

    assert outcome.code == 0
    assert len(outcome.out) > 10_000
    assert_tame(outcome)


@pytest.mark.parametrize("columns", [40, 80, 200])
@pytest.mark.parametrize(
    "command",
    [
        ("list", "-n", "all"),
        ("list", "-n", "all", "--relative", "-c", "time,action,metadata,org"),
        ("stats", "--by", "action", "--top", "1000"),
        ("stats", "--by", "action", "--every", "1h", "--top", "1000"),
        ("actors",),
        ("actions",),
    ],
    ids=" ".join,
)
def test_tables_keep_their_width(on_terminal, hostile_store, command, columns):
    outcome = on_terminal(
        *command, "--store", hostile_store, columns=columns, error_apart=True, env={"TZ": "UTC"}
    )
    lines = shown(outcome).replace("\r", "").split("\n")

    assert len(lines) > 100
    assert [line for line in lines if width(line) > columns] == []


@pytest.mark.parametrize("text", SEQUENCES[:5])
def test_the_bytes_of_an_event_are_kept_in_a_pipe(run, tmp_path, text):
    path = tmp_path / "one.db"
    run("record", "a.b", "--actor", "u", "--meta", f"key={json.dumps(text)}", "--store", path)

    assert run("list", "--store", path, "-o", "jsonl").events[0]["metadata"]["key"] == text


def test_what_programs_read_keeps_its_form(run, hostile_store):
    asked = ("list", "-n", "all", "--store", hostile_store)
    events = run(*asked, "-o", "jsonl").events
    count = len(SHORT) + len(LONG)

    assert len(events) == count
    assert json.loads(run(*asked, "-o", "json").out) == events
    csv.field_size_limit(1 << 30)
    rows = list(csv.reader(io.StringIO(run(*asked, "-o", "csv").out.decode(), newline="")))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert len(rows) == count + 1
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@", "\t"))]
    for words, marks in ((("-o", "lines"), 7), (("-o", "tsv"), 17)):
        lines = run(*asked, *words, "--no-header").out.decode().removesuffix("\n").split("\n")
        assert [line.count("\t") for line in lines] == [marks] * count
    assert len(run(*asked, "--format", TEMPLATE).out.decode().removesuffix("\n").split("\n")) == (
        count
    )


def test_a_page_has_only_our_own_tags(run, hostile_store):
    seen = set()

    class Tags(HTMLParser):
        def handle_starttag(self, tag, attrs):
            seen.add(tag)
            assert not [name for name, _ in attrs if name.startswith("on") or name == "src"]

    Tags().feed(run("list", "-n", "all", "-o", "html", "--store", hostile_store).out.decode())

    assert "details" in seen
    assert not seen & {"script", "img", "a", "iframe", "b", "i", "form", "object", "svg"}


def test_a_suggestion_from_the_store_is_made_visible(run, tmp_path):
    path = tmp_path / "one.db"
    run("record", "token.cre\x1bated\u202e", "--actor", "u", "--store", path)
    outcome = run("list", "action:token.created", "--store", path, terminal=True)

    assert outcome.code == 0
    assert "token.cre" in outcome.err
    assert harmful(COLOUR.sub("", outcome.err), "\n") == []


def test_a_refused_record_is_named_visibly(run, tmp_path):
    path = tmp_path / "\x1b[31mx\u202e.jsonl"
    path.write_text('{"action": "\x1b]0;x\x07", "actor": {}}\n{"\x1b[2J": 1}\n')
    outcome = run("import", path, "--store", tmp_path / "one.db", terminal=True)

    assert outcome.code == 1
    assert harmful(COLOUR.sub("", outcome.err), "\n") == []
