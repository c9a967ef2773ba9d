"""What ``field:value`` means: from a field, an operator and texts to a node of the tree.

The parser knows the grammar, this module the kinds of fields.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from auditctl.errors import QueryError, TimeError
from auditctl.query.fields import UnknownFieldError, lookup, text_of
from auditctl.query.lexer import Piece
from auditctl.query.matching import MAX_PATTERN, number_of, regex_fault
from auditctl.query.text import literal_of
from auditctl.query.tree import (
    Between,
    Compare,
    Comparison,
    Contains,
    Exact,
    Glob,
    Match,
    Node,
    Not,
    Regex,
    Test,
    Within,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from ipaddress import IPv4Network, IPv6Network
    from typing import NoReturn

    Times = Callable[[str], tuple[int, int]]

TEXTUAL = ("text", "address", "scalar", "any")
ORDERED = ("number", "time", "scalar", "any")


class Operator(NamedTuple):
    """What may stand between the colon and a value.

    Attributes:
        symbol: How it is written.
        kinds: The kinds of fields that have it.
        summary: What it means, for people.
        example: A condition with it.
    """

    symbol: str
    kinds: tuple[str, ...]
    summary: str
    example: str


# a symbol stands before the shorter ones that it begins with: the parser takes the first that fits
OPERATORS = (
    Operator(">=", ORDERED, "this or more, from its start", "created:>=2026-05-01"),
    Operator("<=", ORDERED, "this or less, up to its end", "created:<=2026-05-01"),
    Operator("!=", (*TEXTUAL, "number", "time"), "not equal, as -field:=value", "version:!=1"),
    Operator(">", ORDERED, "more, after its end", "metadata.size:>100"),
    Operator("<", ORDERED, "less, before its start", "created:<-24h"),
    Operator("=", (*TEXTUAL, "number", "time"), "equal, case and all, no globs", "agent:=curl"),
    Operator("~", TEXTUAL, "contains, in any case", "agent:~firefox"),
)

_MAPPED = 96  # the bits of ::ffff:0:0/96, into which IPv6 maps IPv4
_WANTED = {
    "text": "texts",
    "address": "addresses and texts",
    "number": "numbers",
    "time": "times",
}


class Condition:
    """Reads the values of one field in one query.

    Args:
        name: The field's name as written, with its place.
        query: The whole query, for errors.
        times: Returns the range ``[start, end)`` in milliseconds that a text names.

    Raises:
        QueryError: There is no such field.
    """

    def __init__(self, name: Piece, query: str, times: Times) -> None:
        self._query = query
        self._times = times
        self.name = name
        try:
            self.field, self.path = lookup(name.text)
        except UnknownFieldError as error:
            self._unknown(error)

    def _unknown(self, error: UnknownFieldError) -> NoReturn:
        message = error.reason
        if error.close:
            message += f'; did you mean "{error.close[0]}"?'
        hint = "auditctl help query lists the fields"
        if self._query.startswith(":", self.name.end):
            word = self._query[self.name.start :].split(None, 1)[0]
            hint = "to search for the text itself, put it in quotation marks"
            if '"' not in word and ")" not in word:
                hint += f': "{word[:60]}"'
        self.fail(message, self.name, hint=hint)

    def fail(self, message: str, piece: Piece, *, hint: str | None = None) -> NoReturn:
        """Raise a QueryError for a piece of the query."""
        hint = hint or "see `auditctl help query`"
        raise QueryError(message, query=self._query, start=piece.start, end=piece.end, hint=hint)

    @property
    def has_ranges(self) -> bool:
        """Whether ``..`` may divide a value of the field."""
        return self.field.kind in ORDERED

    def match(self, test: Test) -> Match:
        """Return the condition that some value of the field passes a test."""
        return Match(self.field.name, test, self.path)

    def value(self, value: Piece) -> Node:
        """Return what a single value without an operator means."""
        kind = self.field.kind
        if kind == "time":
            start, end = self._time(value)
            return self.match(Between(start, end))
        if kind == "number":
            return self.match(Exact(_canonical(self._number(value))))
        if kind == "address":
            network = _network(value.text)
            if network is not None:
                return self.match(Within(network))
            if _looks_like_network(value.text):
                hint = "networks are written 10.0.0.0/8 or 2001:db8::/32"
                self.fail(f"{value.text} is not a network", value, hint=hint)
        if value.quoted:
            return self.match(Exact(value.text))
        literal = literal_of(value.text)
        if literal is not None:
            return self.match(Exact(literal))
        if len(value.text) > MAX_PATTERN:
            hint = "quotation marks, or a backslash before * and ?, make it plain text"
            self.fail(f"a pattern has at most {MAX_PATTERN:,} characters", value, hint=hint)
        return self.match(Glob(value.text))

    def operated(self, operator: Piece, value: Piece) -> Node:
        """Return what a value behind an operator means."""
        symbol = operator.text
        allowed = next(op.kinds for op in OPERATORS if op.symbol == symbol)
        if self.field.kind not in allowed:
            self._not_for(operator, symbol)
        if symbol == "~":
            return self.match(Contains(value.text))
        if symbol in ("=", "!="):
            if self.field.kind in TEXTUAL:
                node: Node = self.match(Exact(value.text, strict=True))
            else:
                node = self.value(value)
            return Not(node) if symbol == "!=" else node
        if self.field.kind == "time":
            start, end = self._time(value)
            ordered: dict[str, Compare] = {
                ">": Compare(">=", end),
                ">=": Compare(">=", start),
                "<": Compare("<", start),
                "<=": Compare("<", end),
            }
            return self.match(ordered[symbol])
        comparison: dict[str, Comparison] = {">": ">", ">=": ">=", "<": "<", "<=": "<="}
        return self.match(Compare(comparison[symbol], self._number(value)))

    def _not_for(self, operator: Piece, symbol: str) -> NoReturn:
        label = self.field.label
        if symbol == "~":
            self.fail(f"{label} has {_WANTED[self.field.kind]}, which contain nothing", operator)
        self.fail(
            f"{label} has no order, so {symbol} does not apply",
            operator,
            hint="< and > work on times, numbers, metadata and source",
        )

    def between(self, low: Piece | None, high: Piece | None) -> Node:
        """Return what ``low..high`` means; None is open."""
        ends = [piece for piece in (low, high) if piece is not None]
        whole = Piece("", ends[0].start, ends[-1].end)
        if self.field.kind == "time":
            first = None if low is None else self._time(low)[0]
            last = None if high is None else self._time(high)[1]
            if first is not None and last is not None and first >= last:
                self.fail("the range ends before it starts", whole)
            return self.match(Between(first, last))
        bottom = None if low is None else self._number(low)
        top = None if high is None else self._number(high)
        if bottom is not None and top is not None and bottom > top:
            self.fail("the range ends before it starts", whole)
        return self.match(Between(bottom, top))

    def regex(self, pattern: Piece, *, ignore_case: bool) -> Node:
        """Return what ``/pattern/`` means."""
        if self.field.kind not in TEXTUAL:
            wanted = _WANTED[self.field.kind]
            self.fail(f"{self.field.label} has {wanted}, not texts for a pattern", pattern)
        if len(pattern.text) > MAX_PATTERN:
            self.fail(f"a regular expression has at most {MAX_PATTERN:,} characters", pattern)
        fault = regex_fault(pattern.text)
        if fault is not None:
            hint = "auditctl help query says what patterns can do"
            if fault.startswith(("invalid perl operator", "invalid escape sequence")):
                hint = "back-references and look-around are not supported: they could take forever"
            self.fail(f"the regular expression cannot be used: {fault}", pattern, hint=hint)
        return self.match(Regex(pattern.text, ignore_case=ignore_case))

    def is_number(self, piece: Piece) -> bool:
        """Tell whether a piece is a decimal number."""
        return number_of(piece.text) is not None

    def _number(self, piece: Piece) -> float:
        number = number_of(piece.text)
        if number is None or not math.isfinite(number):
            label = self.field.label
            hint = f"such as {label}:3, {label}:>3 or {label}:1..3"
            self.fail(f'"{piece.text[:60]}" is not a number', piece, hint=hint)
        return number

    def _time(self, piece: Piece) -> tuple[int, int]:
        try:
            return self._times(piece.text)
        except TimeError as error:
            self.fail(error.message, piece, hint=error.hint)


def _canonical(number: float) -> str:
    """Return a number as the body has it: a version is a whole number, however it is asked for."""
    return str(int(number)) if number == int(number) else text_of(number)


def _network(text: str) -> IPv4Network | IPv6Network | None:
    """Return the network that an address or CIDR text names; None for other text.

    An address is a network of one, so that all its spellings are equal. An IPv4 network written as
    mapped into IPv6 is the IPv4 network.
    """
    if "." not in text and ":" not in text:
        return None
    from ipaddress import IPv4Network, IPv6Network, ip_network  # noqa: PLC0415 - 2 ms, if needed

    try:
        network = ip_network(text, strict=False)
    except ValueError:
        return None
    if isinstance(network, IPv6Network) and network.prefixlen >= _MAPPED:
        mapped = network.network_address.ipv4_mapped
        if mapped is not None:
            return IPv4Network((mapped, network.prefixlen - _MAPPED))
    return network


def _looks_like_network(text: str) -> bool:
    """Tell whether an address stands before a slash."""
    address, slash, _ = text.partition("/")
    return bool(slash) and _network(address) is not None


def value_node(field_name: str, raw: str, *, times: Times) -> Node:
    """Return what one value of a field means that is given whole, as by a flag.

    ``*`` and ``?`` make a glob, and an address or network is one; nothing else is special.

    Raises:
        QueryError: There is no such field, or the value is none of its values.
    """
    return Condition(Piece(field_name, 0, 0), raw, times).value(Piece(raw, 0, len(raw)))
