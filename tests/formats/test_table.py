import os
import re
import sys
import threading
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from hostile import FORMATS, TEXTS, body, event_bodies, event_body, event_fields, harmful
from hypothesis import given, settings
from hypothesis import strategies as st

from auditctl.errors import UsageError
from auditctl.events.event import Event
from auditctl.formats.grid import Cell, Grid, GridColumn, allot, needed
from auditctl.formats.paint import SGR, actor_colour
from auditctl.formats.safety import visible, width
from auditctl.formats.writer import OutputOptions, open_writer

BERLIN = ZoneInfo("Europe/Berlin")
SGR_CODE = re.compile(r"\x1b\[(?:0|1|(?:1;)?38;5;[0-9]+)m")
RULER = ("──", "┄┄")
# one of each kind is enough where each case draws a table; test_safety goes through all
SOME = [text for text in TEXTS if not any(char in text for char in FORMATS[3:-3])]


def lines_of(data):
    """All lines but rulers."""
    text = data.decode()
    assert text.endswith("\n")
    return [line for line in text[:-1].split("\n") if not line.startswith(RULER)]


def drawn(bodies, **options):
    out = BytesIO()
    writer = open_writer("table", out, OutputOptions(**options))
    writer.write_bodies(bodies)
    writer.finish()
    return out.getvalue().decode()


@pytest.mark.parametrize("columns", [(), ("time,id,metadata,actor,targets",)])
@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize("total", [*range(40, 66), 72, 80, 81, 100, 132, 160, 200, 250])
def test_no_line_is_wider_than_the_terminal(written, make_body, total, live, columns):
    bodies = [make_body(n) for n in range(3)] + event_bodies(SOME[:60])
    lines = lines_of(written("table", bodies, width=total, live=live, columns=columns))
    assert len(lines) == 1 + len(bodies)  # and rulers
    assert max(width(line) for line in lines) <= total


MOMENTS = ("2026-05-01T12:00:00.123Z", "2026-05-01T20:00:00.000Z", "1999-12-31T23:59:59.999Z")
HARD = st.text(st.sampled_from([*"ab -\x1b\n\x9b\u202e\u0301日🎉\ufe0f\u200dë…─"]), max_size=40)


@settings(deadline=None)
@given(
    rows=st.lists(st.tuples(HARD | st.text(max_size=10), st.sampled_from(MOMENTS)), min_size=1),
    total=st.integers(20, 400),
    columns=st.sampled_from(
        [(), ("target,time,org",), ("id", "metadata", "received", "where", "actor", "targets")]
    ),
    flags=st.fixed_dictionaries(
        {name: st.booleans() for name in ("live", "with_org", "header", "relative")}
    ),
    marked=st.booleans(),
)
def test_whatever_an_event_says_no_line_is_wider_than_the_terminal(
    rows, total, columns, flags, marked
):
    bodies = []
    for text, moment in rows:
        fields = event_fields(text) | {"occurred_at": moment}
        bodies.append(body(fields))
    options = {"width": total, "columns": columns, "zone": BERLIN, "now": 1_777_640_000_000} | flags
    if marked:
        options["marked"] = frozenset([rows[0][0]])
    text = drawn(bodies, **options)
    lines = text.split("\n")
    assert len(lines) >= len(bodies) + 1
    assert max(width(line) for line in lines) <= total
    assert not harmful(text, allowed="\n")


@pytest.mark.parametrize("color", [False, True])
def test_hostile_text_reaches_no_terminal(written, color):
    data = SGR_CODE.sub("", written("table", event_bodies(), width=200, color=color).decode())
    assert len(lines_of(data.encode())) == len(TEXTS) + 1
    assert not harmful(data, allowed="\n")


def test_addresses_in_events_become_no_links(written):
    link = "\x1b]8;;https://evil.example\x1b\\https://evil.example\x1b]8;;\x1b\\"
    for name in ("table", "lines"):
        data = written(name, [event_body(link)] * 4, width=400, color=True, terminal=True).decode()
        assert "https://evil.example" in data
        assert "\x1b]" not in data


@pytest.mark.parametrize("text", ["[red]x[/red]", "[link=http://evil]x", "[/]", ":smile:"])
def test_markup_is_printed_as_it_is(written, text):
    rows = lines_of(written("table", [event_body(text)], width=250))
    assert rows[1].count(text) >= 4


def test_a_table_without_rows_is_nothing(written):
    assert written("table", [], width=80) == b""


def test_eighty_columns_tell_who_what_when_and_where(written, make_body):
    heading, row = lines_of(written("table", [make_body(1)], width=80, zone=BERLIN))
    assert heading.split() == ["Time", "Europe/Berlin", "Action", "Actor", "Target", "Where"]
    assert row.startswith("2026-05-01 14:00:01.123  project.created  Jon Smith")
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
    assert set(writer.hidden) == {"where", "target"}
    assert out.getvalue().startswith(b"Time         Action          Actor")


def test_the_organization_stands_second_where_there_is_room(written, make_body):
    heading = lines_of(written("table", [make_body(1)], width=120, with_org=True))[0]
    assert heading.split()[:3] == ["Time", "UTC", "Org"]


def test_the_organization_is_left_out_before_the_five(make_body):
    out = BytesIO()
    name = "a-name-of-twenty-two-x"
    target = {"id": "p", "type": "project", "name": name, "metadata": {}}
    bodies = [make_body(n, targets=[target], organization_id="org_" + "x" * 20) for n in range(9)]
    writer = open_writer("table", out, OutputOptions(width=80, with_org=True))
    writer.write_bodies(bodies)
    writer.finish()
    assert writer.hidden == ("org",)
    assert lines_of(out.getvalue())[0].split() == ["Time", "Action", "Actor", "Target", "Where"]


ROLES = ("project.created", "member.role_changed", "build.failed", "auth.failed")


@pytest.mark.parametrize("dense", [False, True])
def test_at_eighty_columns_all_five_can_be_read(make_body, dense):
    target = {"id": "proj_0123456789", "type": "project", "name": "atlas-api", "metadata": {}}
    bodies = []
    for number in range(40):
        day = 1 if dense else 1 + number // 2
        bodies.append(
            make_body(
                number,
                action=ROLES[number % 4],
                occurred_at=f"2026-05-{day:02d}T12:00:{number:02d}.000Z",
                actor={"id": "u", "type": "user", "name": "Ilse Verbrug"},
                targets=[target, target],
                context={"location": "203.0.113.130", "user_agent": "curl/8.5.0"},
            )
        )
    text = drawn(bodies, width=80)
    rows = lines_of(text.encode())[1:]
    assert (RULER[0] in text) is dense
    for number, row in enumerate(rows):
        assert ROLES[number % 4] in row
        for part in ("Ilse Verbr", "203.0.113.130", " +1 "):
            assert part in row
        assert "atlas-api" in row if dense else " a" in row


def test_a_target_keeps_its_name_and_the_number_of_others_where_room_is_scarce(make_body):
    target = {"id": "t", "type": "organization", "name": "n" * 40, "metadata": {}}
    text = drawn([make_body(1, targets=[target] * 12)], width=80, header=False)
    assert re.search(r" n+… \+11  203", text)


def test_the_type_of_a_target_is_not_repeated_where_the_action_says_it(make_body):
    bodies = [make_body(1), make_body(2, action="token.created", context={"location": "x" * 60})]
    text = drawn(bodies, width=80)
    assert "project.created  Jon Smith  api " in text
    assert "token.created    Jon Smith  project api" in text
    assert "project.created  Jon Smith  project api" in drawn(bodies, width=160)


def test_a_failure_is_red_and_says_so_too(make_body):
    data = drawn([make_body(1, action="auth.failed"), make_body(2)], color=True)
    assert f"\x1b[{SGR['failure']}mauth.failed\x1b[0m" in data
    assert f"\x1b[{SGR['bold']}mproject.created\x1b[0m" in data


def test_a_marked_row_is_marked_without_colour_too(make_body):
    marked = frozenset(["audit_log_event_0002"])
    for header in (True, False):
        lines = drawn([make_body(n) for n in range(5)], marked=marked, header=header).split("\n")
        assert [line[:2] for line in lines].count("▸ ") == 1
        assert all(line.startswith(("  ", "▸ ")) for line in lines[:-1])
        marked_line = next(line for line in lines if line.startswith("▸ "))
        assert "12:00:02" in marked_line


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
def test_cells_stand_below_their_titles(color):
    columns = [GridColumn("A", 8), GridColumn("B", 5, right=True), GridColumn("C", 6)]
    grid = Grid(columns, 80, color=color)
    texts = ["", "abc", "日本語日本語", "[red]x", "x" * 30, "e\u0301e", "a b ", " lead", "🎉🎉🎉🎉"]
    rows = [
        [Cell(text, "cyan"), Cell(text[:4]), Cell("end", "dim")] for text in map(visible, texts)
    ]
    text = grid.drawn(rows, header=True)
    assert text == grid.header() + "".join(map(grid.row, rows))
    plain = SGR_CODE.sub("", text).split("\n")
    assert plain[0] == "A             B  C"
    assert {width(line.partition("end")[0]) for line in plain[1:-1]} == {17}
    assert (text != "\n".join(plain)) is color


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
    assert first.count(b"\n") == 3  # heading, day, row
    writer.write(Event(make_body(2, action="a" * 90)))
    second = out.getvalue()[len(first) :]
    assert second.index(b"Jon") == first.split(b"\n")[2].index(b"Jon") + len("…".encode()) - 1


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
