"""The meaning of a query: a tree as a Python function of an event.

The other readings of a tree must agree with this one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditctl.query.fields import (
    FIELDS,
    Field,
    Fields,
    many_reader,
    searched_texts,
    single_reader,
    text_of,
)
from auditctl.query.matching import instants, value_test
from auditctl.query.text import fold, words
from auditctl.query.tree import (
    And,
    Between,
    Compare,
    Exact,
    Has,
    Match,
    Node,
    Not,
    Or,
    Test,
    Words,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Predicate = Callable[[Fields], bool]
    ValueTest = Callable[[Any], bool]


__all__ = ["compile_predicate", "phrase_test", "value_test"]


def compile_predicate(node: Node) -> Callable[[Fields], bool]:
    """Return a function that tells whether an event matches.

    Args:
        node: The query; not nested deeper than the parser allows.

    Returns:
        A function of a decoded event. Parts that the event lacks count as absent fields.
    """
    if isinstance(node, Match):
        return _match(node)
    if isinstance(node, And):
        return _all([compile_predicate(item) for item in node.items])
    if isinstance(node, Or):
        return _any(list(_alternatives(node)))
    if isinstance(node, Not):
        inner = compile_predicate(node.item)
        return lambda event: not inner(event)
    if isinstance(node, Has):
        return _has(node)
    return _words(node)


def _all(tests: Sequence[Predicate]) -> Predicate:
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:  # noqa: PLR2004 - the usual number, without a loop
        first, second = tests
        return lambda event: first(event) and second(event)

    def every(event: Fields) -> bool:
        for test in tests:  # noqa: SIM110 - a loop is twice as fast as all() of a generator
            if not test(event):
                return False
        return True

    return every


def _any(tests: Sequence[Predicate]) -> Predicate:
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:  # noqa: PLR2004 - the usual number, without a loop
        first, second = tests
        return lambda event: first(event) or second(event)

    def some(event: Fields) -> bool:
        for test in tests:  # noqa: SIM110 - a loop is twice as fast as any() of a generator
            if test(event):
                return True
        return False

    return some


def _alternatives(node: Or) -> Iterator[Predicate]:
    """Compile the items of an OR; equal values of one field become one look into a set."""
    texts: dict[tuple[str, tuple[str, ...], bool], set[str]] = {}
    for item in node.items:
        if isinstance(item, Match) and isinstance(item.test, Exact):
            key = (item.field, item.path, item.test.strict)
            texts.setdefault(key, set()).add(item.test.text)
        else:
            yield compile_predicate(item)
    for (name, path, strict), wanted in texts.items():
        yield _any([_one_of(part, path, wanted, strict=strict) for part in _parts(FIELDS[name])])


def _one_of(field: Field, path: tuple[str, ...], wanted: set[str], *, strict: bool) -> Predicate:
    if len(wanted) == 1:
        return _match_field(field, path, Exact(next(iter(wanted)), strict=strict))
    if field.folded and not strict:
        folded = frozenset(map(fold, wanted))
        return _on_values(field, path, lambda value: fold(text_of(value)) in folded)
    return _on_values(field, path, lambda value: text_of(value) in wanted)


def _parts(field: Field) -> list[Field]:
    return [FIELDS[part] for part in field.parts] or [field]


def _match(node: Match) -> Predicate:
    return _any([_match_field(part, node.path, node.test) for part in _parts(FIELDS[node.field])])


def _match_field(field: Field, path: tuple[str, ...], test: Test) -> Predicate:
    """Compile a test on a field that is not made of others."""
    if isinstance(test, Exact) and (test.strict or not field.folded):
        wanted = test.text
        if field.name == "action":
            return lambda event: event.get("action") == wanted
        read = single_reader(field.name, path)
        if read is not None and field.kind == "text":
            return lambda event: read(event) == wanted
    if field.kind == "time" and isinstance(test, Compare | Between):
        return _time_match(field, test)
    return _on_values(field, path, value_test(field, test))


def _on_values(field: Field, path: tuple[str, ...], test: ValueTest) -> Predicate:
    """Apply a test to the values of a field that is not made of others."""
    single = single_reader(field.name, path)
    if field.kind == "time" and single is not None:
        from auditctl.events.clock import parse_instant  # noqa: PLC0415 - no query needs it

        return lambda event: (text := single(event)) is not None and test(parse_instant(text))
    if single is not None:
        return lambda event: (value := single(event)) is not None and test(value)
    many = many_reader(field.name, path)

    def some(event: Fields) -> bool:
        for value in many(event):  # noqa: SIM110 - a loop is twice as fast as any() of a generator
            if test(value):
                return True
        return False

    return some


def _has(node: Has) -> Predicate:
    return _any(
        [_on_values(part, node.path, lambda _: True) for part in _parts(FIELDS[node.field])]
    )


def _time_match(field: Field, test: Compare | Between) -> Predicate:
    """Compare the canonical texts: they are in the order of the times, and need no parsing."""
    from auditctl.events.clock import MAX_MS, MIN_MS, format_ms  # noqa: PLC0415 - as needed

    low_ms, high_ms = instants(test)
    if (low_ms is not None and low_ms > MAX_MS) or (high_ms is not None and high_ms <= MIN_MS):
        return lambda _: False
    low = "" if low_ms is None or low_ms <= MIN_MS else format_ms(low_ms)
    high = ":" if high_ms is None or high_ms > MAX_MS else format_ms(high_ms)  # ":" follows "9"
    if field.name == "created":
        return lambda event: low <= event.get("occurred_at", "~") < high
    return lambda event: low <= event.get("received_at", "~") < high


def _words(node: Words) -> Predicate:
    longest = max(node.words, key=len)
    has_phrase = phrase_test(node)

    def matches(event: Fields) -> bool:
        texts = list(searched_texts(event))
        # most events do not have the longest word at all: one look at all texts tells
        return longest in fold("\n".join(texts)) and any(map(has_phrase, texts))

    return matches


def phrase_test(node: Words) -> Callable[[str], bool]:
    """Return a function that tells whether one text has the words side by side."""
    wanted = " " + " ".join(node.words) + ("" if node.prefix else " ")
    return lambda text: wanted in f" {' '.join(words(text))} "
