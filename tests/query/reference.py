"""The meaning of a tree once more: short, slow, and without the predicate's code.

Only folding, the cutting of words and the text of a value are shared; they have tests of their own.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from auditctl.query.fields import FIELDS, text_of
from auditctl.query.text import fold, words
from auditctl.query.tree import (
    And,
    Between,
    Compare,
    Contains,
    Exact,
    Glob,
    Has,
    Match,
    Node,
    Not,
    Or,
    Regex,
    Within,
)

FOLDED = {"actor.name", "actor.email", "target.name", "location", "agent"}
FOLDED |= {"metadata", "actor.metadata", "target.metadata", "source"}
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)


def holds(node: Node, event: dict) -> bool:
    if isinstance(node, And):
        return all(holds(item, event) for item in node.items)
    if isinstance(node, Or):
        return any(holds(item, event) for item in node.items)
    if isinstance(node, Not):
        return not holds(node.item, event)
    if isinstance(node, Has):
        return bool(found(event, node.field, node.path))
    if isinstance(node, Match):
        return any(
            passes(name, value, node.test) for name, value in found(event, node.field, node.path)
        )
    return any(has_words(text, node.words, prefix=node.prefix) for text in searched(event))


def found(event: dict, name: str, path: tuple[str, ...]) -> list[tuple[str, object]]:
    """Return (field without parts, value) of all values."""
    if FIELDS[name].parts:
        return [pair for part in FIELDS[name].parts for pair in found(event, part, ())]
    actor, targets, context = event["actor"], event["targets"], event["context"]
    if name == "source":
        return [(name, value) for value in walk(event.get("source"), path) if value is not None]
    if name == "target.ref":
        return [(name, f"{target['type']}:{target['id']}") for target in targets]
    holders = {
        "metadata": [event["metadata"]],
        "actor.metadata": [actor["metadata"]],
        "target.metadata": [target["metadata"] for target in targets],
    }.get(name)
    if holders is not None:
        return [(name, holder[path[0]]) for holder in holders if path[0] in holder]
    if name.startswith("target."):
        return [(name, one[name[7:]]) for one in targets if name[7:] in one]
    email = actor["metadata"].get("email")
    value = {
        "action": event["action"],
        "actor.id": actor["id"],
        "actor.type": actor["type"],
        "actor.name": actor.get("name"),
        "actor.email": None if email is None else text_of(email),
        "location": context.get("location"),
        "agent": context.get("user_agent"),
        "org": event["organization_id"],
        "id": event["id"],
        "version": event["version"],
        "created": event["occurred_at"],
        "received": event["received_at"],
    }[name]
    return [] if value is None else [(name, value)]


def walk(value: object, path: tuple[str, ...]) -> list[object]:
    if isinstance(value, list):
        if path and re.fullmatch(r"\[\d+\]", path[0]):
            place = int(path[0][1:-1])
            return walk(value[place], path[1:]) if place < len(value) else []
        return [leaf for item in value for leaf in walk(item, path)]
    if isinstance(value, dict):
        if path:
            return walk(value[path[0]], path[1:]) if path[0] in value else []
        return [leaf for item in value.values() for leaf in walk(item, ())]
    return [] if path else [value]


def passes(name: str, value: object, test: object) -> bool:
    if isinstance(test, Compare | Between):
        number = milliseconds(value) if name in ("created", "received") else numeric(value)
        return number is not None and ordered(
            number, test, half_open=name in ("created", "received")
        )
    if isinstance(test, Within):
        return isinstance(value, str) and inside(value, test)
    text = text_of(value)
    if isinstance(test, Regex):
        return re.search(test.pattern, text, re.IGNORECASE if test.ignore_case else 0) is not None
    folded = name in FOLDED
    if isinstance(test, Contains):
        return fold(test.text) in fold(text)
    if isinstance(test, Glob):
        return glob(tokens(test.pattern, folded=folded), fold(text) if folded else text)
    assert isinstance(test, Exact)
    return fold(text) == fold(test.text) if folded and not test.strict else text == test.text


def tokens(pattern: str, *, folded: bool) -> list[str | None]:
    """Return literal characters, and STAR or None for a wildcard."""
    result: list[str | None] = []
    run = ""
    rest = pattern
    while rest:
        if rest[0] == "\\" and rest[1:2] in ("*", "?", "\\") and rest[1:2]:
            run, rest = run + rest[1], rest[2:]
        elif rest[0] in "*?":
            result += [*(fold(run) if folded else run), "STAR" if rest[0] == "*" else None]
            run, rest = "", rest[1:]
        else:
            run, rest = run + rest[0], rest[1:]
    return [*result, *(fold(run) if folded else run)]


def glob(pattern: list[str | None], text: str) -> bool:
    """Match by the set of places in the pattern that the text so far can have reached."""
    places = {0}
    for char in [*text, ""]:
        for place in sorted(places):
            while place < len(pattern) and pattern[place] == "STAR":
                place += 1  # noqa: PLW2901 - a star may be nothing
                places.add(place)
        if not char:
            return len(pattern) in places
        places = {
            place if pattern[place] == "STAR" else place + 1
            for place in places
            if place < len(pattern) and pattern[place] in ("STAR", None, char)
        }
    raise AssertionError


def numeric(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        if not NUMBER.fullmatch(value):
            return None
        return int(value) if re.fullmatch(r"[+-]?\d+", value) else float(value)
    return value  # type: ignore[return-value]


def milliseconds(value: object) -> int:
    moment = datetime.fromisoformat(str(value))
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def ordered(number: float, test: Compare | Between, *, half_open: bool) -> bool:
    if isinstance(test, Between):
        above = test.low is None or test.low <= number
        below = test.high is None or (number < test.high if half_open else number <= test.high)
        return above and below
    edge = test.number
    return {"<": number < edge, "<=": number <= edge, ">": number > edge, ">=": number >= edge}[
        test.op
    ]


def inside(text: str, test: Within) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address) in test.network


def searched(event: dict) -> list[str]:
    texts = [event["action"], *event["context"].values()]
    for party in (event["actor"], *event["targets"]):
        texts += [party["id"], party.get("name", ""), *map(text_of, party["metadata"].values())]
    return [*texts, *map(text_of, event["metadata"].values())]


def has_words(text: str, wanted: tuple[str, ...], *, prefix: bool) -> bool:
    cut = words(text)
    for start in range(len(cut) - len(wanted) + 1):
        window = cut[start : start + len(wanted)]
        if window[:-1] == list(wanted[:-1]) and (
            window[-1].startswith(wanted[-1]) if prefix else window[-1] == wanted[-1]
        ):
            return True
    return False
