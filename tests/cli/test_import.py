"""``auditctl import``: what is stored, what is told, and that it can be done again."""

import gzip
import json
import signal
import time

import apsw
import generate
import pytest
from seeded import COUNT, seeded_event, seeded_events

EVENTS = seeded_events()
BIG = 30_000

CLOUDTRAIL = {
    "Records": [
        {
            "eventVersion": "1.08",
            "eventID": f"6d0d2f0e-0000-4000-8000-00000000000{number}",
            "eventTime": f"2026-05-01T12:00:0{number}Z",
            "eventSource": "s3.amazonaws.com",
            "eventName": "GetObject",
            "awsRegion": "eu-west-1",
            "sourceIPAddress": "203.0.113.7",
            "userAgent": "aws-cli/2",
            "recipientAccountId": "123456789012",
            "userIdentity": {
                "type": "IAMUser",
                "principalId": "AIDA1",
                "arn": "arn:aws:iam::123456789012:user/jon",
                "userName": "jon",
            },
        }
        for number in range(3)
    ]
}
GITHUB = [
    {
        "@timestamp": 1777636800123 + number,
        "_document_id": f"doc-{number}",
        "action": "repo.add_member",
        "actor": "ann",
        "actor_id": 11,
        "org": "acme",
        "org_id": 5,
    }
    for number in range(3)
]
CSV = (
    "\ufeffoccurred_at,action,actor_id,actor_type,target_id_0,target_type_0,actor_name\r\n"
    '2026-05-01T12:00:00Z,door.opened,u1,user,d1,door,"two\nlines"\r\n'
    "2026-05-01T12:00:01Z,door.closed,u1,user,,,\r\n"
    "2026-05-01T12:00:01Z,door.closed,u1,user,,,\r\n"
)

KINDS = {
    "jsonl": ("trail.jsonl", b"".join(json.dumps(e).encode() + b"\n" for e in EVENTS[:3])),
    "workos-csv": ("export.csv", CSV.encode()),
    "cloudtrail": ("trail.json", json.dumps(CLOUDTRAIL).encode()),
    "github": ("audit.json", json.dumps(GITHUB).encode()),
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "own.db"


@pytest.fixture
def stored(run, path):
    def read():
        return run("list", "--store", path, "-o", "jsonl", "-n", "all", "--reverse").events

    return read


def jsonl(events):
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)


@pytest.mark.parametrize("guessed", [False, True])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_by_name_and_by_content(run, tmp_path, path, stored, *, kind, guessed, packed):
    name, content = KINDS[kind]
    file = tmp_path / (f"{name}.gz" if packed else name)
    file.write_bytes(gzip.compress(content) if packed else content)

    outcome = run("import", *([] if guessed else ["--from", kind]), file, "--store", path)

    assert (outcome.code, outcome.out) == (0, b"")
    assert "3 added" in outcome.err
    assert (f"read as {kind}" in outcome.err) is guessed
    assert len(stored()) == 3


def test_events_of_cloudtrail_say_who_did_what(run, tmp_path, path, stored):
    (tmp_path / "x.json").write_bytes(KINDS["cloudtrail"][1])
    run("import", tmp_path / "x.json", "--store", path)
    event = stored()[0]

    assert event["occurred_at"] == "2026-05-01T12:00:00.000Z"
    assert event["context"]["location"] == "203.0.113.7"
    assert event["source"]["record"] == CLOUDTRAIL["Records"][0]


def test_equal_rows_of_one_export_are_two_events(run, tmp_path, path, stored):
    (tmp_path / "x.csv").write_bytes(CSV.encode())
    run("import", tmp_path / "x.csv", "--org", "org_7", "--store", path)

    assert [event["action"] for event in stored()] == ["door.opened", "door.closed", "door.closed"]
    assert {event["organization_id"] for event in stored()} == {"org_7"}
    assert stored()[0]["actor"]["name"] == "two\nlines"


def test_standard_input(run, path, stored):
    outcome = run("import", "--from", "jsonl", "-", "--store", path, stdin=jsonl(EVENTS))

    assert outcome.code == 0
    assert stored() == EVENTS


def test_packed_standard_input_is_guessed(run, path, stored):
    run("import", "-", "--store", path, stdin=gzip.compress(KINDS["cloudtrail"][1]))

    assert len(stored()) == 3


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_file_twice_adds_nothing(run, tmp_path, path, stored, kind):
    file = tmp_path / "file"
    file.write_bytes(KINDS[kind][1])
    run("import", "--from", kind, file, "--store", path)
    before = stored()

    outcome = run("import", "--from", kind, file, "--store", path)

    assert outcome.code == 0
    assert "0 added" in outcome.err
    assert "3 there already" in outcome.err
    assert stored() == before


def test_several_files_are_one_import(run, tmp_path, path, stored):
    for number in range(3):
        (tmp_path / f"{number}.jsonl").write_bytes(jsonl(EVENTS[number * 10 : number * 10 + 10]))
    files = [tmp_path / f"{number}.jsonl" for number in range(3)]

    outcome = run("import", *files, "--store", path)

    assert "30 added" in outcome.err
    assert "3 files" in outcome.err
    assert stored() == EVENTS[:30]


BAD = b'{"action":"no.time","actor":{"id":"u","type":"user"}}\n'


def mixed():
    """Three good lines, with a bad one and one in conflict between them."""
    conflict = {**seeded_event(0), "action": "another.one"}
    return jsonl(EVENTS[:2]) + BAD + b"{broken\n" + jsonl([conflict]) + jsonl(EVENTS[2:3])


def test_what_cannot_be_stored_is_told_and_the_rest_is_stored(run, tmp_path, path, stored):
    (tmp_path / "mixed.jsonl").write_bytes(mixed())
    outcome = run("import", tmp_path / "mixed.jsonl", "--store", path)

    assert outcome.code == 1
    assert stored() == EVENTS[:3]
    for words in ("line 3", "line 4", "line 5", "mixed.jsonl", "3 added", "3 rejected", "3 of 6"):
        assert words in outcome.err


def test_rejects_go_to_a_file_with_place_and_reason(run, tmp_path, path):
    (tmp_path / "mixed.jsonl").write_bytes(mixed())
    rejects = tmp_path / "rejects.jsonl"

    outcome = run("import", tmp_path / "mixed.jsonl", "--rejects", rejects, "--store", path)
    told = [json.loads(line) for line in rejects.read_bytes().splitlines()]

    assert outcome.code == 1
    assert sorted(entry["place"] for entry in told) == ["line 3", "line 4", "line 5"]
    assert {entry["file"] for entry in told} == {str(tmp_path / "mixed.jsonl")}
    assert all(entry["reason"] for entry in told)
    by_place = {entry["place"]: entry["record"] for entry in told}
    assert by_place["line 3"].encode() == BAD.rstrip()
    assert by_place["line 4"] == "{broken"


def test_an_import_without_rejects_writes_an_empty_file_of_them(run, tmp_path, path):
    (tmp_path / "good.jsonl").write_bytes(jsonl(EVENTS))
    rejects = tmp_path / "rejects.jsonl"
    rejects.write_text("of another time")

    assert run("import", tmp_path / "good.jsonl", "--rejects", rejects, "--store", path).code == 0
    assert rejects.read_bytes() == b""


def test_stop_ends_at_the_first_and_keeps_what_was_before_it(run, tmp_path, path, stored):
    (tmp_path / "mixed.jsonl").write_bytes(mixed())
    outcome = run("import", tmp_path / "mixed.jsonl", "--on-error", "stop", "--store", path)

    assert outcome.code == 1
    assert "line 3" in outcome.err
    assert stored() == EVENTS[:2]


def test_many_rejects_are_counted_not_listed(run, tmp_path, path):
    (tmp_path / "bad.jsonl").write_bytes(BAD * 500)
    outcome = run("import", tmp_path / "bad.jsonl", "--store", path)

    assert outcome.code == 1
    assert "500 rejected" in outcome.err
    assert outcome.err.count("\n") < 30


def test_rejects_do_not_overwrite_what_is_read(run, tmp_path, path):
    (tmp_path / "mixed.jsonl").write_bytes(mixed())
    file = tmp_path / "mixed.jsonl"

    assert run("import", file, "--rejects", file, "--store", path).code == 2
    assert file.read_bytes() == mixed()


def test_rejects_do_not_overwrite_the_store(run, tmp_path, store):
    before = store.read_bytes()
    (tmp_path / "mixed.jsonl").write_bytes(mixed())
    outcome = run("import", tmp_path / "mixed.jsonl", "--rejects", store, "--store", store)

    assert outcome.code == 2
    assert store.read_bytes() == before


def test_hostile_text_of_a_reject_does_not_reach_the_terminal(run, tmp_path, path):
    (tmp_path / "bad.jsonl").write_bytes(
        b'{"action":"a.b","\\u001b[2J":1,"actor":{"id":"u","type":"user"},'
        b'"occurred_at":"\x1b]0;x\x07"}\n'
    )
    outcome = run("import", tmp_path / "bad.jsonl", "--store", path)

    assert outcome.code == 1
    assert "\x1b" not in outcome.err
    assert "\x07" not in outcome.err


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--from", "cloudtrial"), 2, "did you mean `cloudtrail`"),
        (("--on-error", "ignore"), 2, "skip or stop"),
        (("--rejects", "no/such/folder/x"), 2, "no/such/folder"),
    ],
)
def test_wrong_options_are_refused_before_a_store_is_made(
    run, seeded_file, path, *, options, code, words
):
    outcome = run("import", seeded_file, "--store", path, *options)

    assert outcome.code == code
    assert words in outcome.err
    assert not path.exists()


def test_a_missing_file_is_named(run, tmp_path, path):
    outcome = run("import", tmp_path / "none.jsonl", "--store", path)

    assert outcome.code == 5
    assert "none.jsonl" in outcome.err


def test_a_cut_off_packed_file_is_told_and_its_whole_records_are_stored(
    run, tmp_path, path, stored
):
    file = tmp_path / "cut.jsonl.gz"
    file.write_bytes(gzip.compress(jsonl(EVENTS))[:-40])
    outcome = run("import", file, "--store", path)

    assert outcome.code == 1
    assert "cut off" in outcome.err
    assert 0 < len(stored()) <= COUNT


def test_a_store_that_is_only_read_refuses(run, tmp_path, seeded_file):
    copy = tmp_path / "copy.jsonl"
    copy.write_bytes(seeded_file.read_bytes())
    outcome = run("import", seeded_file, "--store", copy)

    assert outcome.code == 1
    assert "only read" in outcome.err
    assert copy.read_bytes() == seeded_file.read_bytes()


def test_quiet_says_nothing_of_success_but_tells_rejects(run, tmp_path, path):
    (tmp_path / "good.jsonl").write_bytes(jsonl(EVENTS[:2]))
    (tmp_path / "bad.jsonl").write_bytes(BAD)

    assert run("import", tmp_path / "good.jsonl", "--store", path, "--quiet").err == ""
    assert "line 1" in run("import", tmp_path / "bad.jsonl", "--store", path, "--quiet").err


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    """Generated events, enough for several batches: the file, and its bytes."""
    path = tmp_path_factory.mktemp("big") / "big.jsonl"
    content = b"".join(generate.generate(BIG, 1, generate.END_MS))
    path.write_bytes(content)
    return path, content


def exported(run, path, out):
    run("export", "--store", path, "--out", out)
    return out.read_bytes()


def events_in(path):
    """Count what a reader sees now, whatever the writer is doing."""
    if not path.exists():
        return 0
    connection = apsw.Connection(str(path))
    try:
        return connection.execute("SELECT next_seq - 1 FROM store").fetchone()[0]
    except (apsw.SQLError, apsw.BusyError, TypeError):
        return 0  # the tables are being made
    finally:
        connection.close()


def killed_at(process, path, count, number=signal.SIGKILL):
    deadline = time.monotonic() + 60
    while events_in(path) < count and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    assert process.poll() is None, process.stderr.read()
    process.send_signal(number)
    return process.wait(60)


def test_a_killed_import_keeps_whole_batches_and_is_simply_run_again(
    started, run, tmp_path, path, big
):
    file, content = big
    process = started("import", file, "--store", path)
    assert killed_at(process, path, 1) == -signal.SIGKILL
    kept = events_in(path)

    assert 0 < kept < BIG
    assert run("doctor", "--store", path, env={"PATH": ""}).code == 0
    assert content.startswith(exported(run, path, tmp_path / "part.jsonl"))
    again = run("import", file, "--store", path)
    assert again.code == 0
    assert f"{BIG - kept:,} added" in again.err
    assert f"{kept:,} there already" in again.err
    assert exported(run, path, tmp_path / "all.jsonl") == content


def test_an_import_killed_while_it_waits_for_input_has_lost_no_batch(
    started, run, tmp_path, path, big
):
    file, content = big
    process = started("import", "--from", "jsonl", "-", "--store", path, stdin=-1)
    lines = content.splitlines(keepends=True)
    process.stdin.write(b"".join(lines[:15_000]))
    process.stdin.flush()

    assert killed_at(process, path, 10_000) == -signal.SIGKILL
    assert events_in(path) == 10_000
    assert run("import", file, "--store", path).code == 0
    assert exported(run, path, tmp_path / "all.jsonl") == content


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_import_that_is_ended_says_nothing_and_leaves_a_sound_store(
    started, run, tmp_path, path, big, *, number, code
):
    file, content = big
    process = started("import", file, "--quiet", "--store", path)

    assert killed_at(process, path, 1, number) == code
    assert process.stderr.read() == b""
    assert run("doctor", "--store", path, env={"PATH": ""}).code == 0
    assert content.startswith(exported(run, path, tmp_path / "part.jsonl"))


def test_a_terminal_sees_a_bar_with_rate_that_is_gone_at_the_end(on_terminal, path, big):
    outcome = on_terminal("import", big[0], "--store", path, columns=100)
    text = outcome.out.decode()

    assert outcome.code == 0
    assert "/s" in text
    assert "%" in text
    assert f"{BIG:,} added" in text.splitlines()[-1]


def test_without_a_terminal_there_is_no_bar(spawn, path, big):
    outcome = spawn("import", big[0], "--store", path)

    assert outcome.code == 0
    assert "\x1b" not in outcome.err
    assert "\r" not in outcome.err
