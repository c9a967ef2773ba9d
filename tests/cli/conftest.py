"""What the tests of the command line share: a user's surroundings, and a small known trail."""

from __future__ import annotations

import contextlib
import io
import json
import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from auditctl.cli.exits import run as run_in_process
from auditctl.cli.session import Session

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "formats"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench"))

from seeded import NOW, seeded_events

PATIENCE = 60  # seconds after which a process that does not end is a failure


class Outcome(NamedTuple):
    code: int
    out: bytes
    err: str

    @property
    def lines(self):
        return self.out.decode().splitlines()

    @property
    def events(self):
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def ids(self):
        return [event["id"] for event in self.events]


class Output(io.BytesIO):
    def __init__(self, *, terminal=False):
        super().__init__()
        self._terminal = terminal

    def isatty(self):
        return self._terminal


class Messages(io.StringIO):
    def __init__(self, *, terminal=False):
        super().__init__()
        self._terminal = terminal

    def isatty(self):
        return self._terminal


class Home:
    """One user: folders, and the environment that leads to them."""

    def __init__(self, path):
        self.path = path
        self.config = path / "config" / "auditctl" / "config.toml"
        self.data = path / "data" / "auditctl"
        self.default_store = self.data / "events.db"
        self.env = {
            "HOME": str(path),
            "XDG_CONFIG_HOME": str(path / "config"),
            "XDG_DATA_HOME": str(path / "data"),
            "TZ": "UTC",
            "PATH": os.environ.get("PATH", ""),
        }

    def write_settings(self, text):
        self.config.parent.mkdir(parents=True, exist_ok=True)
        self.config.write_text(text)


@pytest.fixture
def home(tmp_path):
    path = tmp_path / "home"
    path.mkdir()
    return Home(path)


@pytest.fixture
def run(home):
    """Run a command line in this process: ``run("list", "-n", "3") -> Outcome``."""

    def call(*args, stdin=b"", env=None, terminal=False, now=NOW):
        out, err = Output(terminal=terminal), Messages(terminal=terminal)
        source = stdin if hasattr(stdin, "read") else io.BytesIO(stdin)
        session = Session({**home.env, **(env or {})}, source, out, err, lambda: now)
        code = run_in_process([str(arg) for arg in args], session)
        return Outcome(int(code), out.getvalue(), err.getvalue())

    return call


@pytest.fixture
def started(home):
    """Start the real program; what still runs at the end of the test is killed."""
    running = []

    def start(*args, env=None, program=None, **streams):
        door = ["-m", "auditctl"] if program is None else [str(program)]
        process = subprocess.Popen(
            [sys.executable, *door, *[str(arg) for arg in args]],
            env={**home.env, **(env or {})},
            **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
            | streams,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE)
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


@pytest.fixture
def spawn(started):
    """Run the real program to its end: ``spawn("list") -> Outcome``."""

    def call(*args, stdin=b"", env=None):
        process = started(*args, env=env, stdin=subprocess.PIPE)
        out, err = process.communicate(stdin, timeout=PATIENCE)
        return Outcome(process.returncode, out, err.decode())

    return call


@pytest.fixture
def on_terminal(home):
    """Run the real program on a pseudo-terminal: its exit code and all that the terminal got."""

    def call(*args, columns=80, env=None, error_apart=False):
        master, slave = pty.openpty()
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", "auditctl", *[str(arg) for arg in args]],
                env={**home.env, "TERM": "xterm-256color", "COLUMNS": str(columns), **(env or {})},
                stdin=slave,
                stdout=slave,
                stderr=subprocess.DEVNULL if error_apart else slave,
            )
        finally:
            os.close(slave)
        received = bytearray()
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if not select.select([master], [], [], 1)[0]:
                continue
            try:
                data = os.read(master, 1 << 16)
            except OSError:  # how Linux says that the other side was closed
                break
            if not data:
                break
            received += data
        os.close(master)
        return Outcome(process.wait(PATIENCE), bytes(received), "")

    return call


@pytest.fixture(scope="session")
def seeded_file(tmp_path_factory):
    """The known trail as JSON Lines."""
    path = tmp_path_factory.mktemp("seeded") / "trail.jsonl"
    path.write_bytes(b"".join(json.dumps(event).encode() + b"\n" for event in seeded_events()))
    return path


@pytest.fixture(scope="session")
def seeded_database(tmp_path_factory, seeded_file):
    folder = tmp_path_factory.mktemp("database")
    env = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "TZ": "UTC"}
    session = Session(env, io.BytesIO(), Output(), Messages(), lambda: NOW)
    path = folder / "seeded.db"
    code = run_in_process(["import", str(seeded_file), "--store", str(path)], session)
    assert code == 0, session.stderr.getvalue()
    return path


@pytest.fixture
def store(tmp_path, seeded_database):
    """A copy of the known trail as a store of its own."""
    path = tmp_path / "seeded.db"
    for end in ("", "-wal"):
        if Path(f"{seeded_database}{end}").exists():
            shutil.copy(f"{seeded_database}{end}", f"{path}{end}")
    return path


@pytest.fixture
def ask(run, store):
    """Ask the known trail for JSON Lines: ``ask("--action", "x.y") -> [events]``."""

    def call(*args, **surroundings):
        outcome = run("list", "--store", store, "-o", "jsonl", *args, **surroundings)
        assert outcome.code == 0, outcome.err
        return outcome.events

    return call


@pytest.fixture
def impatient(monkeypatch):
    """Let a writer give up at once where another one writes."""
    from auditctl.stores.embedded.store import EmbeddedStore  # noqa: PLC0415 - apsw

    monkeypatch.setitem(EmbeddedStore.__init__.__kwdefaults__, "patience", 0.05)


@pytest.fixture
def read_line():
    """Read one line of a process; a process that prints none in time is a failure."""

    def call(process):
        line = b""
        deadline = time.monotonic() + PATIENCE
        while not line.endswith(b"\n") and time.monotonic() < deadline:
            if select.select([process.stdout], [], [], 0.5)[0]:
                data = os.read(process.stdout.fileno(), 1)
                if not data:
                    break
                line += data
        return line

    return call
