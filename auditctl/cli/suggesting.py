"""Why nothing matched: a value that the store has never seen, and what was meant instead.

It is asked only after an empty answer, so that nothing else waits for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from auditctl.closeness import closest
from auditctl.formats.safety import visible
from auditctl.query.tree import And, Exact, Glob, Match, Node, Or
from auditctl.stores.base import Grouping, Query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditctl.cli.asking import Question
    from auditctl.stores.base import Store

MOST = 3  # values that are told; who asks for a file of values knows them
_CANDIDATES = 5_000  # the most frequent values that one could have meant: 0.1 s to compare
_COUNTED = 200_000  # events of a store whose target types are counted, which no vocabulary has
_EXAMPLES = 3
_SHOWN = 80  # characters of a value


class Known(NamedTuple):
    """A value that a store has.

    Attributes:
        texts: How one may write it: the id, the name, the e-mail of an actor.
        events: How many events have it.
        fields: An event with this value and nothing else, for the predicate to look at.
    """

    texts: tuple[str, ...]
    events: int
    fields: dict[str, Any]


class _Kind(NamedTuple):
    name: str
    vocabulary: str
    listed_by: str


_ACTOR = _Kind("actor", "actor", "auditctl actors")
_KINDS = {
    "action": _Kind("action", "action", "auditctl actions"),
    "actor": _ACTOR,
    "actor.id": _ACTOR,
    "actor.name": _ACTOR,
    "actor.email": _ACTOR,
    "org": _Kind("organization", "org", "auditctl stats --by org"),
    "target.type": _Kind("target type", "target.type", "auditctl stats --by target.type"),
}


def say_suggestions(question: Question, store: Store) -> None:
    """Tell which values of the condition the store does not have, and which are near to them."""
    if question.session.quiet:
        return
    for sentence in suggestions(question.where, store):
        question.session.say(f"note: {sentence}")


def suggestions(where: Node, store: Store) -> list[str]:
    """Return a sentence for each value of a condition that no event of the store has.

    Args:
        where: A condition that nothing matched.
        store: Where nothing matched.
    """
    from auditctl.query.predicate import compile_predicate  # noqa: PLC0415 - nothing matched

    known: dict[str, list[Known]] = {}
    told = []
    for match in dict.fromkeys(_asked(where)):
        kind = _KINDS[match.field]
        if kind.vocabulary not in known:
            known[kind.vocabulary] = list(_vocabulary(store, kind.vocabulary))
        values = known[kind.vocabulary]
        accepts = compile_predicate(match)
        if not values or any(accepts(value.fields) for value in values):
            continue
        told.append(_sentence(match, kind, values))
        if len(told) == MOST:
            break
    return told


def _asked(node: Node) -> Iterator[Match]:
    """Yield the conditions that an event had to meet; one that it must not meet excludes little."""
    if isinstance(node, And | Or):
        for item in node.items:
            yield from _asked(item)
    elif isinstance(node, Match) and node.field in _KINDS and isinstance(node.test, Exact | Glob):
        yield node


def _vocabulary(store: Store, field: str) -> Iterator[Known]:
    """Yield the values of a field, most frequent first."""
    if field == "target.type":
        if store.info().events <= _COUNTED:
            rows = store.count(Query(), [Grouping(field)]).rows
            for (kind,), count in sorted(rows.items(), key=lambda row: -row[1]):
                if kind is not None:
                    yield Known((str(kind),), count, {"targets": [{"id": "", "type": kind}]})
        return
    for term in store.vocabulary(field):
        if field == "actor":
            yield _actor(term.value, term.detail, term.count)
        else:
            place = "action" if field == "action" else "organization_id"
            yield Known((term.value,), term.count, {place: term.value})


def _actor(actor_id: str, detail: dict[str, str], count: int) -> Known:
    email = {"email": detail["email"]} if "email" in detail else {}
    name = {"name": detail["name"]} if "name" in detail else {}
    texts = (actor_id, *name.values(), *email.values())
    return Known(texts, count, {"actor": {"id": actor_id, **name, "metadata": email}})


def _sentence(match: Match, kind: _Kind, values: list[Known]) -> str:
    counts: dict[str, int] = {}
    for value in values[:_CANDIDATES]:
        for text in value.texts:
            counts[text] = counts.get(text, 0) + value.events
    if isinstance(match.test, Glob):
        asked = match.test.pattern
        head = f'no {kind.name} matches "{_shown(asked)}" in this store'
    else:
        asked = match.test.text if isinstance(match.test, Exact) else ""
        head = f'no {kind.name} "{_shown(asked)}" in this store'
    return f"{head}; {_meant(asked, kind, counts)}"


def _meant(asked: str, kind: _Kind, counts: dict[str, int]) -> str:
    """Return what the user may have meant, in words."""
    groups: dict[str, int] = {}
    for text, count in counts.items():
        group, dot, _ = text.partition(".")
        if dot:
            groups[group] = groups.get(group, 0) + count
    if asked.endswith(".*"):
        close = closest(asked.removesuffix(".*"), groups)
        if close:
            return f"did you mean {_shown(close[0])}.* ({_events(groups[close[0]])})?"
    close = closest(asked.replace("*", "").replace("?", ""), counts)
    if close:
        return f"did you mean {_shown(close[0])} ({_events(counts[close[0]])})?"
    group = asked.partition(".")[0]
    members = [text for text in counts if text.startswith(f"{group}.")]
    if kind.name == "action" and members:
        some = ", ".join([_shown(text) for text in members[:_EXAMPLES]])
        more = f" and {len(members) - _EXAMPLES:,} more" if len(members) > _EXAMPLES else ""
        return f"{_shown(group)}.* has {some}{more}"
    return f"`{kind.listed_by}` lists those that there are"


def _events(count: int) -> str:
    return f"{count:,} event{'' if count == 1 else 's'}"


def _shown(text: str) -> str:
    return visible(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
