import json

import pytest

from auditctl.events.intake import canonical_bytes

ENTRY = {
    "@timestamp": 1777636800123,
    "_document_id": "doc-1",
    "action": "repo.add_member",
    "actor": "ann",
    "actor_id": 11,
    "actor_ip": "192.0.2.1",
    "actor_location": {"country_code": "NL"},
    "created_at": 1777636800123,
    "org": "acme",
    "org_id": 5,
    "repo": "acme/site",
    "repo_id": 6,
    "user": "bob",
    "user_id": 12,
    "user_agent": "browser/1",
    "visibility": "private",
    "public_repo": False,
    "config": [{"a": 1}],
    "data": None,
}


def event(read, **changes):
    entry = {key: value for key, value in (ENTRY | changes).items() if value != "absent"}
    (record,) = read("github", json.dumps([entry]).encode(), organization="org_x")
    assert record.error is None
    assert record.event.source.record == entry
    return record.event


def test_the_fields_of_an_entry(read):
    result = event(read)
    assert (result.id, result.organization_id, result.action) == (
        "doc-1",
        "acme",
        "repo.add_member",
    )
    assert result.occurred_at == "2026-05-01T12:00:00.123Z"
    assert (result.actor.id, result.actor.type, result.actor.name) == ("11", "user", "ann")
    assert [(target.type, target.id, target.name) for target in result.targets] == [
        ("user", "12", "bob"),
        ("repository", "6", "acme/site"),
    ]
    assert (result.context.location, result.context.user_agent) == ("192.0.2.1", "browser/1")
    assert result.metadata == {
        "org_id": 5,
        "visibility": "private",
        "public_repo": False,
        "country_code": "NL",
    }
    assert result.source.type == "github"


@pytest.mark.parametrize("separator", [",", ",\n"])
def test_arrays_and_lines_give_the_same(read, separator):
    entries = [ENTRY | {"_document_id": str(n)} for n in range(3)]
    texts = [json.dumps(entry) for entry in entries]
    array = read("github", f"[{separator.join(texts)}]".encode())
    lines = read("github", "\n".join(texts).encode())
    assert [record.event for record in array] == [record.event for record in lines]
    assert [record.event.id for record in array] == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("changes", "time"),
    [
        ({"@timestamp": "absent"}, "2026-05-01T12:00:00.123Z"),
        ({"@timestamp": "2026-05-01T12:00:00Z"}, "2026-05-01T12:00:00.000Z"),
        ({"@timestamp": 1777636800}, "2026-05-01T12:00:00.000Z"),
    ],
)
def test_times(read, changes, time):
    assert event(read, **changes).occurred_at == time


@pytest.mark.parametrize(
    ("changes", "actor"),
    [
        ({"actor_id": "absent"}, ("ann", "user")),
        ({"actor": "helper[bot]"}, ("11", "bot")),
        ({"actor_is_bot": True}, ("11", "bot")),
        ({"actor": None, "actor_id": None}, ("unknown", "unknown")),
    ],
)
def test_actors(read, changes, actor):
    result = event(read, **changes).actor
    assert (result.id, result.type) == actor


def test_an_entry_without_id_stays_without(read):
    assert b"audit_log" not in canonical_bytes(event(read, _document_id="absent"))
    assert canonical_bytes(event(read, _document_id="absent")).startswith(b'{"organization_id"')


def test_organizations(read):
    assert event(read, org=["first", "second"]).organization_id == "first"
    assert event(read, org="absent").organization_id == "5"
    assert event(read, org="absent", org_id="absent").organization_id == "org_x"


def test_a_setting_of_the_organization_has_it_as_target(read):
    gone = dict.fromkeys(["repo", "repo_id", "user", "user_id"], "absent")
    (target,) = event(read, **gone).targets
    assert (target.type, target.id, target.name) == ("organization", "5", "acme")


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"action": "x"}, "'@timestamp' is missing"),
        ({"@timestamp": 1777636800123}, "'action' is missing"),
        ({"@timestamp": 1e300, "action": "x"}, "outside"),
        ("text", "JSON object"),
    ],
)
def test_a_bad_entry_is_one_error_and_the_next_is_read(read, bad, words):
    first, second = read("github", json.dumps([bad, ENTRY]).encode())
    assert words in first.error
    assert second.event is not None
