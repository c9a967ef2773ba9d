"""From events to standard output: the choice of format, and the footer on standard error."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from auditctl.cli.choices import (
    FOR_PEOPLE,
    chosen_columns,
    chosen_relative,
    chosen_template,
    event_format,
    view_error,
)
from auditctl.cli.options import merged
from auditctl.errors import CheckFailed, IncompleteError, UsageError
from auditctl.events.clock import datetime_to_ms
from auditctl.formats.writer import OutputOptions, open_writer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from auditctl.cli.asking import Question
    from auditctl.cli.options import Checks, Output
    from auditctl.cli.session import Session
    from auditctl.formats.writer import EventWriter
    from auditctl.stores.base import Completeness, Store, Total

MACHINE = ("json", "jsonl")
WITH_ORG = ("table", "html")  # formats that show the organization where there are several
_SHOWN_HOLES = 5


def writer_for(
    question: Question,
    output: Output,
    store: Store | None,
    *,
    live: bool = False,
    marked: frozenset[str] = frozenset(),
) -> EventWriter:
    """Return the writer for a command's events; a table marks those with the ids ``marked``."""
    session = question.session
    name = event_format(session, output)
    session.json_messages = name in MACHINE
    options = event_options(question, output, store, name)._replace(live=live, marked=marked)
    return open_events(session, output, name, session.stdout, options)


def open_events(
    session: Session, output: Output, name: str, out: BinaryIO, options: OutputOptions
) -> EventWriter:
    """Return the writer of a format; an error about what a view gave names the view.

    Raises:
        UsageError: No such column, or a template that cannot be read.
    """
    try:
        return open_writer(name, out, options)
    except UsageError as error:
        raise view_error(session, output, name, error) from None


def event_options(
    question: Question, output: Output, store: Store | None, name: str
) -> OutputOptions:
    """Return the options for a command's events in the format ``name``."""
    session = question.session
    options = record_options(session, output, question.zone if name in FOR_PEOPLE else None)
    options = options._replace(
        columns=chosen_columns(session, output, name),
        template=chosen_template(session, output) if name == "template" else "",
    )
    if name in WITH_ORG:
        options = options._replace(with_org=store is not None and several_orgs(store))
    if name == "html":
        caption = f"{question.range_text()} · store {question.address.name}"
        options = options._replace(caption=caption)
    return options


def record_options(session: Session, output: Output, zone: tzinfo | None) -> OutputOptions:
    """Return the options of output, those that only events need left out.

    Without a zone the output is for programs, and the settings are not asked.
    """
    return OutputOptions(
        columns=merged(output.columns),
        zone=zone,
        width=session.width,
        color=session.color(terminal=session.terminal),
        terminal=session.terminal,
        header=not output.no_header,
        raw_csv=output.raw_csv,
        template=output.template or "",
        jq=output.jq or "",
        relative=bool(output.relative) if zone is None else chosen_relative(session, output),
        now=datetime_to_ms(session.now()),
    )


def several_orgs(store: Store) -> bool:
    """Tell whether the store holds events of more than one organization."""
    return len(store.vocabulary("org", limit=2)) > 1


def footer(question: Question, shown: int, total: Total | None, hidden: Sequence[str] = ()) -> str:
    """Return what stands below a list: how many of how many, which range, which store.

    ``hidden`` names columns that a narrow table has left out.
    """
    if total is None or (total.exact and total.number == shown):
        count = f"{shown:,} event{'' if shown == 1 else 's'}"
    elif total.exact:
        count = f"{shown:,} of {total.number:,} events"
    else:
        count = f"{shown:,} of more than {max(total.number, shown):,} events"
    parts = [count, question.range_text(), f"store {question.address.name}"]
    if total is not None and (not total.exact or total.number > shown):
        parts.append("`-n all` for the rest")
    if hidden:
        parts.append(f"no room for {', '.join(hidden)}")
    return " · ".join(parts)


def finish(
    question: Question, shown: int, completeness: Completeness, checks: Checks | None
) -> None:
    """Say what is missing, and let the checks speak.

    Raises:
        IncompleteError: Something is missing; an incomplete answer passes no check.
        CheckFailed: A check says no.
    """
    if not completeness.complete:
        if not question.session.json_messages:  # where the error itself holds them
            _say_missing(question.session, completeness)
        count = len(completeness.holes)
        plural = "" if count == 1 else "s"
        raise IncompleteError(
            f"the answer is incomplete: {count:,} part{plural} could not be read",
            missing=completeness.holes,
            hint="mend what is missing and ask again; the rest of the answer is whole",
        )
    if checks is None:
        return
    if checks.fail_on_match and shown:
        raise CheckFailed(
            f"{shown:,} event{'' if shown == 1 else 's'} matched (--fail-on-match)",
            hint="look at them above; without --fail-on-match they are no failure",
        )
    if checks.fail_on_empty and not shown:
        raise CheckFailed(
            "no event matched (--fail-on-empty)",
            hint="widen the range or the condition; `--explain` shows how they were read",
        )


def _say_missing(session: Session, completeness: Completeness) -> None:
    lines = [hole.reason for hole in completeness.holes[:_SHOWN_HOLES]]
    more = len(completeness.holes) - len(lines)
    if more > 0:
        lines.append(f"and {more:,} more")
    for line in lines:
        session.insist(f"missing: {line}")
