"""Errors: a sentence, a hint, no traceback, nothing on standard output, nothing raw."""

import os
import subprocess
import sys

import pytest

HOSTILE = "\x1b[2J\x1b]0;x\x07\u202e"

WRONG = {
    "query": ("list", "action:a ("),
    "field": ("list", "actr:x"),
    "expression": ("list", "action:/(/"),
    "time": ("list", "--since", "soonish"),
    "option": ("list", "--acton", "x"),
    "command": ("lst",),
    "subcommand": ("store", "lst"),
    "store": ("list", "--store", "dmeo"),
    "store file": ("list", "--store", "none.db"),
    "format": ("list", "-o", "cvs"),
    "column": ("list", "-o", "csv", "-c", "actr"),
    "number": ("list", "-n", "many"),
    "zone": ("list", "--tz", "Europe/Berlni"),
    "list of values": ("list", "--actor", "@none"),
    "address": ("list", "--location", "1.2.3.4/99"),
    "empty value": ("list", "--location", ""),
    "id": ("get", "nope"),
    "group": ("stats", "--by", "actr"),
    "step": ("stats", "--every", "1x"),
    "import": ("import", "none.jsonl"),
    "kind": ("import", "--from", "cvs", "none"),
    "topic": ("help", "qeury"),
    "event": ("record", "a.b"),
    "argument": ("get",),
    "start of a command": ("exp",),
    "letters in the wrong order": ("imoprt",),
    "option of a subcommand": ("store", "add", "x", "x.db", "--descripton", "y"),
    "option before the command": ("--store", "demo", "list"),
    "value of an option": ("import", "--on-error", "skp", "x"),
    "target": ("record", "a.b", "--actor", "u", "--target", "x"),
    "metadata": ("record", "a.b", "--actor", "u", "--meta", "x"),
    "metadata key": ("record", "a.b", "--actor", "u", "--meta", "x=1", "--meta", "x=2"),
    "two formats": ("list", "-o", "table", "--format", "{id}"),
    "two ranges": ("list", "--on", "today", "--since", "1h"),
    "existing file": ("export", "--out", "/"),
    "address of a store": ("list", "--store", "https://example.com"),
}
MEANT = {
    "field": '"actor"',
    "option": "--action",
    "command": "auditctl list",
    "subcommand": "auditctl store list",
    "store": "`demo`",
    "format": "'csv'",
    "zone": "Europe/Berlin",
    "group": "`actor",
    "kind": "did you mean `workos-csv`",
    "topic": "help query",
    "start of a command": "auditctl export",
    "letters in the wrong order": "auditctl import",
    "option of a subcommand": "--description",
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_told_on_standard_error_only(run, store, what):
    outcome = run(*WRONG[what], env={"AUDITCTL_STORE": str(store)})

    assert outcome.code in (1, 2, 5)
    assert outcome.out == b""
    assert outcome.err.startswith("error: ")
    assert "Traceback" not in outcome.err
    assert "defect" not in outcome.err


@pytest.mark.parametrize("what", WRONG)
def test_two_sentences_what_happened_and_what_to_do(run, store, what):
    error, *caret, blank, hint = run(
        *WRONG[what], env={"AUDITCTL_STORE": str(store)}
    ).err.splitlines()

    assert error.startswith("error: ")
    assert hint.startswith("hint: ")
    assert blank == ""
    assert len(caret) in (0, 2)
    for sentence in (error.removeprefix("error: "), hint.removeprefix("hint: ")):
        assert not sentence.endswith(".") or sentence.endswith("...")
        assert sentence[0] == sentence[0].lower() or sentence.split()[0].isupper()


@pytest.mark.parametrize("what", MEANT)
def test_what_was_meant_is_suggested(run, store, what):
    outcome = run(*WRONG[what], env={"AUDITCTL_STORE": str(store)})

    assert MEANT[what] in outcome.err


def test_a_caret_shows_where_a_query_is_wrong(run, store):
    outcome = run("list", "action:token.*", "actr:x", "--store", store)
    lines = outcome.err.splitlines()

    assert "action:token.* actr:x" in lines
    marked = lines[lines.index("action:token.* actr:x") + 1]
    assert marked == " " * len("action:token.* ") + "^^^^"


@pytest.mark.parametrize(
    "arguments",
    [
        ("list", f"{HOSTILE}:x"),
        ("list", "--since", HOSTILE),
        ("list", "-o", HOSTILE),
        ("list", "-o", "csv", "-c", HOSTILE),
        ("list", "-n", HOSTILE),
        ("list", "--tz", HOSTILE),
        ("list", "--store", HOSTILE),
        ("list", "--store", f"./{HOSTILE}.db"),
        ("list", "--actor", f"@{HOSTILE}"),
        ("list", "--meta", f"={HOSTILE}"),
        ("get", HOSTILE),
        ("get", HOSTILE, HOSTILE),
        ("stats", "--by", HOSTILE),
        ("stats", "--every", HOSTILE),
        ("import", HOSTILE),
        ("import", "--from", HOSTILE, "x"),
        ("help", HOSTILE),
        ("store", "use", HOSTILE),
        ("store", "add", HOSTILE, "x.db"),
        ("store", HOSTILE),
        ("record", "a.b", "--actor", "u", "--target", HOSTILE),
        ("record", "a.b", "--actor", "u", "--meta", HOSTILE),
        (HOSTILE,),
        ("list", f"--{HOSTILE}"),
        ("list", "action:never", HOSTILE, "--explain"),
    ],
)
@pytest.mark.parametrize("debug", [False, True])
def test_text_from_outside_is_made_visible(run, store, arguments, debug):
    more = ["--debug"] if debug else []
    outcome = run(*arguments, *more, env={"AUDITCTL_STORE": str(store)})

    assert not set(outcome.err) & {"\x1b", "\x07", "\u202e", "\x9b"}
    assert not set(outcome.out.decode()) & {"\x1b", "\x07", "\u202e"}


@pytest.mark.parametrize("what", ["query", "time", "option", "command", "store", "id", "column"])
def test_the_real_program_fails_in_the_same_way(run, spawn, store, what):
    env = {"AUDITCTL_STORE": str(store)}
    inside, outside = run(*WRONG[what], env=env), spawn(*WRONG[what], env=env)

    assert outside == inside


def test_debug_shows_how_it_came_to_it(run, store):
    outcome = run("list", "actr:x", "--debug", "--store", store)

    assert "Traceback" in outcome.err
    assert "error: " in outcome.err
    assert outcome.out == b""


def test_a_defect_is_told_without_a_traceback(run, store, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError("by nought")

    monkeypatch.setattr("auditctl.cli.list.ask", fail)
    outcome = run("list", "--store", store)

    assert (outcome.code, outcome.out) == (1, b"")
    assert "defect" in outcome.err
    assert "by nought" in outcome.err
    assert "--debug" in outcome.err
    assert "Traceback" not in outcome.err
    assert "Traceback" in run("list", "--debug", "--store", store).err


@pytest.mark.parametrize(
    "arguments", [("list", b"action:\xff"), ("list", b"--actor=\xff"), ("get", b"\xff"), (b"\xff",)]
)
def test_a_word_that_is_not_utf_8_is_no_defect(store, home, arguments):
    process = subprocess.run(
        [sys.executable, "-m", "auditctl", *arguments],
        env={**home.env, "AUDITCTL_STORE": str(store), "PYTHONUTF8": "1"},
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert process.returncode in (0, 2, 5)
    assert process.stdout == b""
    assert b"defect" not in process.stderr


@pytest.mark.skipif(os.name == "nt", reason="closes streams as a POSIX shell does")
@pytest.mark.parametrize(("closed", "code"), [("<&-", 0), ("2>&-", 0), (">&-", 1)])
def test_a_closed_stream_is_no_defect(home, store, closed, code):
    process = subprocess.run(
        ["/bin/sh", "-c", f'"$0" -m auditctl list --store "$1" {closed}', sys.executable, store],
        env=home.env,
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert process.returncode == code
    assert b"Traceback" not in process.stderr
    assert bool(process.stdout) is (code == 0)
    assert (b"standard output is closed" in process.stderr) is (code == 1)
