"""``auditctl actions`` and ``auditctl actors``."""

from collections import Counter

import pytest
from seeded import ACTORS, seeded_events

EVENTS = seeded_events()


def seen(key):
    """Return (count, first, last) by value."""
    times = {}
    for event in EVENTS:
        times.setdefault(key(event), []).append(event["occurred_at"])
    return {value: (len(found), min(found), max(found)) for value, found in times.items()}


@pytest.mark.parametrize(
    ("command", "field", "key"),
    [
        ("actions", "action", lambda event: event["action"]),
        ("actors", "actor", lambda event: event["actor"]["id"]),
    ],
)
def test_each_has_its_count_and_when_it_was_first_and_last_seen(run, store, command, field, key):
    rows = run(command, "--store", store, "-o", "jsonl").events

    assert {row[field]: (row["count"], row["first"], row["last"]) for row in rows} == seen(key)
    assert [row["count"] for row in rows] == sorted((row["count"] for row in rows), reverse=True)


def test_actors_have_names_addresses_and_types(run, store):
    rows = {row["actor"]: row for row in run("actors", "--store", store, "-o", "jsonl").events}

    for actor in ACTORS:
        row = rows[actor["id"]]
        assert row["name"] == actor.get("name")
        assert row["email"] == actor["metadata"].get("email")
        assert row["type"] == actor["type"]


@pytest.mark.parametrize(
    ("command", "text", "wanted"),
    [
        ("actions", "token", {"token.created", "token.deleted"}),
        ("actions", "CREATED", {"project.created", "token.created"}),
        ("actions", "nothing", set()),
        ("actors", "smith", {"user_jon"}),
        ("actors", "zoe weber", {"user_zoe"}),
        ("actors", "ada@acme", {"user_ada"}),
        ("actors", "user_", {"user_ada", "user_jon", "user_zoe"}),
    ],
)
def test_a_text_filters_by_all_that_is_known(run, store, command, text, wanted):
    rows = run(command, text, "--store", store, "-o", "jsonl").events

    assert {row[command[:-1]] for row in rows} == wanted


def test_a_limit_keeps_the_most_frequent_and_says_of_how_many(run, store):
    outcome = run("actions", "-n", "2", "--store", store)
    counts = Counter(event["action"] for event in EVENTS)

    assert [int(line.split("\t")[1]) for line in outcome.lines] == sorted(counts.values())[:-3:-1]
    assert "2 of 7 actions" in outcome.err


def test_a_limit_applies_after_the_text(run, store):
    outcome = run("actors", "user_", "-n", "1", "--store", store, "-o", "jsonl")

    assert len(outcome.events) == 1
    assert outcome.events[0]["actor"].startswith("user_")
    assert "1 of 3 actors" in outcome.err


def test_times_of_a_table_are_in_the_zone(run, store):
    outcome = run("actions", "--store", store, "--tz", "Asia/Tokyo", "-o", "table")

    assert "2026-05-01 09:00:00" in outcome.out.decode()


@pytest.mark.parametrize("command", ["actions", "actors"])
def test_without_events_there_are_none(run, command):
    outcome = run(command)

    assert (outcome.code, outcome.out) == (0, b"")
    assert "no events yet" in outcome.err


@pytest.mark.parametrize("command", ["actions", "actors"])
def test_json_lines_have_the_same_vocabulary(run, store, seeded_file, command):
    wanted = run(command, "--store", store, "-o", "jsonl")

    assert run(command, "--store", seeded_file, "-o", "jsonl").out == wanted.out
    assert wanted.out
