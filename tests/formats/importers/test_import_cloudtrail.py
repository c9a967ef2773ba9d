import gzip
import json
from pathlib import Path

import pytest

from auditctl.events.intake import canonical_bytes
from auditctl.formats.importers.reading import open_source, read_records

REAL = Path(__file__).parents[4] / "shared/data/cloudtrail"
ACCOUNT = "111122223333"


def record(**changes):
    base = {
        "eventVersion": "1.10",
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::1:user/ann", "userName": "ann"},
        "eventTime": "2026-05-01T12:00:00Z",
        "eventSource": "s3.amazonaws.com",
        "eventName": "GetObject",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "192.0.2.1",
        "userAgent": "cli/1",
        "requestParameters": {"bucketName": "plans", "key": "roof.pdf"},
        "responseElements": None,
        "eventID": "e-1",
        "readOnly": True,
        "recipientAccountId": ACCOUNT,
    }
    return {key: value for key, value in (base | changes).items() if value != "absent"}


def event(read, **changes):
    (found,) = read("cloudtrail", json.dumps({"Records": [record(**changes)]}).encode())
    assert found.error is None
    return found.event


def test_the_fields_of_a_record(read):
    result = event(read, errorCode="AccessDenied", requestID="r-1")
    assert result.id == "e-1"
    assert result.organization_id == ACCOUNT
    assert result.action == "s3.GetObject"
    assert result.occurred_at == "2026-05-01T12:00:00.000Z"
    assert (result.context.location, result.context.user_agent) == ("192.0.2.1", "cli/1")
    assert result.metadata == {
        "region": "eu-west-1",
        "error_code": "AccessDenied",
        "read_only": True,
        "event_version": "1.10",
        "request_id": "r-1",
    }
    assert result.source.type == "aws.cloudtrail"
    assert result.source.record == record(errorCode="AccessDenied", requestID="r-1")


@pytest.mark.parametrize(
    "write",
    [
        lambda records: json.dumps({"Records": records}),
        lambda records: json.dumps({"Records": records}, indent=1),
        json.dumps,
        lambda records: "\n".join(json.dumps(one) for one in records),
        lambda records: "".join(json.dumps({"Records": [one]}) for one in records),
        lambda records: json.dumps(
            {"Events": [{"EventId": "x", "CloudTrailEvent": json.dumps(one)} for one in records]}
        ),
    ],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_the_layouts_of_a_file(read, write, pack):
    records = [record(eventID=f"e-{n}") for n in range(3)]
    found = read("cloudtrail", pack(write(records).encode()))
    assert [one.event.source.record for one in found] == records


@pytest.mark.parametrize(
    ("identity", "actor"),
    [
        (
            {"type": "IAMUser", "arn": "arn:aws:iam::1:user/a/ann", "userName": "ann"},
            ("arn:aws:iam::1:user/a/ann", "IAMUser", "ann"),
        ),
        (
            {"type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/deploy/ci-7"},
            ("arn:aws:sts::1:assumed-role/deploy/ci-7", "AssumedRole", "deploy/ci-7"),
        ),
        (
            {"type": "Root", "arn": "arn:aws:iam::1:root", "principalId": "1"},
            ("arn:aws:iam::1:root", "Root", "root"),
        ),
        (
            {"type": "AWSService", "invokedBy": "mail.amazonaws.com"},
            ("mail.amazonaws.com", "AWSService", "mail.amazonaws.com"),
        ),
        ({"type": "AWSAccount", "principalId": "P1", "accountId": "1"}, ("P1", "AWSAccount", None)),
        (
            {"type": "FederatedUser", "arn": "arn:aws:sts::1:federated-user/bob"},
            ("arn:aws:sts::1:federated-user/bob", "FederatedUser", "bob"),
        ),
        (
            {"type": "SAMLUser", "principalId": "x:ann", "userName": "ann@example.com"},
            ("x:ann", "SAMLUser", "ann@example.com"),
        ),
        (
            {"type": "WebIdentityUser", "principalId": "w:1", "userName": "web"},
            ("w:1", "WebIdentityUser", "web"),
        ),
        (
            {"type": "IdentityCenterUser", "onBehalfOf": {"userId": "c-1"}, "accountId": "1"},
            ("c-1", "IdentityCenterUser", None),
        ),
        (
            {"accountId": "1", "invokedBy": "ec2.amazonaws.com"},
            ("ec2.amazonaws.com", "Unknown", "ec2.amazonaws.com"),
        ),
        ({}, ("unknown", "Unknown", None)),
        ("absent", ("unknown", "Unknown", None)),
    ],
)
def test_actors(read, identity, actor):
    result = event(read, userIdentity=identity).actor
    assert (result.id, result.type, result.name or None) == actor


def test_what_is_known_of_an_actor(read):
    identity = {
        "type": "AssumedRole",
        "principalId": "AROA:ci",
        "arn": "arn:aws:sts::1:assumed-role/deploy/ci",
        "accountId": "1",
        "accessKeyId": "",
        "sessionContext": {
            "sessionIssuer": {"arn": "arn:aws:iam::1:role/deploy", "userName": "deploy"},
            "attributes": {"mfaAuthenticated": "false"},
        },
    }
    assert event(read, userIdentity=identity).actor.metadata == {
        "account": "1",
        "principal_id": "AROA:ci",
        "role": "deploy",
        "role_arn": "arn:aws:iam::1:role/deploy",
        "mfa": False,
    }


@pytest.mark.parametrize(
    ("source", "changes", "targets"),
    [
        ("s3", {}, [("plans", "AWS::S3::Bucket"), ("plans/roof.pdf", "AWS::S3::Object")]),
        (
            "kms",
            {"resources": [{"ARN": "arn:aws:kms:r:1:key/k", "type": "AWS::KMS::Key"}] * 2},
            [("arn:aws:kms:r:1:key/k", "AWS::KMS::Key")],
        ),
        (
            "secretsmanager",
            {"resources": [{"ARN": "arn:aws:secretsmanager:r:1:secret:s", "accountId": "1"}]},
            [("arn:aws:secretsmanager:r:1:secret:s", "secretsmanager:secret")],
        ),
        (
            "iam",
            {"requestParameters": {"groupName": "g", "userName": "u"}},
            [("g", "AWS::IAM::Group"), ("u", "AWS::IAM::User")],
        ),
        (
            "ec2",
            {
                "requestParameters": {
                    "groupName": "g",
                    "instancesSet": {"items": [{"instanceId": "i-1"}, {"instanceId": "i-2"}]},
                }
            },
            [
                ("g", "AWS::EC2::SecurityGroup"),
                ("i-1", "AWS::EC2::Instance"),
                ("i-2", "AWS::EC2::Instance"),
            ],
        ),
        (
            "ec2",
            {"requestParameters": {}, "responseElements": {"vpc": {"vpcId": "vpc-1"}}},
            [("vpc-1", "AWS::EC2::VPC")],
        ),
        (
            "ec2",
            {"requestParameters": {"DeleteX": {"NatGatewayId": {"tag": 1, "content": "nat-1"}}}},
            [("nat-1", "AWS::EC2::NatGateway")],
        ),
        (
            "ssm",
            {"requestParameters": {"resourceId": "/a", "resourceType": "Parameter"}},
            [("/a", "Parameter")],
        ),
        ("sts", {"requestParameters": None}, []),
        ("sts", {"requestParameters": ["odd"], "resources": "odd"}, []),
    ],
)
def test_targets(read, source, changes, targets):
    result = event(read, eventSource=f"{source}.amazonaws.com", **changes)
    assert [(target.id, target.type) for target in result.targets] == targets


def test_a_record_without_account_takes_the_organization_asked_for(read):
    content = json.dumps(record(recipientAccountId="absent")).encode()
    (found,) = read("cloudtrail", content, organization="org_1")
    assert found.event.organization_id == "org_1"


def test_a_record_without_id_stays_without(read):
    assert b'"id":"e-1"' not in canonical_bytes(event(read, eventID="absent"))


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (record(eventTime="absent"), "'eventTime' is missing"),
        (record(eventName="absent"), "'eventName' is missing"),
        (record(eventTime="soon"), "not a time"),
        (7, "JSON object"),
    ],
)
def test_a_bad_record_is_one_error_and_the_next_is_read(read, bad, words):
    first, second = read("cloudtrail", json.dumps({"Records": [bad, record()]}).encode())
    assert words in first.error
    assert first.place == "record 1 (line 1)"
    assert second.event is not None


@pytest.mark.skipif(not REAL.is_dir(), reason="real CloudTrail files do not lie beside the repo")
def test_real_files_lose_nothing():
    ids = set()
    for path in sorted(REAL.glob("*.json")):
        originals = json.loads(path.read_bytes())["Records"]
        with path.open("rb") as stdin, open_source(str(path), stdin) as source:
            for found, original in zip(
                read_records("cloudtrail", source, organization=None), originals, strict=True
            ):
                assert found.error is None
                assert found.event.source.record == original
                assert found.event.actor.id != "unknown"
                assert json.loads(canonical_bytes(found.event))["source"]["record"] == original
                ids.add(found.event.id)
    assert len(ids) == 1448
