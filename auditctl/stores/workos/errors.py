"""From an answer of the API to an error of auditctl: one sentence, whatever the body's shape.

It is a first form.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from auditctl.errors import (
    AccessError,
    AuditctlError,
    NotFoundError,
    RefusedError,
    UnavailableError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


class EmptyExportError(RefusedError):
    """No event matches the export: WorkOS answers 400 then."""


class WindowError(RefusedError):
    """The range begins before what WorkOS exports.

    Attributes:
        earliest: The earliest start that is allowed, in milliseconds; None where it is not said.
    """

    earliest: int | None = None


class ExpiredError(UnavailableError):
    """A signed address is no longer valid."""


def error_of(status: int, body: bytes, headers: Mapping[str, str]) -> AuditctlError:
    """Return the error that an answer stands for.

    Args:
        status: The HTTP status.
        body: What came with it, of any shape.
        headers: For the request id; names in any case.
    """
    del headers
    try:
        told: Any = json.loads(body)
        message = str(told.get("message"))
    except (ValueError, AttributeError):
        message = body[:200].decode(errors="replace")
    if "no audit log events found" in message.lower():
        return EmptyExportError(message)
    if status in (401, 403):
        return AccessError(message)
    if status == 404:  # noqa: PLR2004 - HTTP
        return NotFoundError(message)
    if status in (408, 429) or status >= 500:  # noqa: PLR2004 - HTTP
        return UnavailableError(message)
    return RefusedError(message)
