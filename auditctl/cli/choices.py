"""What holds where several places could say it: options, environment, views, settings.

For every value the order is the same: an option, its variable, the view, the settings (the
project's before the user's), the default. Between view and settings a named store puts its zone.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from auditctl.cli.options import merged
from auditctl.errors import ConfigError, NotFoundError, QueryError, UsageError
from auditctl.formats.writer import canonical_format

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import tzinfo

    from auditctl.cli.options import Output
    from auditctl.cli.session import Session
    from auditctl.config.lines import Place
    from auditctl.config.settings import Settings, View
    from auditctl.stores.opening import Address

FOR_PEOPLE = ("table", "wide", "md", "html", "template")  # times in the zone of the reader


class ChosenView(NamedTuple):
    """The view in use.

    Attributes:
        view: The view.
        asked: Whether ``--view`` names it, so that it also says what programs get.
    """

    view: View
    asked: bool


def blame(settings: Settings, place: Place, error: UsageError) -> UsageError:
    """Return an error about a value of the settings so that it names setting, file and line.

    An error with a position in a text, such as that of a query, keeps its kind and so its caret.
    """
    if isinstance(error, ConfigError):
        return error
    # a template is checked as that of --format, which nobody has given here
    message = f"{settings.where(place)}: {error.message.removeprefix('--format: ')}"
    if isinstance(error, QueryError):
        error.message = message
        return error
    return ConfigError(message, hint=error.hint)


@contextmanager
def blamed(settings: Settings, *place: str) -> Iterator[None]:
    """Let an error about a value of the settings name the setting: see ``blame``."""
    try:
        yield
    except UsageError as error:
        raise blame(settings, place, error) from error.__cause__


@contextmanager
def _variable(name: str) -> Iterator[None]:
    """Let an error about the value of a variable of the environment name the variable."""
    try:
        yield
    except UsageError as error:
        raise type(error)(f"{name}: {error.message}", hint=error.hint) from error


def unknown_entry(what: str, name: str, known: Iterable[str], listing: str) -> NotFoundError:
    """Return the error for the name of a view or saved query that nobody gave."""
    from auditctl.closeness import closest  # noqa: PLC0415 - only for an error

    close = closest(name, known)
    hint = f"did you mean `{close[0]}`?" if close else f"`{listing}` shows the names"
    return NotFoundError(f"there is no {what} named '{name}'", hint=hint)


def chosen_view(session: Session) -> ChosenView | None:
    """Return the view in use; None where there is none, or the command shows nothing.

    Raises:
        NotFoundError: There is no view of this name.
        ConfigError: The settings name one that there is not.
    """
    if not session.shows:
        return None
    named = (
        (session.asked_view, ""),
        (session.saved_view, "the saved query: "),
        (session.env.get("AUDITCTL_VIEW"), "AUDITCTL_VIEW: "),
    )
    for name, source in named:
        if name:
            found = session.settings.views.get(name)
            if found is None:
                error = unknown_view(session.settings, name)
                raise NotFoundError(f"{source}{error.message}", hint=error.hint)
            return ChosenView(found, asked=not source)
    name = session.settings.view
    if name is None:
        return None
    found = session.settings.views.get(name)
    if found is None:
        error = unknown_view(session.settings, name)
        raise ConfigError(
            f"{session.settings.where(('view',))}: {error.message}", hint=error.hint
        ) from error
    return ChosenView(found, asked=False)


def unknown_view(settings: Settings, name: str) -> NotFoundError:
    """Return the error for the name of a view that nobody gave."""
    return unknown_entry("view", name, settings.views, "auditctl config list views")


def chosen_format(session: Session, output: Output) -> str:
    """Return the format of a command's output: an option, the first setting, the default.

    ``--format`` and ``--jq`` are the formats ``template`` and ``jq``. The template of a view is
    for events: see ``event_format``.

    Raises:
        UsageError: There is no such format, or two are asked for.
    """
    return _given_format(session, output) or _set_format(session)


def event_format(session: Session, output: Output) -> str:
    """Return the format of a command that writes events: as above, or the view's template."""
    given = _given_format(session, output)
    if given is None and not output.columns:
        chosen = session.view
        if chosen is not None and chosen.view.template is not None:
            return "template"
    return given or _set_format(session)


def _given_format(session: Session, output: Output) -> str | None:
    """Return the format that an option or the environment names."""
    asked = [
        name
        for name, value in (
            ("-o", output.output),
            ("--format", output.template),
            ("--jq", output.jq),
        )
        if value is not None
    ]
    if len(asked) > 1:
        raise UsageError(f"{' and '.join(asked)} each name a format", hint="choose one of them")
    if output.template is not None:
        return "template"
    if output.jq is not None:
        return "jq"
    if output.output:
        return canonical_format(output.output)
    named = session.env.get("AUDITCTL_OUTPUT")
    if not named:
        return None
    with _variable("AUDITCTL_OUTPUT"):
        return canonical_format(named)


def view_format(session: Session) -> str | None:
    """Return the format of events that the view names, if there is one and it does."""
    chosen = session.view
    if chosen is None:
        return None
    if chosen.view.template is not None:
        return "template"
    if chosen.view.output is None:
        return None
    with blamed(session.settings, "views", chosen.view.name, "output"):
        return canonical_format(chosen.view.output)


def _set_format(session: Session) -> str:
    """Return the format that the view or the settings name, else the default."""
    chosen, settings = session.view, session.settings
    if chosen is not None and chosen.view.output is not None:
        with blamed(settings, "views", chosen.view.name, "output"):
            return canonical_format(chosen.view.output)
    if settings.output is not None:
        with blamed(settings, "output"):
            return canonical_format(settings.output)
    return "table" if session.terminal else "lines"


def chosen_columns(session: Session, output: Output, name: str) -> list[str]:
    """Return the columns of a command that writes events: those of ``-c``, else the view's.

    Programs read the formats that are not for people. A view that ``--view`` does not name takes
    nothing away from them, unless the format comes from the same view.

    Args:
        session: The surroundings.
        output: The options.
        name: The format.
    """
    own = merged(output.columns)
    if own or name in {"template", "jq"}:
        return own
    for_people = name in FOR_PEOPLE
    given = output.output or session.env.get("AUDITCTL_OUTPUT")
    if given and not for_people and not session.asked_view:
        return []
    chosen = session.view
    if chosen is None:
        return []
    if chosen.asked or for_people or (chosen.view.output is not None and not given):
        return list(chosen.view.columns)
    return []


def chosen_template(session: Session, output: Output) -> str:
    """Return the template of a command that writes events."""
    if output.template is not None:
        return output.template
    chosen = session.view
    return (chosen.view.template if chosen else None) or ""


def view_error(session: Session, output: Output, name: str, error: UsageError) -> UsageError:
    """Return an error about columns or a template; where a view gave them, with its file."""
    if name == "jq":
        return error  # no view has an expression
    if name == "template":
        key, option = "template", output.template
    else:
        key, option = "columns", ",".join(merged(output.columns)) or None
    if option is not None or session.view is None:
        return error
    return blame(session.settings, ("views", session.view.view.name, key), error)


def chosen_relative(session: Session, output: Output) -> bool:
    """Tell whether a table shows how long ago something occurred."""
    chosen = session.view if output.relative is None else None
    of_view = chosen.view.relative if chosen else None
    for value in (output.relative, of_view):
        if value is not None:
            return value
    return bool(session.settings.relative)


def chosen_zone(session: Session, option: str | None, address: Address | None) -> tzinfo:
    """Return the zone of times for people.

    It is that of ``--tz``, of ``AUDITCTL_TZ``, the view's, the store's, that of the settings, of
    ``TZ``, or the system's.

    Raises:
        TimeError: There is no such zone.
        ConfigError: The settings name one that there is not.
    """
    from auditctl.events.zones import local_zone, zone_named  # noqa: PLC0415 - not for jsonl

    if option:
        return zone_named(option)
    if session.env.get("AUDITCTL_TZ"):
        with _variable("AUDITCTL_TZ"):
            return zone_named(session.env["AUDITCTL_TZ"])
    settings, chosen = session.settings, session.view
    store = settings.stores.get(address.name) if address else None
    named: list[tuple[str | None, Place]] = [
        (chosen.view.timezone, ("views", chosen.view.name, "timezone")) if chosen else (None, ()),
        (store.timezone, ("stores", store.name, "timezone")) if store else (None, ()),
        (settings.timezone, ("timezone",)),
    ]
    for name, place in named:
        if name == "local":
            break  # by this session's TZ
        if name is not None:
            return _zone_of(settings, place, name, zone_named)
    return local_zone(session.env)


def _zone_of(
    settings: Settings, place: Place, name: str, zone_named: Callable[[str], tzinfo]
) -> tzinfo:
    with blamed(settings, *map(str, place)):
        return zone_named(name)
