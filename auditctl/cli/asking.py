"""From options to a question: what every command that reads events has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditctl.errors import NotFoundError, UsageError
from auditctl.query.tree import EVERYTHING, Node, both
from auditctl.stores.base import Query

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from auditctl.cli.options import Common, Filters, Span
    from auditctl.cli.session import Session
    from auditctl.config.settings import SavedQuery
    from auditctl.stores.base import Store
    from auditctl.stores.opening import Address

MAX_LIST_BYTES = 64 * 1024 * 1024


class Question:
    """What is asked of which store.

    Args:
        session: The surroundings.
        address: Where the store is.
        where: The condition.
        tz: What ``--tz`` says.

    Attributes:
        since: Start of the range in milliseconds, or None.
        until: End of the range in milliseconds, exclusive, or None.
    """

    def __init__(
        self, session: Session, address: Address, where: Node = EVERYTHING, tz: str | None = None
    ) -> None:
        self.session = session
        self.address = address
        self.where = where
        self.since: int | None = None
        self.until: int | None = None
        self._tz = tz
        self._zone: tzinfo | None = None

    @property
    def zone(self) -> tzinfo:
        """The zone of times for people, found when it is needed."""
        if self._zone is None:
            self._zone = self.session.zone(self._tz, self.address)
        return self._zone

    def query(self, *, limit: int | None = None, oldest_first: bool = False) -> Query:
        """Return the question as a store takes it."""
        return Query(self.where, self.since, self.until, limit, oldest_first)

    def open(self) -> Store | None:
        """Open the store; None where the user has no store yet and none was named."""
        return open_existing(self.session, self.address)

    def range_text(self) -> str:
        """Return the range for people."""
        if self.since is None and self.until is None:
            return "any time"
        from auditctl.events.time_format import format_range  # noqa: PLC0415 - not for every run

        return format_range(self.since, self.until, self.zone)


def ask(
    session: Session,
    query: Sequence[str] | None,
    common: Common,
    filters: Filters,
    span: Span,
) -> Question:
    """Return the question that the options of a command ask.

    Raises:
        UsageError: A query, a time or a value that cannot be read.
        NotFoundError: The store is not known.
    """
    saved = None
    store = common.store
    if filters.saved is not None:
        from auditctl.cli.saved import find_saved, saved_store, with_range  # noqa: PLC0415 - seldom

        saved = find_saved(session.settings, filters.saved)
        session.saved_view = saved.view
        store = store or saved_store(session, saved)
        span = with_range(saved, span)
    question = Question(session, session.address(store), tz=span.tz)
    nodes = [] if saved is None else _saved(question, saved)
    if span.since or span.until or span.on:
        _set_range(question, span)
    elif span.tz:
        _ = question.zone  # a wrong zone is an error also where no time is read
    text = " ".join(query or ()).strip()
    if text:
        from auditctl.query.parser import parse  # noqa: PLC0415 - only where there is a query

        nodes.append(parse(text, times=lambda words: _span(question, words)))
    if any(value for name, value in vars(filters).items() if name != "saved"):
        nodes.append(_flags(question, filters))
    question.where = both(*nodes) if nodes else EVERYTHING
    return question


def _saved(question: Question, saved: SavedQuery) -> list[Node]:
    """Return the conditions of a saved query, and check its times."""
    from auditctl.cli.saved import check_range, saved_conditions  # noqa: PLC0415 - seldom

    session = question.session
    check_range(session.settings, saved, lambda text: _span(question, text, quiet=True))
    return list(
        saved_conditions(
            session.settings,
            saved,
            times=lambda text: _span(question, text),
            read_list=lambda name: _read_list(session, name),
        )
    )


def open_existing(session: Session, address: Address) -> Store | None:
    """Open a store to read it; None where the default store has not been made yet."""
    store = session.open(address)
    exists = getattr(store, "exists", None)
    if exists is not None and not exists():
        if address.optional:
            return None
        raise NotFoundError(
            f"there is no store at {address.location}",
            hint="`auditctl record` and `auditctl import` make one; `--store demo` has events",
        )
    return store


def say_nothing_yet(session: Session) -> None:
    """Tell a new user that there are no events, and how to get some."""
    session.say(
        "no events yet\n\n"
        "hint: `auditctl list --store demo` shows a demo trail; "
        "`auditctl import` and `auditctl record` begin yours"
    )


def _set_range(question: Question, span: Span) -> None:
    from auditctl.events.times import resolve_range  # noqa: PLC0415 - only where a time is given

    found = resolve_range(
        span.since, span.until, span.on, now=question.session.now(), zone=question.zone
    )
    question.since, question.until = found.since, found.until
    for note in found.notes:
        question.session.say(f"note: {note}")


def _span(question: Question, text: str, *, quiet: bool = False) -> tuple[int, int]:
    from auditctl.events.times import read_span  # noqa: PLC0415 - only where a time is given

    span = read_span(text, now=question.session.now(), zone=question.zone)
    if span.note and not quiet:
        question.session.say(f"note: {span.note}")
    return span.start, span.end


def _flags(question: Question, filters: Filters) -> Node:
    from auditctl.query.flags import from_flags  # noqa: PLC0415 - only where a flag is given

    session = question.session
    return from_flags(
        actions=filters.action or (),
        actors=filters.actor or (),
        actor_types=filters.actor_type or (),
        targets=filters.target or (),
        locations=filters.location or (),
        orgs=filters.org or (),
        metas=filters.meta or (),
        greps=filters.grep or (),
        read_list=lambda name: _read_list(session, name),
    )


def _read_list(session: Session, name: str) -> list[str]:
    """Return the values of ``@FILE`` or ``@-``: one a line, without blanks and comments."""
    try:
        if name == "-":
            data = session.stdin.read(MAX_LIST_BYTES + 1)
        else:
            with open(name, "rb") as file:  # noqa: PTH123 - any file name, as given
                data = file.read(MAX_LIST_BYTES + 1)
        if len(data) > MAX_LIST_BYTES:
            raise UsageError(
                f"the list @{name} is longer than {MAX_LIST_BYTES >> 20} MiB",
                hint="cut it into several, and ask once for each",
            )
        text = data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(
            f"the list @{name} cannot be read: {reason}",
            hint="`@@name` means the value `@name` itself",
        ) from error
    lines = [line.strip() for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]
