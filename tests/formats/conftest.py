import io
import json

import pytest

from auditctl.formats.writer import OutputOptions, open_writer


@pytest.fixture
def written():
    """Write bodies in a format and return the bytes."""

    def write(name, bodies, **options):
        out = io.BytesIO()
        writer = open_writer(name, out, OutputOptions(**options))
        assert writer.write_bodies(bodies) == len(bodies)
        writer.finish()
        return out.getvalue()

    return write


@pytest.fixture
def make_body():
    """Return the canonical bytes of an ordinary event with some fields changed."""

    def make(number=1, **changes):
        fields = {
            "id": f"audit_log_event_{number:04d}",
            "organization_id": "org_1",
            "action": "project.created",
            "version": 1,
            "occurred_at": f"2026-05-01T12:{number // 60 % 60:02d}:{number % 60:02d}.123Z",
            "received_at": "2026-05-01T13:00:00.412Z",
            "actor": {
                "id": f"user_{number % 5}",
                "type": "user",
                "name": "Jon Smith",
                "metadata": {"email": "jon@acme.com"},
            },
            "targets": [{"id": "proj_01", "type": "project", "name": "api", "metadata": {}}],
            "context": {
                "location": "203.0.113.7",
                "user_agent": "Mozilla/5.0 (X11) Gecko/20100101 Firefox/120.0",
            },
            "metadata": {"region": "eu-west-1"},
        }
        fields.update(changes)
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()

    return make
