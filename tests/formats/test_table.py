import os
import re
import sys
import threading
import time
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from hostile import FORMATS, TEXTS, event_bodies, event_body, harmful

from auditctl.errors import UsageError
from auditctl.events.event import Event
from auditctl.formats.grid import Cell, Grid, GridColumn, allot, needed
from auditctl.formats.paint import SGR, actor_colour
from auditctl.formats.safety import visible, width
from auditctl.formats.writer import OutputOptions, open_writer

BERLIN = ZoneInfo("Europe/Berlin")
SGR_CODE = re.compile(r"\x1b\[(?:0|1|2|3[0-7]|9[0-7])m")
# one of each kind is enough where each case draws a table; test_safety goes through all
SOME = [text for text in TEXTS if not any(char in text for char in FORMATS[3:-3])]


def lines_of(data):
    text = data.decode()
    assert text.endswith("\n")
    return text[:-1].split("\n")


@pytest.mark.parametrize("columns", [(), ("time,id,metadata,actor,targets",)])
@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize("total", [*range(40, 66), 72, 80, 81, 100, 132, 160, 200, 250])
def test_no_line_is_wider_than_the_terminal(written, make_body, total, live, columns):
    bodies = [make_body(n) for n in range(3)] + event_bodies(SOME[:60])
    lines = lines_of(written("table", bodies, width=total, live=live, columns=columns))
    assert len(lines) == 1 + len(bodies)
    assert max(width(line) for line in lines) <= total


@pytest.mark.parametrize("color", [False, True])
def test_hostile_text_reaches_no_terminal(written, color):
    data = written("table", event_bodies(), width=200, color=color).decode()
    assert len(data.split("\n")) == len(TEXTS) + 2
    assert not harmful(SGR_CODE.sub("", data) if color else data, allowed="\n")


@pytest.mark.parametrize("text", ["[red]x[/red]", "[link=http://evil]x", "[/]", ":smile:"])
def test_markup_is_printed_as_it_is(written, text):
    rows = lines_of(written("table", [event_body(text)], width=250))
    assert rows[1].count(text) >= 4


def test_a_table_without_rows_is_nothing(written):
    assert written("table", [], width=80) == b""


def test_eighty_columns_tell_who_what_when_and_where(written, make_body):
    heading, row = lines_of(written("table", [make_body(1)], width=80, zone=BERLIN))
    assert heading.split() == ["Time", "Europe/Berlin", "Action", "Actor", "Target", "Where"]
    assert row.startswith("2026-05-01 14:00:01  project.created  Jon Smith")
    assert "project api" in row
    assert "203.0.113.7" in row


def test_two_hundred_columns_tell_more(written, make_body):
    heading, row = lines_of(written("table", [make_body(1)], width=200))
    assert "Id" in heading
    assert "Metadata" in heading
    for part in (
        "2026-05-01 12:00:01.123",
        "Jon Smith (jon@acme.com)",
        "project api (proj_01)",
        "203.0.113.7 Firefox/120",
        "audit_log_event_0001",
        "region=eu-west-1",
    ):
        assert part in row


def test_one_very_long_name_does_not_hide_what_others_have_room_for(written, make_body):
    bodies = [make_body(n) for n in range(30)]
    bodies.append(make_body(99, context={"location": "x" * 100_000}))
    assert b"(jon@acme.com)" in written("table", bodies, width=160)


def test_a_narrow_table_says_which_columns_it_hides(make_body):
    out = BytesIO()
    writer = open_writer("table", out, OutputOptions(width=40))
    writer.write(Event(make_body(1)))
    writer.finish()
    assert set(writer.hidden) == {"where", "target", "actor"}
    assert out.getvalue().startswith(b"Time UTC")


def test_the_organization_stands_second_when_asked(written, make_body):
    heading = lines_of(written("table", [make_body(1)], width=120, with_org=True))[0]
    assert heading.split()[:3] == ["Time", "UTC", "Org"]


def test_several_targets_are_counted(written, make_body):
    target = {"id": "t", "type": "team", "name": "core", "metadata": {}}
    row = lines_of(written("table", [make_body(1, targets=[target] * 3)], width=80))[1]
    assert "team core +2" in row


@pytest.mark.parametrize(
    ("actor", "shown"),
    [
        ({"id": "u1", "type": "user", "name": "Ann", "metadata": {"email": "a@b.c"}}, "Ann"),
        ({"id": "u1", "type": "user", "metadata": {"email": "a@b.c"}}, "a@b.c"),
        ({"id": "u1", "type": "user", "metadata": {}}, "u1"),
    ],
)
def test_an_actor_is_called_by_the_best_name_there_is(written, make_body, actor, shown):
    row = lines_of(written("table", [make_body(1, actor=actor)], width=80, columns=["actor"]))[1]
    assert row.split()[0] == shown


@pytest.mark.parametrize("color", [False, True])
def test_rows_that_rich_does_not_draw_look_like_those_it_draws(color):
    columns = [GridColumn("A", 8), GridColumn("B", 5, right=True), GridColumn("C", 6)]
    grid = Grid(columns, 80, color=color)
    texts = ["", "abc", "日本語日本語", "[red]x", "x" * 30, "e\u0301e", "a b ", " lead", "🎉🎉🎉🎉"]
    rows = [[Cell(text, "cyan"), Cell(text[:4]), Cell(text, "dim")] for text in map(visible, texts)]
    assert grid.drawn(rows, header=True) == grid.header() + "".join(grid.row(row) for row in rows)


def test_rows_after_the_sample_keep_the_widths(written, make_body):
    bodies = [make_body(n) for n in range(600)] + [make_body(7, action="x" * 100)]
    lines = lines_of(written("table", bodies, width=100))
    assert len(lines) == 602
    starts = {line.index("Jon Smith") for line in lines[1:]}
    assert len(starts) == 1


def test_live_rows_are_there_at_once_and_keep_their_places(make_body):
    out = BytesIO()
    writer = open_writer("table", out, OutputOptions(width=100, live=True))
    writer.write(Event(make_body(1)))
    first = out.getvalue()
    assert first.count(b"\n") == 2
    writer.write(Event(make_body(2, action="a" * 90)))
    second = out.getvalue()[len(first) :]
    assert second.index(b"Jon") == first.split(b"\n")[1].index(b"Jon") + len("…".encode()) - 1


def test_an_actor_always_has_the_same_colour(written, make_body):
    assert actor_colour("user_1") == actor_colour("user_1")
    assert len({actor_colour(f"user_{n}") for n in range(100)}) > 5
    data = written("table", [make_body(1)] * 60, width=80, color=True).decode()
    code = SGR[actor_colour("user_1")]
    assert data.count(f"\x1b[{code}mJon Smith\x1b[0m") == 60


def test_a_wrong_column_is_refused_with_a_suggestion():
    with pytest.raises(UsageError, match="did you mean 'actor'") as caught:
        open_writer("table", BytesIO(), OutputOptions(columns=["time,actr"]))
    assert "metadata.KEY" in caught.value.hint
    with pytest.raises(UsageError, match="no column"):
        open_writer("table", BytesIO(), OutputOptions(columns=[" , "]))


def test_a_wrong_format_is_refused_with_a_suggestion():
    with pytest.raises(UsageError, match="did you mean 'table'"):
        open_writer("tabel", BytesIO(), OutputOptions())


@pytest.mark.parametrize("total", range(1, 90))
def test_allotted_widths_fit(total):
    widths = allot([19, 30, 5, 200, 12], [19, 10, 6, 8, 9], total)
    shown = [cells for cells in widths if cells]
    assert needed(shown, total) <= total
    if total > 61:
        assert needed(shown, total) == total
        assert widths[0] == 19


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_only_our_own_sequences_arrive_at_a_pseudo_terminal():
    import pty  # noqa: PLC0415 - not on Windows
    import tty  # noqa: PLC0415

    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    received = bytearray()

    def receive():
        while b"THE END" not in received:
            received.extend(os.read(ours, 65_536))

    reader = threading.Thread(target=receive, daemon=True)
    reader.start()
    with os.fdopen(theirs, "wb") as out:
        options = OutputOptions(width=120, color=True, terminal=True)
        for name in ("table", "jsonl", "csv", "tsv", "lines"):
            writer = open_writer(name, out, options)
            writer.write_bodies(event_bodies([text for text in SOME if len(text) < 1000]))
            writer.finish()
        out.write(b"THE END")
        out.flush()
        reader.join(20)
    os.close(ours)
    text = received.decode()
    assert text.endswith("THE END")
    assert not harmful(SGR_CODE.sub("", text), allowed="\n\t")
    assert "\\x1b]52;c;" in text


def test_a_hundred_thousand_rows_do_not_take_a_minute(written, make_body):
    bodies = [make_body(n) for n in range(2_000)]
    written("table", bodies[:10], width=120)
    start = time.process_time()
    written("table", bodies, width=120)
    # Rich alone would need 0.8 s for these
    assert time.process_time() - start < 0.5
