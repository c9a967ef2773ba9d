"""One event as a block of labels and values, for a person who looks at this event alone."""

from datetime import UTC
from typing import Any

from auditctl.errors import EventError
from auditctl.events.clock import parse_instant
from auditctl.events.event import Event
from auditctl.formats.columns import Fields, as_text
from auditctl.formats.paint import actor_colour, paint
from auditctl.formats.safety import fitting, visible
from auditctl.formats.times import local_time, zone_name
from auditctl.formats.writer import OutputOptions

_LABELS = 10  # the widest label, "Received", and two spaces
_LEAST = 20  # narrower than this a value is not wrapped but left to the terminal

# label, value, colour; an empty label goes on with the one before
Line = tuple[str, str, str]


def event_text(event: Event, options: OutputOptions) -> str:
    """Return one event as text for a terminal, with its last line feed.

    Nothing is cut: long values go on in the next line, below their beginning. The record that an
    event was made from is summed up, as JSON shows it better.

    Args:
        event: The event.
        options: ``zone``, ``width`` and ``color`` count.
    """
    fields = event.fields
    lines = [
        ("Action", as_text(fields.get("action")), "bold"),
        *_when(fields, options),
        *_who(fields),
        *_targets(fields),
        *_where(fields),
        *_metadata("Metadata", fields.get("metadata")),
        ("Org", as_text(fields.get("organization_id")), ""),
        ("Id", as_text(fields.get("id")), ""),
        ("Version", as_text(fields.get("version")), ""),
        *_source(fields),
    ]
    return "".join([_rendered(line, options) for line in lines if line[1]])


def _rendered(line: Line, options: OutputOptions) -> str:
    label, value, colour = line
    room = max(_LEAST, options.width - _LABELS)
    if not options.color:
        colour = ""
    head = paint(label, "dim" if options.color else "") + " " * (_LABELS - len(label))
    parts = []
    for part in wrapped(visible(value), room):
        parts.append(head + paint(part, colour) + "\n")
        head = " " * _LABELS
    return "".join(parts)


def wrapped(text: str, cells: int) -> list[str]:
    """Return a visible text in lines of at most ``cells``, broken at spaces where there are any."""
    lines = []
    place = 0
    while len(text) - place > 0:
        # a line has at most five characters a cell: one and four marks on it
        window = text[place : place + cells * 5 + 1]
        end = max(1, fitting(window, cells))
        if end < len(window):
            space = window.rfind(" ", 1, end + 1)
            end = space if space > cells // 2 else end
        lines.append(window[:end].rstrip(" "))
        place += end
        while text[place : place + 1] == " " and lines:
            place += 1
    return lines or [""]


def _when(fields: Fields, options: OutputOptions) -> list[Line]:
    occurred = as_text(fields.get("occurred_at"))
    received = as_text(fields.get("received_at"))
    lines = [("When", occurred, "")]
    if options.zone not in {None, UTC}:
        local = local_time(occurred, options.zone, "offset")
        lines = [("When", f"{local} {zone_name(options.zone)}", ""), ("", occurred, "")]
    if received:
        lines.append(("Received", received + _delay(occurred, received), ""))
    return lines


_MINUTE, _HOUR, _DAY = 60_000, 3_600_000, 86_400_000


def _delay(occurred: str, received: str) -> str:
    """Return how much later an event was received: a clue to clocks, queues and back-dating."""
    try:
        delay = parse_instant(received) - parse_instant(occurred)
    except EventError:
        return ""
    size = abs(delay)
    if size < _MINUTE:
        text = f"{size / 1000:g} s"
    elif size < _HOUR:
        text = f"{size / _MINUTE:.1f} min"
    elif size < _DAY:
        text = f"{size / _HOUR:.1f} h"
    else:
        text = f"{size / _DAY:,.1f} days"
    return f" ({text} {'later' if delay >= 0 else 'before it occurred'})"


def _who(fields: Fields) -> list[Line]:
    actor = fields.get("actor") or {}
    colour = actor_colour(as_text(actor.get("id")))
    return [("Actor", _named(actor), colour), *_metadata("", actor.get("metadata"))]


def _targets(fields: Fields) -> list[Line]:
    lines: list[Line] = []
    for target in fields.get("targets") or []:
        lines.append(("" if lines else "Target", _named(target), ""))
        lines.extend(_metadata("", target.get("metadata")))
    return lines


def _named(party: dict[str, Any]) -> str:
    kind, identity, name = (as_text(party.get(key)) for key in ("type", "id", "name"))
    return f"{kind} {name} ({identity})" if name and name != identity else f"{kind} {identity}"


def _where(fields: Fields) -> list[Line]:
    context = fields.get("context") or {}
    return [
        ("Location", as_text(context.get("location")), ""),
        ("Agent", as_text(context.get("user_agent")), ""),
    ]


def _metadata(label: str, metadata: object) -> list[Line]:
    if not isinstance(metadata, dict) or not metadata:
        return []
    indent = "" if label else "  "
    lines = [("", f"{indent}{key} = {as_text(value)}", "") for key, value in metadata.items()]
    return [(label, *lines[0][1:]), *lines[1:]]


def _source(fields: Fields) -> list[Line]:
    source = fields.get("source")
    if not isinstance(source, dict):
        return []
    record = source.get("record")
    count = len(record) if isinstance(record, dict) else 0
    noun = "field" if count == 1 else "fields"
    return [("Source", f"{as_text(source.get('type'))}, {count} {noun}; -o json shows them", "")]
