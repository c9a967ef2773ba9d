"""What may stand at the cursor, and how the fitting ones are chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditctl.stores.glance import Seen

_LONGEST = 256  # characters of a word that anybody would accept
_SUMMARY = 72  # characters of what is said beside a word


class Candidate(NamedTuple):
    """One text that may stand at the cursor.

    Attributes:
        text: What takes the place of the part of the word behind the stem.
        summary: What it is.
        final: Whether the word is complete with it; else more of it follows.
        others: More texts by which it is found.
    """

    text: str
    summary: str = ""
    final: bool = True
    others: tuple[str, ...] = ()


class Answer(NamedTuple):
    """What may stand at the cursor.

    Attributes:
        stem: The start of the word that stays as it is.
        candidates: What may follow it, best first.
        files: ``files`` where the shell should complete file names, ``folders`` for folders.
    """

    stem: str
    candidates: list[Candidate]
    files: str = ""


NOTHING = Answer("", [])


def chosen(candidates: Iterable[Candidate], typed: str) -> list[Candidate]:
    """Return the candidates that fit what was typed, in their order.

    Those that begin with it, else those that do so in another case, else those that are also known
    by a text that does, else those that have it anywhere. A star or question mark in what was typed
    stands for any text or character.
    """
    usable = [one for one in candidates if one.text and presentable(one.text)]
    if not typed:
        return usable
    folded = typed.lower()
    for fits in (
        lambda one: one.text.startswith(typed),
        lambda one: one.text.lower().startswith(folded),
        lambda one: any(_has_word(other.lower(), folded) for other in one.others),
        lambda one: any(folded in text.lower() for text in (one.text, *one.others)),
    ):
        found = [one for one in usable if fits(one)]
        if found:
            return found
    if "*" in typed or "?" in typed:
        from fnmatch import fnmatchcase  # noqa: PLC0415 - only for a pattern

        return [one for one in usable if fnmatchcase(one.text.lower(), f"{folded}*")]
    return []


def _has_word(text: str, start: str) -> bool:
    """Tell whether a text or one of its words begins so."""
    return text.startswith(start) or f" {start}" in text


def presentable(text: str) -> bool:
    """Tell whether a text can be typed and seen: nothing hidden, no more than a line holds."""
    return len(text) <= _LONGEST and _visible(text) == text


def said(text: str) -> str:
    """Return what is said beside a word, as a short text with nothing hidden."""
    text = _visible(text[: 2 * _SUMMARY])
    return text if len(text) <= _SUMMARY else text[: _SUMMARY - 1].rstrip() + "…"


def _visible(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    from auditctl.formats.safety import visible  # noqa: PLC0415 - 1 ms, for few texts

    return visible(text)


def events(count: int | None, note: str = "") -> str:
    """Return how many events a value is in, for people."""
    if count is None:
        return note
    counted = f"{count:,} event{'' if count == 1 else 's'}"
    return f"{note} · {counted}" if note else counted


def of_values(seen: Iterable[Seen]) -> list[Candidate]:
    """Return values of a store as candidates."""
    return [Candidate(one.value, events(one.events, one.note)) for one in seen]


def of_actors(seen: Iterable[Seen], typed: str) -> list[Candidate]:
    """Return actors: by the e-mail that people know where there is one, else by the id."""
    counts: dict[str, int | None] = {}
    kept: dict[str, tuple[str, tuple[str, ...]]] = {}
    for one in seen:
        email, name = one.others
        text = email or one.value
        if typed and one.value.startswith(typed) and not email.startswith(typed):
            text = one.value
        known = counts.get(text, 0)
        counts[text] = None if known is None or one.events is None else known + one.events
        kept.setdefault(text, (name if name != text else "", (one.value, email, name)))
    order = sorted(counts, key=lambda text: -(counts[text] or 0))
    return [
        Candidate(text, events(counts[text], kept[text][0]), others=kept[text][1]) for text in order
    ]
