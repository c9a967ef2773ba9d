"""``auditctl tail``: what was before, what comes, and how it ends."""

import json
import signal

import pytest
from seeded import COUNT, NOW, seeded_events

EVENTS = seeded_events()
ENDED = ("--idle-timeout", "1ms")


def line(number, **changes):
    event = {
        "id": f"n{number:04d}",
        "action": "new.one",
        "occurred_at": "2026-05-06T13:00:00Z",
        "actor": {"id": "u", "type": "user"},
    }
    return json.dumps({**event, **changes}).encode() + b"\n"


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ((), EVENTS[-10:]),
        (("-n", "3"), EVENTS[-3:]),
        (("-n", "all"), EVENTS),
        (("-n", "0"), []),
        (("--since", "2026-05-04"), EVENTS[-16:]),
        (("--since", "2026-05-04", "-n", "2"), EVENTS[-2:]),
        (("--on", "2026-05-02"), EVENTS[8:16]),
        (("--until", "2026-05-02", "-n", "2"), EVENTS[6:8]),
        (("action:cache.reset", "-n", "all"), EVENTS[5::7]),
        (("--action", "cache.reset", "-n", "2"), EVENTS[5::7][-2:]),
    ],
)
def test_the_events_before_come_oldest_first(run, store, options, wanted):
    outcome = run("tail", "--store", store, "-o", "jsonl", *options, *ENDED)

    assert outcome.code == 0
    assert outcome.events == wanted


@pytest.mark.parametrize(
    ("options", "bound"),
    [
        (("--max-events", "3"), "--max-events"),
        (("--for", "1ms"), "--for"),
        (("--idle-timeout", "1ms"), "--idle-timeout"),
        (("--until", "2026-05-06T11:59:59Z"), "--until"),
    ],
)
def test_each_bound_ends_it_and_is_named(run, store, options, bound):
    outcome = run("tail", "--store", store, *options)

    assert outcome.code == 0
    assert f"ended by {bound}" in outcome.err
    assert len(outcome.lines) == (3 if bound == "--max-events" else 10)


def test_an_array_is_whole_when_it_ends(run, store):
    outcome = run("tail", "--store", store, "-o", "json", "--max-events", "3")

    assert json.loads(outcome.out) == EVENTS[-10:-7]


def test_the_end_of_the_range_ends_it_when_the_clock_has_passed_it(run, store):
    later = NOW.replace(hour=13)
    outcome = run("tail", "--store", store, "--until", "2026-05-06T12:30:00Z", now=later)

    assert "ended by --until" in outcome.err


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--fail-on-match",), 3),
        (("--fail-on-match", "action:never"), 0),
        (("--fail-on-empty", "action:never"), 3),
        (("--fail-on-empty",), 0),
    ],
)
def test_checks_speak_at_the_end(run, store, options, code):
    assert run("tail", "--store", store, *options, *ENDED).code == code


@pytest.mark.parametrize("options", [("--max-events", "0"), ("--for", "soon"), ("-n", "x")])
def test_wrong_bounds_are_refused(run, store, options):
    assert run("tail", "--store", store, *options).code == 2


def test_explain_follows_nothing(run, store):
    outcome = run("tail", "--store", store, "--explain", "-n", "7")

    assert outcome.code == 0
    assert "7" in outcome.out.decode()


def test_a_default_store_that_is_not_there_yet_is_awaited(run, home):
    outcome = run("tail", *ENDED)

    assert (outcome.code, outcome.out) == (0, b"")
    assert "no events yet" in outcome.err
    assert home.default_store.exists()


def test_a_named_store_must_be_there(run, tmp_path):
    assert run("tail", "--store", tmp_path / "none.db", *ENDED).code == 5


def test_new_events_of_another_process_are_shown_and_the_old_ones_once(started, store, read_line):
    """Record without pause while the follower starts: the joint falls anywhere."""
    writer = started("record", "-", "--store", store, stdin=-1)
    writer.stdin.write(line(0))
    writer.stdin.flush()
    assert read_line(writer) == b"n0000\n"
    tail = started("tail", "--store", store, "-n", "all", "-o", "jsonl", "--max-events", "340")
    for number in range(1, 300):
        writer.stdin.write(line(number))
        writer.stdin.flush()
        assert read_line(writer).strip() == b"n%04d" % number
    out, err = tail.communicate(timeout=60)
    found = [json.loads(text)["id"] for text in out.splitlines()]

    assert found[:COUNT] == [event["id"] for event in EVENTS]
    assert found[COUNT:] == [f"n{number:04d}" for number in range(300)]
    assert tail.returncode == 0
    assert b"ended by --max-events" in err


@pytest.fixture
def following(started, store):
    """Start a follower, and return it when it follows."""

    def begin(*options, path=store, **streams):
        process = started("tail", "--store", path, "-n", "0", "-o", "jsonl", *options, **streams)
        message = b""
        while b"following" not in message:
            got = process.stderr.readline()
            assert got, message
            message += got
        return process

    return begin


def test_only_what_matches_is_shown_and_at_once(following, spawn, store, read_line):
    process = following("--action", "wanted.*")
    spawn("record", "-", "--store", store, stdin=line(1) + line(2, action="wanted.one"))

    assert json.loads(read_line(process))["id"] == "n0002"


def test_back_dated_events_are_shown_when_they_come(following, spawn, store, read_line):
    process = following()
    spawn("record", "-", "--store", store, stdin=line(1, occurred_at="2020-01-01T00:00:00Z"))

    assert json.loads(read_line(process))["id"] == "n0001"


@pytest.mark.parametrize("name", ["table", "lines", "csv", "tsv"])
def test_every_format_shows_an_event_at_once(following, spawn, store, read_line, name):
    process = following("-o", name)
    spawn("record", "-", "--store", store, stdin=line(1))
    shown = read_line(process)
    while shown and b"new.one" not in shown:  # a heading comes first
        shown = read_line(process)

    assert b"new.one" in shown


def test_lines_appended_to_a_file_are_followed(following, tmp_path, seeded_file, read_line):
    path = tmp_path / "growing.jsonl"
    path.write_bytes(seeded_file.read_bytes())
    process = following(path=path)
    with path.open("ab") as file:
        file.write(line(1))
        file.flush()
        assert json.loads(read_line(process))["id"] == "n0001"
        file.write(line(2))
        file.flush()
        assert json.loads(read_line(process))["id"] == "n0002"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_quietly(following, spawn, store, read_line, *, number, code):
    process = following()
    spawn("record", "-", "--store", store, stdin=line(1))
    assert json.loads(read_line(process))["id"] == "n0001"
    process.send_signal(number)

    assert process.wait(60) == code
    assert process.stderr.read() == b""
    assert process.stdout.read() == b""


def test_a_closed_pipe_ends_it_quietly(following, spawn, store):
    process = following()
    process.stdout.close()
    spawn("record", "-", "--store", store, stdin=line(1))

    assert process.wait(60) == 0
    assert process.stderr.read() == b""
