"""The catalogue of fields: what each is called, what it means, and how its values are compared.

The parser, the predicate, the SQL of the embedded store and ``auditctl help query`` all read it.

A field has any number of values in an event. A test on it holds if some value passes, so a field
without values passes no test, and the negation of a test holds for it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Fields = dict[str, Any]
Scalar = str | int | float | bool
Kind = Literal["text", "address", "number", "time", "scalar", "any"]


class Field(NamedTuple):
    """One field.

    Attributes:
        name: What a tree calls it.
        kind: ``text``; ``address`` (a text that may be an IP address); ``number``; ``time``;
            ``scalar`` (metadata: text, number or boolean); ``any`` (what a foreign record holds).
        folded: Whether letter case and accents make no difference.
        summary: What it is, for people; at most 30 characters.
        example: A condition on it.
        aliases: Other names.
        parts: The fields whose values it has together; each is compared in its own way.
        placeholder: What stands for the steps of a dynamic field in its label: ``KEY``.
    """

    name: str
    kind: Kind
    folded: bool
    summary: str
    example: str
    aliases: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    placeholder: str = ""

    @property
    def label(self) -> str:
        """The name as people write it: ``action``, ``metadata.KEY``."""
        return f"{self.name}.{self.placeholder}" if self.placeholder else self.name


CATALOGUE = (
    Field("action", "text", False, "what was done", "action:project.*"),
    Field(
        "actor",
        "text",
        False,
        "who did it: id, name or e-mail",
        "actor:jon@acme.com",
        parts=("actor.id", "actor.name", "actor.email"),
    ),
    Field("actor.id", "text", False, "the actor's id", "actor.id:user_01"),
    Field("actor.type", "text", False, "user, api_key, system, ...", "actor.type:user"),
    Field("actor.name", "text", True, "the actor's name", 'actor.name:"Jon Smith"'),
    Field(
        "actor.email",
        "text",
        True,
        "the actor's e-mail (metadata)",
        "actor.email:*@acme.com",
    ),
    Field(
        "target",
        "text",
        False,
        "any target: its id or name",
        "target:proj_01",
        ("targets",),
        parts=("target.id", "target.name"),
    ),
    Field("target.id", "text", False, "any target's id", "target.id:proj_01", ("targets.id",)),
    Field("target.type", "text", False, "any target's type", "target.type:team", ("targets.type",)),
    Field("target.name", "text", True, "any target's name", "target.name:api*", ("targets.name",)),
    Field("target.ref", "text", False, "type:id of one target", "target.ref:team:team_01"),
    Field(
        "location",
        "address",
        True,
        "from where: address or place",
        "location:10.0.0.0/8",
        ("ip", "context.location"),
    ),
    Field(
        "agent",
        "text",
        True,
        "with which program",
        "agent:~firefox",
        ("user_agent", "context.user_agent"),
    ),
    Field(
        "org",
        "text",
        False,
        "the organization's id",
        "org:org_01",
        ("organization", "organization_id"),
    ),
    Field("id", "text", False, "the event's id", "id:audit_log_event_01J*"),
    Field("version", "number", False, "version of the event's schema", "version:>=2"),
    Field(
        "created",
        "time",
        False,
        "when it happened",
        "created:>=2026-05-01",
        ("occurred", "occurred_at"),
    ),
    Field("received", "time", False, "when it was stored", "received:today", ("received_at",)),
    Field(
        "metadata",
        "scalar",
        True,
        "the event's metadata",
        "metadata.region:eu-*",
        placeholder="KEY",
    ),
    Field(
        "actor.metadata",
        "scalar",
        True,
        "the actor's metadata",
        "actor.metadata.role:admin",
        placeholder="KEY",
    ),
    Field(
        "target.metadata",
        "scalar",
        True,
        "any target's metadata",
        "target.metadata.n:>100",
        ("targets.metadata",),
        placeholder="KEY",
    ),
    Field(
        "source",
        "any",
        True,
        "original record of an import",
        "source.errorCode:*Denied",
        placeholder="PATH",
    ),
)

FIELDS = {field.name: field for field in CATALOGUE}
_NAMES = {name: field for field in CATALOGUE for name in (field.name, *field.aliases)}
_DYNAMIC = tuple(name for name, field in _NAMES.items() if field.placeholder)

_EMPTY: Fields = {}

# patterns as text: compiling them at import would cost every command a millisecond
_STEP = r'"(?P<quoted>(?:[^"\\]|\\.)*+)"|(?P<index>\[[0-9]*\])|(?P<name>[^."\[]+|\[)'
_INDEX = r"\[([0-9]{1,9})\]"


class UnknownFieldError(LookupError):
    """A name that is no field's.

    Args:
        name: The name.
        reason: What is wrong with it, without a full stop.
        close: Names that are similar, best first.
    """

    def __init__(self, name: str, reason: str, close: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.name = name
        self.reason = reason
        self.close = close


def lookup(name: str) -> tuple[Field, tuple[str, ...]]:
    """Return the field that a name means, and the steps behind a dynamic one.

    Steps may be quoted (``source."x.y".z``). What follows ``metadata.`` is one key, dots included;
    in ``source`` a dot leads one step down, and ``[0]`` into a list.

    Raises:
        UnknownFieldError: There is no such field.
    """
    field = _NAMES.get(name)
    if field is not None and not field.placeholder:
        return field, ()
    for prefix in _DYNAMIC:
        if name.startswith(prefix + "."):
            field = _NAMES[prefix]
            return field, _steps(name, name[len(prefix) + 1 :], nested=field.name == "source")
    if field is not None:
        reason = f'"{name}" alone is no field; name what to look at: {field.label}'
        raise UnknownFieldError(name, reason)
    from auditctl.closeness import closest  # noqa: PLC0415 - for errors only

    known = [*_NAMES, "has", "missing"]
    close = closest(name, known, most=3)
    raise UnknownFieldError(name, f'no field "{name}"', tuple(close))


def _steps(name: str, text: str, *, nested: bool) -> tuple[str, ...]:
    """Cut what stands behind a dynamic prefix into steps, or into the one key of metadata."""
    if not nested and not text.startswith('"'):
        steps = [text]
    else:
        steps = []
        step = re.compile(_STEP, re.DOTALL)
        position = 0
        while position < len(text):
            match = step.match(text, position)
            if match is None:
                raise UnknownFieldError(name, f'"{name}" has an empty step')
            _add_step(steps, match)
            position = match.end()
            if text[position : position + 1] == ".":
                position += 1
                if position == len(text):
                    raise UnknownFieldError(name, f'"{name}" ends with a dot')
    if not steps or not (nested or steps[0]):
        raise UnknownFieldError(name, f'"{name}" does not say what to look at')
    if not nested:
        return (".".join(steps),)
    return tuple(steps) if steps == ["type"] or steps[0] == "record" else ("record", *steps)


def quoted_step(step: str) -> str:
    """Return a step or key so that :func:`lookup` reads it as it is."""
    escaped = step.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _add_step(steps: list[str], match: re.Match[str]) -> None:
    if match["quoted"] is not None:
        steps.append(re.sub(r"\\(.)", r"\1", match["quoted"], flags=re.DOTALL))
    elif match["index"] != "[]":  # [] is any element, which a list stands for anyway
        steps.append(match[0])


def text_of(value: Scalar) -> str:
    """Return a value as text: as the canonical JSON writes it, without quotes."""
    if isinstance(value, str):
        return value
    if value is True:
        return "true"
    if value is False:
        return "false"
    text = repr(value)
    return _json_float(text) if "e" in text else text


def _json_float(text: str) -> str:
    """Turn Python's ``1e-07`` and ``1.5e-05`` into the body's ``1e-7`` and ``0.000015``."""
    mantissa, _, exponent = text.partition("e")
    power = int(exponent)
    if power != -5:  # noqa: PLR2004 - where only Python already uses an exponent
        return f"{mantissa}e{power}"
    sign = "-" if mantissa[0] == "-" else ""
    return f"{sign}0.0000{mantissa.lstrip('-').replace('.', '')}"


def single_reader(name: str, path: Sequence[str] = ()) -> Callable[[Fields], Any] | None:
    """Return a function that gives the field's one value in an event, or None if it is absent.

    Times are given as their canonical text. The event may lack any of its parts.

    Returns:
        The function; None if the field can have several values.
    """
    if name == "metadata":
        key = path[0]
        return lambda event: event.get("metadata", _EMPTY).get(key)
    if name == "actor.metadata":
        key = path[0]
        return lambda event: event.get("actor", _EMPTY).get("metadata", _EMPTY).get(key)
    return _SINGLE.get(name)


def _email(event: Fields) -> str | None:
    value = event.get("actor", _EMPTY).get("metadata", _EMPTY).get("email")
    return None if value is None else text_of(value)


_SINGLE: dict[str, Callable[[Fields], Any]] = {
    "action": lambda event: event.get("action"),
    "actor.id": lambda event: event.get("actor", _EMPTY).get("id"),
    "actor.type": lambda event: event.get("actor", _EMPTY).get("type"),
    "actor.name": lambda event: event.get("actor", _EMPTY).get("name"),
    "actor.email": _email,
    "location": lambda event: event.get("context", _EMPTY).get("location"),
    "agent": lambda event: event.get("context", _EMPTY).get("user_agent"),
    "org": lambda event: event.get("organization_id"),
    "id": lambda event: event.get("id"),
    "version": lambda event: event.get("version"),
    "created": lambda event: event.get("occurred_at"),
    "received": lambda event: event.get("received_at"),
}


def many_reader(name: str, path: Sequence[str] = ()) -> Callable[[Fields], list[Any]]:
    """Return a function that gives all values of a field of targets or of ``source``."""
    if name == "source":
        steps = tuple(path)
        return lambda event: _inside(event.get("source"), steps)
    if name == "target.metadata":
        key = path[0]
        return lambda event: [
            target["metadata"][key]
            for target in event.get("targets", ())
            if key in target.get("metadata", _EMPTY)
        ]
    if name == "target.ref":
        return lambda event: [
            f"{target['type']}:{target['id']}" for target in event.get("targets", ())
        ]
    key = name.removeprefix("target.")
    return lambda event: [target[key] for target in event.get("targets", ()) if key in target]


def _inside(value: object, steps: tuple[str, ...]) -> list[Any]:
    """Return the values that steps lead to; a list or object there stands for all it holds."""
    found: list[Any] = []
    waiting = [(value, 0)]
    while waiting:
        value, done = waiting.pop()
        if isinstance(value, dict):
            if done == len(steps):
                waiting.extend([(item, done) for item in reversed(value.values())])
            elif steps[done] in value:
                waiting.append((value[steps[done]], done + 1))
        elif isinstance(value, list):
            index = re.fullmatch(_INDEX, steps[done]) if done < len(steps) else None
            if index is None:
                waiting.extend([(item, done) for item in reversed(value)])
            elif int(index[1]) < len(value):
                waiting.append((value[int(index[1])], done + 1))
        elif done == len(steps) and value is not None:
            found.append(value)
    return found


def values(event: Fields, name: str, path: Sequence[str] = ()) -> list[Scalar]:
    """Return the values of a field in an event; empty if it is absent.

    Args:
        event: The decoded event; any part of it may be missing.
        name: A name of the catalogue.
        path: The steps behind a dynamic field.

    Returns:
        Texts, numbers and booleans; times in milliseconds.
    """
    field = FIELDS[name]
    if field.parts:
        return [value for part in field.parts for value in values(event, part)]
    read = single_reader(name, path)
    if read is None:
        return many_reader(name, path)(event)
    value = read(event)
    if value is None:
        return []
    if field.kind == "time":
        from auditctl.events.clock import parse_instant  # noqa: PLC0415 - not for parsing alone

        return [parse_instant(value)]
    return [value]


def searched_texts(event: Fields) -> Iterator[str]:
    """Yield every value that free words search.

    These are the action, id and name of the actor and of each target, location, user agent, and
    all metadata values.
    """
    if "action" in event:
        yield event["action"]
    for part in (event.get("actor", _EMPTY), *event.get("targets", ())):
        if "id" in part:
            yield part["id"]
        if "name" in part:
            yield part["name"]
        for value in part.get("metadata", _EMPTY).values():
            yield value if type(value) is str else text_of(value)
    yield from event.get("context", _EMPTY).values()
    for value in event.get("metadata", _EMPTY).values():
        yield value if type(value) is str else text_of(value)
