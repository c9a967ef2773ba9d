"""The way through the file that answers a query."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditctl.query.tree import EVERYTHING, And
from auditctl.stores.embedded.timekey import END_OF_KEYS, first_key

if TYPE_CHECKING:
    from auditctl.stores.base import Query
    from auditctl.stores.embedded.terms import TermReader


class Plan(NamedTuple):
    """How a query is answered.

    ``where`` includes the time range for the event table; ``low`` and ``high`` bound the keys.
    """

    match: str | None
    where: str
    parameters: tuple[object, ...]
    low: int
    high: int
    exact: bool
    notes: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing can match."""
        return self.low >= self.high or self.where == "0"


def make_plan(query: Query, terms: TermReader) -> Plan:
    """Return the way to answer a query."""
    low = -END_OF_KEYS if query.since is None else first_key(query.since)
    high = END_OF_KEYS if query.until is None else first_key(query.until)
    if query.where == EVERYTHING:
        return Plan(None, "1", (), low, high, exact=True)
    # the reading of conditions brings the predicate: 10 ms that the newest events need not wait for
    from auditctl.stores.embedded.conditions import Reading, all_of  # noqa: PLC0415

    reading = Reading(terms)
    node = query.where
    items = [reading.read(item) for item in (node.items if isinstance(node, And) else (node,))]
    # a time condition beside the others only narrows the keys
    bounds = [item for item in items if item.low is not None or item.high is not None]
    low = max([low, *(item.low for item in bounds if item.low is not None)])
    high = min([high, *(item.high for item in bounds if item.high is not None)])
    condition = all_of([item for item in items if item not in bounds])
    where, parameters = condition.where or "1", condition.parameters
    if condition.match_exact and where != "0":
        # the index alone says it all: the narrow table need not be asked
        where, parameters = "1", ()
    return Plan(
        match=None if where == "0" else condition.match,
        where=where,
        parameters=parameters,
        low=low,
        high=high,
        exact=condition.exact,
        notes=tuple(note for item in items for note in item.notes),
    )
