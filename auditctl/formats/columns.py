"""The columns of event output: what each is called, and what stands in its cells.

``column_names.py`` finds them by name. Cells are text as the event has it: whoever writes them to a
terminal passes them through ``safety.visible``.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Any

from auditctl.formats.times import Precision, local_clock, local_time, time_ago

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Style:
    """How cells are written.

    Attributes:
        human: For people: times in ``zone``, short forms. Otherwise whole values and UTC.
        detail: For people, with more room: ids behind names, all targets.
        zone: The zone of times for people; None is UTC.
        precision: How exact these times are.
        agent: For people: the program stands behind the location, not only where there is none.
        types: For people: a target's type is told also where the action begins with it.
        clock: For people: when an event occurred is told without the date.
        now: For people: times are told as how long before this they were, in milliseconds.
    """

    human: bool = False
    detail: bool = False
    zone: tzinfo | None = None
    precision: Precision = "seconds"
    agent: bool = True
    types: bool = True
    clock: bool = False
    now: int | None = None


PLAIN = Style()

Cell = Callable[[Fields, Style], str]


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        name: What ``-c`` and the heading of CSV call it.
        title: The heading of a table.
        cell: Gives the text of an event's cell.
        value: Gives the JSON value of an event; None where it has none.
        least: How narrow a table may make it.
        usual: How wide its cells commonly are, for tables that cannot wait for their rows.
        time: Whether its cells are times.
        occurred: Whether these are the times by which events are ordered.
        short: Gives a shorter text for people where the whole does not fit: what may be cut, and
            what must stay behind it.
        summary: What it says, in a few words.
    """

    name: str
    title: str
    cell: Cell
    value: Callable[[Fields], Any]
    least: int = 6
    usual: int = 18
    time: bool = False
    occurred: bool = False
    short: Callable[[Fields], tuple[str, str]] | None = None
    summary: str = ""


def as_text(value: object) -> str:
    """Return a JSON value as the text of a cell: nothing for null, JSON for lists and objects."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return _json(value)


def _json(value: object) -> str:
    import json  # noqa: PLC0415 - the default columns of a table do without

    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _pairs(mapping: dict[str, Any]) -> str:
    return ", ".join([f"{key}={as_text(value)}" for key, value in mapping.items()])


def _plain(
    name: str, title: str, value: Callable[[Fields], Any], *, least: int = 6, usual: int = 18
) -> Column:
    return Column(name, title, lambda fields, _: as_text(value(fields)), value, least, usual)


def _time(name: str, title: str, key: str) -> Column:
    def cell(fields: Fields, style: Style) -> str:
        text = fields.get(key) or ""
        if not style.human:
            return text
        if style.now is not None:
            return time_ago(text, style.now)
        shown = local_clock if style.clock and occurred else local_time
        return shown(text, style.zone, style.precision)

    occurred = key == "occurred_at"
    return Column(
        name, title, cell, lambda fields: fields.get(key), 19, 19, time=True, occurred=occurred
    )


def _email(actor: Fields) -> str:
    email = (actor.get("metadata") or {}).get("email")
    return email if isinstance(email, str) else ""


def _actor(fields: Fields, style: Style) -> str:
    actor = fields.get("actor") or {}
    email, identity = _email(actor), as_text(actor.get("id"))
    name = actor.get("name") or email or identity
    more = email or identity
    # a name is what its bearer chose; with room, what he did not choose stands behind it
    return f"{name} ({more})" if style.detail and more not in {"", name} else name


def _actor_value(fields: Fields) -> str | None:
    return _actor(fields, PLAIN) or None


def _target_text(target: Fields, style: Style, action: str) -> str:
    kind, identity = as_text(target.get("type")), as_text(target.get("id"))
    name = target.get("name")
    if style.human:
        said = not style.types and action == kind
        text = name or identity if said else f"{kind} {name or identity}"
        return f"{text} ({identity})" if style.detail and name and name != identity else text
    return f"{kind}:{identity}"


SHOWN_TARGETS = 3


def _target(fields: Fields, style: Style) -> str:
    targets = fields.get("targets") or []
    action = as_text(fields.get("action")).partition(".")[0]
    if not style.human:
        return ", ".join([_target_text(target, style, action) for target in targets])
    shown = SHOWN_TARGETS if style.detail else 1
    text = ", ".join([_target_text(target, style, action) for target in targets[:shown]])
    return f"{text} +{len(targets) - shown}" if len(targets) > shown else text


def _short_target(fields: Fields) -> tuple[str, str]:
    """Return the first target's name, and how many more there are."""
    targets = fields.get("targets") or [{}]
    name = as_text(targets[0].get("name")) or as_text(targets[0].get("id"))
    return name, f" +{len(targets) - 1}" if len(targets) > 1 else ""


def _where(fields: Fields, style: Style) -> str:
    context = fields.get("context") or {}
    location, agent = context.get("location") or "", context.get("user_agent") or ""
    if style.human:
        agent = short_agent(agent) if style.agent or not location else ""
    return f"{location} {agent}" if location and agent else location or agent


def short_agent(agent: str) -> str:
    """Return the program that a user agent names, without platform and history.

    Browsers call themselves by all their ancestors' names: the most particular one counts.
    """
    if agent.startswith("Mozilla/"):
        for token, name in (
            ("Edg/", "Edge"),
            ("OPR/", "Opera"),
            ("Firefox/", "Firefox"),
            ("Chrome/", "Chrome"),
            ("Safari/", "Safari"),
        ):
            place = agent.find(token)
            if place > 0:
                version = agent[place + len(token) : place + len(token) + 8].partition(".")[0]
                return f"{name}/{version}" if version.isdigit() and name != "Safari" else name
    return agent.partition(" ")[0]


def _part(*path: str) -> Callable[[Fields], Any]:
    def value(fields: Fields) -> object:
        found: Any = fields
        for key in path:
            found = found.get(key) if isinstance(found, dict) else None
        return found

    return value


def _first_target(key: str) -> Callable[[Fields], Any]:
    def value(fields: Fields) -> object:
        targets = fields.get("targets") or [{}]
        return targets[0].get(key)

    return value


def _metadata(fields: Fields, style: Style) -> str:
    metadata = fields.get("metadata") or {}
    return _pairs(metadata) if style.human else _json(metadata)


def _build() -> dict[str, Column]:
    columns = [
        _time("time", "Time", "occurred_at"),
        _time("received", "Received", "received_at"),
        Column("actor", "Actor", _actor, _actor_value, least=10, usual=18),
        Column(
            "target",
            "Target",
            _target,
            lambda fields: _target(fields, PLAIN),
            least=10,
            usual=24,
            short=_short_target,
        ),
        Column("where", "Where", _where, lambda f: _where(f, PLAIN) or None, least=15, usual=24),
        _plain("action", "Action", _part("action"), least=18, usual=20),
        _plain("org", "Org", _part("organization_id"), least=8, usual=20),
        _plain("id", "Id", _part("id"), least=10, usual=43),
        _plain("version", "Version", _part("version"), usual=7),
        _plain("location", "Location", _part("context", "location"), least=9),
        _plain("agent", "Agent", _part("context", "user_agent"), usual=40),
        Column("metadata", "Metadata", _metadata, _part("metadata"), least=16, usual=30),
        _plain("targets", "Targets", lambda f: f.get("targets") or [], usual=40),
        _time("occurred_at", "Time", "occurred_at"),
        _time("received_at", "Received", "received_at"),
        _plain("actor_id", "Actor id", _part("actor", "id"), usual=30),
        _plain("actor_type", "Actor type", _part("actor", "type"), usual=10),
        _plain("actor_name", "Actor name", _part("actor", "name")),
        _plain("actor_email", "Actor email", lambda f: _email(f.get("actor") or {}) or None),
        _plain("actor_metadata", "Actor metadata", lambda f: _part("actor", "metadata")(f) or {}),
        _plain("target_id", "Target id", _first_target("id"), usual=30),
        _plain("target_type", "Target type", _first_target("type"), usual=12),
        _plain("target_name", "Target name", _first_target("name")),
        _plain("user_agent", "User agent", _part("context", "user_agent"), usual=40),
        _plain("organization_id", "Org", _part("organization_id"), usual=20),
        _plain("source_type", "Source", _part("source", "type")),
        _plain("source", "Source", _part("source"), usual=40),
    ]
    return {column.name: replace(column, summary=_SUMMARIES[column.name]) for column in columns}


# a column without its line here is an error at import
_SUMMARIES = {
    "time": "when it happened",
    "received": "when it was stored",
    "actor": "who did it: name, else e-mail, else id",
    "target": "to what: type:id of each target",
    "where": "location and agent",
    "action": "what was done",
    "org": "the organization's id",
    "id": "the event's id",
    "version": "version of the event's schema",
    "location": "from where: address or place",
    "agent": "with which program",
    "metadata": "the event's metadata, as JSON",
    "targets": "all targets, as JSON",
    "occurred_at": "the same as time",
    "received_at": "the same as received",
    "actor_id": "the actor's id",
    "actor_type": "user, api_key, system, ...",
    "actor_name": "the actor's name, if it has one",
    "actor_email": "the e-mail in the actor's metadata",
    "actor_metadata": "the actor's metadata, as JSON",
    "target_id": "the first target's id",
    "target_type": "the first target's type",
    "target_name": "the first target's name, if it has one",
    "user_agent": "the same as agent",
    "organization_id": "the same as org",
    "source_type": "the kind of the original record",
    "source": "the original record, as JSON",
}

CATALOGUE: dict[str, Column] = _build()
ALIASES = {
    "created": "time",
    "ip": "location",
    "organization": "org",
    "actor.id": "actor_id",
    "actor.type": "actor_type",
    "actor.name": "actor_name",
    "actor.email": "actor_email",
    "actor.metadata": "actor_metadata",
    "source.type": "source_type",
}

TABLE = ("time", "action", "actor", "target", "where")
TABLE_WITH_ORG = ("time", "org", "action", "actor", "target", "where")
LINES = ("time", "action", "actor.id", "actor.name", "target", "location", "org", "id")
CSV = (
    "id",
    "organization_id",
    "action",
    "version",
    "occurred_at",
    "received_at",
    "actor_id",
    "actor_type",
    "actor_name",
    "actor_metadata",
    "target_id",
    "target_type",
    "target_name",
    "targets",
    "location",
    "user_agent",
    "metadata",
    "source_type",
)
