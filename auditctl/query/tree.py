"""The syntax tree of a query: what every reading starts from.

A tree is built by the parser from text, or by the command line from flags; it is immutable and
hashable. Its meaning is that of ``predicate.py``; the SQL of the embedded store and the push-down
to WorkOS must agree with it on every event.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import Literal

Comparison = Literal["<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Exact:
    """Equal to ``text``; folded where the field folds, unless ``strict`` (the operator ``:=``)."""

    text: str
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Glob:
    """Matches a pattern as a whole: ``*`` any text, ``?`` one character; folded as the field."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Contains:
    """Has ``text`` somewhere inside, folded on both sides (the operator ``:~``)."""

    text: str


@dataclass(frozen=True, slots=True)
class Regex:
    """A match of a linear-time regular expression (RE2 syntax) somewhere inside."""

    pattern: str
    ignore_case: bool = False


@dataclass(frozen=True, slots=True)
class Compare:
    """Stands in order before or after a number.

    For a time field the number is in milliseconds since 1970.
    """

    op: Comparison
    number: float


@dataclass(frozen=True, slots=True)
class Between:
    """At least ``low`` and at most ``high``; None is open.

    Numbers: both ends belong to the range. Time fields (milliseconds): ``[low, high)``, where the
    parser has already moved ``high`` to the end of what was named.
    """

    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Within:
    """An address inside a network; other text never matches."""

    network: IPv4Network | IPv6Network


Test = Exact | Glob | Contains | Regex | Compare | Between | Within


@dataclass(frozen=True, slots=True)
class Match:
    """Some value of the field passes the test.

    ``field`` is the canonical name from the catalogue: ``action``, ``actor``, ``target.type``,
    ``metadata.region``, ``source.record.userIdentity.arn``. ``path`` holds the steps behind a
    dynamic prefix, which may themselves contain dots: ``("userIdentity", "arn")``.
    """

    field: str
    test: Test
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Has:
    """The field has at least one value (an empty text is a value)."""

    field: str
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """The words stand next to each other, in this order, within one searched value.

    ``words`` are folded and cut (:func:`auditctl.query.text.words`) and never empty. With
    ``prefix`` the last one may be the beginning of a longer word.
    """

    words: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    """Everything that the item does not match."""

    item: Node


@dataclass(frozen=True, slots=True)
class And:
    """What all items match; without items, everything."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """What some item matches; without items, nothing."""

    items: tuple[Node, ...]


Node = Match | Has | Words | Not | And | Or

EVERYTHING = And(())


def both(*nodes: Node) -> Node:
    """Return the conjunction of nodes, flat and without needless wrapping."""
    items: list[Node] = []
    for node in nodes:
        items.extend(node.items if isinstance(node, And) else (node,))
    return items[0] if len(items) == 1 else And(tuple(items))


def either(*nodes: Node) -> Node:
    """Return the disjunction of nodes, flat and without needless wrapping."""
    items: list[Node] = []
    for node in nodes:
        items.extend(node.items if isinstance(node, Or) else (node,))
    return items[0] if len(items) == 1 else Or(tuple(items))
