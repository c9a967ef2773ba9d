import json
import os
import subprocess
import sys
from io import BytesIO

import pytest
from hostile import event_bodies, harmful

from auditctl.events.event import Event
from auditctl.formats.writer import OutputOptions, canonical_format, open_writer


class Counting(BytesIO):
    def __init__(self):
        super().__init__()
        self.flushes = 0

    def flush(self):
        self.flushes += 1


def test_json_lines_are_the_stored_bytes(written):
    bodies = event_bodies()
    assert written("jsonl", bodies) == b"".join(body + b"\n" for body in bodies)


def test_one_by_one_and_in_bulk_are_the_same(written, make_body):
    bodies = [make_body(n) for n in range(2_500)]
    for name in ("jsonl", "json", "csv", "tsv", "lines", "table"):
        out = BytesIO()
        writer = open_writer(name, out, OutputOptions())
        for body in bodies:
            writer.write(Event(body))
        writer.finish()
        assert out.getvalue() == written(name, bodies)


def test_both_ways_of_writing_can_follow_each_other(make_body):
    out = BytesIO()
    writer = open_writer("json", out, OutputOptions())
    writer.write(Event(make_body(1)))
    assert writer.write_bodies([]) == 0
    assert writer.write_bodies(iter([make_body(2), make_body(3)])) == 2
    writer.write(Event(make_body(4)))
    writer.finish()
    numbers = [event["id"][-1] for event in json.loads(out.getvalue())]
    assert numbers == ["1", "2", "3", "4"]


def test_an_array_of_nothing(written):
    assert written("json", []) == b"[]\n"
    assert written("jsonl", []) == b""


def test_an_array_has_one_event_a_line(written, make_body):
    first, second = make_body(1), make_body(2)
    assert written("json", [first, second]) == b"[\n" + first + b",\n" + second + b"\n]\n"


@pytest.mark.parametrize("columns", [(), ("id,metadata,actor,target,where",)])
def test_a_terminal_gets_the_same_json_without_raw_controls(written, columns):
    bodies = event_bodies()
    plain = written("json", bodies, columns=columns)
    shown = written("json", bodies, columns=columns, terminal=True)
    assert json.loads(shown) == json.loads(plain)
    assert not harmful(shown.decode(), allowed="\n")


def test_following_flushes_each_event(make_body):
    for name in ("jsonl", "json", "lines", "csv", "tsv", "table"):
        out = Counting()
        writer = open_writer(name, out, OutputOptions(live=True))
        writer.write(Event(make_body(1)))
        writer.write_bodies([make_body(2), make_body(3)])
        assert out.flushes == 3


def test_columns_keep_numbers_and_booleans(written, make_body):
    body = make_body(1, metadata={"n": 1.5, "yes": True, "text": "1"})
    columns = ["metadata.n,metadata.yes", "metadata.text", "metadata.none,version,metadata", "time"]
    assert json.loads(written("jsonl", [body], columns=columns)) == {
        "metadata.n": 1.5,
        "metadata.yes": True,
        "metadata.text": "1",
        "metadata.none": None,
        "version": 1,
        "metadata": {"n": 1.5, "yes": True, "text": "1"},
        "time": "2026-05-01T12:00:01.123Z",
    }


def test_ndjson_is_json_lines():
    assert canonical_format("ndjson") == "jsonl"


def test_json_lines_need_none_of_the_other_formats():
    code = (
        "import io, sys\n"
        "from auditctl.formats.writer import OutputOptions, open_writer\n"
        "writer = open_writer('jsonl', io.BytesIO(), OutputOptions())\n"
        "writer.write_bodies([b'{}'])\n"
        "heavy = {'rich', 'csv', 'msgspec', 'unicodedata', 'auditctl.formats.columns'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    path = os.pathsep.join(part for part in sys.path if part)
    answer = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        check=True,
        text=True,
    )
    assert answer.stdout == "[]\n"
