"""Counting by looking at each event: what every faster way of counting must agree with."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from itertools import product
from typing import TYPE_CHECKING, Any

from auditctl.events.clock import parse_instant
from auditctl.query.fields import text_of, values
from auditctl.stores.base import CountKey, Counts, Grouping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from auditctl.events.event import Event


def tally(
    events: Iterable[Event],
    by: Sequence[Grouping],
    over: Grouping | None = None,
) -> Counts:
    """Count events in groups; see :meth:`auditctl.stores.base.Store.count`."""
    rows: Counter[CountKey] = Counter()
    curve: Counter[int] = Counter()
    total = 0
    readers = [_reader_of(group) for group in by]
    for event in events:
        fields = event.fields
        keys = list(product(*[read(fields) for read in readers]))
        total += bool(keys)
        rows.update(keys)
        if over is not None:
            curve.update(_bucket(parse_instant(fields["occurred_at"]), over))
    return Counts(dict(rows), total, dict(curve))


def _reader_of(group: Grouping) -> Callable[[dict[str, Any]], Sequence[str | int | None]]:
    """Return the function that gives an event's groups."""
    name, path = group.field, group.path
    if name is not None:
        return lambda fields: sorted({text_of(v) for v in values(fields, name, path)}) or (None,)
    return lambda fields: _bucket(parse_instant(fields["occurred_at"]), group)


def _bucket(ms: int, group: Grouping) -> tuple[int, ...]:
    if group.every is not None:
        return (ms - (ms - group.origin) % group.every,)
    place = bisect_right(group.edges, ms) - 1
    return (group.edges[place],) if 0 <= place < len(group.edges) - 1 else ()
