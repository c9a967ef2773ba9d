"""The kinds of stores that the conformance suite runs over; a new kind adds itself to ``KINDS``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditctl.events.intake import canonical_bytes
from auditctl.stores.embedded.store import EmbeddedStore
from auditctl.stores.jsonlines import JsonLinesStore

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from auditctl.events.intake import NewEvent
    from auditctl.stores.base import Store


@dataclass(frozen=True)
class StoreKind:
    """How the suite makes and fills one kind of store.

    Attributes:
        name: What the tests are called.
        make: Gives an empty store of a name in a folder; the same name is the same store.
        fill: Brings events into it, in this order, while it is open.
        writable: Whether ``append`` works.
    """

    name: str
    make: Callable[[Path, str], Store]
    fill: Callable[[Store, Sequence[NewEvent]], None]
    writable: bool


def _make_embedded(folder: Path, name: str) -> Store:
    store = EmbeddedStore(folder / f"{name}.db")
    store.append([])
    return store


def _fill_embedded(store: Store, events: Sequence[NewEvent]) -> None:
    assert store.append(events).added == len(events)


def _make_lines(folder: Path, name: str) -> Store:
    path = folder / f"{name}.jsonl"
    path.touch()
    return JsonLinesStore(str(path))


def _fill_lines(store: Store, events: Sequence[NewEvent]) -> None:
    assert isinstance(store, JsonLinesStore)
    with open(store.path, "ab") as file:  # noqa: PTH123 - a text
        file.writelines(canonical_bytes(event) + b"\n" for event in events)


KINDS = [
    StoreKind("embedded", _make_embedded, _fill_embedded, writable=True),
    StoreKind("jsonl", _make_lines, _fill_lines, writable=False),
]
