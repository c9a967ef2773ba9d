"""``auditctl record``: store one event from options, or many from standard input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from auditctl.cli.command import command
from auditctl.cli.options import Common
from auditctl.cli.session import Session  # noqa: TC001 - Typer reads the annotations
from auditctl.errors import ConflictError, EventError, UsageError
from auditctl.events.clock import datetime_to_ms, format_ms

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from auditctl.events.intake import NewEvent
    from auditctl.stores.base import Receipt, Store

BATCH = 1_000
_CHUNK = 1 << 20
_LONGEST_LINE = 16 * 1024 * 1024

EXAMPLES = (
    (
        "one event",
        "record project.created --actor user_01 --actor-name 'Jon Smith' --target project:proj_01",
    ),
    (
        "with more about it",
        "record cache.reset --actor ci --actor-type system --meta region=eu-west-1 --meta mb=512",
    ),
    ("many, one JSON object a line; prints their ids", "record - < events.jsonl"),
)


def run(
    session: Session,
    *,
    action: Annotated[
        str,
        typer.Argument(
            metavar="ACTION|-",
            help="What was done, such as `project.created`; `-` reads events as JSON Lines.",
        ),
    ],
    common: Common = Common(),  # noqa: B008 - a default that Typer never uses
    actor: Annotated[
        str | None, typer.Option("--actor", metavar="ID", help="Who did it.", show_default=False)
    ] = None,
    actor_type: Annotated[
        str, typer.Option("--actor-type", metavar="TYPE", help="The actor's type.")
    ] = "user",
    actor_name: Annotated[
        str | None,
        typer.Option("--actor-name", metavar="NAME", help="The actor's name.", show_default=False),
    ] = None,
    actor_meta: Annotated[
        list[str] | None,
        typer.Option(
            "--actor-meta", metavar="KEY=VALUE", help="The actor's metadata.", show_default=False
        ),
    ] = None,
    target: Annotated[
        list[str] | None,
        typer.Option(
            "--target", metavar="TYPE:ID[:NAME]", help="To what it was done.", show_default=False
        ),
    ] = None,
    location: Annotated[
        str | None,
        typer.Option(
            "--location",
            metavar="ADDR",
            help="From where: an address or place.",
            show_default=False,
        ),
    ] = None,
    agent: Annotated[
        str | None,
        typer.Option("--agent", metavar="TEXT", help="With which program.", show_default=False),
    ] = None,
    org: Annotated[
        str | None,
        typer.Option(
            "--org",
            metavar="ID",
            help="The organization of events that name none [default: org_default].",
            show_default=False,
        ),
    ] = None,
    meta: Annotated[
        list[str] | None,
        typer.Option(
            "--meta",
            metavar="KEY=VALUE",
            help="Metadata; a JSON number, true or false keeps its type, in quotes it is text.",
            show_default=False,
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            "--at", metavar="TIME", help="When it happened [default: now].", show_default=False
        ),
    ] = None,
    event_version: Annotated[
        int, typer.Option("--event-version", metavar="N", help="Version of the event's schema.")
    ] = 1,
    idempotency_key: Annotated[
        str | None,
        typer.Option(
            "--idempotency-key",
            metavar="KEY",
            help="The same key and events within 24 hours are stored once.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Store an event and print its id.

    When the id is printed, the event is on the disk. A store that does not exist is made.
    """
    store = session.open(session.address(common.store))
    if action == "-":
        flags = (actor, actor_name, actor_meta, target, location, agent, meta, at)
        if any(flags) or (actor_type, event_version) != ("user", 1):
            raise UsageError(
                "with `-` the events come whole from standard input",
                hint="leave out the options that describe one event",
            )
        _from_lines(session, store, org, idempotency_key)
        return
    if not actor:
        raise UsageError("who did it? `--actor ID` is missing", hint="see `auditctl record --help`")
    event: dict[str, Any] = {
        "action": action,
        "version": event_version,
        "occurred_at": _moment(session, at),
        "actor": {
            "id": actor,
            "type": actor_type,
            "name": actor_name,
            "metadata": _meta(actor_meta),
        },
        "targets": [_target(text) for text in target or ()],
        "context": {"location": location, "user_agent": agent},
        "metadata": _meta(meta),
    }
    from auditctl.events.intake import intake  # noqa: PLC0415 - msgspec, 28 ms, not for --help

    try:
        new = intake(event, organization=org)
    except EventError as error:
        raise UsageError(f"not an event: {error}", hint="see `auditctl record --help`") from error
    _print(session, store.append([new], idempotency_key=idempotency_key))


def _moment(session: Session, at: str | None) -> str:
    now = session.now()
    if at is None:
        return format_ms(datetime_to_ms(now))
    from auditctl.events.times import read_span  # noqa: PLC0415 - only where a time is given

    return format_ms(read_span(at, now=now, zone=session.zone(None)).start)


def _meta(pairs: list[str] | None) -> dict[str, Any]:
    """Return metadata from ``KEY=VALUE`` pairs."""
    from auditctl.events.intake import decode_json  # noqa: PLC0415 - msgspec, 28 ms

    found: dict[str, Any] = {}
    for pair in pairs or ():
        key, equals, text = pair.partition("=")
        if not (key and equals):
            raise UsageError(
                f"metadata is KEY=VALUE, not {pair!r}", hint="such as --meta region=eu-west-1"
            )
        if key in found:
            raise UsageError(
                f"the metadata key {key!r} is given twice", hint="give each key one value"
            )
        try:
            value = decode_json(text.encode())
        except (EventError, UnicodeEncodeError):
            value = text
        found[key] = value if isinstance(value, str | int | float | bool) else text
    return found


def _target(text: str) -> dict[str, str]:
    kind, _, rest = text.partition(":")
    target_id, _, name = rest.partition(":")
    if not (kind and target_id):
        raise UsageError(
            f"a target is TYPE:ID or TYPE:ID:NAME, not {text!r}",
            hint="such as --target project:proj_01:api",
        )
    target = {"type": kind, "id": target_id}
    if name:
        target["name"] = name
    return target


def _from_lines(session: Session, store: Store, org: str | None, key: str | None) -> None:
    """Store the events of standard input in batches; print the ids of each when it is durable.

    Lines that have come are not kept waiting for more: a batch ends where the input pauses.
    """
    from auditctl.events.intake import intake_json  # noqa: PLC0415 - msgspec, 28 ms

    batch: list[NewEvent] = []
    number = 0  # of the line that an error names
    try:
        for lines in _as_they_come(session.stdin):
            for line in lines:
                number += 1
                if line.strip():
                    batch.append(intake_json(line, organization=org))
            if batch and key is None:
                _print(session, store.append(batch))
                batch = []
    except EventError as error:
        if key is None and batch:
            _print(session, store.append(batch))
        raise UsageError(
            f"standard input, line {number}: {error}",
            hint="the events before it are stored" if key is None else "nothing was stored",
        ) from error
    if batch:
        _print(session, store.append(batch, idempotency_key=key))


def _as_they_come(stdin: BinaryIO) -> Iterator[list[bytes]]:
    """Yield the lines of the input, as many at once as have come, at most ``BATCH``."""
    read = getattr(stdin, "read1", stdin.read)
    rest = b""
    lines: list[bytes] = []
    while data := read(_CHUNK):
        *whole, rest = (rest + data).split(b"\n")
        lines.extend(whole)
        if len(rest) > _LONGEST_LINE:  # no event is: this much of it is refused in its turn
            lines.append(rest)
            rest = b""
        while len(lines) >= BATCH or (lines and not _has_more(stdin)):
            yield lines[:BATCH]
            lines = lines[BATCH:]
    yield [*lines, rest]


def _has_more(stdin: BinaryIO) -> bool:
    """Tell whether a read would return at once."""
    import select  # noqa: PLC0415 - only for lines

    try:
        return bool(select.select([stdin.fileno()], [], [], 0)[0])
    except (OSError, ValueError):
        return not hasattr(stdin, "name")  # what is no file lies in memory


def _print(session: Session, receipt: Receipt) -> None:
    """Print the ids of what is stored.

    Raises:
        ConflictError: An event could not be stored.
    """
    stored = [one for one in receipt.events if one.status in ("added", "duplicate")]
    session.stdout.write("".join(f"{one.id}\n" for one in stored).encode())
    session.stdout.flush()
    again = sum(one.status == "duplicate" for one in stored)
    if receipt.replayed:
        session.say("stored before under this idempotency key; nothing was added")
    elif again:
        session.say(f"{again:,} stored before; not added again")
    for one in receipt.events:
        if one.status not in ("added", "duplicate"):
            reason = one.reason or "the store has another event with this id"
            raise ConflictError(
                f"{one.id} was not stored: {reason}",
                hint="an event is never changed; give other content another id",
            )


command = command(run, name="record", examples=EXAMPLES)
