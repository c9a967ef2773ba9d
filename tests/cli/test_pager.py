"""The pager: only on a terminal, only past one screen, and gone without a trace when it ends."""

import contextlib
import fcntl
import json
import os
import pty
import select
import shutil
import signal
import stat
import struct
import subprocess
import sys
import termios
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditctl.cli.pager import pager_words, rows_of

PATIENCE = 60
HEADING = 2  # the titles and the ruler of the day
LESS = shutil.which("less")
needs_less = pytest.mark.skipif(LESS is None, reason="less is not installed (package less)")

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs pseudo-terminals")


class Terminal:
    """The real program on a terminal of a certain size, as its foreground job."""

    def __init__(self, env, args, *, lines, columns, program=None, stdin=None, stdout=None):
        door = ["-m", "auditctl"] if program is None else ["-c", program]
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.modes = termios.tcgetattr(slave)
        self.seen = b""

        def own_the_terminal():
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            [sys.executable, *door, *[str(arg) for arg in args]],
            env=env,
            stdin=slave if stdin is None else stdin,
            stdout=slave if stdout is None else stdout,
            stderr=slave,
            preexec_fn=own_the_terminal,  # noqa: PLW1509 - there are no threads of ours
        )
        self.slave = slave  # kept open, to look at its modes afterwards

    def read_until(self, text):
        """Read what appears until a text has; a failure where it does not."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.seen and time.monotonic() < deadline:
            self._read(0.1)
        assert text in self.seen, self.seen
        return self.seen

    def press(self, keys):
        os.write(self.master, keys)

    def press_until(self, keys, text):
        """Press keys until a text appears: an interrupted program forgets what it has not read."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.seen and time.monotonic() < deadline:
            self.press(keys)
            self._read(0.3)
        assert text in self.seen, self.seen

    def end(self):
        """Wait for the end; return exit code and all that appeared."""
        deadline = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < deadline:
            self._read(0.05)
        while self._read(0.02):
            pass
        assert self.process.poll() is not None, self.seen
        return self.process.returncode, self.seen.replace(b"\r\n", b"\n")

    def _read(self, seconds):
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        data = os.read(self.master, 1 << 16)
        self.seen += data
        return bool(data)

    def is_as_before(self):
        return termios.tcgetattr(self.slave)[:4] == self.modes[:4]

    def close(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)
        if self.process.stdout is not None:
            self.process.stdout.close()
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
def terminal(home):
    opened = []

    def open_it(*args, lines=24, columns=80, env=None, **streams):
        surroundings = {**home.env, "TERM": "xterm-256color", "NO_COLOR": "1", **(env or {})}
        made = Terminal(surroundings, args, lines=lines, columns=columns, **streams)
        opened.append(made)
        return made

    yield open_it
    for one in opened:
        one.close()


@pytest.fixture
def script(tmp_path):
    """Make a small program that can be a pager: ``script("cat >/dev/null") -> its path``."""

    def make(body, name="mypager"):
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return str(path)

    return make


@pytest.fixture
def marker(script):
    """A pager that marks every line: what went through it is told from what did not."""
    return script("sed 's/^/| /'; echo THE PAGER ENDS")


def event_file(path, count, **fields):
    lines = []
    for number in range(count):
        event = {
            "id": f"e{number}",
            "organization_id": "org_1",
            "action": "project.viewed",
            "occurred_at": "2026-05-01T12:00:00.000Z",
            "actor": {"id": "u", "type": "user", "metadata": {}},
            "targets": [],
            **fields,
        }
        lines.append(json.dumps(event) + "\n")
    path.write_text("".join(lines))
    return path


@pytest.mark.parametrize("lines", [12, 24])
@pytest.mark.parametrize(("more", "paged"), [(0, False), (1, True)])
def test_only_what_is_longer_than_the_screen_is_paged(
    terminal, marker, tmp_path, *, lines, more, paged
):
    # the last line of the screen is where the prompt or the footer will stand
    trail = event_file(tmp_path / "x.jsonl", lines - 1 - HEADING + more)
    shown = terminal("list", "--store", trail, lines=lines, env={"AUDITCTL_PAGER": marker})
    code, out = shown.end()

    assert code == 0
    assert (b"| " in out) is paged
    assert out.count(b"project.viewed") == lines - 1 - HEADING + more


def test_lines_that_wrap_count_as_often_as_they_do(terminal, marker, tmp_path):
    trail = event_file(tmp_path / "x.jsonl", 4, metadata={"text": "x" * 400})

    def paged(lines, columns):
        shown = terminal(
            *("list", "-o", "jsonl", "--store", trail),
            lines=lines,
            columns=columns,
            env={"AUDITCTL_PAGER": marker},
        )
        return b"THE PAGER ENDS" in shown.end()[1]

    assert not paged(24, 300)
    assert paged(24, 80)
    assert not paged(80, 80)


def test_messages_stand_below_the_output(terminal, marker, tmp_path):
    trail = event_file(tmp_path / "x.jsonl", 100)
    code, out = terminal("list", "--store", trail, env={"AUDITCTL_PAGER": marker}).end()
    output, ends, footer = out.decode().partition("THE PAGER ENDS\n")

    assert code == 0
    assert [line for line in output.splitlines() if not line.startswith("| ")] == []
    assert ends
    assert footer.startswith("50 of 100 events")


def test_notes_before_the_output_stand_above_it(terminal, marker, tmp_path):
    trail = event_file(tmp_path / "x.jsonl", 100)
    args = ("list", "--store", trail, "--debug")
    _, out = terminal(*args, env={"AUDITCTL_PAGER": marker}).end()

    assert out.index(b"debug: store") < out.index(b"| ")


def test_the_exit_code_of_the_command_is_kept(terminal, marker, tmp_path):
    trail = event_file(tmp_path / "x.jsonl", 100)
    args = ("list", "--fail-on-match", "--store", trail)
    code, out = terminal(*args, env={"AUDITCTL_PAGER": marker}).end()

    assert code == 3
    assert out.index(b"THE PAGER ENDS") < out.index(b"error: 50 events matched")


@pytest.mark.parametrize("name", ["", "cat", "off", " cat "])
def test_no_pager_is_wanted(terminal, marker, tmp_path, name):
    trail = event_file(tmp_path / "x.jsonl", 100)
    env = {"AUDITCTL_PAGER": name, "PAGER": marker}
    code, out = terminal("list", "--store", trail, env=env).end()

    assert code == 0
    assert b"| " not in out
    assert out.count(b"project.viewed") == 50


@pytest.mark.parametrize(
    ("args", "env"),
    [
        (("list", "--no-pager"), {}),
        (("list",), {"TERM": "dumb"}),
        (("list",), {"TERM": ""}),
        (("tail", "-n", "100", "--idle-timeout", "1ms"), {}),
        (("list", "--help", "--no-pager"), {}),
    ],
)
def test_what_is_not_paged(terminal, marker, tmp_path, args, env):
    trail = event_file(tmp_path / "x.jsonl", 100)
    shown = terminal(*args, "--store", trail, env={"AUDITCTL_PAGER": marker, **env})
    code, out = shown.end()

    assert code == 0
    assert out.count(b"\n") > 24
    assert b"| " not in out


@pytest.mark.parametrize(
    "args",
    [
        ("list", "--help"),
        ("help", "query"),
        ("store", "--help"),
        ("list", "-n", "all", "-o", "csv"),
        ("export", "--out", "-"),
        ("stats", "--by", "id"),
        ("get", *[f"e{n}" for n in range(20)]),
    ],
    ids=lambda args: " ".join(args[:3]),
)
def test_what_is_paged(terminal, marker, tmp_path, args):
    trail = event_file(tmp_path / "x.jsonl", 100)
    env = {"AUDITCTL_PAGER": marker, "AUDITCTL_STORE": str(trail)}
    code, out = terminal(*args, lines=10, env=env).end()

    assert code == 0
    assert out.startswith(b"| ")


@pytest.mark.parametrize("stream", ["stdin", "stdout"])
def test_no_pager_in_a_pipe(terminal, marker, tmp_path, stream):
    trail = event_file(tmp_path / "x.jsonl", 100)
    other = subprocess.DEVNULL if stream == "stdin" else subprocess.PIPE
    shown = terminal("list", "--store", trail, env={"AUDITCTL_PAGER": marker}, **{stream: other})
    data = shown.process.stdout.read() if stream == "stdout" else b""
    code, out = shown.end()

    assert code == 0
    assert (out + data).count(b"project.viewed") == 50
    assert b"| " not in out + data


def test_a_pager_that_is_missing_is_told_once(terminal, tmp_path):
    trail = event_file(tmp_path / "x.jsonl", 100)
    env = {"AUDITCTL_PAGER": "no-such-pager --really"}
    code, out = terminal("list", "--store", trail, "-n", "all", env=env).end()

    assert code == 0
    assert out.count(b"project.viewed") == 100
    assert out.count(b"warning: the pager no-such-pager --really cannot be started") == 1
    assert b"Traceback" not in out


def test_a_pager_with_an_open_quotation_mark_is_told(terminal, tmp_path):
    trail = event_file(tmp_path / "x.jsonl", 100)
    code, out = terminal("list", "--store", trail, env={"AUDITCTL_PAGER": "less '"}).end()

    assert code == 0
    assert out.count(b"project.viewed") == 50
    assert b"warning: the pager" in out


def test_the_words_of_the_pager_go_through_no_shell(terminal, script, tmp_path):
    pager = script('printf "<%s>\\n" "$@"; cat >/dev/null')
    trail = event_file(tmp_path / "x.jsonl", 100)
    env = {"AUDITCTL_PAGER": f"{pager} 'a b' $HOME ; *"}
    _, out = terminal("list", "--store", trail, env=env).end()

    assert out.startswith(b"<a b>\n<$HOME>\n<;>\n<*>\n")


def test_less_gets_what_it_needs_and_no_way_to_a_shell(terminal, script, tmp_path):
    pager = script('echo "$LESS,$LESSCHARSET,$LESSSECURE"; cat >/dev/null')
    trail = event_file(tmp_path / "x.jsonl", 100)
    _, usual = terminal("list", "--store", trail, env={"AUDITCTL_PAGER": pager}).end()
    own = {"AUDITCTL_PAGER": pager, "LESS": "-i", "LESSSECURE": "0"}
    _, other = terminal("list", "--store", trail, env=own).end()

    assert usual.startswith(b"FRX,utf-8,1\n")
    assert other.startswith(b"-i,utf-8,1\n")


def test_a_reader_who_has_seen_enough_ends_a_long_list(terminal, script, tmp_path):
    trail = event_file(tmp_path / "x.jsonl", 20_000)
    pager = script("head -n 5 | sed 's/^/| /'")
    code, out = terminal("list", "-n", "all", "--store", trail, env={"PAGER": pager}).end()

    assert code == 0
    assert out.count(b"| ") == 5
    assert b"error" not in out


ENDLESS = """
import time
from auditctl.__main__ import main
from auditctl.stores.jsonlines import JsonLinesStore
answer = JsonLinesStore.search
def search(self, query):
    results = answer(self, query)
    class Endless:
        completeness = results.completeness
        def __iter__(self):
            yield from results
            time.sleep(1_000)
    return Endless()
JsonLinesStore.search = search
main()
"""


def test_a_reader_who_leaves_ends_a_search_that_finds_nothing_more(terminal, script, tmp_path):
    trail = event_file(tmp_path / "x.jsonl", 100)  # all fits into the pipe: no write can fail
    pager = script("head -n 5 | sed 's/^/| /'")
    args = ("list", "-n", "all", "-o", "lines", "--store", trail)
    code, out = terminal(*args, env={"PAGER": pager}, program=ENDLESS).end()

    assert code == 0
    assert out.count(b"| ") == 5
    assert b"Traceback" not in out


def test_ctrl_c_that_ends_the_pager_ends_quietly(terminal, script, tmp_path):
    trail = event_file(tmp_path / "x.jsonl", 20_000)
    pager = script("head -n 1; exec sleep 60")
    shown = terminal("list", "-n", "all", "--store", trail, env={"PAGER": pager})
    shown.read_until(b"Time")
    shown.press(b"\x03")
    code, out = shown.end()

    assert code == 130
    assert b"error" not in out
    assert b"Traceback" not in out


@needs_less
class TestLess:
    """The pager that most have."""

    def test_it_shows_a_page_and_ends_with_q(self, terminal, tmp_path):
        trail = event_file(tmp_path / "x.jsonl", 20_000)
        shown = terminal("list", "-n", "all", "--store", trail, env={"PAGER": LESS})
        shown.read_until(b"\r\n:")
        page = shown.seen
        shown.press(b"q")
        code, out = shown.end()

        assert code == 0
        assert 20 <= page.count(b"project.viewed") <= 23
        assert out.count(b"project.viewed") < 100
        assert b"Traceback" not in out
        assert shown.is_as_before()

    def test_ctrl_c_leaves_it_on_the_screen(self, terminal, tmp_path):
        trail = event_file(tmp_path / "x.jsonl", 20_000)
        shown = terminal("list", "-n", "all", "--store", trail, env={"PAGER": LESS})
        shown.read_until(b"\r\n:")
        shown.press(b"\x03")
        shown.press_until(b"G", b"(END)")  # it still answers
        assert shown.process.poll() is None
        shown.press(b"q")
        code, out = shown.end()

        assert code == 0
        assert b"20,000 events" in out.rpartition(b"(END)")[2]
        assert shown.is_as_before()

    @pytest.mark.parametrize("number", [signal.SIGTERM])
    def test_a_signal_ends_both(self, terminal, tmp_path, number):
        trail = event_file(tmp_path / "x.jsonl", 20_000)
        shown = terminal("list", "-n", "all", "--store", trail, env={"PAGER": LESS})
        shown.read_until(b"\r\n:")
        shown.process.send_signal(number)
        code, out = shown.end()

        assert code == 143
        assert b"Traceback" not in out
        assert shown.is_as_before()
        with pytest.raises(ProcessLookupError):  # nobody of the job is left
            os.killpg(shown.process.pid, 0)

    def test_hostile_text_stays_visible(self, terminal, tmp_path):
        actor = {"id": "\x1b]52;c;eA==\x07\x1b[2J", "type": "user", "metadata": {}}
        trail = event_file(tmp_path / "x.jsonl", 100, actor=actor)
        shown = terminal("list", "-c", "actor.id,action", "--store", trail, env={"PAGER": LESS})
        shown.read_until(b"\r\n:")
        shown.press(b"q")
        _, out = shown.end()

        assert b"\\x1b]52" in out
        assert b"\x1b]52" not in out
        assert b"\x1b[2J" not in out


# the parts


@pytest.mark.parametrize(
    ("line", "columns", "rows"),
    [
        ("", 80, 1),
        ("x" * 80, 80, 1),
        ("x" * 81, 80, 2),
        ("\u6f22" * 41, 80, 2),
        ("\x1b[1;31m" + "x" * 80 + "\x1b[0m", 80, 1),
        ("\x1b]8;;https://example.com\x1b\\" + "x" * 80 + "\x1b]8;;\x1b\\", 80, 1),
        ("a\tb", 8, 2),
    ],
)
def test_rows_of_a_line(line, columns, rows):
    assert rows_of(line, columns) == rows


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)), st.integers(1, 300))
def test_rows_of_plain_text(line, columns):
    assert rows_of(line, columns) == len(
        [line[n : n + columns] for n in range(0, len(line), columns)] or [""]
    )


@pytest.mark.parametrize(
    ("env", "setting", "words"),
    [
        ({"AUDITCTL_PAGER": "a -b", "PAGER": "c"}, "d", ["a", "-b"]),
        ({"PAGER": "c"}, "d 'e f'", ["d", "e f"]),
        ({"PAGER": "c"}, None, ["c"]),
        ({"PAGER": "c"}, "off", []),
        ({"AUDITCTL_PAGER": "", "PAGER": "c"}, "d", []),
        ({"PATH": "/nowhere"}, None, []),
    ],
)
def test_which_pager(env, setting, words):
    assert pager_words(env, setting) == words
