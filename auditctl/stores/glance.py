"""A quick look at a store, for completion: what words are in it, in a few milliseconds.

A glance may miss what is rare, and it says nothing of what is wrong: it is taken at every press of
the Tab key, so it reads a bounded piece, never waits, and changes nothing.
"""

from __future__ import annotations

import os
import stat
import time
from typing import TYPE_CHECKING, NamedTuple

from auditctl.query.fields import text_of, values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

PATIENCE = 0.06  # seconds; what has been found by then is the answer
MOST = 400  # values that a person may still want to look through
_LINES_READ = 1 << 20  # bytes of a JSON Lines file, 10 ms to decode
_LONGEST = 256  # characters of a value that anybody would complete


class Seen(NamedTuple):
    """A value of a field.

    Attributes:
        value: The value as text.
        events: In how many events it is; None where only a part of the store was looked at.
        note: What else is known of it: an actor's name.
        others: More texts that people know it by: an actor's e-mail, name.
    """

    value: str
    events: int | None = None
    note: str = ""
    others: tuple[str, ...] = ()


class Glance:
    """What a piece of a store can tell. Kinds of stores override what they know better."""

    whole = False  # whether the sample is all that there is, so that counts of it are true

    def sample(self) -> Sequence[Mapping[str, Any]]:
        """Return the newest events, decoded, newest first."""
        return ()

    def values(self, field: str, path: Sequence[str], text: str) -> list[Seen]:
        """Return values of a field, the frequent ones first.

        Args:
            field: A name of the catalogue, other than ``actor``.
            path: The steps behind a dynamic field.
            text: What values should begin with, or contain; where there are few, all are given.
        """
        del text
        found: dict[str, int] = {}
        for event in self.sample():
            for value in {text_of(value) for value in _values(event, field, path)}:
                if len(value) <= _LONGEST:
                    found[value] = found.get(value, 0) + 1
        return _frequent(found, whole=self.whole)

    def actors(self, text: str) -> list[Seen]:
        """Return actors by id; ``others`` are e-mail and name, empty where absent."""
        del text
        found: dict[tuple[str, str, str], int] = {}
        for event in self.sample():
            actor = event.get("actor", {})
            email = actor.get("metadata", {}).get("email")
            parts = (actor.get("id"), email or "", actor.get("name") or "")
            if all(isinstance(part, str) for part in parts):
                found[parts] = found.get(parts, 0) + 1
        order = sorted(found.items(), key=lambda item: -item[1])
        return [
            Seen(who[0], count if self.whole else None, who[2], who[1:])
            for who, count in order
            if who[0]
        ]

    def keys(self, field: str) -> list[Seen]:
        """Return the keys of a dynamic field, such as ``metadata``; the note is a newest value."""
        found: dict[str, int] = {}
        examples: dict[str, str] = {}
        for event in self.sample():
            for mapping in _mappings(event, field):
                for key, value in mapping.items():
                    if len(key) <= _LONGEST:
                        found[key] = found.get(key, 0) + 1
                        if key not in examples and isinstance(value, (str, int, float)):
                            examples[key] = text_of(value)[:_LONGEST]
        return [
            one._replace(note=f"such as {examples[one.value]}" if one.value in examples else "")
            for one in _frequent(found, whole=False)
        ]


class LinesGlance(Glance):
    """The end of a JSON Lines file.

    Args:
        path: The file.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._events: list[Mapping[str, Any]] | None = None

    def sample(self) -> Sequence[Mapping[str, Any]]:
        """Return the events of the last megabyte, last line first."""
        if self._events is None:
            import json  # noqa: PLC0415 - 3 ms, only where bodies are read

            self._events = []
            for line in reversed(self._tail().splitlines()):
                try:
                    event = json.loads(line)
                except ValueError:
                    continue
                if isinstance(event, dict):
                    self._events.append(event)
        return self._events

    def _tail(self) -> bytes:
        if not regular(self._path):
            return b""
        with open(self._path, "rb") as file:  # noqa: PTH123 - pathlib is not loaded for this
            size = file.seek(0, os.SEEK_END)
            self.whole = size <= _LINES_READ
            file.seek(max(0, size - _LINES_READ))
            data = file.read(_LINES_READ)
        return data if self.whole else data.partition(b"\n")[2]


def take_glance(kind: str, location: str, clock: Callable[[], float] = time.monotonic) -> Glance:
    """Return what can be told of a store at once; of an absent one nothing.

    Args:
        kind: The kind of an address: ``embedded``, ``demo`` or ``jsonl``.
        location: The file.
        clock: Seconds that pass.
    """
    if not regular(location):
        return Glance()
    if kind == "jsonl":
        return LinesGlance(location)
    from auditctl.stores.embedded.glance import EmbeddedGlance  # noqa: PLC0415 - apsw

    return EmbeddedGlance(location, clock)


def regular(path: str) -> bool:
    """Tell whether a path is a file of bytes: opening a pipe or a device could wait for ever."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116 - pathlib is not loaded for this
    except (OSError, ValueError):
        return False


def _values(event: Mapping[str, Any], field: str, path: Sequence[str]) -> Iterable[Any]:
    """Return the values of a field; none where the event has another shape than an event."""
    try:
        found: list[Any] = values(dict(event), field, path)
        return [value for value in found if isinstance(value, (str, int, float))]
    except (AttributeError, KeyError, TypeError, ValueError):
        return ()


def _mappings(event: Mapping[str, Any], field: str) -> list[Mapping[str, Any]]:
    holders: Any = [event]
    if field.startswith("actor."):
        holders = [event.get("actor")]
    elif field.startswith("target."):
        holders = event.get("targets")
    elif field == "source":
        holders = [{"metadata": (event.get("source") or {}).get("record")}]
    found: list[Mapping[str, Any]] = []
    for holder in holders if isinstance(holders, list) else ():
        mapping = holder.get("metadata") if isinstance(holder, dict) else None
        if isinstance(mapping, dict):
            found.append(mapping)
    return found


def _frequent(found: Mapping[str, int], *, whole: bool) -> list[Seen]:
    order = sorted(found.items(), key=lambda item: -item[1])[:MOST]
    return [Seen(value, count if whole else None) for value, count in order]
