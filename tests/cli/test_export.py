"""``auditctl export``: the whole answer under its name, or nothing."""

import csv
import errno
import io
import json
import os
import signal

import pytest
from seeded import COUNT, newest, seeded_events

EVENTS = seeded_events()


def names(folder):
    return [path.name for path in folder.iterdir()]


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "exports"
    path.mkdir()
    return path


@pytest.fixture
def failing_disk(monkeypatch):
    """Let the last step before the file gets its name fail."""

    def fail(_number):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("auditctl.cli.export.os.fsync", fail)


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("x.jsonl", lambda data: [json.loads(line) for line in data.splitlines()]),
        ("x.ndjson", lambda data: [json.loads(line) for line in data.splitlines()]),
        ("x", lambda data: [json.loads(line) for line in data.splitlines()]),
        ("x.json", json.loads),
    ],
)
def test_the_name_decides_the_format_and_all_come_oldest_first(run, store, folder, name, read):
    outcome = run("export", "--store", store, "--out", folder / name)

    assert (outcome.code, outcome.out) == (0, b"")
    assert read((folder / name).read_bytes()) == EVENTS
    assert f"{COUNT} events" in outcome.err
    assert str(folder / name) in outcome.err


@pytest.mark.parametrize(("name", "delimiter"), [("x.csv", ","), ("X.TSV", "\t")])
def test_separated_values_by_their_ending(run, store, folder, name, delimiter):
    run("export", "--store", store, "--out", folder / name, "-c", "id,action")
    rows = list(csv.reader(io.StringIO((folder / name).read_text()), delimiter=delimiter))

    assert rows == [["id", "action"], *[[event["id"], event["action"]] for event in EVENTS]]


def test_a_format_comes_before_the_ending(run, store, folder):
    run("export", "--store", store, "--out", folder / "x.csv", "-o", "jsonl")

    assert json.loads((folder / "x.csv").read_bytes().splitlines()[0]) == EVENTS[0]


def test_filters_limits_and_order_hold(run, store, folder):
    run(
        *("export", "--store", store, "--out", folder / "x", "--org", "org_beta"),
        *("-n", "4", "--newest-first"),
    )
    found = [json.loads(line)["id"] for line in (folder / "x").read_bytes().splitlines()]

    assert found == newest(EVENTS, lambda event: event["organization_id"] == "org_beta")[:4]


def test_a_dash_is_standard_output_and_nothing_else_is_on_it(run, store):
    outcome = run("export", "--store", store, "--out", "-")

    assert outcome.events == EVENTS


def test_what_is_exported_is_imported_to_the_same_bytes(run, store, folder, tmp_path):
    run("export", "--store", store, "--out", folder / "first.jsonl")
    again = run("import", folder / "first.jsonl", "--store", tmp_path / "second.db")
    run("export", "--store", tmp_path / "second.db", "--out", folder / "second.jsonl")

    assert again.code == 0
    assert (folder / "second.jsonl").read_bytes() == (folder / "first.jsonl").read_bytes()
    assert (folder / "first.jsonl").read_bytes().count(b"\n") == COUNT


def test_a_file_that_is_there_is_not_replaced(run, store, folder):
    (folder / "x").write_text("precious")
    outcome = run("export", "--store", store, "--out", folder / "x")

    assert outcome.code == 2
    assert "--force" in outcome.err
    assert (folder / "x").read_text() == "precious"
    assert names(folder) == ["x"]


def test_force_replaces_it(run, store, folder):
    (folder / "x").write_text("old")

    assert run("export", "--store", store, "--out", folder / "x", "--force").code == 0
    assert (folder / "x").read_bytes().count(b"\n") == COUNT
    assert names(folder) == ["x"]


def test_a_file_that_comes_meanwhile_is_not_replaced(run, store, folder, monkeypatch):
    fsync = os.fsync

    def meanwhile(number):
        (folder / "x").write_text("of somebody else")
        fsync(number)

    monkeypatch.setattr("auditctl.cli.export.os.fsync", meanwhile)
    outcome = run("export", "--store", store, "--out", folder / "x")

    assert outcome.code == 2
    assert (folder / "x").read_text() == "of somebody else"
    assert names(folder) == ["x"]


@pytest.mark.usefixtures("failing_disk")
def test_a_failing_disk_leaves_nothing(run, store, folder):
    outcome = run("export", "--store", store, "--out", folder / "x")

    assert outcome.code == 1
    assert "No space left" in outcome.err
    assert names(folder) == []


@pytest.mark.usefixtures("failing_disk")
def test_a_failing_disk_leaves_the_old_file(run, store, folder):
    (folder / "x").write_text("old")

    assert run("export", "--store", store, "--out", folder / "x", "--force").code == 1
    assert names(folder) == ["x"]
    assert (folder / "x").read_text() == "old"


@pytest.mark.parametrize("options", [("-c", "nosuch"), ("-o", "xml"), ("actr:x",), ("-n", "many")])
def test_a_wrong_option_leaves_nothing(run, store, folder, options):
    assert run("export", "--store", store, "--out", folder / "x.csv", *options).code == 2
    assert names(folder) == []


def test_a_folder_is_no_file(run, store, folder):
    assert run("export", "--store", store, "--out", folder).code == 2


def test_a_missing_folder_is_named(run, store, folder):
    outcome = run("export", "--store", store, "--out", folder / "sub" / "x")

    assert outcome.code == 1
    assert str(folder / "sub" / "x") in outcome.err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_device_is_never_replaced_by_a_file(run, store, folder):
    os.mkfifo(folder / "pipe")
    outcome = run("export", "--store", store, "--out", folder / "pipe", "--force")

    assert outcome.code == 2
    assert (folder / "pipe").is_fifo()


def test_without_out_nothing_is_exported(run, store):
    outcome = run("export", "--store", store)

    assert (outcome.code, outcome.out) == (2, b"")
    assert "--out" in outcome.err


def test_without_events_the_file_is_empty_but_there(run, folder):
    outcome = run("export", "--out", folder / "x.json")

    assert outcome.code == 0
    assert json.loads((folder / "x.json").read_bytes()) == []
    assert "no events yet" in outcome.err


@pytest.fixture
def halfway(started, folder, store):
    """Stop an export in the middle: the events are written, the file has no name yet."""

    def begin(*options):
        code = (
            "import os, sys, time\n"
            "import auditctl.cli.export as export\n"
            "from auditctl.__main__ import main\n"
            "def wait(number):\n"
            "    print('halfway', flush=True)\n"
            "    time.sleep(600)\n"
            "export.os.fsync = wait\n"
            "main()\n"
        )
        (folder.parent / "sitecustomize_export.py").write_text(code)
        return started(
            *("export", "--store", store, "--out", folder / "x.jsonl", *options),
            program=folder.parent / "sitecustomize_export.py",
        )

    return begin


def test_a_killed_export_leaves_no_file_of_this_name(halfway, folder, read_line):
    process = halfway()
    assert read_line(process) == b"halfway\n"
    process.kill()
    process.wait()

    assert not (folder / "x.jsonl").exists()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_an_export_that_is_ended_leaves_nothing_at_all(halfway, folder, number, code, read_line):
    process = halfway()
    assert read_line(process) == b"halfway\n"
    process.send_signal(number)

    assert process.wait(60) == code
    assert process.stderr.read() == b""
    assert names(folder) == []
