"""How the program ends: quietly, whoever ends it, and whenever."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

# the interpreter itself takes some milliseconds before any line of ours runs
DOOR = """\
import os, sys
from auditctl.__main__ import main
os.write(2, b"!")
main()
"""
SETTLED = 0.25  # seconds in which a list starts, runs and ends here

pytestmark = pytest.mark.skipif(os.name == "nt", reason="sends signals")


def begin(home, *args, **streams):
    process = subprocess.Popen(
        [sys.executable, "-c", DOOR, *[str(arg) for arg in args]],
        env=home.env,
        stdin=subprocess.DEVNULL,
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | streams,
    )
    assert process.stderr.read(1) == b"!"
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("attempt", range(15))
def test_a_signal_at_any_moment_is_quiet(home, store, number, attempt):
    chance = random.Random(attempt)
    process = begin(home, "list", "-n", "all", "-o", "table", "--store", store)
    time.sleep(chance.uniform(0, SETTLED))
    process.send_signal(number)
    _, err = process.communicate(timeout=60)

    # the interpreter takes our handlers away at its very end; a shell sees the same number then
    assert process.returncode in (0, 128 + number, -number)
    assert b"Traceback" not in err
    assert b"Error" not in err
    assert b"Interrupt" not in err
    assert b"ignored" not in err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_does_not_wait(home, store, number):
    process = begin(home, "tail", "--store", store, "-n", "0")
    assert b"following" in process.stderr.readline()
    for _ in range(20):
        process.send_signal(number)
    _, err = process.communicate(timeout=60)

    assert process.returncode == 128 + number
    assert err == b""


def test_who_was_told_to_ignore_ctrl_c_ignores_it(home, store):
    process = begin(
        *(home, "tail", "--store", store, "-n", "0", "--for", "1s"),
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )
    process.stderr.readline()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)

    assert process.returncode == 0
    assert b"ended by --for" in err


@pytest.fixture(scope="module")
def long_file(tmp_path_factory, seeded_file):
    path = tmp_path_factory.mktemp("long") / "long.jsonl"
    lines = seeded_file.read_bytes().splitlines(keepends=True)
    path.write_bytes(
        b"".join(
            line.replace(b'"id": "', b'"id": "%d_' % n, 1) for n in range(100) for line in lines
        )
    )
    return path


@pytest.mark.parametrize(
    "args",
    [
        *[("list", "-n", "all", "-o", name) for name in ("table", "lines", "json", "jsonl")],
        *[("list", "-n", "all", "-o", name) for name in ("csv", "tsv")],
        ("list", "-n", "all", "-o", "jsonl", "-c", "id,action"),
        ("export", "--out", "-"),
        ("tail", "-n", "all", "--idle-timeout", "1s"),
        ("stats", "--by", "id", "--top", "100000"),
        ("help", "query"),
        ("list", "--help"),
        ("store", "list"),
    ],
    ids=" ".join,
)
def test_a_closed_pipe_is_quiet(started, long_file, args):
    store = [] if args[0] in ("help", "store") or "--help" in args else ["--store", long_file]
    process = started(*args, *store)
    process.stdout.read(1)
    process.stdout.close()
    err = process.stderr.read()

    assert process.wait(60) == 0
    assert b"Traceback" not in err
    assert b"error" not in err
    assert b"ignored" not in err


@pytest.mark.parametrize("args", [("list",), ("list", "actr:x"), ("list", "--debug")])
def test_nobody_reads_the_messages(home, store, args):
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.Popen(
        [sys.executable, "-m", "auditctl", *args, "--store", str(store)],
        env=home.env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=writer,
    )
    os.close(writer)
    out, _ = process.communicate(timeout=60)

    assert process.returncode == (2 if "actr:x" in args else 0)
    assert bool(out) is ("actr:x" not in args)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no full device")  # noqa: PTH110
def test_messages_that_cannot_be_written_are_no_failure(home, store):
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        process = subprocess.run(
            [sys.executable, "-m", "auditctl", "list", "--store", str(store)],
            env=home.env,
            stdout=subprocess.PIPE,
            stderr=full,
            timeout=60,
            check=False,
        )

    assert process.returncode == 0
    assert process.stdout.count(b"\n") == 40


# defects


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError(), "there is not enough memory"),
        (RecursionError("maximum recursion depth exceeded"), "nested too deeply"),
        (OSError(5, "Input/output error"), "Input/output error"),
        (ValueError("x"), "a defect in auditctl: ValueError: x"),
    ],
)
@pytest.mark.parametrize(
    "place",
    ["auditctl.cli.list.ask", "auditctl.cli.list._write", "auditctl.cli.session.Session.close"],
)
def test_whatever_fails_wherever_has_no_traceback(run, store, monkeypatch, *, error, said, place):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(place, fail)
    outcome = run("list", "--store", store)

    assert outcome.code == 1
    assert outcome.err.count("error: ") == 1
    assert said in outcome.err
    assert "hint: " in outcome.err
    assert "Traceback" not in outcome.err
    assert "Traceback" in run("list", "--store", store, "--debug").err


def test_what_happened_first_is_told(run, store, monkeypatch):
    def fail(*_):
        raise ValueError("later")

    monkeypatch.setattr("auditctl.cli.session.Session.close", fail)
    outcome = run("list", "actr:x", "--store", store)

    assert outcome.code == 2
    assert "later" not in outcome.err


def test_a_traceback_has_no_values_of_variables(run, store, monkeypatch):
    def fail(*_):
        local_value = "the-value-of-a-local"
        raise ValueError(len(local_value))

    monkeypatch.setattr("auditctl.cli.list.ask", fail)
    err = run("list", "--store", store, "--debug").err

    assert "ValueError: 20" in err
    assert "the-value-of-a-local" not in err.replace('local_value = "the-value-of-a-local"', "")


DEEP = 200_000


@pytest.mark.parametrize(
    "text",
    [
        b"[" * DEEP + b"]" * DEEP,
        b'{"action":' + b"[" * DEEP + b"]" * DEEP + b"}",
        b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    ],
    ids=["list", "value", "objects"],
)
def test_json_that_is_nested_too_deeply_is_refused(run, tmp_path, text):
    path = tmp_path / "deep.jsonl"
    path.write_bytes(text + b"\n")
    outcomes = [
        run("import", path, "--store", tmp_path / "x.db"),
        run("import", "--from", "jsonl", path, "--store", tmp_path / "x.db"),
        run("record", "-", "--store", tmp_path / "x.db", stdin=text + b"\n"),
        run("list", "--store", path),
    ]

    assert [outcome.code for outcome in outcomes][1:] == [1, 2, 7]
    for outcome in outcomes:
        assert outcome.code != 0
        assert "Traceback" not in outcome.err
        assert "defect" not in outcome.err


def test_a_query_that_is_nested_too_deeply_is_refused(run, store):
    outcome = run("list", "(" * 3_000 + "a" + ")" * 3_000, "--store", store)

    assert outcome.code == 2
    assert "defect" not in outcome.err


def test_the_handlers_of_a_caller_are_left_alone(run, store):
    before = signal.getsignal(signal.SIGINT)
    run("list", "--store", store)

    assert signal.getsignal(signal.SIGINT) is before
