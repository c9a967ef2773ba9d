"""Whether the values of settings mean something: zones that exist, queries that can be read.

A command checks a value when it uses it. Everything is checked here: before a value is written,
and by ``doctor``.
"""

from __future__ import annotations

import io
import shlex
from datetime import UTC
from functools import partial
from typing import TYPE_CHECKING

from auditctl.cli.choices import blamed, unknown_view
from auditctl.config.editing import without_place
from auditctl.config.files import read_file
from auditctl.config.keys import RANGE
from auditctl.config.settings import join
from auditctl.errors import AuditctlError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import tzinfo

    from auditctl.cli.session import Session
    from auditctl.config.files import SettingsFile
    from auditctl.config.lines import Place
    from auditctl.config.settings import SavedQuery, Settings, View

Check = tuple[tuple[str, ...], "Callable[[], object]"]


def checker(
    session: Session, below: Place = (), *, places: bool = True
) -> Callable[[SettingsFile], None]:
    """Return what looks at a settings file before it is written.

    A project's file may name views of the user's; the user's own has to hold everywhere.

    Args:
        session: The surroundings.
        below: Look only at this key, or at the keys of this table or entry.
        places: Whether errors name file and line; a value from the command line has none.
    """

    def check(file: SettingsFile) -> None:
        files = [file]
        if file.kind == "project":
            users = read_file(session.paths.settings, "user")
            files.extend([users] if users else [])
        settings = join(*files)
        for place, fault in setting_faults(session, settings):
            common = min(len(place), len(below))
            if settings.owner(place) is file and place[:common] == below[:common]:
                raise fault if places else without_place(fault, file)

    return check


def setting_faults(
    session: Session, settings: Settings
) -> Iterator[tuple[tuple[str, ...], AuditctlError]]:
    """Yield each key whose value means nothing, and the error that says so."""
    for place, check in _checks(session, settings):
        try:
            with blamed(settings, *place):
                check()
        except AuditctlError as error:
            yield place, error


def _checks(session: Session, settings: Settings) -> Iterator[Check]:
    for name, check in (("output", _format), ("timezone", _zone), ("pager", _command)):
        value = getattr(settings, name)
        if value is not None:
            yield (name,), partial(check, value)
    if settings.view is not None:
        yield ("view",), partial(_view, settings, settings.view)
    if settings.default_store is not None:
        yield ("default_store",), partial(_store, settings, ("default_store",))
    for store in settings.stores.values():
        place = ("stores", store.name)
        yield (*place, "address"), partial(_address, store.address)
        if store.timezone is not None:
            yield (*place, "timezone"), partial(_zone, store.timezone)
    for view in settings.views.values():
        yield from _view_checks(view)
    for query in settings.queries.values():
        yield from _query_checks(settings, query)
        yield from _time_checks(session, query)


def _view_checks(view: View) -> Iterator[Check]:
    place = ("views", view.name)
    if view.output is not None:
        yield (*place, "output"), partial(_format, view.output)
    if view.timezone is not None:
        yield (*place, "timezone"), partial(_zone, view.timezone)
    if view.columns:
        yield (*place, "columns"), partial(_columns, view.columns)
    if view.template is not None:
        yield (*place, "template"), partial(_template, view.template)


def _query_checks(settings: Settings, query: SavedQuery) -> Iterator[Check]:
    place = ("queries", query.name)
    for name, values in query.filters.items():
        yield (*place, name), partial(_filter, name, values)
    if query.timezone is not None:
        yield (*place, "timezone"), partial(_zone, query.timezone)
    if query.view is not None:
        yield (*place, "view"), partial(_view, settings, query.view)
    if query.store is not None:
        yield (*place, "store"), partial(_store, settings, (*place, "store"))


def _time_checks(session: Session, query: SavedQuery) -> Iterator[Check]:
    """Yield the checks of what is read by the clock: the query and the range."""
    place = ("queries", query.name)
    now, zone = session.now(), _usable_zone(session, query)

    def read(text: str) -> tuple[int, int]:
        from auditctl.events.times import read_span  # noqa: PLC0415

        span = read_span(text, now=now, zone=zone)
        return span.start, span.end

    def parse_query() -> None:
        from auditctl.query.parser import parse  # noqa: PLC0415

        parse(query.query or "", times=read)

    def check_range() -> None:
        from auditctl.events.times import resolve_range  # noqa: PLC0415

        times = [text for name in RANGE if (text := getattr(query, name)) is not None]
        if all(_readable(read, text) for text in times):  # else a check of its own says so
            resolve_range(query.since, query.until, query.on, now=now, zone=zone)

    if query.query is not None:
        yield (*place, "query"), parse_query
    for name in RANGE:
        text = getattr(query, name)
        if text is not None:
            yield (*place, name), partial(read, text)
    yield place, check_range


def _readable(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except UsageError:
        return False
    return True


def _usable_zone(session: Session, query: SavedQuery) -> tzinfo:
    """Return the zone in which a query's times are read; one that does not exist has a check."""
    from auditctl.events.zones import local_zone, zone_named  # noqa: PLC0415

    try:
        return zone_named(query.timezone) if query.timezone else local_zone(session.env)
    except UsageError:
        return UTC


def _filter(name: str, values: list[str]) -> None:
    from auditctl.query.flags import from_flags  # noqa: PLC0415

    from_flags(**{f"{name}s": values}, read_list=lambda _: [])


def _format(name: str) -> None:
    from auditctl.formats.writer import canonical_format  # noqa: PLC0415 - as each check below

    canonical_format(name)


def _zone(name: str) -> None:
    from auditctl.events.zones import zone_named  # noqa: PLC0415

    zone_named(name)


def _columns(names: tuple[str, ...]) -> None:
    from auditctl.formats.column_names import resolve  # noqa: PLC0415

    resolve(names)


def _template(text: str) -> None:
    from auditctl.formats.writer import OutputOptions, open_writer  # noqa: PLC0415

    open_writer("template", io.BytesIO(), OutputOptions(template=text))


def _view(settings: Settings, name: str) -> None:
    if name not in settings.views:
        error = unknown_view(settings, name)
        raise UsageError(error.message, hint=error.hint)


def _store(settings: Settings, place: tuple[str, ...]) -> None:
    """Check the name of a store; a project may name one that somebody else has."""
    from auditctl.stores.opening import looks_like_file, unknown_name  # noqa: PLC0415

    file, name = settings.owner(place), settings.value(place)
    known = [*settings.stores, "demo", "default"]
    if name in known or looks_like_file(name) or (file and file.kind == "project"):
        return
    error = unknown_name(name, known)
    raise UsageError(error.message, hint=error.hint)


def _address(text: str) -> None:
    from auditctl.stores.opening import file_address  # noqa: PLC0415

    file_address(text)


def _command(text: str) -> None:
    try:
        shlex.split(text)
    except ValueError as error:
        raise UsageError(f"it is no command line: {error}") from error
