"""``auditctl actions`` and ``auditctl actors``: the vocabulary of a store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from auditctl.cli.asking import open_existing, say_nothing_yet
from auditctl.cli.choices import chosen_format
from auditctl.cli.list import read_limit
from auditctl.cli.printing import record_options
from auditctl.formats.records import RecordColumn, write_records

if TYPE_CHECKING:
    from auditctl.cli.options import Common, Output
    from auditctl.cli.session import Session
    from auditctl.stores.base import Term

LimitOption = Annotated[
    str | None,
    typer.Option(
        "--limit", "-n", metavar="N", help="How many at most [default: all].", show_default=False
    ),
]
TextArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[TEXT]", help="Only those that have this text in them.", show_default=False
    ),
]
ZoneOption = Annotated[
    str | None,
    typer.Option("--tz", metavar="ZONE", help="Zone of times shown.", show_default=False),
]

_SEEN = (
    RecordColumn("count", "events", align="right", kind="count"),
    RecordColumn("first", "first seen", kind="time"),
    RecordColumn("last", "last seen", kind="time"),
)


def write_terms(
    session: Session,
    common: Common,
    output: Output,
    field: str,
    columns: tuple[RecordColumn, ...],
    *,
    text: str | None,
    limit: str | None,
    tz: str | None,
) -> None:
    """Write the known values of a field, most frequent first."""
    address = session.address(common.store)
    store = open_existing(session, address)
    most = read_limit(limit, None)
    terms = [] if store is None else store.vocabulary(field)
    if text:
        terms = [term for term in terms if _mentions(term, text)]
    shown = terms[:most]
    name = chosen_format(session, output)
    options = record_options(session, output, session.zone(tz, address))
    rows: list[dict[str, str | int | float | None]] = [
        {
            field: term.value,
            **term.detail,
            "count": term.count,
            "first": term.first,
            "last": term.last,
        }
        for term in shown
    ]
    write_records(rows, [*columns, *_SEEN], name, session.stdout, options)
    if store is None:
        say_nothing_yet(session)
        return
    of = "" if len(shown) == len(terms) else f" of {len(terms):,}"
    plural = "" if len(terms) == 1 else "s"
    session.say(f"{len(shown):,}{of} {field}{plural} · store {address.name}")


def _mentions(term: Term, text: str) -> bool:
    from auditctl.query.text import fold  # noqa: PLC0415 - only for a text

    wanted = fold(text)
    return any(wanted in fold(value) for value in (term.value, *term.detail.values()))
