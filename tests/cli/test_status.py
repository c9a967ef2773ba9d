"""The status line: what it says, and that nothing of it stays on the screen."""

import io

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditctl.cli.status import StatusLine


class Terminal(io.StringIO):
    """A screen and all that was written to it."""

    def __init__(self, columns=70, lines=50):
        super().__init__()
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.Stream(self.screen)
        self.writes = 0

    def write(self, text):
        self.writes += 1
        self._stream.feed(text.replace("\n", "\r\n"))  # as a terminal driver does
        return super().write(text)

    def resize(self, columns):
        self.screen.resize(columns=columns)

    @property
    def shown(self):
        return [line.rstrip() for line in self.screen.display if line.strip()]


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def terminal():
    return Terminal()


def line_on(terminal, clock, **options):
    return StatusLine(
        terminal, "demo", lambda: terminal.screen.columns, clock=clock, **options
    )  # fmt: skip


def test_it_says_what_is_followed_and_how_it_goes(terminal, clock):
    status = line_on(terminal, clock)
    status.saw()
    assert terminal.shown == []
    status.begin()
    assert terminal.shown == ["● following demo · 1 before · 0 new · Ctrl-C ends"]
    for _ in range(4):
        status.saw()
    clock.now += 9
    status.draw()
    assert terminal.shown == ["● following demo · 4 new · 4/min · last 9 s ago · Ctrl-C ends"]
    clock.now += 60
    status.draw()
    assert "· 4 new · 0/min · last 1 min ago" in terminal.shown[0]


def test_without_events_before_events_are_events(terminal, clock):
    status = line_on(terminal, clock)
    status.begin()
    status.saw()
    clock.now += 1
    status.draw()
    assert terminal.shown == ["● following demo · 1 event · 1/min · last just now · Ctrl-C ends"]


def test_the_rate_is_that_of_the_last_minute(clock):
    terminal = Terminal(columns=100)
    status = line_on(terminal, clock)
    status.begin()
    for _ in range(200):
        status.saw()
        clock.now += 1
    status.draw()
    assert "· 60/min ·" in terminal.shown[0] or "· 59/min ·" in terminal.shown[0]


@pytest.mark.parametrize("columns", range(1, 90))
def test_it_fits_and_the_most_important_stays(clock, columns):
    terminal = Terminal(columns=columns)
    status = line_on(terminal, clock)
    status.saw()
    status.begin()
    status.saw()
    clock.now += 7
    status.draw()
    shown = terminal.shown

    assert len(shown) <= 1
    assert all(len(line) < columns for line in shown)
    if columns > 26:
        assert shown[0].startswith("● following demo ·")
        assert "· 1 new" in shown[0]
    if columns > 72:
        assert shown == ["● following demo · 1 before · 1 new · 1/min · last 7 s ago · Ctrl-C ends"]


def test_of_a_long_path_the_name_stays(clock):
    terminal = Terminal(columns=60)
    status = StatusLine(terminal, "/var/lib/" + "folder/" * 9 + "trail.db", lambda: 60, clock=clock)
    status.begin()

    assert terminal.shown == ["● following trail.db · 0 events · Ctrl-C ends"]


def test_only_changes_are_written(terminal, clock):
    status = line_on(terminal, clock)
    status.begin()
    for _ in range(100):
        clock.now += 1
        status.draw()
    assert terminal.writes == 1


@given(st.lists(st.floats(0, 0.4), max_size=60))
def test_it_is_drawn_at_most_twice_a_second(pauses):
    clock, terminal = Clock(), Terminal()
    status = line_on(terminal, clock)
    status.begin()
    draws = [clock.now]
    for pause in pauses:
        clock.now += pause
        status.clear()
        before = terminal.writes
        status.saw()
        status.draw()
        draws += [clock.now] * (terminal.writes - before)
    for first, third in zip(draws, draws[2:], strict=False):
        assert third - first >= 1


@given(st.lists(st.tuples(st.sampled_from(["event", "wait", "resize"]), st.integers(1, 90))))
def test_events_are_whole_and_nothing_of_it_stays(steps):
    clock, terminal = Clock(), Terminal(columns=90, lines=300)
    status = line_on(terminal, clock, color=True)
    status.begin()
    wanted = []
    for kind, number in steps:
        if kind == "event":
            status.clear()
            wanted.append(f"event {len(wanted)}")
            terminal.write(f"{wanted[-1]}\n")
            status.saw()
        elif kind == "wait":
            clock.now += number / 10
        else:
            terminal.resize(max(number, 12))  # wide enough for the events
        status.draw()
    status.close()

    assert terminal.shown == wanted
    assert terminal.screen.cursor.x == 0


def test_a_narrower_window_that_breaks_the_line_keeps_nothing_of_it(clock):
    """Most terminals then move the second half to a line below the cursor."""
    terminal = Terminal(columns=60)
    status = line_on(terminal, clock)
    terminal.write("event 0\n")
    status.begin()
    text = terminal.shown[1]
    terminal.resize(30)
    cursor = terminal.screen.cursor.y
    terminal.write(f"\r{text[:30]}\r\n{text[30:]}")
    terminal.screen.cursor_position(cursor + 1, 1)
    status.clear()

    assert terminal.shown == ["event 0"]


def test_another_screen_is_not_cleared_for_events(terminal, clock):
    status = line_on(terminal, clock, shared=False)
    status.begin()
    status.clear()
    assert terminal.writes == 1
    status.close()
    assert terminal.shown == []


def test_a_hostile_name_is_harmless(terminal, clock):
    name = "\x1b[2J\u202e\n"
    status = StatusLine(terminal, name, lambda: 60, clock=clock)
    status.begin()

    assert "\\x1b[2J\\u202e\\n" in terminal.shown[0]
    assert "\x1b" not in terminal.getvalue()


@pytest.mark.parametrize("moment", ["write", "flush"])
@pytest.mark.parametrize("first", [True, False])
def test_ctrl_c_in_the_middle_of_a_draw_leaves_nothing(clock, moment, first):
    class Interrupted(Terminal):
        armed = False

        def write(self, text):
            if self.armed and moment == "write":
                self.armed = False
                raise KeyboardInterrupt
            return super().write(text)

        def flush(self):
            if self.armed and moment == "flush":
                self.armed = False
                raise KeyboardInterrupt

    terminal = Interrupted()
    status = StatusLine(terminal, "demo", lambda: 70, clock=clock)
    if not first:
        status.begin()
        assert terminal.shown
        clock.now += 5
        status.saw()
    terminal.armed = True
    with pytest.raises(KeyboardInterrupt):
        (status.begin if first else status.draw)()
    status.close()

    assert terminal.shown == []
