"""AWS CloudTrail log files, and what ``aws cloudtrail lookup-events`` prints.

Format: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/, "CloudTrail record contents".
The action is the service without ``.amazonaws.com`` and the call, ``s3.GetObject``; the
organization is the account that received the record. The original is kept under ``source`` with
type ``aws.cloudtrail``.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

from auditctl.errors import EventError
from auditctl.events.intake import NewEvent, Scalar, decode_json, intake
from auditctl.formats.importers.cloudtrail_targets import targets_of
from auditctl.formats.importers.records import Record, read_json
from auditctl.formats.importers.source import Source

SOURCE_TYPE = "aws.cloudtrail"

# key of the metadata, key of the record
_METADATA = (
    ("region", "awsRegion"),
    ("error_code", "errorCode"),
    ("error_message", "errorMessage"),
    ("read_only", "readOnly"),
    ("management_event", "managementEvent"),
    ("event_type", "eventType"),
    ("event_category", "eventCategory"),
    ("event_version", "eventVersion"),
    ("request_id", "requestID"),
    ("shared_event_id", "sharedEventID"),
    ("api_version", "apiVersion"),
    ("vpc_endpoint_id", "vpcEndpointId"),
    ("console_session", "sessionCredentialFromConsole"),
)

_ACTOR_METADATA = (
    ("account", "accountId"),
    ("access_key_id", "accessKeyId"),
    ("principal_id", "principalId"),
    ("invoked_by", "invokedBy"),
    ("identity_provider", "identityProvider"),
    ("credential_id", "credentialId"),
)


def read(source: Source, *, organization: str | None) -> Iterator[Record]:
    """Read records: ``{"Records": [...]}``, a bare array, or one record a line.

    Args:
        source: The file.
        organization: The organization of records that name no account.
    """
    return read_json(source, partial(_event, organization=organization))


def _event(raw: bytes, *, organization: str | None) -> NewEvent:
    record = decode_json(raw)
    if isinstance(record, dict) and isinstance(record.get("CloudTrailEvent"), str):
        # lookup-events wraps each record, as text, in a summary
        record = decode_json(record["CloudTrailEvent"].encode())
    if not isinstance(record, dict):
        raise EventError("a CloudTrail record is a JSON object")
    if not isinstance(record.get("eventTime"), str):
        raise EventError("'eventTime' is missing")
    identity = _object(record.get("userIdentity"))
    account = _text(record.get("recipientAccountId")) or _text(identity.get("accountId"))
    mapping = {
        "id": _text(record.get("eventID")),
        "organization_id": account,
        "action": _action(record),
        "occurred_at": record["eventTime"],
        "actor": _actor(identity),
        "targets": targets_of(record),
        "context": {
            "location": _text(record.get("sourceIPAddress")),
            "user_agent": _text(record.get("userAgent")),
        },
        "metadata": _metadata(record),
        "source": {"type": SOURCE_TYPE, "record": record},
    }
    return intake(mapping, organization=organization)


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _action(record: dict[str, Any]) -> str:
    """Return ``service.Call``; an Insights record has both one level down."""
    insight = _object(record.get("insightDetails"))
    name = _text(record.get("eventName")) or _text(insight.get("eventName"))
    if name is None:
        raise EventError("'eventName' is missing")
    service = _text(record.get("eventSource")) or _text(insight.get("eventSource"))
    return f"{service.removesuffix('.amazonaws.com')}.{name}" if service else name


def _actor(identity: dict[str, Any]) -> dict[str, Any]:
    session = _object(identity.get("sessionContext"))
    issuer = _object(session.get("sessionIssuer"))
    on_behalf_of = _text(_object(identity.get("onBehalfOf")).get("userId"))
    known = (
        _text(identity.get("arn")),
        on_behalf_of,
        _text(identity.get("principalId")),
        _text(identity.get("invokedBy")),
        _text(identity.get("userName")),
        _text(identity.get("accountId")),
    )
    actor_id = next((value for value in known if value), "unknown")
    metadata: dict[str, Scalar] = {
        key: identity[name]
        for key, name in _ACTOR_METADATA
        if _text(identity.get(name)) and identity[name] != actor_id
    }
    deeper = {
        "role": _text(issuer.get("userName")),
        "role_arn": _text(issuer.get("arn")),
        "source_identity": _text(session.get("sourceIdentity")),
        "on_behalf_of": on_behalf_of,
    }
    metadata.update({key: value for key, value in deeper.items() if value and value != actor_id})
    mfa = _object(session.get("attributes")).get("mfaAuthenticated")
    if mfa is not None:
        # the text "true" in records of all versions so far
        metadata["mfa"] = str(mfa).lower() == "true"
    return {
        "id": actor_id,
        "type": _text(identity.get("type")) or "Unknown",
        "name": _actor_name(identity, issuer),
        "metadata": metadata,
    }


def _actor_name(identity: dict[str, Any], issuer: dict[str, Any]) -> str | None:
    """Return what a person would call the actor; a role is ``role/session``."""
    arn = _text(identity.get("arn")) or ""
    for marker in (":assumed-role/", ":federated-user/"):
        if marker in arn:
            return arn.partition(marker)[2]
    name = _text(identity.get("userName"))
    if name is None and identity.get("type") == "Root":
        name = "root"
    return (
        name
        or _text(identity.get("invokedBy"))
        or _text(issuer.get("userName"))
        or (arn.rpartition("/")[2] or None)
    )


def _metadata(record: dict[str, Any]) -> dict[str, Scalar]:
    metadata: dict[str, Scalar] = {
        key: record[name]
        for key, name in _METADATA
        if isinstance(record.get(name), Scalar) and record[name] != ""
    }
    extra = _object(record.get("additionalEventData"))
    answer = _object(record.get("responseElements"))
    deeper = {
        # a sign-in to the console says here how it went
        "mfa_used": _text(extra.get("MFAUsed")),
        "console_login": _text(answer.get("ConsoleLogin")),
        "tls_version": _text(_object(record.get("tlsDetails")).get("tlsVersion")),
    }
    metadata.update({key: value for key, value in deeper.items() if value})
    return metadata
