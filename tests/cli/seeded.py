"""A small trail whose every answer can be counted by hand."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 5, 1, tzinfo=UTC)
NOW = datetime(2026, 5, 6, 12, tzinfo=UTC)
COUNT = 40
KNOWN_ID = "audit_log_event_01J8ZQ4F5K2W3X6Y7Z8A9B0C1D"  # the one that examples show
HOSTILE = "Eve\x1b[2J\x1b]0;owned\x07\nforged\tline\u202egnp"

ORGANIZATIONS = ("org_alpha", "org_beta", "org_gamma")
ACTORS = (
    {"id": "user_ada", "type": "user", "name": "Ada Abara", "metadata": {"email": "ada@acme.com"}},
    {"id": "user_jon", "type": "user", "name": "Jon Smith", "metadata": {"email": "jon@acme.com"}},
    {"id": "user_zoe", "type": "user", "name": "Zoë Weber", "metadata": {"role": "owner"}},
    {"id": "ci", "type": "system", "metadata": {}},
    {"id": "key_7", "type": "api_key", "name": HOSTILE, "metadata": {}},
)
ACTIONS = (
    "project.created",
    "project.deleted",
    "token.created",
    "token.deleted",
    "session.started",
    "cache.reset",
    "auth.failed",
)
LOCATIONS = ("203.0.113.7", "203.0.113.80", "198.51.100.4", "2001:db8::5", "Berlin office")
REGIONS = ("eu-west-1", "us-east-1")


def instant(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def seeded_event(number):
    """Return event ``number`` of the trail: one every three hours from the first of May on."""
    at = START + timedelta(hours=3 * number)
    action = ACTIONS[number % len(ACTIONS)]
    metadata = {"region": REGIONS[number % 2], "mb": number * 16, "dry": number % 4 == 0}
    if action == "cache.reset":
        metadata["reason"] = "manual cache reset after timeout"
    targets = [
        {"id": f"proj_{number % 6:02d}", "type": "project", "name": "api", "metadata": {}},
        {"id": f"team_{number % 3}", "type": "team", "metadata": {"size": number}},
    ][: number % 3]
    event_id = KNOWN_ID if number == 20 else f"audit_log_event_{number:026d}"
    return {
        "id": event_id,
        "organization_id": ORGANIZATIONS[number % 3],
        "action": action,
        "version": 1 + number % 2,
        "occurred_at": instant(at),
        "received_at": instant(at + timedelta(seconds=2)),
        "actor": ACTORS[number % len(ACTORS)],
        "targets": targets,
        "context": {
            "location": LOCATIONS[number % len(LOCATIONS)],
            "user_agent": "curl/8.5 \x1b[31mred" if number == 30 else "Mozilla/5.0",
        },
        "metadata": metadata,
    }


def seeded_events():
    """Return the whole trail, oldest first."""
    return [seeded_event(number) for number in range(COUNT)]


def newest(events, accepts=lambda _: True):
    """Return the ids of the accepted events, newest first."""
    return [event["id"] for event in reversed(events) if accepts(event)]
