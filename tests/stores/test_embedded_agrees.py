"""The embedded store against the predicate: whatever its plan, it finds what the predicate says."""

from __future__ import annotations

import json
import os
import shutil
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import ACTIONS, events, moments, nodes

from auditctl.events.clock import parse_instant
from auditctl.events.event import Event
from auditctl.events.intake import canonical_bytes, intake_json
from auditctl.query.predicate import compile_predicate
from auditctl.query.tree import EVERYTHING
from auditctl.stores.base import Grouping, Query
from auditctl.stores.embedded.store import EmbeddedStore
from auditctl.stores.tally import tally

# AUDITCTL_EXAMPLES=20000 looks longer, at other examples every time
WANTED = os.environ.get("AUDITCTL_EXAMPLES")
EXAMPLES = settings(
    max_examples=int(WANTED or 300),
    derandomize=WANTED is None,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
HOUR, DAY = 3_600_000, 86_400_000
FIELDS = [
    "action",
    "actor",
    "actor.id",
    "actor.type",
    "actor.name",
    "actor.email",
    "agent",
    "location",
    "org",
    "target.type",
    "version",
]


def told_apart(trail):
    """Give each event an id of its own and bring it in."""
    for number, event in enumerate(trail):
        if any(event["id"] == other["id"] for other in trail[:number]):
            event["id"] += f"-{number}"
    return [intake_json(json.dumps(event).encode()) for event in trail]


# made once: hypothesis looks long at a strategy that it has not seen
TRAILS = st.lists(events(), max_size=10).map(told_apart)
EDGES = st.none() | moments()
QUERIES = st.builds(
    Query,
    nodes() | st.just(EVERYTHING),
    since=EDGES,
    until=EDGES,
    limit=st.none() | st.integers(0, 6),
    oldest_first=st.booleans(),
)


def groupings():
    # not st.builds(Grouping), which would make up what is left out
    fields = st.sampled_from(FIELDS).map(lambda name: Grouping(field=name))
    keys = st.sampled_from(["region", "email"])
    metadata = keys.map(lambda key: Grouping(field="metadata", path=(key,)))
    steps = st.sampled_from([1, 1000, HOUR, 3 * HOUR, DAY, 7 * DAY, 5 * HOUR + 1])
    origins = st.sampled_from([0, HOUR, -DAY, 3 * DAY, 17])
    even = st.tuples(steps, origins).map(lambda step: Grouping(every=step[0], origin=step[1]))
    edges = st.lists(moments(), max_size=5, unique=True).map(sorted)
    uneven = edges.map(lambda ascending: Grouping(edges=tuple(ascending)))
    return st.lists(fields | metadata | even | uneven, max_size=3)


QUESTIONS = st.tuples(QUERIES, groupings(), st.integers(0, 13))


@pytest.fixture(scope="module")
def make_store(memory_folder):
    """Give an empty store: a copy, since making tables takes longer than all the rest."""
    empty = memory_folder / "empty.db"
    store = EmbeddedStore(empty)
    store.append([])
    store.close()
    numbers = count()

    def make():
        path = memory_folder / f"{next(numbers)}.db"
        shutil.copy(empty, path)
        return EmbeddedStore(path)

    return make


def close(store):
    store.close()
    os.unlink(store.path)  # noqa: PTH108 - a text


def wanted(trail, query):
    """The matching events in the order of reading, before the limit."""
    accepts = compile_predicate(query.where)
    stored = [Event(canonical_bytes(event), seq) for seq, event in enumerate(trail, 1)]
    found = []
    for event in stored:
        ms = parse_instant(event.fields["occurred_at"])
        after = query.since is None or query.since <= ms
        if after and (query.until is None or ms < query.until) and accepts(event.fields):
            found.append((ms, event.seq, event))
    found.sort(key=lambda one: one[:2], reverse=not query.oldest_first)
    return [event for _, _, event in found]


@EXAMPLES
@given(trail=TRAILS, asked=st.lists(QUESTIONS, min_size=1, max_size=4))
def test_finds_and_counts_what_the_predicate_accepts(make_store, trail, asked):
    store = make_store()
    try:
        # in two transactions: the second meets terms that are known
        half = len(trail) // 2
        assert store.append(trail[:half]).added == half
        assert store.append(trail[half:]).added == len(trail) - half
        for query, by, at_most in asked:
            matching = wanted(trail, query)
            found = list(store.search(query))
            assert [event.body for event in found] == [e.body for e in matching][: query.limit]
            assert [event.seq for event in found] == [e.seq for e in matching][: query.limit]
            assert list(store.search(query).bodies()) == [event.body for event in found]
            total = store.total(query, at_most=at_most)
            assert total.number == len(matching) if total.exact else total.number <= len(matching)
            assert total.exact or at_most < len(trail)
            over = next((group for group in by if group.field is None), None)
            counts, expected = store.count(query, by, over=over), tally(matching, by, over)
            assert (counts.rows, counts.total) == (expected.rows, expected.total)
            assert counts.over == expected.over
        assert list(store.check()) == []
    finally:
        close(store)


@EXAMPLES
@given(words=st.lists(st.sampled_from(ACTIONS), min_size=1), limit=st.none() | st.integers(0, 3))
def test_vocabulary_is_what_the_events_say(make_store, words, limit):
    trail = [
        intake_json(
            json.dumps(
                {
                    "action": action,
                    "occurred_at": f"2026-05-01T12:00:{number % 60:02d}Z",
                    "actor": {"id": "u", "type": "user"},
                }
            ).encode()
        )
        for number, action in enumerate(words)
    ]
    store = make_store()
    try:
        store.append(trail)
        terms = store.vocabulary("action", limit=limit)
        expected = sorted(set(words), key=lambda word: (-words.count(word), word))[:limit]
        assert [(term.value, term.count) for term in terms] == [
            (word, words.count(word)) for word in expected
        ]
    finally:
        close(store)
