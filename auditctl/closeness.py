"""Which known word was meant by one that is not known: the "did you mean" of every message.

A known word is near if it can be reached by few typing mistakes (a letter too many, too few, wrong,
or two in the wrong order), if it goes on where the given word ends, or if the given word is nearly
one of its parts: ``csv`` for ``workos-csv``. Case and the marks between parts count for nothing:
``user.signedin`` is ``user.signed_in``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST = 60  # characters looked at: the comparison takes time in proportion to their square
_MOST_MISTAKES = 4
_LETTERS_A_MISTAKE = 3  # "exprot" may have two mistakes, "lst" one
_LEAST_START = 2  # a single letter is the start of too much
_MARKS = re.compile(r"[\s._:@/-]+")

# what a way of being near costs beside the mistakes in it
_SAME, _RESPELT, _STARTS, _PART = 0.0, 0.5, 1.5, 1.5
_SIDE_BY_SIDE = 1.0  # words that are this much farther than the nearest one were not meant


def closest(word: str, known: Iterable[str], *, most: int = 1) -> list[str]:
    """Return the known words that are near to a word, nearest first; of equals the earlier one.

    Args:
        word: What was given.
        known: What could have been meant, the likelier ones first.
        most: How many to return at most.
    """
    wanted = word[:_LONGEST].lower()
    squeezed = _MARKS.sub("", wanted)
    if not squeezed:
        return []
    found: list[tuple[float, int, str]] = []
    for place, name in enumerate(dict.fromkeys(known)):
        cost = _cost(wanted, squeezed, name[:_LONGEST].lower())
        if cost is not None:
            found.append((cost, place, name))
    found.sort()
    return [name for cost, *_, name in found[:most] if cost < found[0][0] + _SIDE_BY_SIDE]


def _cost(wanted: str, squeezed: str, name: str) -> float | None:
    """Return how far a word is from a name, both lower case; None is too far."""
    if wanted == name:
        return _SAME
    plain = _MARKS.sub("", name)
    costs = []
    mistakes = _mistakes(wanted, name)
    if mistakes is not None:
        # a wrong first letter is the rarest of all mistakes, and a wrong letter rarer than one that
        # is missing or twice: "acton" is rather "action" than "actor"
        rare = 0.4 if wanted[:1] != name[:1] else 0.0
        costs.append(mistakes + rare + (0.0 if _has_all(wanted, name) else 0.2))
    if (plain, squeezed) != (name, wanted):
        mistakes = _mistakes(squeezed, plain)
        if mistakes is not None:
            costs.append(mistakes + _RESPELT)
    if len(squeezed) >= _LEAST_START and plain.startswith(squeezed):
        costs.append(_STARTS)
    if plain != name:
        costs.extend(
            _PART + mistakes
            for part in _MARKS.split(name)
            if len(part) >= _LETTERS_A_MISTAKE and (mistakes := _mistakes(wanted, part)) is not None
        )
    return min(costs, default=None)


def _has_all(one: str, other: str) -> bool:
    """Tell whether one of two words has all the letters of the other, in whatever order."""
    shorter, longer = sorted((one, other), key=len)
    return all(shorter.count(char) <= longer.count(char) for char in set(shorter))


def _mistakes(wanted: str, name: str) -> int | None:
    """Return how many mistakes turn one word into the other; None if there are too many."""
    limit = min(_MOST_MISTAKES, max(len(wanted), len(name)) // _LETTERS_A_MISTAKE)
    if abs(len(wanted) - len(name)) > limit:
        return None
    distance = _distance(wanted, name, limit)
    return distance if distance <= limit else None


def _distance(one: str, other: str, limit: int) -> int:
    """Return the optimal string alignment distance, or something above ``limit``."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, char in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, match in enumerate(other, 1):
            cost = min(row[j - 1] + 1, before[j] + 1, before[j - 1] + (char != match))
            if i > 1 and j > 1 and char == other[j - 2] and one[i - 2] == match:
                cost = min(cost, earlier[j - 2] + 1)  # two letters in the wrong order
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return row[-1]
