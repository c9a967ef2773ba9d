"""One event as a panel: who did what, to what, from where and when.

Nothing is cut and nothing is framed, so that any part can be copied: long values go on in the next
line, below their beginning. The event's JSON stands last, from the first column on and never
broken by this program: what is copied from there is valid.
"""

import re
from typing import NamedTuple

from auditctl.events.durations import format_duration
from auditctl.events.event import Event
from auditctl.formats.columns import Fields, as_text
from auditctl.formats.paint import action_colour, actor_colour, paint
from auditctl.formats.safety import clip, fitting, visible, visible_json, width
from auditctl.formats.times import WIDTHS, instant, local_day, local_time, time_ago, zone_name
from auditctl.formats.writer import OutputOptions

_LABELS = 12  # the widest label and two spaces
_NARROW = 50  # below, values stand under their labels
_INDENT = 2
_LEAST = 8  # narrower than this a value is not wrapped but left to the terminal


class Item(NamedTuple):
    """A value of a section, with a key where it has one, and with a faint remark behind it."""

    value: str
    key: str = ""
    colour: str = ""
    remark: str = ""


Section = tuple[str, list[Item]]


def event_text(event: Event, options: OutputOptions, *, raw: bool = True) -> str:
    """Return one event as text for a terminal, with its last line feed.

    Args:
        event: The event.
        options: ``zone``, ``width``, ``color`` and ``now`` count.
        raw: Whether the event's JSON stands below.
    """
    fields = event.fields
    sections: list[Section] = [
        ("Who", _party(fields.get("actor") or {}, actor=True)),
        ("What", _what(fields)),
        *[
            ("" if number else "To what", _party(target))
            for number, target in enumerate(fields.get("targets") or [])
        ],
        ("From where", _where(fields)),
        ("When", _when(fields, options)),
        ("Metadata", _pairs(fields.get("metadata"))),
        ("Event", _identity(fields)),
        ("Source", _source(fields, raw=raw)),
    ]
    text = _title(fields, options)
    text += "".join([_rendered(label, items, options) for label, items in sections if items])
    return text + _raw(event, options) if raw else text


# -- what is told --------------------------------------------------------------------------------


def _party(party: Fields, *, actor: bool = False) -> list[Item]:
    """Return an actor or a target: its name and type, its id, its metadata."""
    kind, identity, name = (as_text(party.get(key)) for key in ("type", "id", "name"))
    colour = actor_colour(identity) if actor else "bold"
    items = [Item(name or identity, colour=colour, remark=kind)]
    if name and identity != name:
        items.append(Item(identity, "id"))
    return [*items, *_pairs(party.get("metadata"))]


def _what(fields: Fields) -> list[Item]:
    action = as_text(fields.get("action"))
    return [Item(action, colour=action_colour(action))]


def _where(fields: Fields) -> list[Item]:
    context = fields.get("context") or {}
    return [Item(as_text(context.get("location"))), Item(as_text(context.get("user_agent")))]


def _when(fields: Fields, options: OutputOptions) -> list[Item]:
    occurred = as_text(fields.get("occurred_at"))
    ago = time_ago(occurred, options.now) if options.now else ""
    name = zone_name(options.zone)
    local = local_time(occurred, options.zone, "offset")
    clock, offset = local[: WIDTHS["milliseconds"]], local[WIDTHS["milliseconds"] :]
    day = local_day(occurred, options.zone).partition(" ")[0]
    items = [Item(f"{day} {clock} {offset} {name}", remark=ago), Item(occurred, "UTC")]
    if not day:  # no time that could be told in the zone
        items = [Item(occurred, remark=ago)]
    elif name == "UTC":
        items = [Item(f"{day} {clock} UTC", remark=ago)]
    received = as_text(fields.get("received_at"))
    return [*items, Item(received, "received", remark=_delay(occurred, received))]


def _delay(occurred: str, received: str) -> str:
    """Return how much later an event was received: a clue to clocks, queues and back-dating."""
    before, after = instant(occurred), instant(received)
    if before is None or after is None:
        return ""
    if before == after:
        return "at the same moment"
    length = format_duration(abs(after - before))
    return f"{length} {'later' if after > before else 'before it occurred'}"


def _pairs(metadata: object) -> list[Item]:
    if not isinstance(metadata, dict):
        return []
    return [Item(as_text(value) or '""', key or '""') for key, value in metadata.items()]


def _identity(fields: Fields) -> list[Item]:
    return [
        Item(as_text(fields.get("id")), "id"),
        Item(as_text(fields.get("organization_id")), "organization"),
        Item(as_text(fields.get("version")), "version"),
    ]


def _source(fields: Fields, *, raw: bool) -> list[Item]:
    source = fields.get("source")
    if not isinstance(source, dict):
        return []
    record = source.get("record")
    count = len(record) if isinstance(record, dict) else 0
    noun = "field" if count == 1 else "fields"
    where = "below" if raw else "with --raw"
    return [Item(as_text(source.get("type")), remark=f"{count} {noun}, {where}")]


# -- how it is drawn -----------------------------------------------------------------------------


def _title(fields: Fields, options: OutputOptions) -> str:
    action = as_text(fields.get("action"))
    colour = action_colour(action) if options.color else ""
    targets = fields.get("targets") or []
    about = ""
    if targets:
        name = as_text(targets[0].get("name")) or as_text(targets[0].get("id"))
        about = f" · {as_text(targets[0].get('type'))} {name}"
        about += f" +{len(targets) - 1}" if len(targets) > 1 else ""
    room = options.width - len("──  ──")
    shown = clip(visible(action), room)
    about = clip(visible(about), room - width(shown))
    about = about.rstrip(" ") if len(about) > len(" · ") else ""
    rest = "─" * max(0, options.width - len("──  ") - width(shown) - width(about))
    dim = "dim" if options.color else ""
    return f"{paint('──', dim)} {paint(shown, colour)}{about} {paint(rest, dim)}\n"


def _rendered(label: str, items: list[Item], options: OutputOptions) -> str:
    """Return a section: the label, and beside it its values, with their keys aligned."""
    dim = "dim" if options.color else ""
    narrow = options.width < _NARROW
    left = _INDENT if narrow else _LABELS
    room = max(_LEAST, options.width - left)
    keys = _key_width([visible(item.key) for item in items], room)
    lines = []
    for item in items:
        if item.value:
            lines.extend(_item_lines(item, room, keys, options))
    if not lines:
        return ""
    if narrow:
        head = f"{paint(label, dim)}\n" if label else ""
        return head + "".join([" " * left + line + "\n" for line in lines])
    first = paint(label, dim) + " " * (left - len(label))
    return "".join([(first if not n else " " * left) + line + "\n" for n, line in enumerate(lines)])


def _key_width(keys: list[str], room: int) -> int:
    """Return how wide keys are drawn: as the widest that takes at most a third of the room."""
    return max([cells for cells in map(width, keys) if cells <= room // 3], default=0)


def _item_lines(item: Item, room: int, keys: int, options: OutputOptions) -> list[str]:
    """Return the lines of an item, each at most as wide as the room."""
    dim = "dim" if options.color else ""
    colour = item.colour if options.color else ""
    key = visible(item.key)
    lines = []
    left = keys + 2 if key else 0
    if width(key) > keys:  # a very long key has lines of its own
        lines = [paint(part, dim) for part in wrapped(key, room)]
        key, left = "", _INDENT
    head = paint(key, dim) + " " * (left - width(key))
    parts = wrapped(visible(item.value), max(_LEAST, room - left))
    for part in parts:
        lines.append(head + paint(part, colour))
        head = " " * left
    remark = visible(item.remark)
    if remark and left + width(parts[-1]) + width(f" · {remark}") <= room:
        lines[-1] += paint(f" · {remark}", dim)
    elif remark:
        more = wrapped(remark, max(_LEAST, room - left))
        lines.extend([" " * left + paint(part, dim) for part in more])
    return lines


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


def _raw(event: Event, options: OutputOptions) -> str:
    """Return the event's JSON, indented; keys are faint where there is colour."""
    dim = "dim" if options.color else ""
    head = paint("── raw " + "─" * max(0, options.width - len("── raw ")), dim)
    return f"{head}\n{_indented(visible_json(event.body).decode(), dim)}\n"


_TOKEN = re.compile(r"""[{}\[\],:]|"[^"\\]*(?:\\.[^"\\]*)*"|[^\s{}\[\],:"]+""")


def _indented(text: str, key_colour: str) -> str:
    """Return a JSON text over several lines, its tokens as they are: nothing is encoded anew."""
    lines, line, before = [], "", ""
    depth = 0
    tokens = _TOKEN.findall(text)
    for token, after in zip(tokens, [*tokens[1:], ""], strict=True):
        opens, closes = token in {"{", "["}, token in {"}", "]"}
        if closes and before not in {"{", "["}:
            depth -= 1
            lines.append(line)
            line = "  " * depth
        line += paint(token, key_colour if after == ":" else "")
        if token == ":":  # noqa: S105 - a token of JSON, no secret
            line += " "
        if token == "," or (opens and after not in {"}", "]"}):  # noqa: S105
            depth += opens
            lines.append(line)
            line = "  " * depth
        before = token
    return "\n".join([*lines, line])
