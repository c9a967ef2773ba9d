"""The audit log of a GitHub organization, as its JSON export and its REST API write it.

Format: https://docs.github.com/en/organizations, "Reviewing the audit log for your organization".
An entry is a flat object whose keys depend on the action. The organization of the event is the
entry's ``org``, its name; the original is kept under ``source`` with type ``github``.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

from auditctl.errors import EventError
from auditctl.events.intake import NewEvent, Scalar, decode_json, intake
from auditctl.formats.importers.records import Record, read_json
from auditctl.formats.importers.source import Source
from auditctl.formats.importers.times import canonical_number, canonical_time

SOURCE_TYPE = "github"

# what an entry was done to: type of the target, key of its name, key of its id
_TARGETS = (
    ("user", "user", "user_id"),
    ("user", "blocked_user", "blocked_user_id"),
    ("user", "invitee", "invitee_id"),
    ("repository", "repo", "repo_id"),
    ("repository", "repository", "repository_id"),
    ("team", "team", "team_id"),
    ("hook", "hook_name", "hook_id"),
    ("app", "integration", "integration_id"),
    ("oauth_app", "oauth_application", "oauth_application_id"),
    ("pull_request", "pull_request_title", "pull_request_id"),
    ("environment", "environment_name", "environment_id"),
    ("workflow_run", "workflow_run_name", "workflow_run_id"),
    ("runner", "runner_name", "runner_id"),
    ("runner_group", "runner_group_name", "runner_group_id"),
    ("ruleset", "ruleset_name", "ruleset_id"),
    ("secret_scanning_alert", "alert_name", "alert_id"),
    ("deploy_key", "deploy_key_title", "deploy_key_id"),
)

# these have a place of their own in the event
_PLACED = frozenset(
    {"@timestamp", "_document_id", "action", "actor", "actor_id", "actor_ip", "org", "user_agent"}
    | {key for _, name, number in _TARGETS for key in (name, number)}
)


def read(source: Source, *, organization: str | None) -> Iterator[Record]:
    """Read an export: a JSON array of entries, or one entry a line.

    Args:
        source: The file.
        organization: The organization of entries that name none.
    """
    return read_json(source, partial(_event, organization=organization))


def _event(raw: bytes, *, organization: str | None) -> NewEvent:
    entry = decode_json(raw)
    if not isinstance(entry, dict):
        raise EventError("an entry of an audit log is a JSON object")
    mapping = {
        "id": _text(entry.get("_document_id")),
        "organization_id": _organization(entry),
        "action": entry.get("action"),
        "occurred_at": _time(entry),
        "actor": _actor(entry),
        "targets": _targets(entry),
        "context": {
            "location": _text(entry.get("actor_ip")) or _country(entry),
            "user_agent": _text(entry.get("user_agent")),
        },
        "metadata": _metadata(entry),
        "source": {"type": SOURCE_TYPE, "record": entry},
    }
    return intake(mapping, organization=organization)


def _text(value: object) -> str | None:
    """Return a name or number as text; None for what is absent, empty or nested."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value) or None


def _organization(entry: dict[str, Any]) -> str | None:
    org = entry.get("org")
    if isinstance(org, list):
        # an event of an enterprise may concern several; all of them are in the source
        org = org[0] if org else None
    return _text(org) or _text(entry.get("org_id")) or _text(entry.get("business"))


def _time(entry: dict[str, Any]) -> str:
    """Return when it happened: ``@timestamp``, or ``created_at`` of exports without it."""
    for key in ("@timestamp", "created_at"):
        value = entry.get(key)
        if isinstance(value, str) and value:
            return canonical_time(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return canonical_number(value)
    raise EventError("'@timestamp' is missing")


def _actor(entry: dict[str, Any]) -> dict[str, Any]:
    name = _text(entry.get("actor"))
    number = _text(entry.get("actor_id"))
    if name is None and number is None:
        return {"id": "unknown", "type": "unknown"}
    is_bot = entry.get("actor_is_bot") is True or (name or "").endswith("[bot]")
    return {"id": number or name, "type": "bot" if is_bot else "user", "name": name}


def _targets(entry: dict[str, Any]) -> list[dict[str, Any]]:
    targets: list[dict[str, Any]] = []
    for kind, name_key, id_key in _TARGETS:
        name, number = _text(entry.get(name_key)), _text(entry.get(id_key))
        if name is None and number is None:
            continue
        target = {"id": number or name, "type": kind, "name": name}
        if target not in targets:
            targets.append(target)
    name, number = _text(entry.get("org")), _text(entry.get("org_id"))
    if not targets and (name or number):
        # a setting of the organization itself
        targets.append({"id": number or name, "type": "organization", "name": name})
    return targets


def _country(entry: dict[str, Any]) -> str | None:
    location = entry.get("actor_location")
    return _text(location.get("country_code")) if isinstance(location, dict) else None


def _metadata(entry: dict[str, Any]) -> dict[str, Scalar]:
    metadata: dict[str, Scalar] = {
        key: value
        for key, value in entry.items()
        if key not in _PLACED and isinstance(value, Scalar)
    }
    if metadata.get("created_at") == entry.get("@timestamp"):
        metadata.pop("created_at", None)
    country = _country(entry)
    if country is not None:
        metadata["country_code"] = country
    return metadata
