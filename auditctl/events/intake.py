"""The door of the store: what comes in is checked here and becomes canonical bytes.

The shape is that of a WorkOS audit log event, with ``id``, ``organization_id`` and ``received_at``
added. Optional texts that are absent are left out of the bytes; ``metadata`` is always there.
Unknown keys are refused or kept whole under ``source``, as the caller asks: never dropped.
"""

import re
from collections.abc import Mapping
from math import isfinite
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from auditctl.errors import EventError
from auditctl.events.clock import canonical_instant

Scalar = str | int | float | bool
Metadata = dict[str, Scalar]

DEFAULT_ORGANIZATION = "org_default"
MAX_VERSION = 2**31 - 1
MAX_DEPTH = 200  # of a foreign record: Python's json gives up at 1,000, less what called it


class Actor(msgspec.Struct, forbid_unknown_fields=True):
    """Who did it."""

    id: str
    type: str
    name: str | UnsetType = UNSET
    metadata: Metadata = msgspec.field(default_factory=dict)


class Target(msgspec.Struct, forbid_unknown_fields=True):
    """To what it was done."""

    id: str
    type: str
    name: str | UnsetType = UNSET
    metadata: Metadata = msgspec.field(default_factory=dict)


class Context(msgspec.Struct, forbid_unknown_fields=True):
    """From where: an address or a place, and the program."""

    location: str | UnsetType = UNSET
    user_agent: str | UnsetType = UNSET


class Source(msgspec.Struct, forbid_unknown_fields=True):
    """The record that the event was made from, where it came from elsewhere."""

    type: str
    record: dict[str, Any]


class NewEvent(msgspec.Struct, forbid_unknown_fields=True):
    """An event on its way into a store; the order of the fields is the order of the bytes.

    ``id`` and ``received_at`` may still be missing; the store fills them in. Times are canonical
    text once :func:`intake` or :func:`intake_json` has returned the event.
    """

    action: str
    occurred_at: str
    actor: Actor
    id: str | UnsetType = UNSET
    organization_id: str = DEFAULT_ORGANIZATION
    version: int = 1
    received_at: str | UnsetType = UNSET
    targets: list[Target] = msgspec.field(default_factory=list)
    context: Context = msgspec.field(default_factory=Context)
    metadata: Metadata = msgspec.field(default_factory=dict)
    source: Source | UnsetType = UNSET


class _Canonical(msgspec.Struct):
    """The same in canonical order; ``NewEvent`` has its required fields first, as Python wants."""

    id: str | UnsetType
    organization_id: str
    action: str
    version: int
    occurred_at: str
    received_at: str | UnsetType
    actor: Actor
    targets: list[Target]
    context: Context
    metadata: Metadata
    source: Source | UnsetType


_encoder = msgspec.json.Encoder()
_line_decoder = msgspec.json.Decoder(NewEvent)
_any_decoder = msgspec.json.Decoder()

# escapes from left to right: an escaped backslash, a whole surrogate pair, half a pair
_SURROGATE = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)

Unknown = Literal["reject", "keep"]


def canonical_bytes(event: NewEvent, *, bare: bool = False) -> bytes:
    """Return the canonical JSON of an event, UTF-8.

    Args:
        event: The event; what is UNSET is left out.
        bare: Leave out ``id`` and ``received_at``: the content by which equal events are known.
    """
    return _encoder.encode(
        _Canonical(
            UNSET if bare else event.id,
            event.organization_id,
            event.action,
            event.version,
            event.occurred_at,
            UNSET if bare else event.received_at,
            event.actor,
            event.targets,
            event.context,
            event.metadata,
            event.source,
        )
    )


def intake_json(
    line: bytes, *, organization: str | None = None, unknown: Unknown = "reject"
) -> NewEvent:
    """Read one event from JSON.

    Args:
        line: One JSON object: an event, or the ``{"organization_id", "event"}`` envelope of the
            WorkOS API.
        organization: The organization of events that name none.
        unknown: What becomes of keys that an event does not have.

    Raises:
        EventError: The text is no JSON or no acceptable event.
    """
    try:
        event = _line_decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # not our own form: read it loosely, which also finds the words for what is wrong
        return intake(decode_json(line), organization=organization, unknown=unknown)
    if organization is not None and event.organization_id == DEFAULT_ORGANIZATION:
        if b'"organization_id"' in line:
            # named, as our own export names it, or a key of that name lies deeper: look closely
            return intake(decode_json(line), organization=organization, unknown=unknown)
        event.organization_id = organization
    return _finished(event)


def decode_json(text: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Return a JSON text as Python values.

    Half a surrogate pair, which JSON can write and UTF-8 cannot, becomes the six characters of its
    escape: whoever can name a thing could otherwise keep its events out of every store.

    Raises:
        EventError: The text is no JSON.
    """
    try:
        return _any_decoder.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        whole = _SURROGATE.sub(_spelled_out, text)
        if whole != text:
            return decode_json(whole)
        raise EventError(f"not valid JSON: {error}") from error


def _spelled_out(escape: re.Match[bytes]) -> bytes:
    """Return half a pair with its backslash doubled, and any other escape as it is."""
    return b"\\" + escape[0] if escape["half"] else escape[0]


def intake(
    mapping: object, *, organization: str | None = None, unknown: Unknown = "reject"
) -> NewEvent:
    """Check one event given as JSON values and return it in canonical form.

    Raises:
        EventError: The event is not acceptable; the text names the field.
    """
    if not isinstance(mapping, dict):
        raise EventError(f"an event is a JSON object, not {_kind(mapping)}")
    original = mapping
    mapping = _unwrapped(mapping)
    mapping = {key: value for key, value in mapping.items() if value is not None}
    mapping.setdefault("organization_id", organization or DEFAULT_ORGANIZATION)
    stray = _tidy(mapping)
    if stray:
        if unknown == "reject":
            raise EventError(_unknown_key(stray[0]))
        if "source" in mapping:
            raise EventError(f"{_unknown_key(stray[0])}, and 'source' is taken")
        mapping["source"] = {"type": "json", "record": original}
    for key in ("action", "occurred_at", "actor"):
        if key not in mapping:
            raise EventError(f"{key!r} is missing")
    try:
        event = msgspec.convert(mapping, NewEvent)
    except msgspec.ValidationError as error:
        raise EventError(_wrong_metadata(mapping) or _readable(str(error))) from error
    _check_values(event)
    return _finished(event)


def _check_values(event: NewEvent) -> None:
    """Refuse what Python has and JSON has not: infinite numbers and halves of characters."""
    of_targets = [target.metadata for target in event.targets]
    for metadata in (event.metadata, event.actor.metadata, *of_targets):
        for key, value in metadata.items():
            if isinstance(value, float) and not isfinite(value):
                raise EventError(f"'metadata.{key}': {value} is no number of JSON")
    try:
        canonical_bytes(event)
    except UnicodeEncodeError as error:
        half = error.object[error.start : error.end]
        raise EventError(f"{half!r} is half a character") from error


def _unwrapped(mapping: dict[str, Any]) -> dict[str, Any]:
    """Open the envelope of ``POST /audit_logs/events``."""
    inner = mapping.get("event")
    if isinstance(inner, dict) and "action" not in mapping:
        merged = dict(inner)
        for key, value in mapping.items():
            if key != "event":
                merged.setdefault(key, value)
        return merged
    return mapping


_KNOWN: dict[str, tuple[str, ...]] = {
    "event": NewEvent.__struct_fields__,
    "actor": Actor.__struct_fields__,
    "targets": Target.__struct_fields__,
    "context": Context.__struct_fields__,
}


def _tidy(mapping: dict[str, Any]) -> list[str]:
    """Drop nulls, take unknown keys out, and return their paths."""
    stray = [key for key in mapping if key not in _KNOWN["event"]]
    for key in stray:
        del mapping[key]
    for part in ("actor", "context"):
        if isinstance(mapping.get(part), dict):
            mapping[part] = _tidy_part(mapping[part], part, part, stray)
    if isinstance(mapping.get("targets"), list):
        mapping["targets"] = [
            _tidy_part(target, "targets", f"targets[{n}]", stray)
            if isinstance(target, dict)
            else target
            for n, target in enumerate(mapping["targets"])
        ]
    return stray


def _tidy_part(part: Mapping[str, Any], kind: str, path: str, stray: list[str]) -> dict[str, Any]:
    stray.extend(f"{path}.{key}" for key in part if key not in _KNOWN[kind])
    return {key: part[key] for key in part if key in _KNOWN[kind] and part[key] is not None}


def _finished(event: NewEvent) -> NewEvent:
    """Check what types cannot say, and bring the times into canonical form."""
    if not event.action:
        raise EventError("'action' is empty")
    if not event.organization_id:
        raise EventError("'organization_id' is empty")
    if event.id == "":
        raise EventError("'id' is empty")
    if not 0 <= event.version <= MAX_VERSION:
        raise EventError(f"'version': expected 0 to {MAX_VERSION:,}")
    if isinstance(event.source, Source) and _too_deep(event.source.record):
        raise EventError(f"'source.record' is nested deeper than {MAX_DEPTH} levels")
    event.occurred_at = canonical_instant(event.occurred_at)[1]
    if isinstance(event.received_at, str):
        event.received_at = canonical_instant(event.received_at)[1]
    return event


def _too_deep(record: dict[str, Any]) -> bool:
    level: list[Any] = [record]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def _wrong_metadata(mapping: dict[str, Any]) -> str | None:
    """Name the first metadata key whose value is no scalar; msgspec names only the object."""
    parts = [("", mapping), ("actor.", mapping.get("actor"))]
    targets = mapping.get("targets")
    if isinstance(targets, list):
        parts.extend((f"targets[{n}].", target) for n, target in enumerate(targets))
    for path, part in parts:
        metadata = part.get("metadata") if isinstance(part, dict) else None
        if isinstance(metadata, dict):
            for key, value in metadata.items():
                if not isinstance(value, Scalar):
                    wanted = "expected a string, a number or a boolean"
                    return f"'{path}metadata.{key}': {wanted}, got {_kind(value)}"
    return None


def _readable(message: str) -> str:
    """Turn ``Expected `str`, got `int` - at `$.actor.id``` into a sentence about the field."""
    text, _, path = message.partition(" - at `$.")
    words = {
        "`str`": "a string",
        "`int`": "a whole number",
        "`object`": "an object",
        "`array`": "a list",
        "`null`": "null",
        "`float`": "a number",
        "`bool`": "a boolean",
    }
    for word, plain in words.items():
        text = text.replace(word, plain)
    field = path.rstrip("`").replace("[...]", " value") if path else ""
    text = text[:1].lower() + text[1:]
    return f"'{field}': {text}" if field else text


def _unknown_key(path: str) -> str:
    name = path.rpartition(".")[2]
    known = sorted({key for keys in _KNOWN.values() for key in keys})
    from auditctl.closeness import closest  # noqa: PLC0415 - only for an error

    close = closest(name, known)
    return f"unknown key {path!r}" + (f"; did you mean {close[0]!r}?" if close else "")


def _kind(value: object) -> str:
    names = {
        list: "a list",
        dict: "an object",
        str: "a string",
        bool: "a boolean",
        type(None): "null",
    }
    return names.get(type(value), "a number")
