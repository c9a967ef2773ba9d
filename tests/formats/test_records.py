import csv
import io
import json
from zoneinfo import ZoneInfo

import pytest
from hostile import SEQUENCES, TEXTS, harmful

from auditctl.errors import TemplateError, UsageError
from auditctl.formats.records import RecordColumn, write_records
from auditctl.formats.safety import width
from auditctl.formats.writer import FORMATS, OutputOptions

COLUMNS = [
    RecordColumn("action", "Action"),
    RecordColumn("count", "Events", kind="count"),
    RecordColumn("share", "Share", kind="share"),
    RecordColumn("last", "Last", kind="time"),
]
ROWS = [
    {"action": "project.created", "count": 1234567, "share": 0.75, "last": 1777636800123},
    {"action": "user.removed", "count": 5, "share": 0.25, "last": None},
]


def records(name, rows=ROWS, **options):
    out = io.BytesIO()
    write_records(rows, COLUMNS, name, out, OutputOptions(**options))
    return out.getvalue().decode()


def test_a_table_is_written_for_people():
    assert records("table", zone=ZoneInfo("Europe/Berlin"), width=80).split("\n") == [
        "Action              Events   Share  Last Europe/Berlin",
        "project.created  1,234,567  75.0 %  2026-05-01 14:00:00",
        "user.removed             5  25.0 %  –",  # noqa: RUF001
        "",
    ]


def test_numbers_are_raw_and_times_utc_for_programs():
    first = {
        "action": "project.created",
        "count": 1234567,
        "share": 0.75,
        "last": "2026-05-01T12:00:00.123Z",
    }
    assert json.loads(records("json"))[0] == first
    assert json.loads(records("jsonl").split("\n")[0]) == first
    assert json.loads(records("json"))[1]["last"] is None
    rows = list(csv.reader(io.StringIO(records("csv"))))
    assert rows[0] == ["action", "count", "share", "last"]
    assert rows[1] == ["project.created", "1234567", "0.75", "2026-05-01T12:00:00.123Z"]
    assert rows[2][3] == ""
    assert records("lines").split("\n")[0] == "\t".join(rows[1])
    assert records("tsv").split("\n")[1] == "\t".join(rows[1])


@pytest.mark.parametrize("name", FORMATS)
def test_hostile_records_are_harmless_on_a_terminal(name):
    rows = [{"action": text, "count": 1, "share": 1.0, "last": text} for text in TEXTS]
    data = records(name, rows, terminal=True, width=80)
    assert not harmful(data, allowed="\n\t")
    if name == "table":
        assert max(map(width, data.split("\n"))) <= 80
        assert data.count("\n") == len(TEXTS) + 1


@pytest.mark.parametrize("total", range(44, 100, 5))
def test_a_narrow_table_cuts_text_before_numbers(total):
    data = records("table", [*ROWS, {"action": "x" * 200, "count": 1}], width=total)
    assert max(map(width, data.split("\n"))) <= total
    if total >= 60:
        assert "1,234,567" in data


def test_without_rows():
    assert records("table", []) == ""
    assert records("json", []) == "[]\n"
    assert records("csv", []) == "action,count,share,last\n"


def test_a_formula_in_a_record_is_guarded_but_no_number():
    rows = [{"action": "=1+1", "count": -5}]
    assert records("csv", rows).split("\n")[1].startswith("'=1+1,-5")


def test_an_unknown_format_is_refused():
    with pytest.raises(UsageError, match="no output format"):
        records("xml", [{"action": SEQUENCES[0]}])


def test_columns_are_chosen_and_ordered_in_every_format():
    names = ["last", "action"]
    assert (
        records("csv", columns=names).split("\n")[1] == "2026-05-01T12:00:00.123Z,project.created"
    )
    assert records("lines", columns=names).split("\n")[0].split("\t")[1] == "project.created"
    assert list(json.loads(records("json", columns=names))[0]) == names
    assert records("table", columns=names).split("\n")[0].split() == ["Last", "UTC", "Action"]
    assert records("wide", columns=[" action "]).split("\n")[0] == "Action"
    assert records("md", columns=names).startswith("| Last UTC | Action |\n| --- | --- |\n")


@pytest.mark.parametrize("name", [*FORMATS, "template", "jq"])
def test_an_unknown_column_is_refused_with_the_one_that_was_meant(name):
    with pytest.raises(UsageError, match="no column 'cuont'; did you mean 'count'") as caught:
        records(name, columns=["action", "cuont"], template="{action}", jq=".")
    assert caught.value.hint == "columns are: action, count, share, last"


def test_a_wide_table_cuts_nothing():
    row = {"action": "x" * 300, "count": 1, "share": 0.5, "last": 0}
    heading, line, _ = records("wide", [row], width=40).split("\n")
    # the long cell pushes the others, which take no more room than they need
    assert line == f"{'x' * 300}  1  50.0 %  1970-01-01 00:00:00"
    assert heading.startswith("Action")


def test_markdown_and_pages_are_for_people():
    data = records("md", zone=ZoneInfo("Europe/Berlin"))
    assert data.split("\n")[1] == "| --- | ---: | ---: | --- |"
    assert "| project.created | 1,234,567 | 75.0 % | 2026-05-01 14:00:00 |" in data
    page = records("html", zone=ZoneInfo("Europe/Berlin"))
    assert '<td data-title="Events" class="right">1,234,567</td>' in page
    assert page.rstrip().endswith("</html>")
    assert "2 rows" in page


def test_a_template_lays_records_out():
    template = '{action:<16}{count:>10,} {share:.0%} {last|"never":%H:%M}'
    data = records("template", template=template, zone=ZoneInfo("Europe/Berlin"))
    assert data.split("\n") == [
        "project.created  1,234,567 75% 14:00",
        "user.removed             5 25% never",
        "",
    ]
    assert records("template", template="{last}").split("\n")[0] == "2026-05-01T12:00:00.123Z"
    assert records("template", template="{count!j}{last!j}").split("\n")[1] == "5null"
    with pytest.raises(TemplateError, match="did you mean 'count'"):
        records("template", template="{coutn}")


def test_jq_sees_records_as_objects():
    pytest.importorskip("jq", reason="the extra auditctl[jq] is not installed")
    assert records("jq", jq="[.count, .last]").split("\n")[:2] == [
        '[1234567,"2026-05-01T12:00:00.123Z"]',
        "[5,null]",
    ]
    with pytest.raises(UsageError, match="fails on a row: Cannot index"):
        records("jq", jq=".action.x")


@pytest.mark.parametrize("name", ["template", "jq", "md", "html", "wide"])
def test_hostile_records_are_harmless_in_the_formats_of_people(name):
    pytest.importorskip("jq", reason="the extra auditctl[jq] is not installed")
    texts = [text for text in TEXTS if len(text) < 5_000]
    rows = [{"action": text, "count": 1, "share": 1.0, "last": text} for text in texts]
    options = {"template": "{action} {last:%H} {action:<8.8}", "jq": ".action, ."}
    assert not harmful(records(name, rows, terminal=True, **options), allowed="\n")
