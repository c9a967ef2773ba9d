"""The SQL reading of a condition: from the tree to what the index and the tables are asked.

A condition is read in up to two ways, each at least as wide as its meaning:

- ``match``: an expression for the word index, which gives candidates in the order of reading;
- ``where``: SQL over the narrow event table.

Each says whether it is exact. Where neither is, the predicate looks at the bodies of the
candidates, so what comes out is the predicate's answer in every case.
"""

from __future__ import annotations

from math import ceil, floor
from typing import TYPE_CHECKING, NamedTuple

from auditctl.events.ids import pack_id
from auditctl.query.predicate import compile_predicate
from auditctl.query.text import words
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
    Within,
    Words,
)
from auditctl.stores.embedded.layout import ACTION, ACTOR, AGENT, LOCATION, ORG, TARGET_TYPE
from auditctl.stores.embedded.terms import MAPPED
from auditctl.stores.embedded.timekey import END_OF_KEYS, first_key
from auditctl.stores.embedded.tokens import (
    all_words,
    pair_token,
    quoted,
    target_token,
    term_token,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditctl.stores.embedded.terms import TermReader

MOST_TOKENS = 300  # a longer OR costs more in the index (40 us a token) than reading past the rest

_KIND_OF = {
    "action": ACTION,
    "actor": ACTOR,
    "actor.id": ACTOR,
    "actor.type": ACTOR,
    "actor.name": ACTOR,
    "actor.email": ACTOR,
    "org": ORG,
    "location": LOCATION,
    "agent": AGENT,
    "target.type": TARGET_TYPE,
}
_COLUMN = {ORG: "org", ACTION: "action", ACTOR: "actor", LOCATION: "location", AGENT: "agent"}
_METADATA = ("metadata", "actor.metadata", "target.metadata")


class Condition(NamedTuple):
    """One condition, read in up to two ways.

    Attributes:
        match: FTS5 expression that finds at least the matching events; None: no help.
        match_exact: It finds only matching events.
        where: SQL over ``e`` that holds at least for the matching events; None: no help.
        where_exact: It holds only for matching events.
        parameters: Those of ``where``.
        low: Matching events have at least this time key.
        high: Matching events have a smaller time key.
        exact: The ways taken together leave nothing to check.
        notes: How it is found, for people.
    """

    match: str | None = None
    match_exact: bool = False
    where: str | None = None
    where_exact: bool = False
    parameters: tuple[object, ...] = ()
    low: int | None = None
    high: int | None = None
    exact: bool = False
    notes: tuple[str, ...] = ()


EVERYTHING = Condition(where="1", where_exact=True, exact=True)
NOTHING = Condition(where="0", where_exact=True, exact=True)


class Reading:
    """Reads trees.

    Args:
        terms: The dictionary.
    """

    def __init__(self, terms: TermReader) -> None:
        self._terms = terms

    def read(self, node: Node) -> Condition:
        """Return how the index and the tables find what a tree means."""
        if isinstance(node, And):
            return all_of([self.read(item) for item in node.items])
        if isinstance(node, Or):
            return _any_of([self.read(item) for item in node.items])
        if isinstance(node, Not):
            return _none_of(self.read(node.item))
        if isinstance(node, Words):
            return self._words(node)
        if isinstance(node, Has):
            return self._has(node)
        return self._match(node)

    def _match(self, node: Match) -> Condition:
        kind = _kind_of(node.field, node.path)
        if kind is not None:
            return self._term(node, kind)
        test = node.test
        if node.field == "created":
            return _created(test)
        if node.field in ("received", "version"):
            return _number(node.field, test)
        if not isinstance(test, Exact):
            return _scan(node.field)
        if node.field == "id":
            packed = pack_id(test.text)
            where = "e.k IN (SELECT k FROM ident WHERE id = ?)"  # an unknown id: false, not NULL
            return Condition(
                where=where, where_exact=True, parameters=(packed,), exact=True, notes=("id index",)
            )
        return _exact_text(node, test)

    def _term(self, node: Match | Has, kind: int) -> Condition:
        """A condition on a dictionary field: the terms that pass it."""
        test = node.test if isinstance(node, Match) else None
        if isinstance(test, Within) and kind == LOCATION:
            found = self._network(test)
        elif isinstance(test, Exact) and kind in (ACTION, ORG, TARGET_TYPE):
            found = self._terms.exact(kind, test.text)
        else:
            found = self._terms.matching(kind, compile_predicate(node))
        return _terms(kind, found, node.field)

    def _network(self, test: Within) -> list[tuple[int, int]]:
        network = test.network
        mapped = network.version == 4  # noqa: PLR2004 - IP version
        prefix = MAPPED if mapped else b""
        low = prefix + network.network_address.packed
        high = prefix + network.broadcast_address.packed
        return self._terms.in_network(low, high, mapped=mapped)

    def _has(self, node: Has) -> Condition:
        kind = _kind_of(node.field, node.path)
        if kind is not None and kind != TARGET_TYPE:
            return self._term(node, kind)
        if node.field in ("created", "received", "version", "id"):
            return EVERYTHING
        return _scan(f"has:{node.field}")

    def _words(self, node: Words) -> Condition:
        """Words of dictionary texts through their terms, other words through the index."""
        accepts = compile_predicate(node)
        found = self._terms.with_words(node.words, prefix=node.prefix, accepts=accepts)
        if len(found) > MOST_TOKENS:
            return _scan(f"words ({len(found)} actors or other terms have them)")
        tokens = [quoted(term_token(term)) for term, _ in found]
        tokens.append(all_words(node.words, prefix=node.prefix))
        return Condition(match=f"({' OR '.join(tokens)})", notes=("word index",))


def _kind_of(name: str, path: Sequence[str]) -> int | None:
    if name == "actor.metadata" and tuple(path) == ("email",):
        return ACTOR
    return _KIND_OF.get(name)


def _terms(kind: int, found: list[tuple[int, int]], name: str) -> Condition:
    ids = sorted(term for term, _ in found)
    if not ids:
        return NOTHING._replace(notes=(f"{name}: no known value matches",))
    events = sum(count for _, count in found)
    what = f"{name}: {len(ids)} value{'s' if len(ids) > 1 else ''}, {events:,} events"
    match = None
    if len(ids) <= MOST_TOKENS:
        match = f"({' OR '.join([quoted(term_token(term)) for term in ids])})"
    if kind == TARGET_TYPE:
        # an event has several targets: only the index knows them all
        known = match is not None
        return Condition(match=match, match_exact=known, exact=known, notes=(what,))
    column = _COLUMN[kind]
    where = f"e.{column} IN (SELECT value FROM json_each(?))"  # noqa: S608 - our own SQL
    parameter: object = f"[{','.join(map(str, ids))}]"
    if len(ids) == 1:
        where, parameter = f"e.{column} = ?", ids[0]
    return Condition(
        match=match,
        match_exact=match is not None,
        where=where,
        where_exact=True,
        parameters=(parameter,),
        exact=True,
        notes=(what,),
    )


def _exact_text(node: Match, test: Exact) -> Condition:
    """Candidates for an exact value of a target or of metadata."""
    name, text = node.field, test.text
    if name in _METADATA:
        pair = pair_token(name, node.path[0], text)
        match = quoted(pair) if pair is not None else _words_of(text)
    elif name == "target.id":
        match = quoted(target_token(text))
    elif name == "target.name":
        match = _words_of(text)
    elif name == "target":
        by_name = _words_of(text)
        match = f"({quoted(target_token(text))} OR {by_name})" if by_name else None
    elif name == "target.ref":
        ids = [text[n + 1 :] for n, char in enumerate(text) if char == ":"]
        if not ids:
            return NOTHING
        match = f"({' OR '.join([quoted(target_token(one)) for one in ids[:MOST_TOKENS]])})"
        match = match if len(ids) <= MOST_TOKENS else None
    else:
        match = None
    if match is None:
        return _scan(name)
    return Condition(match=match, notes=(f"{'.'.join([name, *node.path])}: word index",))


def _words_of(text: str) -> str | None:
    found = tuple(dict.fromkeys(words(text)))
    return all_words(found) if found else None


def _created(test: object) -> Condition:
    """Time is the order of the tables: a condition on it is a range of keys."""
    low = high = None
    if isinstance(test, Compare):
        if test.op in (">", ">="):
            low = first_key(ceil(test.number) if test.op == ">=" else floor(test.number) + 1)
        else:
            high = first_key(ceil(test.number) if test.op == "<" else floor(test.number) + 1)
    elif isinstance(test, Between):
        low = None if test.low is None else first_key(ceil(test.low))
        high = None if test.high is None else first_key(ceil(test.high))
    else:
        return _scan("created")
    condition = _columns([("e.k >= ?", low), ("e.k < ?", high)], "time order")
    return condition._replace(low=low, high=high)


def _number(column: str, test: object) -> Condition:
    name = f"e.{column}"
    if isinstance(test, Compare):
        return _columns([(f"{name} {test.op} ?", test.number)], f"{column} column")
    if isinstance(test, Between):
        upper = "<" if column == "received" else "<="
        parts = [(f"{name} >= ?", test.low), (f"{name} {upper} ?", test.high)]
        return _columns(parts, f"{column} column")
    return _scan(column)


def _columns(parts: Sequence[tuple[str, float | None]], note: str) -> Condition:
    """A conjunction over the event table; a part without a number is open."""
    used = [(sql, number) for sql, number in parts if number is not None]
    return Condition(
        where=" AND ".join(sql for sql, _ in used) or "1",
        where_exact=True,
        # SQLite's integers have 64 bits; what is beyond is beyond every value as a float, too
        parameters=tuple(n if abs(n) <= END_OF_KEYS else float(n) for _, n in used),
        exact=True,
        notes=(note,),
    )


def _scan(name: str) -> Condition:
    """No index helps: the predicate reads the bodies."""
    return Condition(notes=(f"{name}: each event is read",))


def all_of(items: list[Condition]) -> Condition:
    """Return the conjunction."""
    for item in items:
        if item.where == "0":
            return item
    matches = [item.match for item in items if item.match is not None]
    wheres = [item for item in items if item.where not in (None, "1")]
    return Condition(
        match=f"({' AND '.join(matches)})" if matches else None,
        match_exact=bool(matches) and all(item.match_exact for item in items),
        where=" AND ".join(f"({item.where})" for item in wheres) or "1",
        where_exact=all(item.where_exact for item in items),
        parameters=tuple(value for item in wheres for value in item.parameters),
        exact=all(item.exact for item in items),
        notes=tuple(note for item in items for note in item.notes),
    )


def _any_of(items: list[Condition]) -> Condition:
    items = [item for item in items if item.where != "0"]
    if not items:
        return NOTHING
    if len(items) == 1:
        return items[0]
    match = where = None
    if all(item.match is not None for item in items):
        match = f"({' OR '.join([str(item.match) for item in items])})"
    if all(item.where is not None for item in items):
        where = " OR ".join(f"({item.where})" for item in items)
    match_exact = match is not None and all(item.match_exact for item in items)
    where_exact = where is not None and all(item.where_exact for item in items)
    return Condition(
        match=match,
        match_exact=match_exact,
        where=where,
        where_exact=where_exact,
        parameters=tuple(v for item in items for v in item.parameters) if where else (),
        exact=match_exact or where_exact,
        notes=tuple(note for item in items for note in item.notes),
    )


def _none_of(item: Condition) -> Condition:
    if item.where is None or not item.where_exact:
        return Condition(notes=(*item.notes, "negation: each event is read"))
    if item.where in ("0", "1"):
        return EVERYTHING if item.where == "0" else NOTHING
    return Condition(
        where=f"NOT ({item.where})",
        where_exact=True,
        parameters=item.parameters,
        exact=True,
        notes=(*item.notes, "negation: event table"),
    )
