"""JSON Lines of events: our own export, bare WorkOS event bodies, and WorkOS envelopes.

Read too is one JSON array of events, as ``-o json`` writes it.
"""

from collections.abc import Iterator
from functools import partial

from auditctl.events.intake import intake_json
from auditctl.formats.importers.records import Record, read_json
from auditctl.formats.importers.source import Source


def read(source: Source, *, organization: str | None) -> Iterator[Record]:
    """Read events, one JSON object a line; blank lines are passed over.

    Keys that an event does not have are kept under ``source``.

    Args:
        source: The file.
        organization: The organization of events that name none.
    """
    return read_json(source, partial(intake_json, organization=organization, unknown="keep"))
