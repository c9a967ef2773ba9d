"""Long output on a terminal goes through a pager; short output is printed as if there were none.

Output is held back until it is longer than the screen. Then the pager is started and gets all that
was held and all that follows, as fast as it takes it: whoever looks at the first page of a million
events makes auditctl wait, and whoever leaves the pager ends it. Meanwhile messages for standard
error are kept, as the pager owns the screen; they are printed when it has ended.

The pager's command is cut into words and run without a shell. A shell would add a second reading of
quotes and variables, and nothing else; who needs one can name it: ``sh -c '...'``.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO, cast

from auditctl.cli.leaving import ReaderGone
from auditctl.errors import AuditctlError, ExitCode
from auditctl.formats.safety import width

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping
    from types import FrameType

    from auditctl.cli.session import Session

_NONE = ("", "cat", "off")
_TAB = 8
_PATIENCE = 2.0  # seconds for a pager to restore the terminal when it is asked to end
# colours, and the links of OSC 8: they take no room on the screen
_NO_ROOM = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x07\x1b]*(?:\x07|\x1b\\)")


def attach(session: Session) -> None:
    """Let a session's output go through a pager, where the terminal can do that.

    Args:
        session: Its standard input and output are a terminal.
    """
    if session.env.get("TERM", "") in ("", "dumb"):
        return
    if _screen_size(session) is None:
        return
    pager = Pager(session, session.stdout, session.stderr)
    session.pager = pager
    session.stdout = cast("BinaryIO", _Output(pager))
    session.stderr = cast("TextIO", _Messages(pager))


def rows_of(line: str, columns: int) -> int:
    """Return how many rows of a screen a line takes, colours not counted."""
    cells = width(_NO_ROOM.sub("", line).expandtabs(_TAB))
    return max(1, -(-cells // columns))


def pager_words(env: Mapping[str, str], setting: str | None) -> list[str]:
    """Return the pager's command; empty where there is to be none.

    ``AUDITCTL_PAGER`` comes first, then the setting, then ``PAGER``, then ``less`` if it is there.

    Raises:
        ValueError: The command has a quotation mark that is not closed.
    """
    for command in (env.get("AUDITCTL_PAGER"), setting, env.get("PAGER")):
        if command is not None:
            return [] if command.strip() in _NONE else shlex.split(command)
    from shutil import which  # noqa: PLC0415 - only for output longer than a screen

    return ["less"] if which("less", path=env.get("PATH")) else []


def _screen_size(session: Session) -> os.terminal_size | None:
    """Return the size of the terminal; None where it does not tell."""
    try:
        size = os.get_terminal_size(session.stdout.fileno())
    except (OSError, ValueError):
        return None
    return size if size.columns > 0 and size.lines > 1 else None


class Pager:
    """Stands between a command and the terminal.

    Args:
        session: Whose output it is.
        out: The terminal, for data.
        err: Where messages go.
    """

    def __init__(self, session: Session, out: BinaryIO, err: TextIO) -> None:
        self.out = out
        self.err = err
        self._session = session
        self._direct = False
        self._held: list[bytes] = []
        self._rows = 0
        self._line = b""  # the last line, as long as it has no end
        self._kept: list[str] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: BinaryIO | None = None
        self._handlers: dict[int, Any] = {}
        self._modes: list[Any] | None = None

    # -- output ----------------------------------------------------------------------------------

    def write(self, data: bytes) -> None:
        """Take output.

        Raises:
            ReaderGone: The pager has ended.
        """
        if not self._direct and self._pipe is None:
            self._held.append(data)
            if not self._session.paged:
                self._print_held()
            elif self._is_long(data):
                self._start()
        elif self._pipe is not None:
            try:
                self._pipe.write(data)
                self._pipe.flush()  # the reader waits for it; whoever writes much writes it at once
            except BrokenPipeError:
                raise ReaderGone from None
        else:
            self.out.write(data)

    def flush(self) -> None:
        """Hand on what was written, unless it is held back."""
        if self._direct:
            self.out.flush()

    def tell(self, text: str) -> None:
        """Take a message: print it below the output, which may not be on the screen yet."""
        if (self._held or self._process is not None) and self.err.isatty():
            self._kept.append(text)
        else:
            self.err.write(text)

    def _is_long(self, data: bytes) -> bool:
        """Tell whether the output is longer than the screen; its last line is for the prompt."""
        size = _screen_size(self._session)
        if size is None:
            return False
        room = size.lines - 1
        if self._rows + data.count(b"\n") > room:
            return True
        *whole, self._line = (self._line + data).split(b"\n")
        for line in whole:
            self._rows += rows_of(line.decode(errors="replace"), size.columns)
        begun = rows_of(self._line.decode(errors="replace"), size.columns) if self._line else 0
        return self._rows + begun > room

    def _print_held(self) -> None:
        held, self._held = self._held, []
        self._direct = True
        self.out.write(b"".join(held))

    # -- the pager -------------------------------------------------------------------------------

    def _start(self) -> None:
        try:
            words = pager_words(self._session.env, self._setting())
        except ValueError as error:
            self._cannot("as it is written", str(error))
            return
        if not words:
            self._print_held()
            return
        import subprocess  # noqa: PLC0415 - 8 ms, only for output longer than a screen

        self._keep_modes()
        # Ctrl-C belongs to the pager: a handler, since what is ignored the pager would inherit
        self._handle("SIGINT", _do_nothing)
        self._handle("SIGCHLD", self._child_ended)
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the user's own choice
                words, stdin=subprocess.PIPE, env=self._environment()
            )
        except (OSError, ValueError) as error:
            self._restore_handlers()
            self._cannot(shlex.join(words), getattr(error, "strerror", None) or str(error))
            return
        self._pipe = cast("BinaryIO", self._process.stdin)
        held, self._held = self._held, []
        self.write(b"".join(held))

    def _setting(self) -> str | None:
        try:
            return getattr(self._session.settings, "pager", None)
        except AuditctlError:  # a command that needs the settings says what is wrong with them
            return None

    def _environment(self) -> dict[str, str]:
        """Return the pager's environment: what `less` needs, and no way out of it to a shell."""
        usual = {"LESS": "FRX", "LESSCHARSET": "utf-8"}
        return {**usual, **self._session.env, "LESSSECURE": "1"}

    def _cannot(self, name: str, reason: str) -> None:
        self._print_held()
        self.out.flush()
        self._session.insist(
            f"warning: the pager {name} cannot be started: {reason}; "
            "`--no-pager` or AUDITCTL_PAGER=off does without"
        )

    def _child_ended(self, _number: int, _frame: FrameType | None) -> None:
        """End the command when the reader leaves, also while it finds nothing to write."""
        if self._process is not None and self._process.poll() is not None:
            raise ReaderGone

    def finish(self, code: int) -> int:
        """Print what was held, or wait until the reader has seen enough; then print the messages.

        Args:
            code: The exit code of the command.

        Returns:
            The exit code of the process: 130 where Ctrl-C ended the pager and nothing else failed.
        """
        if self._process is None:
            self._print_held()
            with suppress(OSError):
                self.out.flush()
        else:
            self._ignore_its_end()
            with suppress(OSError):  # the reader has left before the end
                cast("BinaryIO", self._pipe).close()
            self._process.wait()
            if self._process.returncode == -signal.SIGINT:
                code = code or ExitCode.INTERRUPTED
            self._ended()
        self._say_kept()
        return code

    def kill(self) -> None:
        """End the pager: the process was asked to end."""
        if self._process is None:
            return
        import subprocess  # noqa: PLC0415 - it is loaded

        self._ignore_its_end()
        self._process.terminate()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _ended(self) -> None:
        """Go on without a pager."""
        self._restore_modes()
        self._process = self._pipe = None
        self._direct = True
        self._restore_handlers()

    def _say_kept(self) -> None:
        kept, self._kept = self._kept, []
        with suppress(OSError):
            self.err.write("".join(kept))
            self.err.flush()

    # -- signals and the terminal ----------------------------------------------------------------

    def _handle(self, name: str, handler: Any) -> None:  # noqa: ANN401 - as `signal` takes it
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            self._handlers[number] = signal.signal(number, handler)

    def _ignore_its_end(self) -> None:
        if hasattr(signal, "SIGCHLD") and signal.SIGCHLD in self._handlers:
            signal.signal(signal.SIGCHLD, _do_nothing)

    def _restore_handlers(self) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        self._handlers.clear()

    def _keep_modes(self) -> None:
        """Remember how the terminal is set, in case the pager dies before it sets it back."""
        with suppress(ImportError, OSError, ValueError):
            import termios  # noqa: PLC0415 - not on Windows

            self._modes = termios.tcgetattr(self._session.stdin.fileno())

    def _restore_modes(self) -> None:
        if self._process is None or self._process.returncode >= 0 or self._modes is None:
            return
        with suppress(ImportError, OSError, ValueError):
            import termios  # noqa: PLC0415 - not on Windows

            termios.tcsetattr(self._session.stdin.fileno(), termios.TCSADRAIN, self._modes)


def _do_nothing(_number: int, _frame: FrameType | None) -> None:
    pass


class _Output(io.BufferedIOBase):
    """Standard output, as a command sees it."""

    def __init__(self, pager: Pager) -> None:
        self._pager = pager

    def write(self, data: Any) -> int:  # noqa: ANN401 - any bytes-like object
        self._pager.write(bytes(data))
        return len(data)

    def flush(self) -> None:
        self._pager.flush()

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._pager.out.fileno()

    def close(self) -> None:
        pass  # the terminal stays open


class _Messages(io.TextIOBase):
    """Standard error, as a command sees it."""

    def __init__(self, pager: Pager) -> None:
        self._pager = pager

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._pager.err.encoding

    def write(self, text: str) -> int:
        self._pager.tell(text)
        return len(text)

    def flush(self) -> None:
        self._pager.err.flush()

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._pager.err.isatty()

    def fileno(self) -> int:
        return self._pager.err.fileno()

    def close(self) -> None:
        pass  # as above
