import gzip

import pytest

from auditctl.events.intake import canonical_bytes

HEADER = "action,occurred_at,actor_id,actor_type,actor_name,actor_metadata,context_location,"
HEADER += "context_user_agent,metadata,target_id_0,target_type_0,target_name_0,target_metadata_0"
ROW = 'door.opened,2026-05-01T12:00:00Z,u1,user,Ann,"{""role"":""admin""}",192.0.2.1,Bell/1,'
ROW += '"{""n"":1,""ok"":true}",d1,door,"Front, ""main""","{""floor"":2}"'
NEEDED = "action,occurred_at,actor_id"
SMALL = "a.b,2026-05-01T12:00:00Z,u1"


def rows(read, *lines, **options):
    return read("workos-csv", "\n".join(lines).encode(), **options)


def event(read, *lines, **options):
    (record,) = rows(read, *lines, **options)
    assert record.error is None
    return record.event


def test_a_row_becomes_an_event(read):
    assert canonical_bytes(event(read, HEADER, ROW, organization="org_1")) == (
        b'{"organization_id":"org_1","action":"door.opened","version":1,'
        b'"occurred_at":"2026-05-01T12:00:00.000Z","actor":{"id":"u1","type":"user","name":"Ann",'
        b'"metadata":{"role":"admin"}},"targets":[{"id":"d1","type":"door",'
        b'"name":"Front, \\"main\\"","metadata":{"floor":2}}],'
        b'"context":{"location":"192.0.2.1","user_agent":"Bell/1"},"metadata":{"n":1,"ok":true}}'
    )


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_line_ends_bom_and_gzip_make_no_difference(read, end, bom):
    content = (bom + HEADER + end + ROW + end).encode()
    plain = rows(read, HEADER, ROW)
    assert read("workos-csv", content) == plain
    assert read("workos-csv", gzip.compress(content)) == plain


def test_quoted_newlines_belong_to_the_cell_and_lines_are_counted(read):
    records = rows(read, NEEDED + ",actor_name", SMALL + ',"two\nlines"', SMALL + ",x", "", SMALL)
    assert [record.line for record in records] == [2, 4, 6]
    assert records[0].event.actor.name == "two\nlines"
    assert records[0].raw == SMALL.encode() + b',"two\nlines"'


@pytest.mark.parametrize(
    "names",
    [
        ["target_id_1", "target_type_1", "target_name_1", "target_metadata_1"],
        ["target_7_id", "target_7_type", "target_7_name", "target_7_metadata"],
        ["targets_0_id", "targets_0_type", "targets_0_name", "targets_0_metadata"],
        ["targets.0.id", "targets.0.type", "targets.0.name", "targets.0.metadata"],
        ["targets[0].id", "targets[0].type", "targets[0].name", "targets[0].metadata"],
    ],
)
def test_spellings_of_target_columns(read, names):
    cells = ',d1,door,Front,"{""floor"":2}"'
    (target,) = event(read, NEEDED + "," + ",".join(names), SMALL + cells).targets
    assert (target.id, target.type, target.name) == ("d1", "door", "Front")
    assert target.metadata == {"floor": 2}


def test_targets_go_by_number_with_gaps_and_empty_groups(read):
    header = "target_id_10,target_type_10,target_id_2,target_type_2,target_id_3," + NEEDED
    targets = event(read, header, "ten,x,two,x,," + SMALL).targets
    assert [target.id for target in targets] == ["two", "ten"]


def test_targets_as_one_json_column(read):
    cell = '"[{""id"":""d1"",""type"":""door""},{""id"":7,""type"":""key"",""name"":""K""}]"'
    result = event(read, NEEDED + ",targets", SMALL + "," + cell)
    assert [(target.id, target.type) for target in result.targets] == [("d1", "door"), ("7", "key")]


def test_targets_that_do_not_fit_are_kept_as_well(read):
    cell = '"[{""id"":""d1"",""type"":""door"",""extra"":[1]}]"'
    result = event(read, NEEDED + ",targets", SMALL + "," + cell)
    assert result.targets[0].id == "d1"
    assert result.source.record == {"targets": [{"id": "d1", "type": "door", "extra": [1]}]}
    assert event(read, NEEDED + ",targets", SMALL + ",??").source.record == {"targets": "??"}


@pytest.mark.parametrize(
    ("header", "location"),
    [
        ("Action,occurredAt,actor.id,ip", "here"),
        ("action,timestamp,actorId,location", "here"),
        ("action,date,Actor ID,context.location", "here"),
        ("action,time,actor_id,contextLocation", "here"),
    ],
)
def test_spellings_of_columns(read, header, location):
    result = event(read, header, SMALL + ",here")
    assert (result.action, result.actor.id) == ("a.b", "u1")
    assert result.context.location == location


def test_id_version_and_organization_are_used_where_present(read):
    header = NEEDED + ",id,version,organization_id,received_at"
    result = event(read, header, SMALL + ",e1,3,org_7,1777636800000", organization="org_1")
    assert (result.id, result.version, result.organization_id) == ("e1", 3, "org_7")
    assert result.received_at == "2026-05-01T12:00:00.000Z"


def test_unknown_columns_are_kept_if_they_hold_something(read):
    records = rows(read, NEEDED + ",created_at,note,,note", SMALL + ",x,,y,z", SMALL + ",,,,")
    assert records[0].event.source.type == "workos.csv"
    assert records[0].event.source.record == {"created_at": "x", "column 6": "y", "note (7)": "z"}
    assert "source" not in canonical_bytes(records[1].event).decode()


@pytest.mark.parametrize(
    ("cell", "metadata", "kept"),
    [
        ('"{""a"":1,""b"":[1],""c"":null}"', {"a": 1}, {"metadata": {"b": [1], "c": None}}),
        ("plain words", {}, {"metadata": "plain words"}),
        ('"[1,2]"', {}, {"metadata": [1, 2]}),
        ("null", {}, None),
        ("{}", {}, None),
        ('"{""a"":"', {}, {"metadata": '{"a":'}),
    ],
)
def test_metadata_that_is_no_flat_object_is_not_lost(read, cell, metadata, kept):
    result = event(read, NEEDED + ",metadata", SMALL + "," + cell)
    assert result.metadata == metadata
    assert (result.source.record if kept else None) == kept


def test_the_metadata_of_each_target_that_does_not_fit_is_kept_by_its_column(read):
    header = NEEDED + ",target_id_1,target_metadata_1,target_metadata_2"
    result = event(read, header, SMALL + ',d1,"{""a"":[1]}",note')
    assert result.source.record == {"target_metadata_1": {"a": [1]}, "target_metadata_2": "note"}


def test_short_rows_are_filled_and_long_rows_refused(read):
    records = rows(read, HEADER, SMALL, ROW + ",more", ROW)
    assert records[0].event.actor.type == ""
    assert "14 cells, but the header has 13 columns" in records[1].error
    assert records[2].event is not None


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (b"a.b,tomorrow,u1", "not a time"),
        (b",2026-05-01,u1", "'action' is empty"),
        (b"a.b,,u1", "'occurred_at' is empty"),
        (b"a.b,2026-05-01,u\xff", "not UTF-8"),
        (b'a.b,2026-05-01,"u"1', "CSV"),
        (b"a.b,2026-05-01,u1,x", "'version'"),
    ],
)
def test_a_bad_row_is_one_error_and_the_next_is_read(read, row, words):
    content = NEEDED.encode() + b",version\n" + row + b"\n" + SMALL.encode() + b"\n"
    bad, good = read("workos-csv", content)
    assert words in bad.error
    assert (bad.raw, bad.place) == (row, "line 2")
    assert good.event is not None


def test_an_open_quote_at_the_end_is_an_error(read):
    good, bad = rows(read, NEEDED, SMALL, 'a.b,2026-05-01,"u1')
    assert good.event is not None
    assert "CSV" in bad.error


def test_a_row_cut_by_a_truncated_gzip_is_not_taken_for_a_short_one(read):
    lines = "\n".join([HEADER, *(ROW.replace("u1", f"u{n}") for n in range(4000))])
    packed = gzip.compress(lines.encode())
    records = read("workos-csv", packed[: len(packed) // 2])
    assert len(records) > 100
    assert all(record.event.targets[0].metadata == {"floor": 2} for record in records[:-1])
    assert "cut off" in records[-1].error


def test_nul_and_large_cells(read):
    big = "x" * 1_000_000
    result = event(read, NEEDED + ",actor_name,location", SMALL + f",a\x00b,{big}")
    assert result.actor.name == "a\x00b"
    assert result.context.location == big


def test_a_header_alone_has_no_records(read):
    assert rows(read, HEADER) == []


def test_a_file_of_another_kind_is_one_error(read):
    (record,) = rows(read, "name,price", "apple,1", "pear,2")
    assert "action, occurred_at, actor_id" in record.error
    assert "name, price" in record.error
