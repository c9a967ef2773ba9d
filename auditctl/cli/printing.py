"""From events to standard output: the choice of format, and the footer on standard error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditctl.cli.options import merged
from auditctl.errors import CheckFailed, IncompleteError, UsageError
from auditctl.events.clock import datetime_to_ms
from auditctl.formats.writer import OutputOptions, canonical_format, open_writer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from auditctl.cli.asking import Question
    from auditctl.cli.options import Checks, Output
    from auditctl.cli.session import Session
    from auditctl.formats.writer import EventWriter
    from auditctl.stores.base import Completeness, Store, Total

MACHINE = ("json", "jsonl")
FOR_PEOPLE = ("table", "wide", "md", "html", "template")  # times in the zone of the reader
WITH_ORG = ("table", "html")  # formats that show the organization where there are several
_SHOWN_HOLES = 5


def chosen_format(session: Session, output: Output) -> str:
    """Return the format: an option, ``AUDITCTL_OUTPUT``, a table on a terminal, else lines.

    ``--format`` and ``--jq`` are the formats ``template`` and ``jq``.

    Raises:
        UsageError: There is no such format, or two are asked for.
    """
    asked = [
        name
        for name, value in (
            ("-o", output.output),
            ("--format", output.template),
            ("--jq", output.jq),
        )
        if value is not None
    ]
    if len(asked) > 1:
        raise UsageError(f"{' and '.join(asked)} each name a format", hint="choose one of them")
    if output.template is not None:
        return "template"
    if output.jq is not None:
        return "jq"
    name = output.output or session.env.get("AUDITCTL_OUTPUT")
    if name:
        return canonical_format(name)
    return "table" if session.terminal else "lines"


def writer_for(
    question: Question,
    output: Output,
    store: Store | None,
    *,
    live: bool = False,
    marked: frozenset[str] = frozenset(),
) -> EventWriter:
    """Return the writer for a command's events; a table marks those with the ids ``marked``."""
    name = chosen_format(question.session, output)
    question.session.json_messages = name in MACHINE
    options = event_options(question, output, store, name)._replace(live=live, marked=marked)
    return open_writer(name, question.session.stdout, options)


def event_options(
    question: Question, output: Output, store: Store | None, name: str
) -> OutputOptions:
    """Return the options for a command's events in the format ``name``."""
    options = record_options(
        question.session, output, question.zone if name in FOR_PEOPLE else None
    )
    if name in WITH_ORG:
        options = options._replace(with_org=store is not None and several_orgs(store))
    if name == "html":
        caption = f"{question.range_text()} · store {question.address.name}"
        options = options._replace(caption=caption)
    return options


def record_options(session: Session, output: Output, zone: tzinfo | None) -> OutputOptions:
    """Return the options of output, those that only events need left out."""
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
        relative=output.relative,
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
