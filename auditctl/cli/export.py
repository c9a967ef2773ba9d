"""``auditctl export``: matching events into a file, whole or not at all."""

from __future__ import annotations

import io
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from auditctl.cli.asking import ask, say_nothing_yet
from auditctl.cli.choices import chosen_format, view_format
from auditctl.cli.command import command
from auditctl.cli.list import read_limit
from auditctl.cli.options import Common, Filters, Output, QueryText, Span
from auditctl.cli.printing import MACHINE, event_options, finish, footer, open_events
from auditctl.cli.session import Session  # noqa: TC001 - Typer reads the annotations
from auditctl.errors import AuditctlError, UsageError
from auditctl.stores.base import Completeness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from auditctl.formats.writer import EventWriter
    from auditctl.stores.base import Query, Store

_BY_ENDING = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".md": "md",
    ".markdown": "md",
    ".html": "html",
    ".htm": "html",
}
_BUFFER = 1 << 20

EXAMPLES = (
    ("everything", "export --out trail.jsonl"),
    ("a quarter as CSV", "export --on 2026-Q2 --out q2.csv"),
    ("a page for people who have no auditctl", "export --since 7d --out week.html"),
    ("into a pipe", "export 'action:project.*' --out - | gzip > projects.jsonl.gz"),
)


def run(
    session: Session,
    *,
    out: Annotated[
        str,
        typer.Option(
            "--out",
            metavar="FILE",
            help="The file; `-` is standard output.",
            rich_help_panel="Output",
            show_default=False,
        ),
    ],
    query: QueryText = None,
    common: Common = Common(),  # noqa: B008 - a default that Typer never uses
    filters: Filters = Filters(),  # noqa: B008
    span: Span = Span(),  # noqa: B008
    output: Output = Output(),  # noqa: B008
    limit: Annotated[
        str | None,
        typer.Option(
            "--limit",
            "-n",
            metavar="N",
            help="How many at most, after the filter [default: all].",
            show_default=False,
            rich_help_panel="Range",
        ),
    ] = None,
    newest_first: Annotated[
        bool,
        typer.Option(
            "--newest-first", help="Newest first [default: oldest first].", rich_help_panel="Range"
        ),
    ] = False,
    force: Annotated[
        bool,
        typer.Option("--force", help="Replace a file that is there.", rich_help_panel="Output"),
    ] = False,
) -> None:
    """Write all matching events to a file.

    The file appears when it is whole, and never half. Without -o its name decides the format:
    .jsonl (default), .json, .csv, .tsv, .md, .html. What `export -o jsonl` writes, `import` reads
    back to the same events.
    """
    session.shows = session.asked_view is not None  # no other view takes anything away
    name = _format(session, out, output)
    if out != "-":
        _refuse_existing(out, force=force)
    question = ask(session, query, common, filters, span)
    most = read_limit(limit, None)
    store = question.open()
    options = event_options(question, output, store, name)
    if out != "-":
        options = options._replace(terminal=False, color=False)
    with _target(session, out, force=force) as file:
        writer = open_events(session, output, name, file, options)
        asked = question.query(limit=most, oldest_first=not newest_first)
        bulk = name in MACHINE and not options.columns
        written, completeness = _write(writer, store, asked, bulk=bulk)
    if store is None:
        say_nothing_yet(session)
    elif out != "-":
        session.say(f"{footer(question, written, None)} · written to {out}")
    if store is not None and not written:
        from auditctl.cli.suggesting import say_suggestions  # noqa: PLC0415 - nothing matched

        say_suggestions(question, store)
    finish(question, written, completeness, None)


def _format(session: Session, out: str, output: Output) -> str:
    """Return the format: that of an option, of the file's name, of ``--view``, JSON Lines."""
    if any(asked is not None for asked in (output.output, output.template, output.jq)):
        return chosen_format(session, output)
    by_name = _BY_ENDING.get(os.path.splitext(out)[1].lower())  # noqa: PTH122 - text
    if by_name is None and session.view is not None:
        return view_format(session) or "jsonl"
    return by_name or "jsonl"


def _refuse_existing(out: str, *, force: bool) -> None:
    if os.path.isdir(out):  # noqa: PTH112 - text
        raise UsageError(f"{out} is a folder", hint="name a file in it")
    if os.path.exists(out) and not os.path.isfile(out):  # noqa: PTH110, PTH113 - text
        # --force would put a file in the place of a device
        raise UsageError(f"{out} is no file", hint="`--out -` writes to standard output")
    if not force and os.path.lexists(out):
        raise UsageError(f"{out} exists already", hint="`--force` replaces it")


def _write(
    writer: EventWriter, store: Store | None, query: Query, *, bulk: bool
) -> tuple[int, Completeness]:
    if store is None:
        writer.finish()
        return 0, Completeness()
    results = store.search(query)
    if bulk:
        written = writer.write_bodies(results.bodies())
    else:
        written = 0
        for event in results:
            writer.write(event)
            written += 1
    writer.finish()
    return written, results.completeness


@contextmanager
def _target(session: Session, out: str, *, force: bool) -> Iterator[BinaryIO]:
    """Open the output; a file appears under its name when everything was written to the disk."""
    if out == "-":
        yield session.stdout
        return
    folder, base = os.path.split(os.path.abspath(out))  # noqa: PTH100 - text
    part = os.path.join(folder, f".{base}.{os.getpid()}.part")  # noqa: PTH118
    try:
        number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        with io.open(number, "wb", buffering=_BUFFER) as file:  # noqa: UP020 - a descriptor
            yield file
            file.flush()
            os.fsync(file.fileno())
        _put_in_place(part, out, force=force)
    except OSError as error:
        raise AuditctlError(
            f"{out} was not written: {error.strerror}", hint="no part of it was left behind"
        ) from error
    finally:
        if os.path.lexists(part):
            os.unlink(part)  # noqa: PTH108 - text


def _put_in_place(part: str, out: str, *, force: bool) -> None:
    """Give the finished file its name; without force never in the place of another."""
    if force:
        os.replace(part, out)  # noqa: PTH105 - text
        return
    try:
        os.link(part, out)  # fails where a file has come meanwhile
    except FileExistsError:
        raise UsageError(f"{out} exists already", hint="`--force` replaces it") from None
    except OSError:
        _refuse_existing(out, force=False)  # a file system without links
        os.replace(part, out)  # noqa: PTH105 - text
        return
    os.unlink(part)  # noqa: PTH108 - text


command = command(run, name="export", examples=EXAMPLES)
