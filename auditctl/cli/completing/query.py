"""Inside a query: names of fields, and values of the field before the cursor."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from auditctl.cli.completing.candidates import (
    Answer,
    Candidate,
    chosen,
    of_actors,
    of_values,
)
from auditctl.cli.completing.times import in_query
from auditctl.query.fields import CATALOGUE, Field, UnknownFieldError, lookup, quoted_step

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditctl.cli.completing.world import World

_KEYWORDS = (
    Candidate("AND", "both conditions, as without it"),
    Candidate("OR", "either condition"),
    Candidate("NOT", "the next condition does not hold"),
)
_PRESENCE = (
    Candidate("has:", "the field has a value", final=False),
    Candidate("missing:", "the field has no value", final=False),
)
_OPERATORS = (">=", "<=", "!=", "=", ">", "<", "~")
# a value with one of these, or one that begins like an operator, is written in quotation marks
_SPECIAL = re.compile(r'[\s(),"*?\\]|^[=<>~!/]|\.\.')
_SPECIAL_STEP = re.compile(r'[\s:"(),]')


class _Place(NamedTuple):
    """Where in a query the cursor is.

    Attributes:
        stem: All before the piece that is being typed.
        typed: That piece.
        field: The field whose value it is; None where it is the name of a field or a word.
        operator: What stands before the value.
    """

    stem: str
    typed: str
    field: str | None = None
    operator: str = ""


def complete_query(text: str, world: World) -> Answer:
    """Return what may stand at the end of a piece of a query.

    Args:
        text: The word at the cursor up to the cursor, which may hold several conditions.
        world: What is known.
    """
    place = _find(text)
    if place is None:
        return Answer(text, [])
    if place.field is None:
        return Answer(place.stem, _names(place.typed, world))
    if place.field in ("has", "missing"):
        return Answer(place.stem, fields(place.typed, world))
    return Answer(place.stem, _values(place, world))


def fields(typed: str, world: World, *, colon: str = "") -> list[Candidate]:
    """Return names of fields, with keys of metadata where one of those is being typed.

    Args:
        typed: What stands at the cursor.
        world: What is known.
        colon: What follows a complete name; without it a name is complete.
    """
    for field in CATALOGUE:
        for name in (field.name, *field.aliases):
            if field.placeholder and typed.startswith(f"{name}."):
                return _keys(field, name, typed, world, colon)
    final = not colon
    named = [
        Candidate(f"{field.name}.", field.summary, final=False)
        if field.placeholder
        else Candidate(f"{field.name}{colon}", field.summary, final=final)
        for field in CATALOGUE
    ]
    if not typed:
        return named
    aliases = [
        Candidate(f"{alias}{colon}", f"the same as {field.name}", final=final)
        for field in CATALOGUE
        if not field.placeholder
        for alias in field.aliases
        if alias.startswith(typed)
    ]
    direct = [one for one in named if one.text.startswith(typed)]
    return direct or aliases or chosen(named, typed)


def _keys(field: Field, name: str, typed: str, world: World, colon: str) -> list[Candidate]:
    dotted = field.name == "source"  # there a dot leads a step down
    found = []
    for one in world.glance.keys(field.name):
        plain = not _SPECIAL_STEP.search(one.value) and not (dotted and "." in one.value)
        key = one.value if plain and one.value else quoted_step(one.value)
        found.append(Candidate(f"{name}.{key}{colon}", one.note, final=not colon))
    return chosen(found, typed)


def _names(typed: str, world: World) -> list[Candidate]:
    """Return what a condition may begin with."""
    named = fields(typed, world, colon=":")
    if typed and not named[:1]:
        named = chosen(_PRESENCE, typed)
    elif not typed or any(one.text.startswith(typed) for one in _PRESENCE):
        named = [*named, *(one for one in _PRESENCE if one.text.startswith(typed))]
    if typed.isupper():
        named = [*(one for one in _KEYWORDS if one.text.startswith(typed)), *named]
    return named


def _values(place: _Place, world: World) -> list[Candidate]:
    try:
        field, path = lookup(place.field or "")
    except UnknownFieldError:
        return []
    if place.operator == "~" or place.typed.startswith("/"):
        return []  # a part of a text, or a pattern: not one of the values
    if field.kind == "time":
        return chosen(in_query(place.operator, world.now()), place.typed)
    text = place.typed
    if text.startswith('"'):
        text = re.sub(r"\\(.)", r"\1", text[1:])
    return _quoted(chosen(values(field.name, path, text, world), text), place)


def values(name: str, path: tuple[str, ...], text: str, world: World) -> list[Candidate]:
    """Return values of a field; see :meth:`auditctl.stores.glance.Glance.values`."""
    if "*" in text or "?" in text:
        text = ""  # a pattern: the caller chooses from all
    if name == "actor":
        return of_actors(world.glance.actors(text), text)
    if name == "target":
        name = "target.id"
    if name == "id":
        return world.recent_ids()
    found = of_values(world.glance.values(name, path, text))
    family = text.endswith(".") and name == "action"
    if family and sum(one.text.startswith(text) for one in found) > 1:
        found.append(Candidate(f"{text}*", "all of them"))
    return found


def _quoted(found: Iterable[Candidate], place: _Place) -> list[Candidate]:
    """Return values as a query has to write them."""
    always = place.typed.startswith('"')
    written = []
    for one in found:
        family = one.text.endswith(".*")
        if always or (_SPECIAL.search(one.text) and not family):
            escaped = one.text.replace("\\", "\\\\").replace('"', '\\"')
            written.append(one._replace(text=f'"{escaped}"'))
        else:
            written.append(one)
    return written


def _find(text: str) -> _Place | None:
    """Return where the end of a query is; None where nothing can be suggested."""
    start = item = place = 0
    listed = ""  # the field whose bracketed list is open
    while place < len(text):
        char = text[place]
        if char == '"':
            end = _closing(text, place)
            if end < 0:
                break  # in a quoted text that goes to the end
            place = end
        elif char == "(" and not listed:
            if place > start and text[place - 1] == ":":
                listed = text[start : place - 1].lstrip("-!")
            start = item = place + 1
        elif char == ")":
            listed, start = "", place + 1
        elif char.isspace() or (char == "," and listed):
            item = place + 1
            start = start if listed else item
        place += 1
    if listed:
        return _Place(text[:item], text[item:], listed)
    while text[start : start + 1] in ("-", "!"):
        start += 1
    phrase = text[start : start + 1] == '"'
    return None if phrase else _in_condition(text, start)


def _in_condition(text: str, start: int) -> _Place:
    """Return the place in the condition that begins at ``start`` and goes to the end."""
    colon = _outside(text, ":", start)
    if colon < 0:
        return _Place(text[:start], text[start:])
    field, value = text[start:colon], colon + 1
    for operator in _OPERATORS:
        if text.startswith(operator, value):
            value += len(operator)
            return _Place(text[:value], text[value:], field, operator)
    while (comma := _outside(text, ",", value)) >= 0:
        value = comma + 1
    return _Place(text[:value], text[value:], field)


def _outside(text: str, wanted: str, start: int) -> int:
    """Return where a character stands outside of quotation marks, or -1."""
    place = start
    while place < len(text):
        if text[place] == wanted:
            return place
        if text[place] == '"':
            end = _closing(text, place)
            if end < 0:
                return -1
            place = end
        place += 1
    return -1


def _closing(text: str, start: int) -> int:
    """Return where the quotation mark is that closes the one at ``start``, or -1."""
    place = start + 1
    while place < len(text):
        if text[place] == "\\":
            place += 1
        elif text[place] == '"':
            return place
        place += 1
    return -1
