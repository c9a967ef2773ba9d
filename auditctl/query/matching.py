"""Tests of one value: equality, globs, regular expressions, order, networks.

Nothing here can hang: regular expressions and globs take time in proportion to the text, whatever
the pattern.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from auditctl.query.fields import Field, Scalar, text_of
from auditctl.query.text import fold, split_glob
from auditctl.query.tree import Between, Compare, Contains, Exact, Glob, Regex, Test, Within

if TYPE_CHECKING:
    from collections.abc import Callable
    from ipaddress import IPv4Network, IPv6Network

    ValueTest = Callable[[Any], bool]
    TextTest = Callable[[str], bool]

MAX_PATTERN = 1_000  # characters of a regular expression or of a glob
_NUMBER = r"[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,3})?"
_LONGEST_ADDRESS = 45


def value_test(field: Field, test: Test) -> Callable[[Scalar], bool]:
    """Return a function that tells whether one value of a field passes a test.

    Args:
        field: A field that is not made of others (``parts``); those are compared part by part.
        test: The test.

    Returns:
        A function of a value as :func:`auditctl.query.fields.values` gives it.
    """
    if field.parts:
        raise ValueError(f"{field.name} is compared part by part: {', '.join(field.parts)}")
    if isinstance(test, Compare | Between):
        return _in_order(test) if field.kind != "time" else _in_range(*instants(test))
    if isinstance(test, Within):
        inside = _inside_network(test.network)
        return lambda value: isinstance(value, str) and inside(value)
    passes = _text_test(test, folded=field.folded)
    if field.kind in ("text", "address"):
        return passes  # type: ignore[return-value]  # these have texts only
    return lambda value: passes(text_of(value))


def _text_test(test: Exact | Glob | Contains | Regex, *, folded: bool) -> TextTest:
    if isinstance(test, Regex):
        return _regex_test(test)
    if isinstance(test, Glob):
        return _glob_test(test.pattern, folded=folded)
    if isinstance(test, Contains):
        part = fold(test.text)
        return lambda text: part in fold(text)
    if folded and not test.strict:
        wanted = fold(test.text)
        return lambda text: fold(text) == wanted
    return test.text.__eq__


def number_of(value: Scalar) -> float | None:
    """Return a number, or a text that is a decimal number, as a number; None for all else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    if re.fullmatch(_NUMBER, value) is None:
        return None
    return float(value) if "." in value or "e" in value or "E" in value else int(value)


def _in_order(test: Compare | Between) -> ValueTest:
    """A test of numbers; both ends of a range belong to it."""
    low: float = -math.inf
    high: float = math.inf
    if isinstance(test, Between):
        low = low if test.low is None else test.low
        high = high if test.high is None else test.high
        holds: Callable[[float], bool] = lambda number: low <= number <= high  # noqa: E731
    else:
        edge = test.number
        holds = {
            "<": lambda number: number < edge,
            "<=": lambda number: number <= edge,
            ">": lambda number: number > edge,
            ">=": lambda number: number >= edge,
        }[test.op]
    return lambda value: (number := number_of(value)) is not None and holds(number)


def instants(test: Compare | Between) -> tuple[int | None, int | None]:
    """Return a test of times as a half-open range of whole milliseconds; None is open."""
    if isinstance(test, Between):
        low = None if test.low is None else math.ceil(test.low)
        return low, None if test.high is None else math.ceil(test.high)
    if test.op == "<":
        return None, math.ceil(test.number)
    if test.op == "<=":
        return None, math.floor(test.number) + 1
    return (math.ceil(test.number) if test.op == ">=" else math.floor(test.number) + 1), None


def _in_range(low: int | None, high: int | None) -> ValueTest:
    return lambda ms: (low is None or ms >= low) and (high is None or ms < high)


def _glob_test(pattern: str, *, folded: bool) -> TextTest:
    parts = split_glob(pattern)
    if folded:
        # part by part: folding the pattern as a whole could make a star of a full-width one
        parts = [[run and fold(run) for run in part] for part in parts]
    if any(None in part for part in parts):
        matches = _glob_regex(parts)
    else:
        matches = _starred(["".join(run for run in part if run) for part in parts])
    return (lambda text: matches(fold(text))) if folded else matches


def _starred(runs: list[str]) -> TextTest:
    """Match a glob of runs of text with stars between them: leftmost places are enough."""
    if len(runs) == 1:
        return runs[0].__eq__
    first, *middle, last = runs
    least = len(first) + len(last)
    if not any(middle):
        return lambda text: len(text) >= least and text.startswith(first) and text.endswith(last)

    def matches(text: str) -> bool:
        if len(text) < least or not text.startswith(first) or not text.endswith(last):
            return False
        position, end = len(first), len(text) - len(last)
        for run in middle:
            position = text.find(run, position, end)
            if position < 0:
                return False
            position += len(run)
        return True

    return matches


def _glob_regex(parts: list[list[str | None]]) -> TextTest:
    """Match a glob with question marks: by RE2, as trying every place would be quadratic."""
    import re2  # noqa: PLC0415 - 17 ms, for few queries

    quoted = [
        "".join("." if run is None else re2.escape(_whole(run)) for run in part) for part in parts
    ]
    return _re2_test(rf"(?s)\A{'.*'.join(quoted)}\z")


def _regex_test(test: Regex) -> TextTest:
    return _re2_test(f"(?i){test.pattern}" if test.ignore_case else test.pattern)


def _re2_test(pattern: str) -> TextTest:
    import re2  # noqa: PLC0415 - 17 ms, for few queries

    options = re2.Options()
    options.log_errors = False
    # given bytes, the library need not find the place of the match in the text: 3 us instead of 6
    search = re2.compile(_whole(pattern).encode(), options).search
    return lambda text: search(_whole(text).encode()) is not None


def regex_fault(pattern: str) -> str | None:
    """Return what is wrong with a regular expression, or None if it can be used."""
    try:
        _re2_test(pattern)
    except Exception as error:
        import re2  # noqa: PLC0415 - as above

        if not isinstance(error, re2.error):
            raise
        reason = error.args[0]
        return reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
    return None


def _whole(text: str) -> str:
    """Replace halves of surrogate pairs, which have no UTF-8."""
    if text.isascii():
        return text
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def _inside_network(network: IPv4Network | IPv6Network) -> TextTest:
    version = network.version
    mask = int(network.netmask)
    wanted = int(network.network_address)

    def inside(text: str) -> bool:
        address = _address(text) if len(text) <= _LONGEST_ADDRESS else None
        return address is not None and address[0] == version and address[1] & mask == wanted

    return inside


@lru_cache(maxsize=20_000)
def _address(text: str) -> tuple[int, int] | None:
    """Return version and number of an IP address; None for other text."""
    if "." not in text and ":" not in text:
        return None
    from ipaddress import IPv6Address, ip_address  # noqa: PLC0415 - 2 ms, for networks only

    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is None:
            return 6, int(address)
        address = address.ipv4_mapped
    return 4, int(address)
