"""Events for the tests of stores."""

from __future__ import annotations

import json

from auditctl.events.clock import format_ms
from auditctl.events.intake import intake_json

NOON = 1_777_636_800_000  # 2026-05-01T12:00:00.000Z
SECOND, HOUR, DAY = 1000, 3_600_000, 86_400_000


def made(number=0, ms=None, **changes):
    """One event, complete but for what is changed to None."""
    fields = {
        "id": f"event-{number:06d}",
        "organization_id": "org_01",
        "action": "user.login",
        "occurred_at": format_ms(NOON + number * SECOND if ms is None else ms),
        "received_at": format_ms(NOON + DAY),
        "actor": {"id": "user_01", "type": "user", "name": "Jon Smith"},
        "targets": [{"id": "team_01", "type": "team"}],
        "context": {"location": "10.0.0.7", "user_agent": "curl/8.0"},
        "metadata": {"number": number},
    }
    fields.update(changes)
    kept = {key: value for key, value in fields.items() if value is not None}
    return intake_json(json.dumps(kept).encode())


def bare(number=0, **changes):
    """One event as an application sends it: no id, no time of receipt."""
    return made(number, id=None, received_at=None, **changes)


_ACTIONS = ("user.login", "user.logout", "project.created", "project.deleted")
_ACTORS = (
    {"id": "user_01", "type": "user", "name": "Jon Smith", "metadata": {"email": "jon@acme.com"}},
    {"id": "user_01", "type": "user", "name": "Jon S.", "metadata": {"email": "jon@acme.com"}},
    {"id": "user_02", "type": "user", "name": "Zoë"},
    {"id": "key_01", "type": "api_key"},
    {"id": "bot", "type": "system", "name": "", "metadata": {"email": 10, "role": "admin"}},
)
_TARGETS = (
    [],
    [{"id": "team_01", "type": "team", "name": "Blue", "metadata": {"size": 7}}],
    [{"id": "a", "type": "team"}, {"id": "b", "type": "project"}, {"id": "a", "type": "team"}],
)
_CONTEXTS = ({}, {"location": "10.0.0.7"}, {"location": "2001:db8::1", "user_agent": "curl/8.0"})
# ties, both sides of midnight and of 1970, and the ends of time
_TIMES = (
    *(NOON, NOON, NOON + 1, NOON - 1, NOON + HOUR, NOON - HOUR, NOON + DAY, NOON + 40 * DAY),
    *(NOON // DAY * DAY, NOON // DAY * DAY - 1, 0, -1, 1, -DAY, -DAY - 1, -3 * HOUR),
    *(-62_135_596_800_000, 253_402_300_799_999, 1 << 42, (1 << 42) - 1),
)


def varied(size=60):
    """A trail with something of everything, in no order of time."""
    return [
        made(
            number,
            _TIMES[number * 7 % len(_TIMES)],
            action=_ACTIONS[number % 4],
            organization_id=f"org_{number % 3:02d}",
            actor=_ACTORS[number % 5],
            targets=_TARGETS[number % 3],
            context=_CONTEXTS[number // 3 % 3],
            version=1 + number % 2,
            metadata={"number": number, "region": ("eu-west-1", "us-east-1")[number // 2 % 2]},
        )
        for number in range(size)
    ]
