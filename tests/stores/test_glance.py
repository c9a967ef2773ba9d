"""A quick look at a store finds what is there, and a part of it where there is much."""

import json

import pytest

from auditctl.events.intake import intake
from auditctl.stores.embedded import glance as embedded
from auditctl.stores.embedded.store import EmbeddedStore
from auditctl.stores.glance import LinesGlance, take_glance


def event(number, action="a.b", actor="u", **more):
    return {
        "id": f"e{number}",
        "action": action,
        "occurred_at": f"2026-05-01T12:{number // 60 % 60:02}:{number % 60:02}Z",
        "organization_id": "org_1",
        "actor": {"id": actor, "type": "user", **more},
        "targets": [{"id": "t1", "type": "team", "metadata": {"size": 3}}],
        "metadata": {"region": "eu", "n": number},
        "source": {"type": "x", "record": {"kind": "y"}},
    }


@pytest.fixture
def look(tmp_path):
    """Store events in both kinds of stores, and look at them."""

    def call(kind, events, clock=None):
        path = tmp_path / f"trail.{kind}"
        if kind == "jsonl":
            path.write_text("".join(json.dumps(one) + "\n" for one in events))
        else:
            store = EmbeddedStore(path)
            store.append([intake(one) for one in events])
            store.close()
        return take_glance(kind, str(path), *([clock] if clock else []))

    return call


both = pytest.mark.parametrize("kind", ["embedded", "jsonl"])


@both
def test_values_come_with_their_counts_the_frequent_ones_first(look, kind):
    glance = look(kind, [event(1, "x.y"), event(2), event(3), event(4, "a.c")])
    seen = glance.values("action", (), "")

    assert (seen[0].value, seen[0].events) == ("a.b", 2)
    assert {one.value for one in seen} == {"a.b", "a.c", "x.y"}
    assert [one.value for one in glance.values("org", (), "org")] == ["org_1"]
    assert [one.value for one in glance.values("target.type", (), "")] == ["team"]
    assert [one.value for one in glance.values("metadata", ("region",), "")] == ["eu"]
    assert [one.value for one in glance.values("actor.type", (), "")] == ["user"]


@both
def test_actors_are_found_by_all_that_names_them(look, kind):
    jon = {"name": "Jon Smith", "metadata": {"email": "jon@acme.com"}}
    glance = look(kind, [event(1, actor="user_1", **jon), event(2, actor="user_2")])

    for text in ("user_1", "Jon", "smith", "jon@", "acme"):
        assert "user_1" in [one.value for one in glance.actors(text)]
    found = {one.value: one for one in glance.actors("user")}
    assert found["user_1"].others == ("jon@acme.com", "Jon Smith")
    assert found["user_2"].others == ("", "")


@both
def test_keys_of_metadata_come_from_recent_events(look, kind):
    glance = look(kind, [event(1), event(2)])

    assert {one.value: one.note for one in glance.keys("metadata")} == {
        "region": "such as eu",
        "n": "such as 2",
    }
    assert [one.value for one in glance.keys("target.metadata")] == ["size"]
    assert [one.value for one in glance.keys("source")] == ["kind"]
    assert glance.keys("actor.metadata") == []


def test_of_very_many_actors_the_recent_ones_and_both_ends_are_given(look, monkeypatch):
    monkeypatch.setattr(embedded, "_RANGE", 50)
    monkeypatch.setattr(embedded, "MOST", 40)
    monkeypatch.setattr(embedded, "_RECENT", 10)
    events = [event(number, actor=f"user_{number:03}") for number in range(200)]
    glance = look("embedded", events)
    found = {one.value for one in glance.actors("user_")}

    assert {"user_000", "user_199", "user_195"} <= found
    assert len(found) < 200
    # a shell inserts what all have in common, which may not be more than all really have
    assert {one[:6] for one in found} == {"user_0", "user_1"}


def test_when_the_time_is_over_what_was_found_is_the_answer(look, monkeypatch):
    ticks = iter(range(1000))
    monkeypatch.setattr(embedded, "_STEPS", 1)
    glance = look("embedded", [event(1)], clock=lambda: next(ticks))

    assert glance.values("action", (), "") == []
    assert glance.sample() == []


def test_of_a_long_file_the_end_is_read_without_counts(tmp_path):
    path = tmp_path / "long.jsonl"
    lines = [json.dumps(event(number, f"a.{number // 4000}")) for number in range(8000)]
    path.write_text("\n".join(lines) + "\n")
    glance = LinesGlance(str(path))

    assert path.stat().st_size > 1 << 20
    assert [(one.value, one.events) for one in glance.values("action", (), "")] == [("a.1", None)]


def test_lines_that_are_no_events_are_passed_over(tmp_path):
    path = tmp_path / "odd.jsonl"
    path.write_text(
        '[1]\nnonsense\n{"actor": 3}\n{"action": "a.b", "targets": "x"}\n{"action": {}}\n'
    )
    glance = LinesGlance(str(path))

    assert [one.value for one in glance.values("action", (), "")] == ["a.b"]
    assert glance.values("target.type", (), "") == []


@pytest.mark.parametrize("kind", ["embedded", "jsonl", "demo"])
def test_an_absent_store_has_nothing(kind, tmp_path):
    glance = take_glance(kind, str(tmp_path / "none"))

    assert (glance.sample(), glance.values("action", (), ""), glance.actors("")) == ((), [], [])


def test_a_name_with_special_characters_is_opened(tmp_path):
    path = tmp_path / "a?b#c%20d.db"
    store = EmbeddedStore(path)
    store.append([intake(event(1))])
    store.close()

    assert take_glance("embedded", str(path)).values("action", (), "")[0].value == "a.b"
