"""From the value of ``--store`` to an opened store."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal, NamedTuple

from auditctl.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from auditctl.stores.base import Store
    from auditctl.stores.workos.options import WorkosOptions

Kind = Literal["embedded", "jsonl", "demo", "workos"]
_LINES = (".jsonl", ".ndjson", ".json")


class Address(NamedTuple):
    """Where a store is.

    Attributes:
        kind: What kind of store it is.
        location: The file; for WorkOS the base URL of the API.
        name: What the user calls it; the file where it has no name.
        optional: Nothing is there yet, and that is no mistake: the user's own default store.
        org: The organization of a WorkOS store, an id or a name; None where none is set.
    """

    kind: Kind
    location: str
    name: str
    optional: bool = False
    org: str | None = None


def file_address(value: str, *, name: str | None = None) -> Address:
    """Return the address of a file: a database or JSON Lines, by content and then by name.

    Raises:
        UsageError: The value is no file name.
    """
    if "://" in value:
        raise UsageError(
            f"auditctl has no stores of this kind: {value}",
            hint="name a database file, a JSON Lines file, or `demo`",
        )
    path = os.path.expanduser(value)  # noqa: PTH111 - this runs at every start
    kind: Kind = "jsonl" if path.lower().endswith(_LINES) else "embedded"
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - this runs at every start
            start = file.read(16)
        if start.startswith(b"SQLite format 3"):
            kind = "embedded"
        elif start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{"):
            kind = "jsonl"
    except OSError:
        pass  # whoever opens it says what is wrong
    return Address(kind, path, name or value)


def looks_like_file(value: str) -> bool:
    """Tell whether a value is a file name rather than the name of a store."""
    return "/" in value or os.sep in value or "." in value or os.path.exists(value)  # noqa: PTH110


def unknown_name(value: str, known: Iterable[str]) -> NotFoundError:
    """Return the error for a store name that nobody gave."""
    from auditctl.closeness import closest  # noqa: PLC0415 - only for an error

    close = closest(value, known)
    hint = (
        f"did you mean `{close[0]}`?"
        if close
        else f"a file needs a path such as `./{value}`; `auditctl store list` shows the names"
    )
    return NotFoundError(f"there is no store named '{value}'", hint=hint)


def open_store(
    address: Address | str | Path, *, bulk: bool = False, workos: WorkosOptions | None = None
) -> Store:
    """Open a store.

    Args:
        address: Where it is; a text or path is a file.
        bulk: Many events will be written.
        workos: How a store of the kind ``workos`` works; given for that kind.

    Raises:
        AuditctlError: It cannot be opened.
    """
    if not isinstance(address, Address):
        address = file_address(str(address))
    if address.kind == "jsonl":
        from auditctl.stores.jsonlines import JsonLinesStore  # noqa: PLC0415 - one kind a run

        return JsonLinesStore(address.location)
    if address.kind == "workos" and workos is not None:
        from auditctl.stores.workos.store import WorkosStore  # noqa: PLC0415 - one kind a run

        return WorkosStore(workos)
    if address.kind == "demo":
        from auditctl.stores.demo.store import open_demo  # noqa: PLC0415 - one kind a run

        return open_demo(address.location)
    from auditctl.stores.embedded.store import EmbeddedStore  # noqa: PLC0415 - one kind a run

    return EmbeddedStore(address.location, bulk=bulk)
