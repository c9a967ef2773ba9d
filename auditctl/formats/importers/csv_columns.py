"""Which column of a CSV export holds what."""

import re
from dataclasses import dataclass, field

# what a column may be called, the first that a file has counts; compared after normal()
_SPELLINGS: dict[str, tuple[str, ...]] = {
    "id": ("id", "event_id"),
    "organization_id": ("organization_id", "org_id"),
    "action": ("action",),
    "version": ("version",),
    "occurred_at": ("occurred_at", "timestamp", "time", "date"),
    "received_at": ("received_at",),
    "actor_id": ("actor_id",),
    "actor_type": ("actor_type",),
    "actor_name": ("actor_name",),
    "actor_metadata": ("actor_metadata",),
    "context_location": ("context_location", "location", "ip", "ip_address"),
    "context_user_agent": ("context_user_agent", "user_agent"),
    "metadata": ("metadata",),
    "targets": ("targets",),
}
_NEEDED = ("action", "occurred_at", "actor_id")

_PARTS = "id|type|name|metadata"
_TARGET = re.compile(
    rf"targets?_(?P<part>{_PARTS})_?(?P<number>\d+)|targets?_?(?P<number2>\d+)_(?P<part2>{_PARTS})",
    re.ASCII,
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SEPARATORS = re.compile(r"[^a-z0-9]+")


@dataclass(slots=True)
class Columns:
    """The columns of one file.

    Attributes:
        names: The names as the file has them, made unique.
        fields: Field of the event to the index of its column.
        targets: One dict of ``id``, ``type``, ``name``, ``metadata`` to column index per target, in
            the order of their numbers.
        unknown: Index to name of the columns that have no place in an event.
        missing: The fields that a file must have and this one has not.
    """

    names: list[str]
    fields: dict[str, int] = field(default_factory=dict)
    targets: list[dict[str, int]] = field(default_factory=list)
    unknown: dict[int, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.names)


def normal(name: str) -> str:
    """Return the common form of ``occurredAt``, ``Occurred At`` and ``occurred.at``."""
    return _SEPARATORS.sub("_", _HUMP.sub("_", name.strip()).lower()).strip("_")


def read_columns(header: list[str]) -> Columns:
    """Find out what the columns of a header row hold."""
    columns = Columns(_unique(header))
    normals = [normal(name) for name in header]
    for event_field, spellings in _SPELLINGS.items():
        index = next((normals.index(name) for name in spellings if name in normals), None)
        if index is not None:
            columns.fields[event_field] = index
    groups = _target_groups(normals)
    columns.targets = [groups[number] for number in sorted(groups)]
    used = set(columns.fields.values())
    used.update(index for group in columns.targets for index in group.values())
    columns.unknown = {n: name for n, name in enumerate(columns.names) if n not in used}
    columns.missing = [name for name in _NEEDED if name not in columns.fields]
    return columns


def _target_groups(normals: list[str]) -> dict[int, dict[str, int]]:
    groups: dict[int, dict[str, int]] = {}
    for index, name in enumerate(normals):
        match = _TARGET.fullmatch(name)
        if match:
            number = int(match["number"] or match["number2"])
            part = match["part"] or match["part2"]
            # of two columns for the same thing the second is unknown
            groups.setdefault(number, {}).setdefault(part, index)
    return groups


def _unique(header: list[str]) -> list[str]:
    """Name the nameless columns, and tell equal names apart."""
    names: list[str] = []
    for number, cell in enumerate(header, start=1):
        name = cell.strip() or f"column {number}"
        names.append(f"{name} ({number})" if name in names else name)
    return names
