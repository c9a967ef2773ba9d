import json
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hostile import TEXTS, event_body, event_fields, harmful
from hostile import body as body_of
from hypothesis import given, settings
from hypothesis import strategies as st

from auditctl.events.event import Event
from auditctl.formats.paint import SGR
from auditctl.formats.panel import event_text, wrapped
from auditctl.formats.safety import visible, width
from auditctl.formats.writer import OutputOptions

BERLIN = ZoneInfo("Europe/Berlin")


def plain(event_body, *, raw=False, **options):
    return event_text(Event(event_body), OutputOptions(**options), raw=raw).split("\n")


NOW = int(datetime(2026, 5, 10, 14, tzinfo=UTC).timestamp() * 1000)


def test_everything_about_an_event_is_there(make_body):
    source = {"type": "aws.cloudtrail", "record": {"a": 1, "b": 2}}
    targets = [
        {"id": "proj_01", "type": "project", "name": "api", "metadata": {"plan": "pro"}},
        {"id": "team_1", "type": "team", "metadata": {}},
    ]
    metadata = {"region": "eu-west-1", "duration_seconds": 12.5, "tags": ["a", "b"], "note": ""}
    body = make_body(1, source=source, targets=targets, metadata=metadata)
    assert plain(body, width=80, zone=BERLIN, now=NOW) == [
        "── project.created · project api +1 ────────────────────────────────────────────",
        "Who         Jon Smith · user",
        "            id     user_1",
        "            email  jon@acme.com",
        "What        project.created",
        "To what     api · project",
        "            id    proj_01",
        "            plan  pro",
        "            team_1 · team",
        "From where  203.0.113.7",
        "            Mozilla/5.0 (X11) Gecko/20100101 Firefox/120.0",
        "When        Fri 2026-05-01 14:00:01.123 +02:00 Europe/Berlin · 9 d ago",
        "            UTC       2026-05-01T12:00:01.123Z",
        "            received  2026-05-01T13:00:00.412Z · 59 min 59 s later",
        "Metadata    region            eu-west-1",
        "            duration_seconds  12.5",
        '            tags              ["a","b"]',
        '            note              ""',
        "Event       id            audit_log_event_0001",
        "            organization  org_1",
        "            version       1",
        "Source      aws.cloudtrail · 2 fields, with --raw",
        "",
    ]


def test_in_a_narrow_terminal_values_stand_under_their_labels(make_body):
    lines = plain(make_body(1), width=30, zone=BERLIN, now=NOW)
    assert lines[1:6] == [
        "Who",
        "  Jon Smith · user",
        "  id     user_1",
        "  email  jon@acme.com",
        "What",
    ]
    assert max(map(width, lines)) <= 30


def test_utc_is_written_once(make_body):
    lines = plain(make_body(1), zone=UTC, now=NOW)
    assert "When        Fri 2026-05-01 12:00:01.123 UTC · 9 d ago" in lines
    assert "\n".join(lines).count("12:00:01.123") == 1


@pytest.mark.parametrize(
    ("received", "told"),
    [
        ("2026-05-01T12:00:01.123Z", "at the same moment"),
        ("2026-05-01T12:00:01.124Z", "1 ms later"),
        ("2026-05-01T12:00:00.000Z", "1 s 123 ms before it occurred"),
        ("2026-05-04T12:00:01.123Z", "3 d later"),
    ],
)
def test_how_late_an_event_was_received_is_told(make_body, received, told):
    lines = plain(make_body(1, received_at=received), zone=UTC)
    assert f"            received  {received} · {told}" in lines


def test_a_failure_is_red_in_the_title_and_below(make_body):
    body = make_body(1, action="auth.failed")
    text = event_text(Event(body), OutputOptions(color=True), raw=False)
    assert text.count(f"\x1b[{SGR['failure']}mauth.failed\x1b[0m") == 2


def test_what_is_absent_takes_no_line(make_body):
    body = make_body(1, targets=[], context={}, metadata={}, actor={"id": "u", "type": "user"})
    labels = [line[:12].strip() for line in plain(body, zone=UTC)]
    assert [label for label in labels if label][1:] == ["Who", "What", "When", "Event"]
    assert "            " not in plain(body, zone=UTC)


# -- the JSON below --------------------------------------------------------------------------------


def raw_of(text):
    before, rule, after = text.partition("── raw ─")
    assert rule
    assert before.endswith("\n")
    return after.partition("\n")[2]


def test_the_json_stands_last_and_can_be_copied(make_body):
    body = make_body(1, metadata={"empty": {}, "none": [], "deep": [[1, {"a": None}], True]})
    text = event_text(Event(body), OutputOptions(width=80))
    raw = raw_of(text)
    assert json.loads(raw) == json.loads(body)
    assert raw == json.dumps(json.loads(body), indent=2) + "\n"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.text()
    | st.sampled_from([1e300, -0.5]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.dictionaries(st.text(), JSON), st.booleans())
def test_the_json_means_what_the_event_says(metadata, color):
    fields = event_fields("x") | {"metadata": metadata}
    text = event_text(Event(body_of(fields)), OutputOptions(color=color))
    raw = raw_of(re.sub(r"\x1b\[[0-9;]*m", "", text))
    assert json.loads(raw) == fields
    assert not harmful(raw, allowed="\n")


def test_numbers_stay_as_they_are_stored(make_body):
    stored = make_body(1).replace(b'"eu-west-1"', b"1.50e40")
    assert '"region": 1.50e40' in event_text(Event(stored), OutputOptions())


def test_a_colon_in_a_string_makes_no_key(make_body):
    text = event_text(
        Event(make_body(1, metadata={"a:b": 'x": {y}, [', "c": ":"})), OutputOptions(color=True)
    )
    dim = f"\x1b[{SGR['dim']}m"
    assert f'{dim}"a:b"\x1b[0m: "x\\": {{y}}, [",\n' in text
    assert f'{dim}"c"\x1b[0m: ":"\n' in text


# -- any text --------------------------------------------------------------------------------------


@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize("total", [20, 40, 80, 200])
def test_hostile_events_stay_inside_their_panel(total, color):
    for text in TEXTS[:130]:
        options = OutputOptions(width=total, color=color, zone=BERLIN, now=NOW)
        panel = event_text(Event(event_body(text[:5000])), options)
        panel = re.sub(r"\x1b\[[0-9;]+m", "", panel) if color else panel
        assert not harmful(panel, allowed="\n")
        told = panel.partition("── raw ")[0]
        assert max(width(line) for line in told.split("\n")) <= total


def test_an_address_in_an_event_becomes_no_link():
    link = "\x1b]8;;https://evil.example\x1b\\here\x1b]8;;\x1b\\"
    text = event_text(Event(event_body(link)), OutputOptions(color=True))
    assert "\\x1b]8;;https://evil.example" in text
    assert "\x1b]" not in text


@pytest.mark.parametrize("text", ["word " * 50, "x" * 100, "日本語" * 40, "é" * 90, "a  b" * 30])
@pytest.mark.parametrize("cells", [2, 7, 20, 33])
def test_wrapping_loses_nothing_but_spaces(text, cells):
    lines = wrapped(visible(text), cells)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert max(map(width, lines)) <= cells


def test_a_value_of_a_hundred_thousand_characters_is_whole(make_body):
    text = event_text(Event(make_body(1, metadata={"k": "x" * 100_000})), OutputOptions(width=80))
    assert text.count("x") >= 100_000
