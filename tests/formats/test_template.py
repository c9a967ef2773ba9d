import json
import re
from datetime import timedelta, timezone
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from hostile import LONG, TEXTS, event_bodies, event_body, harmful
from hypothesis import given
from hypothesis import strategies as st

from auditctl.errors import TemplateError
from auditctl.events.event import Event
from auditctl.formats.columns import CATALOGUE
from auditctl.formats.safety import visible, width
from auditctl.formats.template import EXAMPLES
from auditctl.formats.writer import OutputOptions, open_writer
from auditctl.query.fields import CATALOGUE as FIELDS

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def made(written, make_body):
    """What a template makes of an ordinary event with some fields changed."""

    def make(template, zone=None, **changes):
        return written("template", [make_body(1, **changes)], template=template, zone=zone).decode()

    return make


@pytest.mark.parametrize(
    ("template", "line"),
    [
        ("{action}", "project.created"),
        ("{actor.name} did {action}", "Jon Smith did project.created"),
        ("{ actor.name }", "Jon Smith"),
        ("{time}", "2026-05-01T12:00:01.123Z"),
        ("{occurred_at:%H:%M}", "14:00"),
        ("{created:%Y-%m-%d %H:%M:%S.%f %z %Z}", "2026-05-01 14:00:01.123 +0200 CEST"),
        ("{time:%F %T %R %:z %%}", "2026-05-01 14:00:01 14:00 +02:00 %"),
        ("{time:%s}", "1777636801"),
        ("{time:%-d. %B}", "1. May"),
        ("{time:>26}", "  2026-05-01T12:00:01.123Z"),
        ("{metadata.region}", "eu-west-1"),
        ('{metadata."region"}', "eu-west-1"),
        ('{metadata."my key"}', "k"),
        ('{metadata."a|b}:!"}', "odd"),
        ("{metadata.n}", "1234567.5"),
        ("{metadata.n:,}", "1,234,567.5"),
        ("{metadata.n:,.2f}", "1,234,567.50"),
        ("{metadata.n:d}", "1234568"),
        ("{metadata.n:>12.1f}|", "   1234567.5|"),
        ("{metadata.n:<12.1f}|", "1234567.5   |"),
        ("{metadata.share:.1%}", "12.5%"),
        ("{metadata.share:%}", "12.500000%"),
        ("{version:05d}", "00001"),
        ("{version:>3}|", "  1|"),
        ("{version:.0}", "1"),
        ("{metadata.yes}", "true"),
        ("{action:<20}|", "project.created     |"),
        ("{action:>20}|", "     project.created|"),
        ("{action:^20}|", "  project.created   |"),
        ("{action:20}|", "project.created     |"),
        ("{action:.7}|", "projec…|"),
        ("{action:<9.7}|", "projec…  |"),
        ("{action:.2f}", "p…"),
        ("{missing.name|actor.id}", None),
        ("{target.name|actor.id}", "api"),
        ("{metadata.none|actor.id}", "user_1"),
        ('{metadata.none|metadata.void|"nobody"}', "nobody"),
        ('{metadata.none|"a \\"b\\" \\\\ c":>12}|', '   a "b" \\ c|'),
        ("{metadata.none}|", "|"),
        ("{metadata.none:>4}|", "    |"),
        ("{metadata.zero|version}", "0"),
        ("{metadata.no|version}", "false"),
        ('{metadata.none|time|"x":%H}', "14"),
        ("{source.record.x[1].y}", "second"),
        ("{source.x[0].y}", "first"),
        ("{targets!j}", '[{"id":"proj_01","type":"project","name":"api","metadata":{}}]'),
        ("{version!j}{action!j}{metadata.none!j}", '1"project.created"null'),
        ("{{{action}}}", "{project.created}"),
        ("a\\tb\\nc\\\\d", "a\tb\nc\\d"),
        ("tab\there", "tab\there"),
        ("plain", "plain"),
    ],
)
def test_a_template_says_what_stands_where(made, template, line):
    changes = {
        "metadata": {
            "region": "eu-west-1",
            "my key": "k",
            "a|b}:!": "odd",
            "n": 1234567.5,
            "share": 0.125,
            "yes": True,
            "no": False,
            "zero": 0,
            "void": "",
        },
        "source": {"type": "t", "record": {"x": [{"y": "first"}, {"y": "second"}]}},
    }
    if line is None:
        with pytest.raises(TemplateError):
            made(template, **changes)
    else:
        assert made(template, zone=BERLIN, **changes) == line + "\n"


@pytest.mark.parametrize(
    ("template", "start", "end", "words"),
    [
        ("", 0, 1, "empty"),
        ("a {", 2, 3, "is not closed"),
        ("a {action", 2, 3, "is not closed"),
        ("a {action:<2", 2, 3, "is not closed"),
        ("a } b", 2, 3, "without a '{'"),
        ("a {} b", 2, 4, "no field"),
        ("a {action|} b", 2, 11, "no field"),
        ("{actoin}", 1, 7, "did you mean 'action'"),
        ("{time} {actor.nmae:<3}", 8, 18, "actor.name"),
        ("{zzzzz}", 1, 6, "no column 'zzzzz'"),
        ("{action:<<3}", 8, 11, "layout"),
        ("{action:%H}", 8, 10, "one of times"),
        ("{time:%Q}", 6, 8, "directive '%Q'"),
        ("{time:%}{time:%H %}", 14, 18, "directive '%'"),
        ("{action!r}", 7, 8, "stands j"),
        ('{metadata."x}', 10, 11, "quotation mark"),
        ('{"x}', 1, 2, "quotation mark"),
        ("{a{b}}", 2, 3, "inside of another"),
        ("a\\q", 1, 2, "escape"),
        ("a\\", 1, 2, "escape"),
        ("{action.__class__}", 1, 17, "no column"),
        ("{0}", 1, 2, "no column"),
        ("{metadata}{metadata.}", 11, 20, "no column"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(made, template, start, end, words):
    with pytest.raises(TemplateError, match=re.escape(words)) as caught:
        made(template)

    assert (caught.value.start, caught.value.end) == (start, end)
    assert caught.value.query == template
    assert "--format" in caught.value.message


@given(st.text(alphabet='{}|:!"\\%<>.,0 adjHtimeconr[]', max_size=30))
def test_any_template_is_read_or_refused_with_a_place(template):
    out = BytesIO()
    refused = None
    try:
        writer = open_writer("template", out, OutputOptions(template=template))
        writer.write(Event(event_body("x")))
        writer.finish()
    except TemplateError as error:
        refused = error
    assert refused is None or 0 <= refused.start < refused.end
    assert refused is None or refused.start <= len(template)
    assert refused is not None or out.getvalue().endswith(b"\n")


SHORT = [text for text in TEXTS if len(text) < 5_000]
NAMES = [
    *CATALOGUE,
    *[field.label.replace("KEY", "x").replace("PATH", "x") for field in FIELDS],
]


@pytest.mark.parametrize("layout", ["", ":<20", ":.5", "!j", ":%H:%M", ":,.2f"])
def test_every_field_of_every_hostile_event_stays_on_its_line(written, layout):
    names = [name for name in NAMES if layout != ":%H:%M" or "time" in name]
    template = " ".join(f"{{{name}{layout}}}" for name in names)
    data = written("template", event_bodies(SHORT), template=template).decode()

    assert data.count("\n") == len(SHORT)
    assert not harmful(data, allowed="\n")


@pytest.mark.parametrize("layout", ["", ":<20", ":.5", "!j"])
def test_very_long_texts_are_laid_out_too(written, layout):
    data = written("template", event_bodies(LONG), template=f"{{action{layout}}}").decode()

    assert data.count("\n") == len(LONG)
    assert (max(map(len, data.split("\n"))) > 1_000) is (layout != ":.5")


@pytest.mark.parametrize("text", SHORT[::3])
def test_a_cell_has_the_width_that_was_asked_for(written, text):
    data = written("template", [event_body(text)], template="{action:<12.12}").decode()

    assert width(data[:-1]) == 12


def test_a_hostile_template_is_shown_as_it_is(made):
    assert made("\x1b[31m{action}\u202e\n\x07\tx") == (
        visible("\x1b[31m") + "project.created" + visible("\u202e") + "\n" + "\\x07\tx\n"
    )
    assert made("{time:\x1b[2J%H}") == "\\x1b[2J12\n"


@pytest.mark.parametrize("text", SHORT[::5])
def test_json_of_ones_own_is_json(written, text):
    template = '{{"id":{id!j},"meta":{metadata!j}}}'
    data = written("template", [event_body(text)], template=template)

    assert json.loads(data) == {"id": text, "meta": {text: text}}


@pytest.mark.parametrize(
    ("at", "zone", "line"),
    [
        ("0001-01-01T00:00:00.000Z", timezone(timedelta(hours=-5)), "0001-01-01T00:00:00.000Z"),
        ("0999-06-01T00:00:00.000Z", None, "0999 00"),
        ("9999-12-31T23:59:59.999Z", timezone(timedelta(hours=5)), "9999-12-31T23:59:59.999Z"),
        ("2026-02-31T00:00:00.000Z", None, "2026-02-31T00:00:00.000Z"),
        ("soon\x1b", None, "soon\\x1b"),
    ],
)
def test_times_outside_of_the_calendar_are_told_as_they_are(made, at, zone, line):
    assert made("{time:%Y %H}", zone=zone, occurred_at=at) == line + "\n"


@pytest.mark.parametrize("number", [10**400, -0.0, 1e300])
def test_numbers_that_have_no_such_layout_are_told_as_they_are(made, number):
    for layout in (",.2f", "d", "08.1f", ".1%"):
        assert made(f"{{metadata.n:{layout}}}", metadata={"n": number}).strip()


@pytest.mark.parametrize("template", [template for template, _ in EXAMPLES])
def test_the_examples_of_the_help_are_templates(made, template):
    source = {"type": "aws", "record": {"eventName": "Put", "resources": [{"arn": "arn:x"}]}}
    line = made(template, metadata={"duration_seconds": 1234.56}, source=source)

    assert len(line) > len("\n")
    assert "{" not in line or json.loads(line)
