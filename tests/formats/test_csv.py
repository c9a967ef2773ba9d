import csv
import io
import json

import pytest
from hostile import FORMULAS, TEXTS, event_bodies, event_body, harmful

from auditctl.formats.column_names import resolve
from auditctl.formats.columns import CSV, PLAIN
from auditctl.formats.separated import guarded

HEADING = ",".join(CSV)


def parsed(data):
    # a cell of the corpus has 100 kB, and JSON around it
    csv.field_size_limit(10_000_000)
    return list(csv.reader(io.StringIO(data.decode(), newline=""), strict=True))


def in_utf8(text):
    return text.encode("utf-8", "backslashreplace").decode()


def test_the_heading_is_there_without_rows(written):
    assert written("csv", []).decode() == HEADING + "\n"
    assert written("tsv", []).decode() == HEADING.replace(",", "\t") + "\n"
    assert written("csv", [], header=False) == b""


def test_the_flattened_columns(written, make_body):
    heading, row = parsed(written("csv", [make_body(1)]))
    cells = dict(zip(heading, row, strict=True))
    assert cells["occurred_at"] == "2026-05-01T12:00:01.123Z"
    assert cells["actor_name"] == "Jon Smith"
    assert json.loads(cells["actor_metadata"]) == {"email": "jon@acme.com"}
    assert cells["target_id"] == "proj_01"
    assert json.loads(cells["targets"])[0]["name"] == "api"
    assert json.loads(cells["metadata"]) == {"region": "eu-west-1"}
    assert cells["source_type"] == ""
    assert cells["version"] == "1"


def test_raw_cells_come_back_as_they_were(written):
    rows = parsed(written("csv", event_bodies(), raw_csv=True))
    assert rows[0] == list(CSV)
    columns = resolve(CSV)
    assert rows[1:] == [
        [in_utf8(column.cell(json.loads(body), PLAIN)) for column in columns]
        for body in event_bodies()
    ]


def test_guarded_cells_come_back_with_the_guard(written):
    rows = parsed(written("csv", event_bodies(), columns=["action,actor.id"]))
    assert rows[1:] == [[guarded(text)] * 2 for text in map(in_utf8, TEXTS)]


@pytest.mark.parametrize("name", ["csv", "tsv"])
@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_starts_like_a_formula(written, name, text):
    data = written(name, [event_body(text)], columns=["action,metadata.x,id"]).decode()
    row = data.split("\n", 1)[1]
    assert row.lstrip('"').startswith(
        "'"
        + text[:1]
        .replace("\t", "\\t" if name == "tsv" else "\t")
        .replace("\n", "\\n" if name == "tsv" else "\n")
        .replace("\r", "\\r" if name == "tsv" else "\r")
    )


@pytest.mark.parametrize("text", FORMULAS)
def test_raw_csv_leaves_formulas(written, text):
    rows = parsed(written("csv", [event_body(text)], columns=["action"], raw_csv=True))
    assert rows[1] == [text]


def test_tsv_has_one_line_an_event_and_can_be_undone(written):
    data = written("tsv", event_bodies(), columns=["action,id"], raw_csv=True).decode()
    rows = [line.split("\t") for line in data.split("\n")[1:-1]]
    undone = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\"}

    def undo(cell):
        parts = iter(cell)
        return "".join(undone[next(parts)] if char == "\\" else char for char in parts)

    texts = [text for text in TEXTS if text.isascii()]
    kept = [row for row, text in zip(rows, TEXTS, strict=True) if text.isascii()]
    assert [[undo(cell) for cell in row] for row in kept] == [[text, text] for text in texts]


@pytest.mark.parametrize("name", ["csv", "tsv"])
def test_on_a_terminal_nothing_raw_is_left(written, name):
    data = written(name, event_bodies(), terminal=True).decode()
    assert not harmful(data, allowed="\n\t")
    assert data.count("\n") == len(TEXTS) + 1
