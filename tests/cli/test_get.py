"""``auditctl get``: single events, and what happened around them."""

import json

import pytest
from seeded import KNOWN_ID, newest, seeded_events

EVENTS = seeded_events()
KNOWN = next(event for event in EVENTS if event["id"] == KNOWN_ID)


def test_an_event_as_json_is_its_stored_body(run, store):
    outcome = run("get", KNOWN_ID, "--store", store, "-o", "jsonl")

    assert outcome.events == [KNOWN]


def test_a_terminal_shows_a_panel_with_all_that_the_event_has(run, store):
    outcome = run("get", KNOWN_ID, "--store", store, terminal=True)
    text = outcome.out.decode()

    assert outcome.code == 0
    for value in (
        *(KNOWN_ID, KNOWN["action"], KNOWN["organization_id"], KNOWN["actor"]["id"]),
        *(target["id"] for target in KNOWN["targets"]),
        *(KNOWN["context"]["location"], KNOWN["context"]["user_agent"]),
        *(KNOWN["metadata"]["region"], "2026-05-03T12:00:00.000Z"),
    ):
        assert value in text


def test_a_pipe_gets_the_line_that_list_writes(run, store):
    line = run("list", f"id:{KNOWN_ID}", "--store", store).out

    assert run("get", KNOWN_ID, "--store", store).out == line


def test_several_come_in_the_order_asked_for(run, store):
    wanted = [EVENTS[7]["id"], KNOWN_ID, EVENTS[3]["id"]]

    assert run("get", *wanted, "--store", store, "-o", "jsonl").ids == wanted


def test_several_panels_are_set_apart(run, store):
    outcome = run("get", EVENTS[0]["id"], EVENTS[1]["id"], "--store", store, terminal=True)
    first, second = outcome.out.decode().split("\n\n")

    assert EVENTS[0]["id"] in first
    assert EVENTS[1]["id"] in second


def test_a_panel_ends_with_the_json_unless_it_is_not_wanted(run, store):
    surroundings = {"terminal": True, "env": {"NO_COLOR": "1"}}
    whole = run("get", KNOWN_ID, "--store", store, **surroundings).out.decode()
    short = run("get", KNOWN_ID, "--store", store, "--no-raw", **surroundings).out.decode()

    assert whole.startswith(short)
    assert json.loads(whole[len(short) :].partition("\n")[2]) == KNOWN


def test_a_panel_says_how_long_ago(run, store):
    outcome = run("get", KNOWN_ID, "--store", store, terminal=True, env={"NO_COLOR": "1"})

    assert "Sun 2026-05-03 12:00:00.000 UTC · 3 d ago\n" in outcome.out.decode()
    assert "2026-05-03T12:00:02.000Z · 2 s later\n" in outcome.out.decode()


@pytest.mark.parametrize(
    "choice", [("-o", "jsonl"), ("-o", "table"), ("-c", "id,action"), ("-o", "lines")]
)
def test_a_terminal_shows_no_panel_where_a_form_is_asked_for(run, store, choice):
    outcome = run("get", KNOWN_ID, "--store", store, *choice, terminal=True)

    assert KNOWN_ID in outcome.out.decode() or "table" in choice
    assert "── raw" not in outcome.out.decode()


def test_the_format_of_the_environment_counts_on_a_terminal(run, store):
    surroundings = {"terminal": True, "env": {"AUDITCTL_OUTPUT": "jsonl"}}

    assert run("get", KNOWN_ID, "--store", store, **surroundings).events == [KNOWN]


def test_around_marks_the_event_itself(run, store):
    ids = (EVENTS[10]["id"], EVENTS[12]["id"])
    outcome = run("get", *ids, "--around", "3h", "--store", store, "-o", "table", "-c", "time,id")
    rows = [line for line in outcome.lines if "audit_log_event" in line]

    assert len(rows) == 5
    assert [row.split()[-1] for row in rows if row.startswith("▸ ")] == list(ids)
    assert outcome.err.startswith("3 events within 3h around 2026-05-02T06:00:00.000Z, ")


def test_around_an_unknown_event_says_only_that(run, store):
    outcome = run("get", "nope", "--around", "3h", "--store", store, terminal=True)

    assert (outcome.code, outcome.out) == (5, b"")
    assert "around" not in outcome.err


def test_ids_come_from_standard_input(run, store):
    ids = [EVENTS[5]["id"], EVENTS[1]["id"]]
    outcome = run("get", "-", "--store", store, "-o", "jsonl", stdin="\n".join(ids).encode())

    assert outcome.ids == ids


def test_what_list_finds_get_shows(run, store):
    found = run("list", "--store", store, "--action", "cache.reset", "-c", "id")

    assert run("get", "-", "--store", store, "-c", "id", stdin=found.out).out == found.out


def test_an_unknown_id_is_not_found(run, store):
    outcome = run("get", "nope", "--store", store)

    assert (outcome.code, outcome.out) == (5, b"")
    assert "nope" in outcome.err


def test_the_known_ones_are_shown_and_all_unknown_ones_named(run, store):
    outcome = run("get", "nope", KNOWN_ID, "nil", "--store", store, "-o", "jsonl")

    assert outcome.code == 5
    assert outcome.ids == [KNOWN_ID]
    assert "nope" in outcome.err
    assert "nil" in outcome.err


@pytest.mark.parametrize(("around", "count"), [("3h", 3), ("179m", 1), ("6h", 5), ("1d", 17)])
def test_around_shows_the_neighbours_oldest_first(run, store, around, count):
    outcome = run("get", KNOWN_ID, "--around", around, "--store", store, "-o", "jsonl")
    half = count // 2

    assert outcome.ids == [event["id"] for event in EVENTS[20 - half : 20 + half + 1]]


def test_neighbours_of_two_events_come_once(run, store):
    two = (EVENTS[10]["id"], EVENTS[11]["id"])
    outcome = run("get", *two, "--around", "3h", "--store", store, "-o", "jsonl")

    assert outcome.ids == [event["id"] for event in EVENTS[9:13]]


def test_a_distance_that_is_none_is_refused(run, store):
    assert run("get", KNOWN_ID, "--around", "soon", "--store", store).code == 2


def test_times_of_a_block_are_in_the_zone(run, store):
    outcome = run("get", KNOWN_ID, "--store", store, "--tz", "Asia/Tokyo", terminal=True)

    assert "2026-05-03 21:00:00" in outcome.out.decode()


def test_without_a_store_nothing_is_found(run):
    outcome = run("get", KNOWN_ID)

    assert outcome.code == 5
    assert "no events yet" in outcome.err


def test_json_of_one_is_an_array_of_one(run, store):
    assert json.loads(run("get", KNOWN_ID, "--store", store, "-o", "json").out) == [KNOWN]


def test_a_file_of_json_lines_is_asked_too(run, seeded_file):
    assert run("get", KNOWN_ID, "--store", seeded_file, "-o", "jsonl").events == [KNOWN]
    assert newest(EVENTS)[0] in run("get", newest(EVENTS)[0], "--store", seeded_file).out.decode()
