"""``auditctl tail``: recent events, then new ones as they come."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Annotated

import typer

from auditctl.cli.asking import Question, ask, say_nothing_yet
from auditctl.cli.choices import event_format
from auditctl.cli.command import command
from auditctl.cli.leaving import Terminated
from auditctl.cli.list import explained, read_limit
from auditctl.cli.options import Checks, Common, Filters, Group, Output, QueryText, Span
from auditctl.cli.printing import finish, writer_for
from auditctl.cli.session import Session
from auditctl.cli.status import NoStatus, Status, StatusLine, can_draw, columns_now
from auditctl.events.clock import datetime_to_ms
from auditctl.events.event import Event
from auditctl.formats.writer import EventWriter
from auditctl.stores.base import Completeness, Hole, Notice, Query, Store

BACKFILL = 10
HEARTBEAT = 0.1  # seconds between two looks at the bounds

EXAMPLES = (
    ("the newest 10 events, then new ones", "tail"),
    ("failed log-ins of the last hour and from now on", "tail action:auth.failed --since 1h"),
    ("feed a program, one JSON object a line", "tail -n 0 -o jsonl | ./forward"),
    (
        "wait at most 10 minutes for a deployment",
        "tail action:deploy.finished -n 0 --max-events 1 --for 10m",
    ),
)


class Bounds(Group):
    """What ends the following by itself."""

    max_events: Annotated[
        int | None,
        typer.Option(
            "--max-events",
            metavar="N",
            min=1,
            help="End after so many events, those before included.",
            show_default=False,
            rich_help_panel="Range",
        ),
    ] = None
    for_: Annotated[
        str | None,
        typer.Option(
            "--for",
            metavar="DURATION",
            help="End after this time.",
            show_default=False,
            rich_help_panel="Range",
        ),
    ] = None
    idle_timeout: Annotated[
        str | None,
        typer.Option(
            "--idle-timeout",
            metavar="DURATION",
            help="End when no event has come for this long.",
            show_default=False,
            rich_help_panel="Range",
        ),
    ] = None


class Clocks:
    """Decides when the following ends.

    Args:
        bounds: The options.
        until: End of the range in milliseconds; events after it are not awaited.
        wall: The time of day, in milliseconds.
        monotonic: Seconds that never go back.
    """

    def __init__(
        self,
        bounds: Bounds,
        until: int | None,
        wall: Callable[[], int],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall, self._monotonic, self._until = wall, monotonic, until
        start = monotonic()
        lasting = _seconds(bounds.for_)
        self._end = None if lasting is None else start + lasting
        self._idle = _seconds(bounds.idle_timeout)
        self._last = start

    def saw_event(self) -> None:
        """Begin the idle time anew."""
        self._last = self._monotonic()

    def why_end(self) -> str | None:
        """Return the bound that has been reached, or None."""
        now = self._monotonic()
        if self._end is not None and now >= self._end:
            return "--for"
        if self._idle is not None and now - self._last >= self._idle:
            return "--idle-timeout"
        if self._until is not None and self._wall() >= self._until:
            return "--until"
        return None


def _seconds(duration: str | None) -> float | None:
    if duration is None:
        return None
    from auditctl.events.durations import parse_duration  # noqa: PLC0415 - only where one is given

    return parse_duration(duration) / 1000


def run(
    session: Session,
    *,
    query: QueryText = None,
    common: Common = Common(),  # noqa: B008 - a default that Typer never uses
    filters: Filters = Filters(),  # noqa: B008
    span: Span = Span(),  # noqa: B008
    output: Output = Output(),  # noqa: B008
    checks: Checks = Checks(),  # noqa: B008
    bounds: Bounds = Bounds(),  # noqa: B008
    limit: Annotated[
        str | None,
        typer.Option(
            "--limit",
            "-n",
            metavar="N",
            help=f"How many of the events before to show, or `all` [default: {BACKFILL}; with "
            "--since all of the range].",
            show_default=False,
            rich_help_panel="Range",
        ),
    ] = None,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain", help="Say what would be read, and how.", rich_help_panel="Output"
        ),
    ] = False,
) -> None:
    """Show recent events, then new ones as they come.

    First come the events before, oldest first; then each new event as soon as it is stored. Nothing
    is lost or repeated in between. It ends by --until, --for, --max-events, --idle-timeout, or
    Ctrl-C, and a JSON array is closed then too.
    """
    question = ask(session, query, common, filters, span)
    ranged = question.since is not None or span.on is not None
    backfill = read_limit(limit, None if ranged else BACKFILL)
    clocks = Clocks(bounds, question.until, lambda: datetime_to_ms(session.now()))
    store = _opened(question)
    if explain:
        explained(question, store, limit=backfill, oldest_first=True)
        return
    writer = writer_for(question, output, store, live=True)
    status = _status(question, output)
    following = Following(question, writer, status, clocks, bounds.max_events)
    try:
        ended = following.run(_stream(question, store, backfill))
    except (KeyboardInterrupt, Terminated) as end:
        status.close()
        with suppress(OSError, ValueError):  # a reader that is gone needs no end
            writer.finish()
        if isinstance(status, StatusLine):
            following.say_end("Ctrl-C" if isinstance(end, KeyboardInterrupt) else "SIGTERM")
        raise
    finally:
        status.close()
    writer.finish()
    following.say_end(ended)
    finish(question, following.shown, following.lost, checks)


class Following:
    """Writes what comes until something ends it.

    Args:
        question: What is asked.
        writer: Where events go.
        status: Where it is told how it goes.
        clocks: Tells when it ends.
        most: How many events at most; None is no limit.

    Attributes:
        shown: How many events were written.
        lost: What is missing.
    """

    def __init__(
        self,
        question: Question,
        writer: EventWriter,
        status: Status,
        clocks: Clocks,
        most: int | None,
    ) -> None:
        self.shown = 0
        self.lost = Completeness()
        self._question, self._writer, self._status = question, writer, status
        self._clocks, self._most = clocks, most
        self._begun = False

    def run(self, stream: Iterable[Event | Notice]) -> str | None:
        """Write all that the stream gives; return what ended it."""
        for item in stream:
            ended = self._told(item) if isinstance(item, Notice) else self._wrote(item)
            if ended is not None:
                return ended
            self._status.draw()
        return None

    def _told(self, notice: Notice) -> str | None:
        if notice.kind in ("gap", "end"):
            self.lost.holes.append(Hole(None, None, notice.text))
            self._status.clear()
            self._question.session.insist(f"gap: {notice.text}")
        elif notice.kind == "lag" and notice.text:
            self._status.clear()
            self._question.session.say(f"note: {notice.text}")
        if not self._begun:
            self._begun = True
            self._status.begin()
        self._writer.flush()
        return "the store" if notice.kind == "end" else self._clocks.why_end()

    def _wrote(self, event: Event) -> str | None:
        self._status.clear()
        self._writer.write(event)
        self._status.saw()
        self.shown += 1
        self._clocks.saw_event()
        if self.shown == self._most:
            return "--max-events"
        return self._clocks.why_end() if self.shown % 256 == 0 else None

    def say_end(self, ended: str | None) -> None:
        """Tell what ended it, and how many events there were."""
        count = f"{self.shown:,} event{'' if self.shown == 1 else 's'}"
        self._question.session.say(f"ended by {ended} · {count}")


def _status(question: Question, output: Output) -> Status:
    """Return a status line where one can be drawn, else what says plain notes."""
    session = question.session
    # these leave the cursor behind an event, where its next line begins
    open_ended = session.terminal and event_format(session, output) in ("json", "html")
    if open_ended or not can_draw(session):
        return NoStatus(session.say, question.address.name)
    return StatusLine(
        session.stderr,
        question.address.name,
        lambda: columns_now(session),
        color=session.color(terminal=True),
        shared=session.terminal,
    )


def _opened(question: Question) -> Store:
    """Open the store; a default store that does not exist yet is made, to wait for events."""
    store = question.open()
    if store is not None:
        return store
    say_nothing_yet(question.session)
    store = question.session.open(question.address)
    store.append([])
    return store


def _stream(question: Question, store: Store, backfill: int | None) -> Iterator[Event | Notice]:
    """Yield what is stored up to now, then what comes after: one position divides the two."""
    head = store.head()
    earlier = question.query(limit=backfill)
    if backfill != 0:
        yield from _up_to(store, earlier, head.seq)
    yield Notice("bookmark", head)
    yield from store.follow(earlier._replace(limit=None), after=head, heartbeat=HEARTBEAT)


def _up_to(store: Store, query: Query, seq: int) -> Iterator[Event]:
    """Yield the events before, oldest first, without those stored since ``seq``."""
    if query.limit is None:
        ordered = store.search(query._replace(oldest_first=True))
        yield from (event for event in ordered if event.seq <= seq)
        return
    newest: list[Event] = []
    for event in store.search(query._replace(limit=None)):
        if event.seq <= seq:
            newest.append(event)
            if len(newest) == query.limit:
                break
    yield from reversed(newest)


command = command(run, name="tail", examples=EXAMPLES)
