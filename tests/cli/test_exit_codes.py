"""One case for each exit code that ``auditctl help exit-codes`` lists."""

import os
import re
import signal

import apsw
import pytest


def test_all_codes_are_listed(run):
    text = run("help", "exit-codes").out.decode()

    listed = {int(code) for code in re.findall(r"^ +(\d+)  \S", text, re.MULTILINE)}
    assert listed == {0, 1, 2, 3, 4, 5, 6, 7, 130, 143}


def test_0_done(run, store):
    assert run("list", "--store", store).code == 0


def test_0_when_nothing_matched(run, store):
    assert run("list", "action:never", "--store", store).code == 0


def test_0_when_the_reader_has_seen_enough(started, store):
    reader, writer = os.pipe()
    os.close(reader)
    process = started("list", "--store", store, "-n", "all", stdout=writer)
    os.close(writer)

    assert process.wait(60) == 0
    assert process.stderr.read() == b""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no full device")  # noqa: PTH110
def test_1_when_the_output_cannot_be_written(started, store):
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        process = started("list", "--store", store, stdout=full)
        assert process.wait(60) == 1
    message = process.stderr.read()

    assert b"No space left" in message
    assert b"Traceback" not in message


def test_1_when_records_were_rejected(run, tmp_path):
    (tmp_path / "bad.jsonl").write_bytes(b"{\n")

    assert run("import", tmp_path / "bad.jsonl", "--store", tmp_path / "x.db").code == 1


def test_2_the_command_line_is_wrong(run, store):
    assert run("list", "actr:x", "--store", store).code == 2


def test_3_a_check_said_no(run, store):
    assert run("list", "--fail-on-match", "--store", store).code == 3


def unreadable(path):
    if os.geteuid() == 0:
        pytest.skip("the super-user may read every file")
    path.chmod(0)
    return path


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs the permissions of POSIX")
@pytest.mark.parametrize("arguments", [("list",), ("record", "a.b", "--actor", "u")])
def test_4_a_store_that_may_not_be_read(run, store, arguments):
    assert run(*arguments, "--store", unreadable(store)).code == 4


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs the permissions of POSIX")
def test_4_a_file_that_may_not_be_read(run, tmp_path):
    file = tmp_path / "x.jsonl"
    file.write_text("{}\n")

    assert run("import", unreadable(file), "--store", tmp_path / "x.db").code == 4


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs the permissions of POSIX")
def test_4_a_json_lines_store_that_may_not_be_read(run, tmp_path):
    file = tmp_path / "x.jsonl"
    file.write_text("{}\n")

    assert run("list", "--store", unreadable(file)).code == 4


def test_4_a_store_below_a_file(run, tmp_path):
    (tmp_path / "file").write_text("x")

    assert run("list", "--store", tmp_path / "file" / "x.db").code == 4


def test_5_what_was_named_does_not_exist(run, store):
    assert run("get", "nope", "--store", store).code == 5


@pytest.mark.usefixtures("impatient")
def test_6_another_process_is_writing(run, store):
    connection = apsw.Connection(str(store))
    try:
        connection.execute("BEGIN IMMEDIATE")
        busy = run("record", "a.b", "--actor", "u", "--store", store)
        readable = run("list", "--store", store)
    finally:
        connection.close()

    assert (busy.code, busy.out) == (6, b"")
    assert "another process is writing" in busy.err
    assert readable.code == 0
    assert run("record", "a.b", "--actor", "u", "--store", store).code == 0


@pytest.mark.parametrize(
    "arguments",
    [("list", "-n", "all"), ("stats",), ("list", "--fail-on-empty"), ("export", "--out", "-")],
)
def test_7_a_line_that_is_no_event_makes_the_answer_incomplete(
    run, tmp_path, seeded_file, arguments
):
    path = tmp_path / "x.jsonl"
    path.write_bytes(seeded_file.read_bytes() + b"{broken\n")
    outcome = run(*arguments, "--store", path)

    assert outcome.code == 7
    assert outcome.out
    assert "line 41" in outcome.err


def test_7_says_how_many_parts(run, tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"{broken\n")
    assert "1 part could" in run("list", "--store", path).err
    path.write_bytes(b"{broken\n" * 9)
    outcome = run("list", "--store", path)

    assert "9 parts could" in outcome.err
    assert outcome.err.count("missing: ") < 9


def test_7_an_incomplete_answer_passes_no_check(run, tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"{broken\n")

    assert run("list", "--fail-on-match", "--store", path).code == 7


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_130_and_143_ended_by_a_signal(started, store, number, code):
    process = started("tail", "--store", store, "-n", "0")
    assert b"following" in process.stderr.readline()
    process.send_signal(number)

    assert process.wait(60) == code
