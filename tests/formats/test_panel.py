import re
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from hostile import TEXTS, event_body, harmful

from auditctl.events.event import Event
from auditctl.formats.panel import event_text, wrapped
from auditctl.formats.safety import visible, width
from auditctl.formats.writer import OutputOptions


def test_everything_about_an_event_is_there(make_body):
    source = {"type": "aws.cloudtrail", "record": {"a": 1, "b": 2}}
    options = OutputOptions(width=80, zone=ZoneInfo("Europe/Berlin"))
    assert event_text(Event(make_body(1, source=source)), options).split("\n") == [
        "Action    project.created",
        "When      2026-05-01 14:00:01.123+02:00 Europe/Berlin",
        "          2026-05-01T12:00:01.123Z",
        "Received  2026-05-01T13:00:00.412Z (60.0 min later)",
        "Actor     user Jon Smith (user_1)",
        "            email = jon@acme.com",
        "Target    project api (proj_01)",
        "Location  203.0.113.7",
        "Agent     Mozilla/5.0 (X11) Gecko/20100101 Firefox/120.0",
        "Metadata  region = eu-west-1",
        "Org       org_1",
        "Id        audit_log_event_0001",
        "Version   1",
        "Source    aws.cloudtrail, 2 fields; -o json shows them",
        "",
    ]


def test_utc_is_written_once(make_body):
    text = event_text(Event(make_body(1)), OutputOptions(zone=UTC))
    assert text.count("2026-05-01") == 2


def test_what_is_absent_takes_no_line(make_body):
    body = make_body(1, targets=[], context={}, metadata={}, actor={"id": "u", "type": "user"})
    text = event_text(Event(body), OutputOptions())
    assert [line.split()[0] for line in text.splitlines()] == [
        *("Action", "When", "Received", "Actor", "Org", "Id", "Version"),
    ]


@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize("total", [40, 80, 200])
def test_hostile_events_stay_inside_their_block(total, color):
    for text in TEXTS[:130]:
        block = event_text(Event(event_body(text[:5000])), OutputOptions(width=total, color=color))
        block = re.sub(r"\x1b\[\d+m", "", block) if color else block
        assert not harmful(block, allowed="\n")
        assert max(width(line) for line in block.split("\n")) <= total


@pytest.mark.parametrize("text", ["word " * 50, "x" * 100, "日本語" * 40, "é" * 90, "a  b" * 30])
@pytest.mark.parametrize("cells", [2, 7, 20, 33])
def test_wrapping_loses_nothing_but_spaces(text, cells):
    lines = wrapped(visible(text), cells)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert max(map(width, lines)) <= cells


def test_a_value_of_a_hundred_thousand_characters_is_whole(make_body):
    text = event_text(Event(make_body(1, metadata={"k": "x" * 100_000})), OutputOptions(width=80))
    assert text.count("x") >= 100_000
