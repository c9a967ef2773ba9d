import pytest
from hostile import TEXTS, event_bodies, harmful

from auditctl.formats.columns import LINES


def test_the_columns_of_a_line(written, make_body):
    assert written("lines", [make_body(1)]) == (
        b"2026-05-01T12:00:01.123Z\tproject.created\tuser_1\tJon Smith\tproject:proj_01"
        b"\t203.0.113.7\torg_1\taudit_log_event_0001\n"
    )


def test_one_event_is_one_line_whatever_it_holds(written):
    data = written("lines", event_bodies()).decode()
    lines = data.split("\n")
    assert lines.pop() == ""
    assert len(lines) == len(TEXTS)
    assert {line.count("\t") for line in lines} == {len(LINES) - 1}
    assert not harmful(data, allowed="\n\t")
    assert all(len(line.splitlines()) == 1 for line in lines)


def test_values_are_whole(written, make_body):
    assert b"x" * 100_000 in written("lines", [make_body(1, action="x" * 100_000)])


def test_absent_values_are_empty_cells(written, make_body):
    row = written("lines", [make_body(1, context={}, targets=[])]).decode()
    assert row.split("\t")[4:6] == ["", ""]


@pytest.mark.parametrize(
    ("columns", "row"),
    [
        (["id"], "audit_log_event_0001"),
        (["time,version", "org"], "2026-05-01T12:00:01.123Z\t1\torg_1"),
        (["created", "occurred_at", "occurred"], "\t".join(["2026-05-01T12:00:01.123Z"] * 3)),
        (["actor.email"], "jon@acme.com"),
        (["metadata.region"], "eu-west-1"),
        (["metadata.nothing"], ""),
        (["metadata"], '{"region":"eu-west-1"}'),
        (["target.id"], "proj_01, proj_02"),
        (["target_id"], "proj_01"),
        (["ip", "agent"], "203.0.113.7\tMozilla/5.0 (X11) Gecko/20100101 Firefox/120.0"),
        (["source.n", "source_type"], "3\tx"),
    ],
)
def test_chosen_columns(written, make_body, columns, row):
    targets = [{"id": f"proj_0{n}", "type": "project", "metadata": {}} for n in (1, 2)]
    event = make_body(1, targets=targets, source={"type": "x", "record": {"n": 3}})
    assert written("lines", [event], columns=columns).decode() == row + "\n"
