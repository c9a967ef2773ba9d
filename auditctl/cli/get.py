"""``auditctl get``: one event in full."""

from typing import Annotated

import typer

from auditctl.cli.asking import Question, open_existing
from auditctl.cli.choices import chosen_format, event_format
from auditctl.cli.command import command
from auditctl.cli.options import Common, Output
from auditctl.cli.printing import writer_for
from auditctl.cli.session import Session
from auditctl.errors import NotFoundError
from auditctl.events.clock import parse_instant
from auditctl.events.event import Event
from auditctl.stores.base import Query, Store

EXAMPLES = (
    ("one event", "get audit_log_event_01J8ZQ4F5K2W3X6Y7Z8A9B0C1D"),
    ("what happened around it", "get audit_log_event_01J8ZQ4F5K2W3X6Y7Z8A9B0C1D --around 5m"),
    ("its JSON", "get audit_log_event_01J8ZQ4F5K2W3X6Y7Z8A9B0C1D -o json"),
)


def run(
    session: Session,
    *,
    ids: Annotated[
        list[str],
        typer.Argument(metavar="ID...", help="Ids of events; `-` reads them from standard input."),
    ],
    common: Common = Common(),  # noqa: B008 - a default that Typer never uses
    output: Output = Output(),  # noqa: B008
    around: Annotated[
        str | None,
        typer.Option(
            "--around",
            metavar="DURATION",
            help="Show the events so long before and after as well.",
            show_default=False,
        ),
    ] = None,
    raw: Annotated[
        bool,
        typer.Option(
            "--raw/--no-raw",
            help="End a panel with the event's JSON [default: --raw].",
            show_default=False,
        ),
    ] = True,
    tz: Annotated[
        str | None,
        typer.Option("--tz", metavar="ZONE", help="Zone of times shown.", show_default=False),
    ] = None,
) -> None:
    """Show one event in full.

    On a terminal each event is a panel: who did what, to what, from where and when, and its JSON.
    Elsewhere, and with -o, events are written as by `list`; with --around the event is marked
    among its neighbours.
    """
    address = session.address(common.store)
    question = Question(session, address, tz=tz)
    store = open_existing(session, address)
    if store is None:
        raise NotFoundError("there are no events yet", hint="try `auditctl list --store demo`")
    if ids == ["-"]:
        ids = session.stdin.read().decode(errors="replace").split()
    events, missing = _found(store, ids)
    if around is not None:
        _neighbours(question, output, store, events, around)
    elif not _as_panels(session, output):
        writer = writer_for(question, output, store)
        for event in events:
            writer.write(event)
        writer.finish()
    else:
        _panels(question, output, events, raw=raw)
    if missing:
        raise missing[0] if len(missing) == 1 else _several(missing)


def _found(store: Store, ids: list[str]) -> tuple[list[Event], list[NotFoundError]]:
    events, missing = [], []
    for event_id in ids:
        try:
            events.append(store.get(event_id))
        except NotFoundError as error:
            missing.append(error)
    return events, missing


def _several(missing: list[NotFoundError]) -> NotFoundError:
    names = ", ".join(error.message.rpartition(" ")[2] for error in missing[:5])
    more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""  # noqa: PLR2004 - as above
    return NotFoundError(
        f"no events have the ids {names}{more}", hint="`auditctl list -o jsonl -c id` shows ids"
    )


def _as_panels(session: Session, output: Output) -> bool:
    """Tell whether events are shown as panels: on a terminal, where no other form is asked for."""
    if not session.terminal or output.output or output.columns or output.view:
        return False
    return chosen_format(session, output) == "table"


def _panels(question: Question, output: Output, events: list[Event], *, raw: bool) -> None:
    from auditctl.cli.printing import record_options  # noqa: PLC0415 - only for a terminal
    from auditctl.formats.panel import event_text  # noqa: PLC0415

    options = record_options(question.session, output, question.zone)
    texts = [event_text(event, options, raw=raw) for event in events]
    question.session.stdout.write("\n".join(texts).encode())


def _neighbours(
    question: Question, output: Output, store: Store, events: list[Event], around: str
) -> None:
    """Write each event among its neighbours, oldest first; a table marks it."""
    from auditctl.events.durations import parse_duration  # noqa: PLC0415 - only for --around

    distance = parse_duration(around)
    name = event_format(question.session, output)
    marked = frozenset(event.id for event in events)
    writer = writer_for(question, output, store, marked=marked)
    seen: set[int] = set()
    for event in events:
        at = parse_instant(event.fields["occurred_at"])
        query = Query(since=at - distance, until=at + distance + 1, oldest_first=True)
        for neighbour in store.search(query):
            if neighbour.seq not in seen:
                seen.add(neighbour.seq)
                writer.write(neighbour)
    writer.finish()
    if name == "table" and events:
        count = len(seen) - len(events)
        question.session.say(
            f"{count:,} event{'' if count == 1 else 's'} within {around} around "
            f"{', '.join(event.fields['occurred_at'] for event in events)}"
        )


command = command(run, name="get", examples=EXAMPLES)
