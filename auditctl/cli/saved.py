"""What a saved query adds to a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditctl.cli.choices import blamed, unknown_entry
from auditctl.cli.options import Span
from auditctl.config.keys import RANGE
from auditctl.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from auditctl.cli.session import Session
    from auditctl.config.settings import SavedQuery, Settings
    from auditctl.query.tree import Node


def find_saved(settings: Settings, name: str) -> SavedQuery:
    """Return a saved query.

    Raises:
        NotFoundError: There is none of this name.
    """
    found = settings.queries.get(name)
    if found is None:
        raise unknown_entry("saved query", name, settings.queries, "auditctl query list")
    return found


def with_range(saved: SavedQuery, span: Span) -> Span:
    """Return the range of a saved query, with what the command line says in its place.

    ``--on`` stands for both ends; ``--since`` and ``--until`` each for its own, and either for a
    saved ``on``.
    """
    joined = Span(**vars(span))
    joined.tz = span.tz or saved.timezone
    if span.on is None:
        joined.since = span.since or saved.since
        joined.until = span.until or saved.until
        if span.since is None and span.until is None:
            joined.on = saved.on
    return joined


def check_range(settings: Settings, saved: SavedQuery, read: Callable[[str], object]) -> None:
    """Read each time of a saved query by itself, so that an error names the right line.

    Raises:
        ConfigError: One cannot be read.
    """
    for name in RANGE:
        text = getattr(saved, name)
        if text is not None:
            with blamed(settings, "queries", saved.name, name):
                read(text)


def saved_conditions(
    settings: Settings,
    saved: SavedQuery,
    *,
    times: Callable[[str], tuple[int, int]],
    read_list: Callable[[str], list[str]],
) -> Iterator[Node]:
    """Yield the conditions of a saved query.

    Raises:
        ConfigError: A value cannot be read; the message names the setting, its file and line.
    """
    if saved.query is not None:
        from auditctl.query.parser import parse  # noqa: PLC0415 - only where there is a query

        with blamed(settings, "queries", saved.name, "query"):
            yield parse(saved.query, times=times)
    if not saved.filters:
        return
    from auditctl.query.flags import from_flags  # noqa: PLC0415 - only where there is a filter

    for name, values in saved.filters.items():
        with blamed(settings, "queries", saved.name, name):
            yield from_flags(**{f"{name}s": values}, read_list=read_list)


def saved_store(session: Session, saved: SavedQuery) -> str | None:
    """Return the store of a saved query as ``--store`` takes it; a project's may be a name only.

    Raises:
        NotFoundError: A project names a store that the user does not have.
    """
    if saved.store is None:
        return None
    settings = session.settings
    file = settings.owner(("queries", saved.name))
    known = [*settings.stores, "demo", "default"]
    if file is not None and file.kind == "project" and saved.store not in known:
        from auditctl.stores.opening import unknown_name  # noqa: PLC0415 - only for an error

        error = unknown_name(saved.store, known)
        where = settings.where(("queries", saved.name, "store"))
        raise NotFoundError(f"{where}: {error.message}", hint=error.hint)
    return saved.store
