"""The entry that scripts call: quick, quiet, and without a trace."""

import os
import shutil
import subprocess
import sys

import pytest

from auditctl.cli.completing import entry

HEAVY = (
    *("typer", "click", "rich", "msgspec", "httpx", "dateutil", "tomlkit", "platformdirs"),
    *("dataclasses", "subprocess", "socket", "ssl", "asyncio", "zoneinfo", "inspect"),
)
# the process is left without tidying up, so what it has loaded is told just before
PROGRAM = """\
import os, sys
leave = os._exit
def tell(code):
    os.write(2, "\\n".join(sys.modules).encode())
    leave(code)
os._exit = tell
sys.argv = ["auditctl", *sys.argv[1:]]
from auditctl.__main__ import main
main()
"""


@pytest.mark.parametrize(
    ("words", "some"),
    [
        (("",), b"+list\t"),
        (("list", "--"), b"+--action\t"),
        (("list", "--action", ""), b"+cache.reset\t"),
        (("list", "--actor", "ada"), b"+ada@acme.com\t"),
        (("list", "metadata.re"), b"-metadata.region:\t"),
        (("list", "-c", ""), b"+time\t"),
        (("list", "--tz", "Eur"), b"-Europe/\t"),
    ],
)
def test_a_completion_loads_nothing_heavy(home, store, words, some):
    call = ["__complete", "zsh", str(len(words) - 1), words[-1], *words, "--store", str(store)]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *call], env=home.env, capture_output=True, check=True
    )
    modules = set(done.stderr.decode().splitlines())

    assert some in done.stdout
    assert not set(HEAVY) & modules
    assert "auditctl.cli.completing.engine" in modules


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("tcsh",),
        ("zsh",),
        ("zsh", "x", "", ""),
        ("zsh", "99", "x", "list"),
        ("bash", "a", "b"),
        ("powershell",),
        ("fish", "1"),
    ],
)
def test_a_wrong_call_says_nothing(spawn, arguments):
    outcome = spawn("__complete", *arguments)

    assert (outcome.code, outcome.err) == (0, "")


def complete(spawn, *words, env=None):
    return spawn("__complete", "zsh", len(words) - 1, words[-1], *words, env=env)


@pytest.mark.parametrize(
    "content", [b"", b"SQLite format 3\x00" + b"x" * 5000, b"nonsense", b'{"action":', b"[1]\n{}\n"]
)
@pytest.mark.parametrize("name", ["x.db", "x.jsonl"])
def test_a_broken_store_says_nothing(spawn, tmp_path, content, name):
    path = tmp_path / name
    path.write_bytes(content)
    for word in ("--action", "--actor", "--target", "--meta"):
        outcome = complete(spawn, "list", "--store", str(path), word, "")
        assert (outcome.code, outcome.out, outcome.err) == (0, b"0 exact \n", "")
    assert b"-action:" in complete(spawn, "list", "--store", str(path), "").out


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_store_that_never_answers_does_not_hold_up_the_line(spawn, tmp_path):
    path = tmp_path / "pipe.db"
    os.mkfifo(path)
    outcome = complete(spawn, "list", "--store", str(path), "--action", "")

    assert (outcome.code, outcome.err) == (0, "")


def test_nothing_is_written(spawn, store, tmp_path):
    folder = tmp_path / "alone"
    folder.mkdir()
    path = folder / "trail.db"
    shutil.copy(store, path)
    before = {one.name: one.read_bytes() for one in folder.iterdir()}

    assert b"cache.reset" in complete(spawn, "list", "--store", str(path), "--action", "").out
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == before


def test_the_demo_store_is_not_made(spawn, home):
    outcome = complete(spawn, "list", "--store", "demo", "--action", "")

    assert outcome.out == b"0 exact \n"
    assert not home.data.exists()


def test_a_locked_store_is_not_waited_for(spawn, store):
    from auditctl.stores.embedded.connection import open_writer  # noqa: PLC0415 - apsw

    writer = open_writer(str(store))
    writer.execute("BEGIN EXCLUSIVE")
    try:
        outcome = complete(spawn, "list", "--store", str(store), "--action", "")
    finally:
        writer.close()

    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith(b"0 exact")


def test_the_end_of_time_ends_the_process(monkeypatch):
    ended = []
    monkeypatch.setattr(entry.time, "sleep", ended.append)
    monkeypatch.setattr(entry.os, "_exit", ended.append)
    entry.give_up()

    assert ended == [entry.DEADLINE, 0]
