"""How the process ends by a signal: quietly at every stage, from its first module to its last.

While a command runs, a signal is an exception, so that what is open is tidied up. Before and after
it nothing is open, and an exception could only surface as a traceback of the interpreter: there the
process ends at once.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType
    from typing import NoReturn

_INTERRUPTED = 130
_TERMINATED = 143


class Terminated(BaseException):
    """The process was asked to end (SIGTERM); open files are tidied on the way out."""


class ReaderGone(BaseException):
    """The reader has left the pager; it ends the command wherever it is, as Ctrl-C does."""


def leave_quietly() -> None:
    """Let Ctrl-C and SIGTERM end the process at once."""
    _handle(signal.SIGINT, _leave_interrupted)
    _handle(signal.SIGTERM, _leave_terminated)


def tidy_up_first() -> None:
    """Let Ctrl-C and SIGTERM raise an exception, the first time; a second one does not wait."""
    _handle(signal.SIGINT, _interrupt)
    _handle(signal.SIGTERM, _terminate)
    sys.unraisablehook = _unraisable


def _handle(number: signal.Signals, handler: object) -> None:
    if signal.getsignal(number) is not signal.SIG_IGN:  # nohup, or a job in the background
        signal.signal(number, handler)  # type: ignore[arg-type]  # the functions below


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    signal.signal(signal.SIGINT, _leave_interrupted)
    raise KeyboardInterrupt


def _terminate(_number: int, _frame: FrameType | None) -> NoReturn:
    signal.signal(signal.SIGTERM, _leave_terminated)
    raise Terminated


def _leave_interrupted(_number: int, _frame: FrameType | None) -> NoReturn:
    os._exit(_INTERRUPTED)


def _leave_terminated(_number: int, _frame: FrameType | None) -> NoReturn:
    os._exit(_TERMINATED)


def _unraisable(lost: sys.UnraisableHookArgs) -> None:
    """Take an exception that has nowhere to go, as when a signal comes during a finalizer.

    Python would print a traceback and go on as if there had been no signal.
    """
    if issubclass(lost.exc_type, KeyboardInterrupt):
        os._exit(_INTERRUPTED)
    if issubclass(lost.exc_type, Terminated):
        os._exit(_TERMINATED)
