"""The one place where a command line becomes an exit code, and an error becomes a message."""

from __future__ import annotations

import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from auditctl.cli.leaving import ReaderGone, Terminated, leave_quietly, tidy_up_first
from auditctl.cli.session import Session, process_session, silence
from auditctl.errors import AuditctlError, DefectError, ExitCode, QueryError, UsageError
from auditctl.formats.safety import visible

if TYPE_CHECKING:
    from collections.abc import Sequence


def run_process() -> int:
    """Run the command line of this process; return its exit code."""
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # a write then fails, and files are tidied
    try:
        session = process_session()
        if sys.stdin.isatty() and sys.stdout.isatty():
            from auditctl.cli.pager import attach  # noqa: PLC0415 - only on a terminal

            attach(session)
        tidy_up_first()
        return run(sys.argv[1:], session)
    except (KeyboardInterrupt, Terminated) as error:  # in the moment before or after `run`
        return _code_of_signal(error)
    finally:
        leave_quietly()


def run(arguments: Sequence[str], session: Session) -> int:
    """Run one command line.

    Args:
        arguments: What stands behind the program's name.
        session: The surroundings.

    Returns:
        The exit code, as ``auditctl help exit-codes`` lists them.
    """
    session.words = arguments
    try:
        code = _outcome(arguments, session)
    except ReaderGone:  # while an error was told, which stands below the output now
        code = session.exit_code
    except (KeyboardInterrupt, Terminated) as error:
        code = _code_of_signal(error)
    if session.pager is None:
        return code
    try:
        if code == ExitCode.TERMINATED:
            session.pager.kill()
        return session.pager.finish(code)
    except (KeyboardInterrupt, Terminated) as error:
        session.pager.kill()
        return session.pager.finish(_code_of_signal(error))


def _code_of_signal(error: BaseException) -> int:
    return ExitCode.TERMINATED if isinstance(error, Terminated) else ExitCode.INTERRUPTED


def _outcome(arguments: Sequence[str], session: Session) -> int:
    try:
        _run(arguments, session)
    except (BrokenPipeError, ReaderGone):
        # the reader has seen enough, which is no fault; nor may the interpreter's own flush fail
        if session.pager is None:
            silence(session.stdout)
    except (KeyboardInterrupt, Terminated) as error:
        _flush_quietly(session)
        return _code_of_signal(error)
    except AuditctlError as error:
        _flush_quietly(session)
        return _told(session, error)
    except Exception as error:  # noqa: BLE001 - the last resort: a defect, told without a traceback
        _flush_quietly(session)
        return _told(session, _in_words(error, arguments))
    return session.exit_code


def _run(arguments: Sequence[str], session: Session) -> None:
    from auditctl.cli.app import run_command  # noqa: PLC0415 - Typer, 50 ms

    if session.stdout_closed:
        hint = "give it somewhere to go; `>/dev/null` throws it away"
        raise AuditctlError("standard output is closed", hint=hint)
    try:
        run_command(arguments, session)
    except BaseException:
        # what happened first is what is told
        with suppress(Exception):
            session.close()
        raise
    session.close()
    session.stdout.flush()


def _told(session: Session, error: AuditctlError) -> int:
    if session.debug:
        _traceback(session)
    report(session, error)
    return error.exit_code


def report(session: Session, error: AuditctlError) -> None:
    """Print an error: what happened, where, and what to do next; as JSON where that is the format.

    A credential in it is masked, and what it echoes is made visible.
    """
    if session.json_messages:
        from auditctl.cli.messages import error_line  # noqa: PLC0415 - only for an error as JSON

        session.put(error_line(error, session.masked))
        return
    session.insist(f"error: {visible(session.masked(error.message))}")
    if isinstance(error, QueryError):
        from auditctl.query.caret import render_error  # noqa: PLC0415 - only for a wrong query

        query = session.masked(error.query, same_length=True)
        shown = QueryError(error.message, query=query, start=error.start, end=error.end)
        session.put(render_error(shown))
    if error.hint:
        session.put("")
        session.insist(f"hint: {visible(session.masked(error.hint))}")


def _in_words(error: Exception, arguments: Sequence[str]) -> AuditctlError:
    """Return an error that no part of auditctl has put into words, in words."""
    if isinstance(error, OSError):
        # a file or a stream failed in a way that no store has translated
        name = f" {error.filename}" if error.filename else ""
        where = "`--debug` shows where it happened"
        return AuditctlError(f"{error.strerror or error}{name}", hint=where)
    if isinstance(error, MemoryError):
        hint = "ask for less: `-n`, a range, or `-o jsonl`, which keeps nothing in memory"
        return AuditctlError("there is not enough memory", hint=hint)
    if isinstance(error, RecursionError):
        hint = "`--debug` shows where; an event may have lists in lists in lists ..."
        return AuditctlError("something is nested too deeply", hint=hint)
    if isinstance(error, UnicodeEncodeError) and not _is_text(arguments):
        hint = "write it in UTF-8; `locale` tells what the terminal sends"
        return UsageError("the command line has a word that is not UTF-8", hint=hint)
    return DefectError(
        f"a defect in auditctl: {type(error).__name__}: {error}",
        hint="run it again with `--debug` and report what it prints",
    )


def _is_text(arguments: Sequence[str]) -> bool:
    """Tell whether all words can be encoded; other bytes come as surrogates, fit for files only."""
    return not any("\ud800" <= char <= "\udfff" for word in arguments for char in word)


def _traceback(session: Session) -> None:
    """Print where an error comes from: code only, no values of variables, no credentials."""
    import traceback  # noqa: PLC0415 - only with --debug

    text = session.masked(traceback.format_exc().rstrip())
    if session.json_messages and not session.stderr.isatty():
        session.insist(f"debug: {text}")
    else:
        session.put("\n".join([visible(line) for line in text.split("\n")]))


def _flush_quietly(session: Session) -> None:
    """Hand on what was written before the end; a closed pipe does not matter any more."""
    try:
        session.stdout.flush()
    except (OSError, ValueError, ReaderGone):
        if session.pager is None:
            silence(session.stdout)
