import re
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from hostile import LONG, TEXTS, event_bodies, harmful

from auditctl.errors import UsageError
from auditctl.events.event import Event
from auditctl.formats.grid import Cell, GridColumn
from auditctl.formats.paint import SGR, actor_colour
from auditctl.formats.safety import width
from auditctl.formats.wide import OpenGrid
from auditctl.formats.writer import OutputOptions, open_writer

BERLIN = ZoneInfo("Europe/Berlin")
SGR_CODE = re.compile(r"\x1b\[[0-9;]*m")


def lines_of(data):
    text = data.decode()
    assert text.endswith("\n")
    return text[:-1].split("\n")


def cells_of(line):
    return re.split(" {2,}", line)


def test_every_column_that_says_something_is_there(written, make_body):
    targets = [
        {"id": "proj_01", "type": "project", "name": "api", "metadata": {}},
        *[{"id": f"team_{n}", "type": "team", "metadata": {}} for n in range(5)],
    ]
    heading, row = lines_of(written("wide", [make_body(1, targets=targets)], zone=BERLIN, width=40))
    assert dict(zip(cells_of(heading), cells_of(row), strict=True)) == {
        "Time Europe/Berlin": "2026-05-01 14:00:01.123",
        "Received": "2026-05-01 15:00:00.412",
        "Org": "org_1",
        "Action": "project.created",
        "Version": "1",
        "Actor name": "Jon Smith",
        "Actor id": "user_1",
        "Actor type": "user",
        "Actor email": "jon@acme.com",
        "Target": "project api (proj_01), team team_0, team team_1, team team_2, team team_3, "
        "team team_4",
        "Location": "203.0.113.7",
        "Agent": "Mozilla/5.0 (X11) Gecko/20100101 Firefox/120.0",
        "Metadata": "region=eu-west-1",
        "Id": "audit_log_event_0001",
    }


def test_columns_that_are_empty_everywhere_are_left_out_unless_asked_for(written, make_body):
    bare = make_body(1, actor={"id": "u", "type": "user", "metadata": {}}, metadata={}, targets=[])
    heading = cells_of(lines_of(written("wide", [bare]))[0])
    assert not {"Actor name", "Actor email", "Target", "Metadata", "Source"} & set(heading)
    asked = cells_of(lines_of(written("wide", [bare], columns=["id", "actor_name", "target"]))[0])
    assert asked == ["Id", "Actor name", "Target"]


def test_what_comes_later_in_a_column_that_was_left_out_is_not_lost(written, make_body):
    bodies = [make_body(n, metadata={}) for n in range(500)]
    bodies.append(make_body(500, metadata={"region": "mars"}))
    last = lines_of(written("wide", bodies))[-1]
    assert last.endswith("  metadata=region=mars")


def test_columns_stand_below_each_other_and_a_late_long_cell_only_pushes(written, make_body):
    bodies = [make_body(n) for n in range(510)]
    bodies[505] = make_body(505, action="a" * 60)
    lines = lines_of(written("wide", bodies))
    place = lines[0].index("Version")
    assert {line[place] for number, line in enumerate(lines[1:]) if number != 505} == {"1"}
    assert "a" * 60 in lines[506]
    end = lines[0].index("Actor id")
    assert lines[506].index("user_0") > end


@pytest.mark.parametrize("text", ["x" * 100_000, "日" * 50_000])
def test_nothing_is_cut_off(written, make_body, text):
    lines = lines_of(written("wide", [make_body(1, action=text), make_body(2)]))
    assert text in lines[1]
    assert width(lines[2]) < 1_000  # one long cell does not move all others


@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize("color", [False, True])
def test_hostile_events_are_one_tame_line_each(written, live, color):
    texts = [text for text in TEXTS if len(text) < 5_000] + LONG[2:3]
    data = written("wide", event_bodies(texts), live=live, color=color).decode()
    assert data.count("\n") == len(texts) + 1
    assert not harmful(SGR_CODE.sub("", data) if color else data, allowed="\n")


def test_colours_are_those_of_the_table(written, make_body):
    row = lines_of(written("wide", [make_body(1)], color=True))[1]
    assert f"\x1b[{SGR['bold']}mproject.created\x1b[0m" in row
    assert f"\x1b[{SGR[actor_colour('user_1')]}mJon Smith\x1b[0m" in row
    assert SGR_CODE.sub("", row) == lines_of(written("wide", [make_body(1)]))[1]


def test_a_live_table_shows_each_row_at_once(make_body):
    out = BytesIO()
    writer = open_writer("wide", out, OutputOptions(live=True))
    for number in range(3):
        writer.write(Event(make_body(number)))
        assert len(lines_of(out.getvalue())) == number + 2
    writer.finish()
    assert len(lines_of(out.getvalue())) == 4


def test_a_wide_table_without_rows_is_nothing(written):
    assert written("wide", []) == b""


def test_the_heading_can_be_left_out(written, make_body):
    assert len(lines_of(written("wide", [make_body(1)], header=False))) == 1


def test_an_unknown_column_is_told(written):
    with pytest.raises(UsageError, match="did you mean 'actor'"):
        written("wide", [], columns=["actr"])


def test_columns_after_a_long_cell_come_back_to_their_place():
    columns = [GridColumn("a", 4), GridColumn("b", 8), GridColumn("n", 5, right=True)]
    grid = OpenGrid(columns, color=False)
    rows = [grid.row([Cell(a), Cell(b), Cell("12")]) for a, b in (("x", "y"), ("xxxxxxx", "y"))]
    assert rows == ["x     y            12\n", "xxxxxxx  y         12\n"]
