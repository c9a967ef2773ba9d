"""The syntax tree of a query: what every reading starts from.

A tree is built by the parser from text, or by the command line from flags; it is hashable and never
changed. Its meaning is that of ``predicate.py``; the SQL of the embedded store and the push-down
to WorkOS must agree with it on every event.

These are no dataclasses: generating the methods of thirteen would cost every command 5 ms at its
start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

Comparison = Literal["<", "<=", ">", ">="]


class _Part:
    """What a tree is made of: equal by kind and contents, and printed like a call."""

    __slots__ = ()
    __match_args__: tuple[str, ...] = ()

    def _contents(self) -> tuple[object, ...]:
        return tuple([getattr(self, name) for name in self.__match_args__])

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._contents() == other._contents()

    def __hash__(self) -> int:
        return hash((type(self), self._contents()))

    def __repr__(self) -> str:
        arguments = [f"{name}={getattr(self, name)!r}" for name in self.__match_args__]
        return f"{type(self).__name__}({', '.join(arguments)})"


class Exact(_Part):
    """Equal to ``text``; folded where the field folds, unless ``strict`` (the operator ``:=``)."""

    __slots__ = __match_args__ = ("text", "strict")

    def __init__(self, text: str, *, strict: bool = False) -> None:
        self.text = text
        self.strict = strict


class Glob(_Part):
    r"""Matches a pattern as a whole: ``*`` any text, ``?`` one character; folded as the field.

    A backslash takes the special meaning from ``*``, ``?`` and the backslash itself.
    """

    __slots__ = __match_args__ = ("pattern",)

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern


class Contains(_Part):
    """Has ``text`` somewhere inside, folded on both sides (the operator ``:~``)."""

    __slots__ = __match_args__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class Regex(_Part):
    """A match of a linear-time regular expression (RE2 syntax) somewhere inside."""

    __slots__ = __match_args__ = ("pattern", "ignore_case")

    def __init__(self, pattern: str, *, ignore_case: bool = False) -> None:
        self.pattern = pattern
        self.ignore_case = ignore_case


class Compare(_Part):
    """Stands in order before or after a number.

    For a time field the number is in milliseconds since 1970.
    """

    __slots__ = __match_args__ = ("op", "number")

    def __init__(self, op: Comparison, number: float) -> None:
        self.op = op
        self.number = number


class Between(_Part):
    """At least ``low`` and at most ``high``; None is open.

    Numbers: both ends belong to the range. Time fields (milliseconds): ``[low, high)``, where the
    parser has already moved ``high`` to the end of what was named.
    """

    __slots__ = __match_args__ = ("low", "high")

    def __init__(self, low: float | None, high: float | None) -> None:
        self.low = low
        self.high = high


class Within(_Part):
    """An address inside a network; other text never matches."""

    __slots__ = __match_args__ = ("network",)

    def __init__(self, network: IPv4Network | IPv6Network) -> None:
        self.network = network


Test = Exact | Glob | Contains | Regex | Compare | Between | Within


class Match(_Part):
    """Some value of the field passes the test.

    ``field`` is the name of a field of the catalogue: ``action``, ``target.type``, ``metadata``.
    ``path`` holds the steps behind a dynamic one, which may themselves contain dots; it is never
    empty there, and empty everywhere else: ``metadata`` has one step, the key; ``source`` has
    ``("type",)`` or ``("record", "userIdentity", "arn")``.
    """

    __slots__ = __match_args__ = ("field", "test", "path")

    def __init__(self, field: str, test: Test, path: tuple[str, ...] = ()) -> None:
        self.field = field
        self.test = test
        self.path = path


class Has(_Part):
    """The field has at least one value (an empty text is a value)."""

    __slots__ = __match_args__ = ("field", "path")

    def __init__(self, field: str, path: tuple[str, ...] = ()) -> None:
        self.field = field
        self.path = path


class Words(_Part):
    """The words stand next to each other, in this order, within one searched value.

    ``words`` are folded and cut (:func:`auditctl.query.text.words`) and never empty. With
    ``prefix`` the last one may be the beginning of a longer word.
    """

    __slots__ = __match_args__ = ("words", "prefix")

    def __init__(self, words: tuple[str, ...], *, prefix: bool = False) -> None:
        self.words = words
        self.prefix = prefix


class Not(_Part):
    """Everything that the item does not match."""

    __slots__ = __match_args__ = ("item",)

    def __init__(self, item: Node) -> None:
        self.item = item


class And(_Part):
    """What all items match; without items, everything."""

    __slots__ = __match_args__ = ("items",)

    def __init__(self, items: tuple[Node, ...]) -> None:
        self.items = items


class Or(_Part):
    """What some item matches; without items, nothing."""

    __slots__ = __match_args__ = ("items",)

    def __init__(self, items: tuple[Node, ...]) -> None:
        self.items = items


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
