"""``auditctl tail``: what was before, what comes, and how it ends."""

import json
import os
import re
import select
import signal
import struct
import subprocess
import time

import pytest
from seeded import COUNT, NOW, seeded_events

from auditctl.stores.base import Notice
from auditctl.stores.embedded.store import EmbeddedStore

try:
    import fcntl
    import pty
    import termios

    import pyte
except ImportError:  # Windows
    pty = None

EVENTS = seeded_events()
PATIENCE = 30  # seconds after which what does not come is a failure
ENDED = ("--idle-timeout", "1ms")

needs_terminal = pytest.mark.skipif(pty is None, reason="needs pseudo-terminals")


def line(number, **changes):
    event = {
        "id": f"n{number:04d}",
        "action": "new.one",
        "occurred_at": "2026-05-06T13:00:00Z",
        "actor": {"id": "u", "type": "user"},
    }
    return json.dumps({**event, **changes}).encode() + b"\n"


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ((), EVENTS[-10:]),
        (("-n", "3"), EVENTS[-3:]),
        (("-n", "all"), EVENTS),
        (("-n", "0"), []),
        (("--since", "2026-05-04"), EVENTS[-16:]),
        (("--since", "2026-05-04", "-n", "2"), EVENTS[-2:]),
        (("--on", "2026-05-02"), EVENTS[8:16]),
        (("--until", "2026-05-02", "-n", "2"), EVENTS[6:8]),
        (("action:cache.reset", "-n", "all"), EVENTS[5::7]),
        (("--action", "cache.reset", "-n", "2"), EVENTS[5::7][-2:]),
    ],
)
def test_the_events_before_come_oldest_first(run, store, options, wanted):
    outcome = run("tail", "--store", store, "-o", "jsonl", *options, *ENDED)

    assert outcome.code == 0
    assert outcome.events == wanted


@pytest.mark.parametrize(
    ("options", "bound"),
    [
        (("--max-events", "3"), "--max-events"),
        (("--for", "1ms"), "--for"),
        (("--idle-timeout", "1ms"), "--idle-timeout"),
        (("--until", "2026-05-06T11:59:59Z"), "--until"),
    ],
)
def test_each_bound_ends_it_and_is_named(run, store, options, bound):
    outcome = run("tail", "--store", store, *options)

    assert outcome.code == 0
    assert f"ended by {bound}" in outcome.err
    assert len(outcome.lines) == (3 if bound == "--max-events" else 10)


def test_an_array_is_whole_when_it_ends(run, store):
    outcome = run("tail", "--store", store, "-o", "json", "--max-events", "3")

    assert json.loads(outcome.out) == EVENTS[-10:-7]


def test_the_end_of_the_range_ends_it_when_the_clock_has_passed_it(run, store):
    later = NOW.replace(hour=13)
    outcome = run("tail", "--store", store, "--until", "2026-05-06T12:30:00Z", now=later)

    assert "ended by --until" in outcome.err


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--fail-on-match",), 3),
        (("--fail-on-match", "action:never"), 0),
        (("--fail-on-empty", "action:never"), 3),
        (("--fail-on-empty",), 0),
    ],
)
def test_checks_speak_at_the_end(run, store, options, code):
    assert run("tail", "--store", store, *options, *ENDED).code == code


@pytest.mark.parametrize("options", [("--max-events", "0"), ("--for", "soon"), ("-n", "x")])
def test_wrong_bounds_are_refused(run, store, options):
    assert run("tail", "--store", store, *options).code == 2


def test_explain_follows_nothing(run, store):
    outcome = run("tail", "--store", store, "--explain", "-n", "7")

    assert outcome.code == 0
    assert "7" in outcome.out.decode()


def test_a_default_store_that_is_not_there_yet_is_awaited(run, home):
    outcome = run("tail", *ENDED)

    assert (outcome.code, outcome.out) == (0, b"")
    assert "no events yet" in outcome.err
    assert home.default_store.exists()


def test_a_named_store_must_be_there(run, tmp_path):
    assert run("tail", "--store", tmp_path / "none.db", *ENDED).code == 5


def test_new_events_of_another_process_are_shown_and_the_old_ones_once(started, store, read_line):
    """Record without pause while the follower starts: the joint falls anywhere."""
    writer = started("record", "-", "--store", store, stdin=-1)
    writer.stdin.write(line(0))
    writer.stdin.flush()
    assert read_line(writer) == b"n0000\n"
    tail = started("tail", "--store", store, "-n", "all", "-o", "jsonl", "--max-events", "340")
    for number in range(1, 300):
        writer.stdin.write(line(number))
        writer.stdin.flush()
        assert read_line(writer).strip() == b"n%04d" % number
    out, err = tail.communicate(timeout=60)
    found = [json.loads(text)["id"] for text in out.splitlines()]

    assert found[:COUNT] == [event["id"] for event in EVENTS]
    assert found[COUNT:] == [f"n{number:04d}" for number in range(300)]
    assert tail.returncode == 0
    assert b"ended by --max-events" in err


@pytest.fixture
def following(started, store):
    """Start a follower, and return it when it follows."""

    def begin(*options, path=store, **streams):
        process = started("tail", "--store", path, "-n", "0", "-o", "jsonl", *options, **streams)
        message = b""
        while b"following" not in message:
            got = process.stderr.readline()
            assert got, message
            message += got
        return process

    return begin


def test_only_what_matches_is_shown_and_at_once(following, spawn, store, read_line):
    process = following("--action", "wanted.*")
    spawn("record", "-", "--store", store, stdin=line(1) + line(2, action="wanted.one"))

    assert json.loads(read_line(process))["id"] == "n0002"


def test_back_dated_events_are_shown_when_they_come(following, spawn, store, read_line):
    process = following()
    spawn("record", "-", "--store", store, stdin=line(1, occurred_at="2020-01-01T00:00:00Z"))

    assert json.loads(read_line(process))["id"] == "n0001"


@pytest.mark.parametrize("name", ["table", "lines", "csv", "tsv"])
def test_every_format_shows_an_event_at_once(following, spawn, store, read_line, name):
    process = following("-o", name)
    spawn("record", "-", "--store", store, stdin=line(1))
    shown = read_line(process)
    while shown and b"new.one" not in shown:  # a heading comes first
        shown = read_line(process)

    assert b"new.one" in shown


def test_lines_appended_to_a_file_are_followed(following, tmp_path, seeded_file, read_line):
    path = tmp_path / "growing.jsonl"
    path.write_bytes(seeded_file.read_bytes())
    process = following(path=path)
    with path.open("ab") as file:
        file.write(line(1))
        file.flush()
        assert json.loads(read_line(process))["id"] == "n0001"
        file.write(line(2))
        file.flush()
        assert json.loads(read_line(process))["id"] == "n0002"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_quietly(following, spawn, store, read_line, *, number, code):
    process = following()
    spawn("record", "-", "--store", store, stdin=line(1))
    assert json.loads(read_line(process))["id"] == "n0001"
    process.send_signal(number)

    assert process.wait(60) == code
    assert process.stderr.read() == b""
    assert process.stdout.read() == b""


def test_a_closed_pipe_ends_it_quietly(following, spawn, store):
    process = following()
    process.stdout.close()
    spawn("record", "-", "--store", store, stdin=line(1))

    assert process.wait(60) == 0
    assert process.stderr.read() == b""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("events", [0, 1, 3])
def test_a_signal_closes_an_array(following, spawn, store, read_line, *, number, events):
    process = following("-o", "json")
    if events:
        lines = b"".join(line(n) for n in range(events))
        spawn("record", "-", "--store", store, stdin=lines)
    written = b""
    while written.count(b'"id":"n') < events:
        written += read_line(process) if written.count(b"\n") < events else process.stdout.read(1)
    process.send_signal(number)
    written += process.stdout.read()

    assert [event["id"] for event in json.loads(written)] == [f"n{n:04d}" for n in range(events)]
    assert process.wait(60) == 128 + number
    assert process.stderr.read() == b""


class Screen:
    """The real program on a pseudo-terminal that is drawn."""

    def __init__(self, started, *args, columns=160, **streams):
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.received = bytearray()
        self._history = pyte.HistoryScreen(columns, 24, history=5000, ratio=0.5)
        self._stream = pyte.ByteStream(self._history)
        streams = {"stdin": slave, "stdout": slave, "stderr": slave} | streams
        # Ctrl-C becomes a signal only on the terminal that controls the process
        streams["start_new_session"] = True
        streams["preexec_fn"] = lambda: fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        self.process = started(*args, env={"TERM": "xterm-256color", "LANG": "C.UTF-8"}, **streams)
        os.close(slave)

    def until(self, wanted):
        """Read until the screen shows a text; None is until the program has ended."""
        deadline = time.monotonic() + PATIENCE
        while wanted is None or not any(wanted in text for text in self._history.display):
            assert time.monotonic() < deadline, self._history.display
            if not select.select([self._master], [], [], 0.2)[0]:
                continue
            try:
                data = os.read(self._master, 1 << 16)
            except OSError:  # how Linux says that the other side was closed
                data = b""
            if not data:
                assert wanted is None, self._history.display
                return
            self.received += data
            self._stream.feed(data)

    def type(self, data):
        os.write(self._master, data)

    @property
    def lines(self):
        """All lines that were ever on the screen."""
        above = [
            "".join(line[place].data for place in range(self._history.columns))
            for line in self._history.history.top
        ]
        shown = [text.rstrip() for text in [*above, *self._history.display]]
        return [text for text in shown if text]

    def close(self):
        os.close(self._master)


@pytest.fixture
def on_screen(started):
    screens = []

    def start(*args, **options):
        screens.append(Screen(started, *args, **options))
        return screens[-1]

    yield start
    for screen in screens:
        screen.process.kill()
        screen.close()


@needs_terminal
@pytest.mark.parametrize("name", ["table", "lines", "jsonl"])
def test_a_screen_has_each_event_once_and_nothing_of_the_status(on_screen, spawn, store, name):
    screen = on_screen("tail", "--store", store, "-n", "2", "-o", name)
    screen.until("· 2 before · 0 new ·")
    for first in range(0, 300, 100):  # in bursts
        lines = b"".join(line(n, action=f"new.n{n:04d}") for n in range(first, first + 100))
        spawn("record", "-", "--store", store, stdin=lines)
        screen.until(f"· {first + 100} new ·")
    screen.type(b"\x03")
    screen.until(None)
    text = "\n".join(screen.lines)

    assert screen.process.wait(60) == 130
    assert re.findall(r"new\.n(\d{4})", text) == [f"{n:04d}" for n in range(300)]
    assert not any(
        word in text for word in ("●", "following", " new ·", "Ctrl-C ends", "Traceback")
    )
    assert screen.lines[-1] == "ended by Ctrl-C · 302 events"
    # the line was drawn a few times, not for each event
    assert screen.received.count("●".encode()) < 60


@needs_terminal
@pytest.mark.parametrize(
    ("options", "env"), [(("--quiet",), {}), ((), {"TERM": "dumb"}), (("-o", "json"), {})]
)
def test_there_is_no_status_where_none_is_wanted(on_terminal, store, options, env):
    outcome = on_terminal("tail", "--store", store, "--for", "300ms", *options, env=env)

    assert outcome.code == 0
    assert "●" not in outcome.out.decode()
    assert (b"following" in outcome.out) is (options != ("--quiet",))


@needs_terminal
def test_events_into_a_file_leave_a_status_on_the_terminal(on_screen, store, tmp_path):
    with (tmp_path / "out").open("wb") as file:
        screen = on_screen("tail", "--store", store, "-n", "1", "-o", "jsonl", stdout=file)
        screen.until("● following")
        screen.type(b"\x03")
        screen.until(None)

    assert screen.process.wait(60) == 130
    assert screen.lines == ["ended by Ctrl-C · 1 event"]
    assert json.loads((tmp_path / "out").read_bytes()) == EVENTS[-1]


@needs_terminal
def test_a_pipe_gets_no_status_as_its_reader_may_use_the_terminal(on_screen, store):
    screen = on_screen(
        "tail", "--store", store, "-n", "1", "--for", "300ms", stdout=subprocess.PIPE
    )
    screen.until(None)

    assert screen.process.wait(60) == 0
    assert "●".encode() not in screen.received
    assert len(screen.lines) == 2


def test_events_arrive_in_the_demo_store_and_can_be_found(started, spawn):
    options = ("-n", "0", "--max-events", "2", "--for", "50s", "-o", "jsonl")
    out, err = started("tail", "--store", "demo", *options).communicate(timeout=60)
    events = [json.loads(text) for text in out.splitlines()]

    assert b"ended by --max-events" in err
    assert len(events) == 2
    for event in events:
        assert spawn("get", event["id"], "--store", "demo", "-o", "jsonl").events == [event]


def test_what_the_store_has_to_say_is_said(run, store, monkeypatch):
    def follow(self, *_, **__):
        yield Notice("lag", self.head(), text="no events can arrive")
        yield Notice("lag", self.head())
        yield Notice("end", self.head(), text="that was all")

    monkeypatch.setattr(EmbeddedStore, "follow", follow)
    outcome = run("tail", "--store", store, "-n", "1", "-o", "jsonl")

    assert (outcome.code, len(outcome.events)) == (7, 1)
    notes = [json.loads(line).get("note") for line in outcome.err.splitlines()]
    assert notes.count("no events can arrive") == 1
