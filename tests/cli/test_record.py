"""``auditctl record``: what is stored when an id has been printed."""

import json
import os

import pytest
from seeded import seeded_events

LINE = {
    "action": "door.opened",
    "occurred_at": "2026-05-01T12:00:00+02:00",
    "actor": {"id": "u1", "type": "user"},
}


def lines(*changes):
    return b"".join(json.dumps({**LINE, **change}).encode() + b"\n" for change in changes)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "own.db"


@pytest.fixture
def stored(run, path):
    def read():
        return run("list", "--store", path, "-o", "jsonl", "-n", "all", "--reverse").events

    return read


def test_every_flag_finds_its_place(run, path, stored):
    outcome = run(
        *("record", "project.created", "--store", path, "--at", "2026-05-01T12:00:00.250Z"),
        *("--actor", "u1", "--actor-type", "admin", "--actor-name", "Jon Smith"),
        *("--actor-meta", "email=jon@acme.com", "--actor-meta", "level=3"),
        *("--target", "project:p1:The first: one", "--target", "team:t1"),
        *("--location", "203.0.113.7", "--agent", "curl/8", "--org", "org_7"),
        *("--meta", "region=eu-west-1", "--event-version", "4"),
    )
    (event,) = stored()

    assert outcome.code == 0
    assert outcome.lines == [event["id"]]
    del event["id"], event["received_at"]
    assert event == {
        "organization_id": "org_7",
        "action": "project.created",
        "version": 4,
        "occurred_at": "2026-05-01T12:00:00.250Z",
        "actor": {
            "id": "u1",
            "type": "admin",
            "name": "Jon Smith",
            "metadata": {"email": "jon@acme.com", "level": 3},
        },
        "targets": [
            {"id": "p1", "type": "project", "name": "The first: one", "metadata": {}},
            {"id": "t1", "type": "team", "metadata": {}},
        ],
        "context": {"location": "203.0.113.7", "user_agent": "curl/8"},
        "metadata": {"region": "eu-west-1"},
    }


def test_what_is_not_given_has_a_default(run, path, stored):
    run("record", "a.b", "--actor", "u1", "--store", path)
    (event,) = stored()

    assert event["occurred_at"] == "2026-05-06T12:00:00.000Z"
    assert (event["organization_id"], event["version"]) == ("org_default", 1)
    assert event["actor"] == {"id": "u1", "type": "user", "metadata": {}}
    assert (event["targets"], event["context"], event["metadata"]) == ([], {}, {})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("512", 512),
        ("-1.5", -1.5),
        ("true", True),
        ("false", False),
        ('"512"', "512"),
        ("eu-west-1", "eu-west-1"),
        ("null", "null"),
        ('{"a":1}', '{"a":1}'),
        ("a=b", "a=b"),
        ("NaN", "NaN"),
        ("007", "007"),
        ("", ""),
    ],
)
def test_metadata_keeps_its_type(run, path, stored, text, value):
    assert run("record", "a.b", "--actor", "u", "--meta", f"key={text}", "--store", path).code == 0

    found = stored()[0]["metadata"]["key"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--actor", "u", "--meta", "novalue"),
        ("--actor", "u", "--meta", "=x"),
        ("--actor", "u", "--meta", "a=1", "--meta", "a=2"),
        ("--actor", "u", "--target", "project"),
        ("--actor", "u", "--target", ":p1"),
        ("--actor", "u", "--at", "soonish"),
        ("--actor", "u", "--event-version", "-1"),
        ("--actor", "u", "--event-version", "one"),
    ],
)
def test_an_event_that_is_none_is_refused_and_makes_no_store(run, path, options):
    outcome = run("record", "a.b", "--store", path, *options)

    assert (outcome.code, outcome.out) == (2, b"")
    assert not path.exists()


def test_lines_are_stored_in_their_order_and_their_ids_printed(run, path, stored):
    outcome = run("record", "-", "--store", path, stdin=lines({}, {"id": "mine"}, {"version": 3}))
    events = stored()

    assert outcome.lines == [event["id"] for event in events]
    assert outcome.lines[1] == "mine"
    assert [event["version"] for event in events] == [1, 1, 3]
    assert events[0]["occurred_at"] == "2026-05-01T10:00:00.000Z"


def test_blank_lines_and_a_missing_last_line_feed_do_not_matter(run, path):
    text = b"\n" + lines({}) + b"  \r\n" + lines({}).rstrip()

    assert len(run("record", "-", "--store", path, stdin=text).lines) == 2


def test_the_organization_is_for_lines_that_name_none(run, path, stored):
    text = lines({}, {"organization_id": "org_named"})
    run("record", "-", "--org", "org_given", "--store", path, stdin=text)

    assert [event["organization_id"] for event in stored()] == ["org_given", "org_named"]


@pytest.mark.parametrize(
    "bad", [b"{broken\n", b'{"action":"a"}\n', b"[]\n", b'{"acton":"x"}\n', b"\xff\n"]
)
def test_a_bad_line_is_named_and_what_was_before_it_is_stored(run, path, stored, bad):
    outcome = run("record", "-", "--store", path, stdin=lines({}, {}) + bad + lines({}))

    assert outcome.code == 2
    assert "line 3" in outcome.err
    assert outcome.lines == [event["id"] for event in stored()]
    assert len(outcome.lines) == 2


def test_with_a_key_a_bad_line_stores_nothing(run, path):
    text = lines({}) + b"{broken\n"
    outcome = run("record", "-", "--idempotency-key", "k", "--store", path, stdin=text)

    assert (outcome.code, outcome.out) == (2, b"")
    assert not path.exists()


@pytest.mark.parametrize(
    "flag", [("--actor", "u"), ("--meta", "a=1"), ("--actor-type", "x"), ("--event-version", "2")]
)
def test_flags_and_lines_are_not_mixed(run, path, flag):
    outcome = run("record", "-", *flag, "--store", path, stdin=lines({}))

    assert outcome.code == 2
    assert not path.exists()


def test_the_same_key_and_event_are_stored_once(run, path, stored):
    call = ("record", "a.b", "--actor", "u", "--idempotency-key", "k1", "--store", path)
    first, second = run(*call), run(*call)

    assert (first.code, second.code) == (0, 0)
    assert first.out == second.out
    assert len(stored()) == 1
    assert "stored before" in second.err


def test_the_same_key_with_another_event_is_refused(run, path, stored):
    run("record", "a.b", "--actor", "u", "--idempotency-key", "k1", "--store", path)
    outcome = run("record", "a.c", "--actor", "u", "--idempotency-key", "k1", "--store", path)

    assert (outcome.code, outcome.out) == (1, b"")
    assert "k1" in outcome.err
    assert [event["action"] for event in stored()] == ["a.b"]


def test_the_same_id_with_another_body_is_refused(run, path, stored):
    run("record", "-", "--store", path, stdin=lines({"id": "one"}))
    outcome = run("record", "-", "--store", path, stdin=lines({"id": "one", "version": 2}))

    assert (outcome.code, outcome.out) == (1, b"")
    assert "one" in outcome.err
    assert [event["version"] for event in stored()] == [1]


def test_the_same_id_and_body_are_told_and_not_added(run, path, stored):
    run("record", "-", "--store", path, stdin=lines({"id": "one"}))
    outcome = run("record", "-", "--store", path, stdin=lines({"id": "one"}))

    assert outcome.code == 0
    assert outcome.lines == ["one"]
    assert "1 stored before" in outcome.err
    assert len(stored()) == 1


def test_the_first_event_makes_the_default_store(run, home):
    assert run("record", "a.b", "--actor", "u").code == 0

    assert home.default_store.exists()
    assert len(run("list").lines) == 1


def test_a_printed_id_is_durable_while_more_lines_are_awaited(started, path, stored, read_line):
    process = started("record", "-", "--store", path, stdin=-1)
    process.stdin.write(lines(*[{"id": f"e{n}"} for n in range(1000)]))
    process.stdin.flush()
    printed = [read_line(process).decode().strip() for _ in range(1000)]
    process.kill()
    process.wait()

    assert printed == [f"e{n}" for n in range(1000)]
    assert [event["id"] for event in stored()] == printed


def test_lines_from_a_pipe_that_pauses_are_not_kept_waiting(started, path, read_line):
    process = started("record", "-", "--store", path, stdin=-1)
    process.stdin.write(lines({"id": "first"}))
    process.stdin.flush()

    assert read_line(process) == b"first\n"
    process.stdin.write(lines({"id": "second"}))
    process.stdin.flush()
    assert read_line(process) == b"second\n"
    process.stdin.close()
    assert process.wait(60) == 0


@pytest.mark.parametrize("name", ["demo", "trail.jsonl"])
def test_a_store_that_is_only_read_says_so(run, tmp_path, seeded_file, name):
    value = name
    if name != "demo":
        value = tmp_path / name
        value.write_bytes(seeded_file.read_bytes())
    outcome = run("record", "a.b", "--actor", "u", "--store", value)

    assert (outcome.code, outcome.out) == (1, b"")
    assert "only read" in outcome.err


def test_a_whole_trail_survives(run, path, stored, seeded_file):
    outcome = run("record", "-", "--store", path, stdin=seeded_file.read_bytes())

    assert outcome.code == 0
    assert stored() == seeded_events()


@pytest.mark.skipif(os.name == "nt", reason="needs a folder that is a file")
def test_a_folder_that_cannot_be_made_is_named(run, tmp_path):
    (tmp_path / "file").write_text("x")
    outcome = run("record", "a.b", "--actor", "u", "--store", tmp_path / "file" / "sub" / "x.db")

    assert outcome.code == 4
    assert "file" in outcome.err
