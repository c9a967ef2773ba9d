"""One line on standard error that tells how a long command goes, and leaves nothing behind."""

from __future__ import annotations

import os
import stat
import time
from collections import deque
from typing import TYPE_CHECKING, Protocol, TextIO

from auditctl.formats.paint import paint
from auditctl.formats.safety import clip, visible, width

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditctl.cli.session import Session

_MINUTE = 60  # seconds over which a rate is told
_PER_SECOND = 2  # more often no eye follows
_JUST_NOW = 5  # seconds
_ERASE = "\x1b[J"  # from the cursor to the end of the screen


class Status(Protocol):
    """What a command tells while it follows; see :class:`StatusLine`."""

    def begin(self) -> None:
        """From now on events are new ones."""
        ...

    def saw(self) -> None:
        """Count an event."""
        ...

    def clear(self) -> None:
        """Take the line away, as something else is about to be written."""
        ...

    def draw(self) -> None:
        """Draw the line, if it is time."""
        ...

    def close(self) -> None:
        """Take the line away for good."""
        ...


class NoStatus:
    """Where there is no terminal for a status line: plain notes.

    Args:
        say: Tells a note.
        name: What is followed.
    """

    def __init__(self, say: Callable[[str], None], name: str) -> None:
        self._say, self._name = say, name

    def begin(self) -> None:
        """Say that it follows."""
        self._say(f"following {self._name}; Ctrl-C ends")

    def saw(self) -> None:
        """Count nothing."""

    def clear(self) -> None:
        """Take nothing away."""

    def draw(self) -> None:
        """Draw nothing."""

    def close(self) -> None:
        """Take nothing away."""


class StatusLine:
    """The state of following, on the line below the events.

    The cursor stays at the beginning of the line, so that all of it can be taken away also where a
    window made narrower has broken it into two. What is written beside events is bounded: two
    draws a second, however many there are.

    Args:
        stream: A terminal.
        name: What is followed.
        columns: Tells how many cells a line has, asked at each draw.
        color: Whether to colour.
        shared: Whether events are written to the same screen.
        clock: Seconds that never go back.
    """

    def __init__(
        self,
        stream: TextIO,
        name: str,
        columns: Callable[[], int],
        *,
        color: bool = False,
        shared: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream, self._name, self._columns = stream, visible(name), columns
        self._color, self._shared, self._clock = color, shared, clock
        self._before = self._new = 0
        self._following = False
        self._last = 0.0
        self._recent: deque[tuple[int, int]] = deque()  # seconds and how many came in each
        self._drawn, self._drawn_on = "", 0
        self._draws: deque[float] = deque(maxlen=_PER_SECOND)

    def begin(self) -> None:
        """From now on events are new ones, and there is a line."""
        self._following = True
        self.draw()

    def saw(self) -> None:
        """Count an event."""
        if not self._following:
            self._before += 1
            return
        self._new += 1
        self._last = self._clock()
        second = int(self._last)
        if self._recent and self._recent[-1][0] == second:
            second, count = self._recent.pop()
            self._recent.append((second, count + 1))
        else:
            self._recent.append((second, 1))
            self._forget(second)

    def clear(self) -> None:
        """Take the line away before something is written to the same screen."""
        if self._shared:
            self.close()

    def close(self) -> None:
        """Take the line away."""
        if self._drawn:
            self._put("", self._columns())

    def draw(self) -> None:
        """Draw the line if it has changed, and not more than twice a second."""
        if not self._following:
            return
        now = self._clock()
        if len(self._draws) == _PER_SECOND and now - self._draws[0] < 1:
            return
        columns = self._columns()
        line = self._line(now, columns - 1)
        if (line, columns) != (self._drawn, self._drawn_on):
            self._draws.append(now)
            self._put(line, columns)

    def _put(self, line: str, columns: int) -> None:
        """Write a line over the one that is there, and put the cursor to its beginning."""
        old = width(self._drawn)
        if old and columns != self._drawn_on:
            # the window may have broken the old line into two: spaces would not take both away
            erase, old = f"\r{_ERASE}", 0
        else:
            erase = "\r"
        spaces = " " * (old - width(line))
        shown = line.replace("●", paint("●", "green"), 1) if self._color else line
        # Ctrl-C may come between the write and what follows it: until that is over, the longer of
        # the two lines counts as drawn, so that close() takes away whichever is there
        self._drawn, self._drawn_on = max(line, self._drawn, key=width), columns
        self._stream.write(f"{erase}{shown}{spaces}\r")
        self._stream.flush()
        self._drawn = line

    def _forget(self, second: int) -> None:
        while self._recent and self._recent[0][0] <= second - _MINUTE:
            self._recent.popleft()

    def _line(self, now: float, cells: int) -> str:
        """Return what fits of the line: where it is narrow, the least important goes first."""
        self._forget(int(now))
        before = f"{self._before:,} before" if self._before else ""
        new = (
            f"{self._new:,} new"
            if before
            else f"{self._new:,} event{'' if self._new == 1 else 's'}"
        )
        rate = f"{sum(count for _, count in self._recent):,}/min" if self._new else ""
        last = f"last {_ago(now - self._last)}" if self._new else ""
        parts = [f"● following {self._name}", before, new, rate, last, "Ctrl-C ends"]
        short = f"● following {self._name.rpartition('/')[2]}"
        # the folder of a file, what was before, the rate, the last one, how to end it
        for place, less in ((0, short), (1, ""), (3, ""), (4, ""), (5, "")):
            line = " · ".join([part for part in parts if part])
            if width(line) <= cells:
                return line
            parts[place] = less
        return clip(" · ".join([part for part in parts if part]), cells)


def _ago(seconds: float) -> str:
    if seconds < _JUST_NOW:
        return "just now"
    for size, name in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {name} ago"
    return f"{int(seconds)} s ago"


def columns_now(session: Session) -> int:
    """Return how many cells a line of the terminal has at this moment."""
    if "COLUMNS" not in session.env:
        try:
            columns = os.get_terminal_size(session.stderr.fileno()).columns
        except (OSError, ValueError):
            columns = 0
        if columns > 0:
            return columns
    return session.width


def can_draw(session: Session) -> bool:
    """Tell whether a status line is seen and disturbs nothing.

    Whoever reads from a pipe most likely writes to the same terminal, at moments that nobody here
    knows: ``tail | grep`` gets no status line.
    """
    if session.quiet or not session.message_terminal:
        return False
    if session.terminal:
        return True
    try:
        mode = os.fstat(session.stdout.fileno()).st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode))
