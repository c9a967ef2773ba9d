import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditctl.events.intake import canonical_bytes, intake

# msgspec reads any text but lone surrogates, which UTF-8 cannot hold
TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12)
FULL = st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
METADATA = st.dictionaries(
    TEXT, TEXT | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
)
PARTY = st.fixed_dictionaries(
    {"id": TEXT, "type": TEXT}, optional={"name": TEXT, "metadata": METADATA}
)
EVENTS = st.fixed_dictionaries(
    {
        "action": FULL,
        "occurred_at": st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
        "actor": PARTY,
    },
    optional={
        "id": FULL,
        "organization_id": FULL,
        "version": st.integers(1, 1000),
        "received_at": st.datetimes().map(lambda moment: moment.isoformat()),
        "targets": st.lists(PARTY, max_size=3),
        "context": st.fixed_dictionaries({}, optional={"location": TEXT, "user_agent": TEXT}),
        "metadata": METADATA,
        "source": st.fixed_dictionaries(
            {
                "type": TEXT,
                "record": st.dictionaries(TEXT, st.none() | TEXT | st.lists(st.integers())),
            }
        ),
    },
)

SMALL = {
    "action": "door.opened",
    "occurred_at": "2026-05-01T12:00:00Z",
    "actor": {"id": "u1", "type": "user"},
}


def line(**changes):
    return json.dumps(SMALL | changes).encode()


@given(events=st.lists(EVENTS, max_size=4), array=st.booleans())
def test_an_export_reads_back_to_the_same_bytes(read, events, array):
    written = [canonical_bytes(intake(event)) for event in events]
    content = b"[\n" + b",\n".join(written) + b"\n]\n" if array else b"\n".join(written)
    records = read("jsonl", content)
    assert [record.error for record in records] == [None] * len(events)
    assert [canonical_bytes(record.event) for record in records] == written
    assert [record.raw for record in records] == written


def test_blank_lines_bom_crlf_and_a_last_line_without_end(read):
    content = b"\xef\xbb\xbf" + line() + b"\r\n\r\n \n" + line() + b"\n" + line()
    records = read("jsonl", content)
    assert [record.place for record in records] == ["line 1", "line 4", "line 5"]
    assert all(record.event is not None and record.raw == line() for record in records)


def test_a_bad_line_is_one_error_and_the_next_is_read(read):
    content = b'{"action":\n\xff\xfe{}\nnull\n' + line(actor=1) + b"\n" + line() + b"\n"
    records = read("jsonl", content)
    assert [record.event is None for record in records] == [True, True, True, True, False]
    assert "not valid JSON" in records[0].error
    assert "not valid JSON" in records[1].error
    assert "an event is a JSON object" in records[2].error
    assert "'actor'" in records[3].error
    assert records[1].raw == b"\xff\xfe{}"


def test_the_workos_envelope_and_bare_bodies(read):
    envelope = json.dumps({"organization_id": "org_1", "event": SMALL}).encode()
    records = read("jsonl", envelope + b"\n" + line(), organization="org_2")
    assert [record.event.organization_id for record in records] == ["org_1", "org_2"]


def test_an_organization_that_is_named_stays_even_if_it_is_the_default(read):
    content = line(organization_id="org_default") + b"\n" + line(metadata={"organization_id": "x"})
    records = read("jsonl", content, organization="org_2")
    assert [record.event.organization_id for record in records] == ["org_default", "org_2"]


def test_unknown_keys_are_kept_under_source(read):
    (record,) = read("jsonl", line(severity="high", context={"location": "here", "city": "X"}))
    assert record.event.source.type == "json"
    assert record.event.source.record["severity"] == "high"
    assert record.event.source.record["context"]["city"] == "X"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"metadata": {"ok": 1, "changes": []}}, "'metadata.changes': expected a string"),
        ({"metadata": {"gone": None}}, "'metadata.gone': expected a string, a number or a boolean"),
        ({"actor": {"id": "u", "type": "t", "metadata": {"x": {}}}}, "'actor.metadata.x'"),
        ({"targets": [{"id": "u", "type": "t", "metadata": {"x": []}}]}, "targets[0].metadata.x"),
    ],
)
def test_a_wrong_metadata_value_is_named(read, changes, words):
    (record,) = read("jsonl", line(**changes))
    assert words in record.error


def test_an_array_of_any_layout_gives_line_and_number(read):
    content = json.dumps([SMALL, {"action": 1}, SMALL], indent=2).encode()
    records = read("jsonl", content)
    assert [record.event is not None for record in records] == [True, False, True]
    assert records[1].place == "record 2 (line 10)"
    assert json.loads(records[2].raw) == SMALL


def test_a_cut_off_array_gives_what_it_has(read):
    records = read("jsonl", b"[" + line() + b"," + line()[:-5])
    assert [record.event is not None for record in records] == [True, False]
    assert "cut off" in records[1].error
