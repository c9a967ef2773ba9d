"""The one place where a command line becomes an exit code, and an error becomes a message."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

from auditctl.cli.session import Session, process_session
from auditctl.errors import AuditctlError, ExitCode, QueryError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType
    from typing import NoReturn


class Terminated(BaseException):
    """The process was asked to end (SIGTERM); open files are tidied on the way out."""


def run_process() -> int:
    """Run the command line of this process; return its exit code."""
    signal.signal(signal.SIGTERM, _terminate)
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # a write then fails, and files are tidied
    try:
        session = process_session()
    except AuditctlError as error:
        if sys.stderr is not None:
            sys.stderr.write(f"error: {error.message}\n")
        return error.exit_code
    return run(sys.argv[1:], session)


def _terminate(_number: int, _frame: FrameType | None) -> NoReturn:
    raise Terminated


def run(arguments: Sequence[str], session: Session) -> int:
    """Run one command line.

    Args:
        arguments: What stands behind the program's name.
        session: The surroundings.

    Returns:
        The exit code, as ``auditctl help exit-codes`` lists them.
    """
    try:
        try:
            _run(arguments, session)
        finally:
            session.close()
        session.stdout.flush()
    except BrokenPipeError:
        # the reader has seen enough, which is no fault; nor may the interpreter's own flush fail
        _silence(session)
    except KeyboardInterrupt:
        _flush_quietly(session)
        return ExitCode.INTERRUPTED
    except Terminated:
        _flush_quietly(session)
        return ExitCode.TERMINATED
    except AuditctlError as error:
        _flush_quietly(session)
        if session.debug:
            _traceback(session)
        report(session, error)
        return error.exit_code
    except Exception as error:  # noqa: BLE001 - the last resort: a defect, told without a traceback
        _flush_quietly(session)
        return _unforeseen(session, error, arguments)
    return session.exit_code


def _run(arguments: Sequence[str], session: Session) -> None:
    from auditctl.cli.app import run_command  # noqa: PLC0415 - Typer, 50 ms

    run_command(arguments, session)


def report(session: Session, error: AuditctlError) -> None:
    """Print an error: what happened, where, and what to do next."""
    red, cyan, off = _paint(session)
    if isinstance(error, QueryError):
        from auditctl.query.caret import render_error  # noqa: PLC0415 - only for a wrong query

        _tell(session, red, "error: ", off, error.message)
        session.insist(render_error(error))
    else:
        _tell(session, red, "error: ", off, error.message)
    if error.hint:
        session.stderr.write("\n")
        _tell(session, cyan, "hint: ", off, error.hint)


def _tell(session: Session, color: str, label: str, off: str, text: str) -> None:
    session.stderr.write(f"{color}{label}{off}")
    session.insist(text)


def _paint(session: Session) -> tuple[str, str, str]:
    if session.color(terminal=session.stderr.isatty()):
        return "\x1b[1;31m", "\x1b[36m", "\x1b[0m"
    return "", "", ""


def _failed_output(session: Session, error: OSError) -> int:
    """A file or a stream failed in a way that no store has translated."""
    name = f" {error.filename}" if error.filename else ""
    report(
        session,
        AuditctlError(f"{error.strerror or error}{name}", hint="`--debug` shows where it happened"),
    )
    if session.debug:
        _traceback(session)
    return ExitCode.FAILURE


def _unforeseen(session: Session, error: Exception, arguments: Sequence[str]) -> int:
    """Tell of an error that no part of auditctl has put into words."""
    if isinstance(error, OSError):
        return _failed_output(session, error)
    if isinstance(error, UnicodeEncodeError) and not _is_text(arguments):
        report(session, UsageError("the command line has a word that is not UTF-8"))
        return ExitCode.USAGE
    return _defect(session, error)


def _is_text(arguments: Sequence[str]) -> bool:
    """Tell whether all words can be encoded; other bytes come as surrogates, fit for files only."""
    return not any("\ud800" <= char <= "\udfff" for word in arguments for char in word)


def _defect(session: Session, error: Exception) -> int:
    report(
        session,
        AuditctlError(
            f"a defect in auditctl: {type(error).__name__}: {error}",
            hint="run it again with `--debug` and report what it prints",
        ),
    )
    if session.debug:
        _traceback(session)
    return ExitCode.FAILURE


def _traceback(session: Session) -> None:
    import traceback  # noqa: PLC0415 - only with --debug

    session.insist(traceback.format_exc().rstrip())


def _flush_quietly(session: Session) -> None:
    """Hand on what was written before the end; a closed pipe does not matter any more."""
    try:
        session.stdout.flush()
    except (OSError, ValueError):
        _silence(session)


def _silence(session: Session) -> None:
    """Point stdout at nothing, so that the interpreter's last flush has somewhere to go."""
    try:
        number = session.stdout.fileno()
    except (OSError, ValueError):
        return
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, number)
    os.close(nothing)
