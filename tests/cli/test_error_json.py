"""Errors as JSON: with -o json and -o jsonl, in any spelling, whatever goes wrong."""

import json
import os
import signal

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_errors import HOSTILE, WRONG

from auditctl.cli.help import error_types
from auditctl.cli.messages import asks_for_json, error_line, laid_out, note_line
from auditctl.errors import (
    AccessError,
    AuditctlError,
    CheckFailed,
    IncompleteError,
    QueryError,
    UnavailableError,
)
from auditctl.formats.safety import visible

KEYS = ["code", "message", "hint", "exit_code"]


def objects(text):
    return [json.loads(line) for line in text.splitlines()]


def the_error(outcome):
    *notes, last = objects(outcome.err)
    assert all(set(note) <= {"note", "warning", "hint"} for note in notes)
    assert list(last) == ["error"]
    assert list(last["error"])[:4] == KEYS
    assert last["error"]["exit_code"] == outcome.code
    return last["error"]


OWN_FORMAT = ("format", "column", "two formats")  # these name one that is not JSON


@pytest.mark.parametrize("what", [what for what in WRONG if what not in OWN_FORMAT])
def test_whatever_is_wrong_is_one_object_on_one_line(run, store, what):
    env = {"AUDITCTL_STORE": str(store), "AUDITCTL_OUTPUT": "json"}
    outcome = run(*WRONG[what], env=env)
    error = the_error(outcome)

    assert outcome.out in (b"", b"[]\n")
    assert error["code"] in {cls.code for cls in error_types()} - {"defect", "failure"}
    assert error["message"]
    assert error["hint"]


@pytest.mark.parametrize(
    "spelling",
    [
        *(("-o", "json"), ("-ojson",), ("--output", "json"), ("--output=json",)),
        *(("-o", "jsonl"), ("-o", "ndjson")),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("wrong", [("list", "--acton", "x"), ("lst",), ("list", "actr:x"), ()])
def test_every_spelling_counts_also_where_nothing_can_be_parsed(run, wrong, spelling):
    assert the_error(run(*wrong, *spelling))["code"] in ("usage", "query")


@pytest.mark.parametrize(
    ("words", "env", "setting", "wanted"),
    [
        ([], {}, None, False),
        (["-o", "json"], {}, None, True),
        (["-o", "json", "-o", "table"], {}, None, False),
        (["-o"], {}, None, False),
        (["--", "-o", "json"], {}, None, False),
        ([], {"AUDITCTL_OUTPUT": "jsonl"}, None, True),
        (["-o", "csv"], {"AUDITCTL_OUTPUT": "json"}, "json", False),
        (["--format", "{id}"], {"AUDITCTL_OUTPUT": "json"}, "json", False),
        (["--jq=.id"], {}, "json", False),
        ([], {"AUDITCTL_OUTPUT": "csv"}, "json", False),
        ([], {}, "json", True),
    ],
)
def test_when_the_format_is_json(words, env, setting, wanted):
    assert asks_for_json(words, env, lambda: setting) is wanted


def test_a_query_has_its_place(run, store):
    error = the_error(run("list", "action:a", "actr:x", "-o", "json", "--store", store))

    assert error == {
        "code": "query",
        "message": 'no field "actr"; did you mean "actor"?',
        "hint": error["hint"],
        "exit_code": 2,
        "query": "action:a actr:x",
        "start": 9,
        "end": 13,
    }


def test_an_incomplete_answer_says_what_is_missing(run, tmp_path, seeded_file):
    path = tmp_path / "x.jsonl"
    path.write_bytes(seeded_file.read_bytes() + b"{broken\n" * 7)
    error = the_error(run("list", "-o", "json", "--store", path))

    assert error["code"] == "incomplete"
    assert len(error["missing"]) == 7
    assert all(set(hole) == {"since", "until", "reason"} for hole in error["missing"])
    assert "line 41" in error["missing"][0]["reason"]


def test_times_of_what_is_missing_are_canonical():
    error = IncompleteError("x", missing=[(0, None, "a"), (None, 1_500, "b")])
    told = json.loads(error_line(error, lambda text, **_: text))["error"]["missing"]

    assert told == [
        {"since": "1970-01-01T00:00:00.000Z", "until": None, "reason": "a"},
        {"since": None, "until": "1970-01-01T00:00:01.500Z", "reason": "b"},
    ]


def test_very_many_missing_parts_are_summed_up():
    error = IncompleteError("x", missing=[(None, None, "a")] * 2_500)
    told = json.loads(error_line(error, lambda text, **_: text))["error"]["missing"]

    assert len(told) == 1_001
    assert told[-1]["reason"] == "and 1,500 more"


TEXTS = st.text(st.characters(exclude_categories=[]))


@given(TEXTS, TEXTS, TEXTS)
def test_any_text_makes_one_line_of_json_that_a_terminal_can_show(message, hint, query):
    error = QueryError(message, query=query, start=0, hint=hint)
    line = error_line(error, lambda text, **_: text)
    told = json.loads(line)["error"]

    assert visible(line) == line
    assert line.encode()
    assert (told["message"], told["hint"], told["query"]) == (message, hint, query)


@given(TEXTS)
def test_any_note_is_one_line_of_json(text):
    line = note_line(text)

    assert visible(line) == line
    assert len(json.loads(line)) <= 2


# the exit codes as JSON


def test_0_notes_are_json_lines(run, store):
    outcome = run("list", "-n", "3", "-o", "json", "--store", store)
    fresh = run("list", "-o", "jsonl")

    assert objects(outcome.err)[0]["note"].startswith("3 of 40 events")
    assert set(objects(fresh.err)[0]) == {"note", "hint"}
    assert run("list", "-o", "json", "--quiet", "--store", store).err == ""


def test_0_on_a_terminal_notes_are_text(run, store):
    outcome = run("list", "-n", "3", "-o", "json", "--store", store, terminal=True)

    assert outcome.err.startswith("3 of 40 events")


def test_0_debug_is_json_as_well(run, store):
    traces = objects(run("list", "-o", "json", "--debug", "--store", store).err)
    *_, debug, error = objects(run("list", "a:b", "-o", "json", "--debug", "--store", store).err)

    assert "debug" in traces[0]
    assert "Traceback" in debug["debug"]
    assert list(error) == ["error"]


def test_1_records_were_rejected(run, tmp_path):
    (tmp_path / "bad.jsonl").write_bytes(b"{\n")
    env = {"AUDITCTL_OUTPUT": "json"}
    outcome = run("import", tmp_path / "bad.jsonl", "--store", tmp_path / "x.db", env=env)

    assert outcome.code == 1
    assert the_error(outcome)["code"] == "failure"


def test_1_a_defect(run, store, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError("by nought")

    monkeypatch.setattr("auditctl.cli.list.ask", fail)

    assert the_error(run("list", "--store", store, "-o", "json"))["code"] == "defect"


def test_1_a_closed_standard_output(started, store):
    process = started(
        *("list", "-o", "json", "--store", store), stdout=None, preexec_fn=lambda: os.close(1)
    )
    _, err = process.communicate(timeout=60)

    assert process.returncode == 1
    assert json.loads(err)["error"]["message"] == "standard output is closed"


def test_3_a_check(run, store):
    outcome = run("list", "--fail-on-match", "-o", "json", "--store", store)

    assert outcome.code == 3
    assert the_error(outcome)["code"] == "check"


def test_4_a_store_below_a_file(run, tmp_path):
    (tmp_path / "file").write_text("x")
    outcome = run("list", "-o", "json", "--store", tmp_path / "file" / "x.db")

    assert outcome.code == 4
    assert the_error(outcome)["code"] == "access"


def test_5_no_such_event(run, store):
    outcome = run("get", "nope", "-o", "json", "--store", store)

    assert outcome.code == 5
    assert the_error(outcome)["code"] == "not_found"


@pytest.mark.usefixtures("impatient")
def test_6_another_process_is_writing(run, store):
    connection = apsw.Connection(str(store))
    try:
        connection.execute("BEGIN IMMEDIATE")
        env = {"AUDITCTL_OUTPUT": "json"}
        busy = run("record", "a.b", "--actor", "u", "--store", store, env=env)
    finally:
        connection.close()

    assert busy.code == 6
    assert the_error(busy)["code"] == "store_busy"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_130_and_143_say_nothing(started, store, number, code):
    process = started("tail", "-o", "json", "--store", store, "-n", "0")
    assert "following" in json.loads(process.stderr.readline())["note"]
    process.send_signal(number)

    assert process.wait(60) == code
    assert process.stderr.read() == b""


def test_hostile_text_is_valid_json_and_harmless(run, store):
    for args in (("get", HOSTILE), ("list", f"{HOSTILE}:x"), ("list", "--store", HOSTILE)):
        outcome = run(*args, "-o", "json", env={"AUDITCTL_STORE": str(store)}, terminal=True)

        assert outcome.err.rstrip("\n").isprintable()
        assert HOSTILE[:4] in json.loads(outcome.err)["error"]["message"] + json.loads(outcome.err)[
            "error"
        ].get("query", "")


# the topic


def test_the_topic_lists_every_error(run):
    text = run("help", "errors").out.decode()

    for cls in error_types():
        assert f"  {cls.code:<13} {int(cls.exit_code)}  " in text
    assert len({cls.code for cls in error_types()}) == len(error_types())
    assert {AuditctlError, CheckFailed, AccessError, UnavailableError} <= set(error_types())


# text for people


def test_long_messages_are_broken_between_words_on_a_terminal_only(run, store):
    wrong = ("list", "-o", "csv", "-c", "actr", "--store", store)
    wide, narrow = run(*wrong), run(*wrong, terminal=True, env={"COLUMNS": "60", "NO_COLOR": "1"})
    hint = [line for line in narrow.err.splitlines() if line.startswith(("hint: ", "      "))]

    assert len(wide.err.splitlines()) == 3
    assert len(hint) > 1
    assert max(len(line) for line in narrow.err.splitlines()) <= 60
    assert " ".join(" ".join(hint).split()) in wide.err


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)), st.integers(10, 100))
def test_no_word_is_lost(text, cells):
    shown = laid_out(f"hint: {text}", cells, color=False)

    assert shown.split() == f"hint: {text}".split()


def test_labels_are_coloured(run):
    err = run("list", "--store", "dmeo", env={"FORCE_COLOR": "1"}).err

    assert err.startswith("\x1b[1;31merror:\x1b[0m there is no store")
    assert "\x1b[36mhint:\x1b[0m did you mean" in err
