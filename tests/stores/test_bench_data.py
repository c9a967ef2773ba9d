"""The benchmark's data set: canonical, repeatable, and of the frequencies that it promises."""

import json
from collections import Counter
from pathlib import Path

import pytest

from auditctl.events.intake import canonical_bytes, intake_json

BENCH = Path(__file__).parents[1] / "bench"
EVENTS = 20_000


@pytest.fixture
def bench(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCH))
    import generate  # noqa: PLC0415 - a script's folder, not a package

    return generate


@pytest.fixture
def lines(bench):
    return list(bench.generate(EVENTS, 5, bench.END_MS))


def test_lines_are_canonical(lines):
    for line in lines[::3]:
        assert line.endswith(b"}\n")
        assert canonical_bytes(intake_json(line)) + b"\n" == line


def test_the_seed_decides(bench, lines):
    assert list(bench.generate(EVENTS, 5, bench.END_MS)) == lines
    assert next(bench.generate(EVENTS, 6, bench.END_MS)) != lines[0]


def test_size_order_and_range(bench, lines):
    events = [json.loads(line) for line in lines]
    assert len(events) == EVENTS
    assert 600 < sum(map(len, lines)) / EVENTS < 700
    times = [event["occurred_at"] for event in events]
    assert times == sorted(times)
    assert times[0].startswith("2026-01-31")
    assert times[-1].startswith("2026-04-30")
    assert all(event["received_at"] > event["occurred_at"] for event in events)
    assert len({event["id"] for event in events}) == EVENTS
    assert len({event["metadata"]["request_id"] for event in events}) == EVENTS
    ten_days = list(bench.generate(100, 5, bench.END_MS, days=10))
    assert json.loads(ten_days[0])["occurred_at"].startswith("2026-04-21")


def test_frequencies(lines):
    events = [json.loads(line) for line in lines]
    actions = Counter(event["action"] for event in events)
    actors = Counter(event["actor"]["id"] for event in events)
    assert len(actions) >= 59
    assert len(actors) > 1_500
    assert len({event["organization_id"] for event in events}) == 20
    assert len({event["context"]["user_agent"] for event in events}) == 40
    assert {len(event["targets"]) for event in events} == {1, 2, 3}
    for ranked in (actions.most_common(), actors.most_common()):
        assert ranked[0][1] == pytest.approx(2 * ranked[1][1], rel=0.2)


def test_what_the_queries_look_for_is_rare(bench):
    tables = bench.Tables.of(bench.Random(bench.SEED))
    actions = Counter(name for name, _ in tables.actions)
    assert len(actions) == 60
    share = 1_000_000 / 65_536
    assert 60 < actions[bench.RARE_ACTION] * share < 200
    actors = Counter(who.split('"')[3] for _, who, _ in tables.actors)
    assert len(actors) == 2_000
    assert 60 < actors[bench.RARE_ACTOR] * share < 200
    value = bench.RARE_METADATA.partition("=")[2]
    assert 60 < tables.projects.count(value) * share < 200
    lists = dict(tables.actions)
    for text in (bench.RARE_TARGET.partition(":")[2], bench.RARE_WORD):
        found = 0.0
        for action, targets in lists.items():
            found += actions[action] * sum(text in part for part in targets) / len(targets)
        assert 60 < found * share < 300
