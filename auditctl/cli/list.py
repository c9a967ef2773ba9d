"""``auditctl list``: search the trail."""

from typing import Annotated

import typer

from auditctl.cli.asking import Question, ask, say_nothing_yet
from auditctl.cli.choices import chosen_columns, event_format
from auditctl.cli.command import command
from auditctl.cli.options import Checks, Common, Filters, Output, QueryText, Span
from auditctl.cli.printing import MACHINE, finish, footer, writer_for
from auditctl.cli.session import Session
from auditctl.errors import UsageError
from auditctl.formats.writer import EventWriter
from auditctl.stores.base import Completeness, Results, Store

DEFAULT_LIMIT = 50
COUNTED = 10_000  # a footer counts no further: 2 ms with an index, 20 ms without

EXAMPLES = (
    ("the newest 50 events", "list"),
    ("who created projects since Monday", "list --action project.created --since monday"),
    (
        "all that a network did, except sessions",
        "list --location 203.0.113.0/24 '-action:session.*'",
    ),
    ("any mention of a cache reset in a region", "list '\"cache reset\" metadata.region:eu-*'"),
    ("ids and actors of a day as JSON Lines", "list --on yesterday -n all -o jsonl -c id,actor"),
    ("fail in CI when somebody became an owner", "list metadata.role:owner --fail-on-match"),
)


def read_limit(text: str | None, default: int | None) -> int | None:
    """Return the number of ``-n``; None is no limit.

    Raises:
        UsageError: It is no number.
    """
    if text is None:
        return default
    if text.lower() == "all":
        return None
    if not (text.isascii() and text.isdigit()):
        raise UsageError(
            f"-n takes a number or `all`, not {text!r}", hint="such as `-n 100` or `-n all`"
        )
    return int(text)


def run(
    session: Session,
    *,
    query: QueryText = None,
    common: Common = Common(),  # noqa: B008 - a default that Typer never uses
    filters: Filters = Filters(),  # noqa: B008
    span: Span = Span(),  # noqa: B008
    output: Output = Output(),  # noqa: B008
    checks: Checks = Checks(),  # noqa: B008
    limit: Annotated[
        str | None,
        typer.Option(
            "--limit",
            "-n",
            metavar="N",
            help=f"How many at most, after the filter, or `all` [default: {DEFAULT_LIMIT}].",
            show_default=False,
            rich_help_panel="Range",
        ),
    ] = None,
    reverse: Annotated[
        bool, typer.Option("--reverse", help="Oldest first.", rich_help_panel="Range")
    ] = False,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain", help="Say what would be read, and how.", rich_help_panel="Output"
        ),
    ] = False,
) -> None:
    """Search the trail, newest first.

    Without a range the whole store is searched. The limit applies after the filter, and a footer
    on standard error says what was left out.
    """
    question = ask(session, query, common, filters, span)
    most = read_limit(limit, DEFAULT_LIMIT)
    store = question.open()
    if explain:
        explained(question, store, limit=most, oldest_first=reverse)
        return
    writer = writer_for(question, output, store)
    if store is None:
        writer.finish()
        say_nothing_yet(session)
        finish(question, 0, Completeness(), checks)
        return
    results = store.search(question.query(limit=most, oldest_first=reverse))
    name = event_format(session, output)
    bulk = most is None and name in MACHINE and not chosen_columns(session, output, name)
    shown = _write(writer, results, bulk=bulk)
    writer.finish()
    _say_footer(question, store, writer, shown, most)
    finish(question, shown, results.completeness, checks)


def _write(writer: EventWriter, results: Results, *, bulk: bool) -> int:
    if bulk:
        return writer.write_bodies(results.bodies())
    shown = 0
    for event in results:
        writer.write(event)
        shown += 1
    return shown


def _say_footer(
    question: Question, store: Store, writer: EventWriter, shown: int, most: int | None
) -> None:
    if question.session.quiet:
        return
    total = None
    if most is not None and shown >= most:
        total = store.total(question.query(), at_most=max(COUNTED, shown))
    elif not shown:
        from auditctl.cli.suggesting import say_suggestions  # noqa: PLC0415 - nothing matched

        question.session.say(_nothing(question, store))
        say_suggestions(question, store)
        return
    question.session.say(footer(question, shown, total, getattr(writer, "hidden", ())))


def _nothing(question: Question, store: Store) -> str:
    """Return why nothing is shown: the store is empty, or nothing matches."""
    info = store.info()
    if not info.events:
        return f"no events in the store {question.address.name} yet"
    parts = [f"no event of {info.events:,} matches", question.range_text()]
    return " · ".join([*parts, f"store {question.address.name}"])


def explained(
    question: Question, store: Store | None, *, limit: int | None, oldest_first: bool
) -> None:
    """Print how a question would be answered, without answering it."""
    from auditctl.events.time_format import format_range  # noqa: PLC0415 - only to explain
    from auditctl.formats.safety import visible  # noqa: PLC0415

    lines = [("range", format_range(question.since, question.until, question.zone))]
    lines.append(("limit", "none" if limit is None else f"{limit:,}, after the filter"))
    if store is None:
        lines.append(("store", f"{question.address.location}, which does not exist yet"))
    else:
        lines.extend(store.explain(question.query(limit=limit, oldest_first=oldest_first)))
    text = "".join(f"{label:<12} {visible(how)}\n" for label, how in lines)
    question.session.stdout.write(text.encode())


command = command(run, name="list", examples=EXAMPLES)
