"""``auditctl query``: keep queries under a name."""

from __future__ import annotations

import inspect
import os
import shlex
from typing import TYPE_CHECKING, Annotated, Any

import typer

from auditctl.cli import list as listing
from auditctl.cli.asking import ask
from auditctl.cli.choices import FOR_PEOPLE, chosen_format
from auditctl.cli.command import command_group
from auditctl.cli.config import ProjectOption, short_home, target, whole_address
from auditctl.cli.options import Common, Filters, Output, QueryText, Span
from auditctl.cli.printing import record_options
from auditctl.cli.saved import find_saved
from auditctl.cli.session import Session  # noqa: TC001 - Typer reads the annotations
from auditctl.cli.setting_checks import checker
from auditctl.config.editing import change_settings, check_name
from auditctl.config.keys import FILTERS, RANGE
from auditctl.errors import NotFoundError, UsageError
from auditctl.formats.records import RecordColumn, write_records

if TYPE_CHECKING:
    from auditctl.config.editing import Change
    from auditctl.config.settings import SavedQuery, Settings

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The saved query's name.")]

_LIST_COLUMNS = (
    RecordColumn("name", "name"),
    RecordColumn("conditions", "conditions"),
    RecordColumn("range", "range"),
    RecordColumn("store", "store"),
    RecordColumn("view", "view"),
    RecordColumn("description", "description"),
    RecordColumn("origin", "origin"),
)
_SHOW_COLUMNS = (RecordColumn("what", "what"), RecordColumn("value", "value"))


def save(
    session: Session,
    *,
    name: NameArgument,
    query: QueryText = None,
    common: Common = Common(),  # noqa: B008 - a default that Typer never uses
    filters: Filters = Filters(),  # noqa: B008
    span: Span = Span(),  # noqa: B008
    view: Annotated[
        str | None,
        typer.Option("--view", metavar="NAME", help="The view to show it in.", show_default=False),
    ] = None,
    description: Annotated[
        str | None,
        typer.Option("--description", metavar="TEXT", help="Your own words.", show_default=False),
    ] = None,
    project: ProjectOption = False,
    force: Annotated[bool, typer.Option("--force", help="Replace one of this name.")] = False,
) -> None:
    """Keep a query, its filters and its range under a name.

    Times are kept as you write them: --since 24h stays the last 24 hours of each run.
    """
    check_name(name, "saved query")
    if filters.saved is not None:
        raise UsageError(
            "a saved query cannot stand on another one", hint="give its conditions instead"
        )
    ask(session, query, common, filters, span)  # an error here names the option, not the file
    store = whole_address(session, common.store) if common.store else None
    rest = {"store": store, "view": view, "description": description}
    entry = {k: v for k, v in (_entry(query, filters, span) | rest).items() if v}
    if not entry.keys() & {"query", *FILTERS, *RANGE}:
        raise UsageError("there is nothing to save", hint="give conditions or a range")
    file, kind = target(session, project=project)

    def changes(settings: Settings) -> list[Change]:
        if name in settings.queries and not force:
            raise UsageError(
                f"there is a saved query named '{name}' already",
                hint=f"`auditctl query save {name} ... --force` replaces it",
            )
        return [(("queries", name), entry)]

    change_settings(file, changes, kind, checker(session, ("queries", name), places=False))
    session.say(f"saved '{name}' in {file}")


def _entry(query: list[str] | None, filters: Filters, span: Span) -> dict[str, Any]:
    """Return conditions and range as the settings have them."""
    found: dict[str, Any] = {"query": " ".join(query or ()).strip()}
    for name in FILTERS:
        values = [_whole_file(value) for value in getattr(filters, name) or ()]
        found[name] = values[0] if len(values) == 1 else values
    return found | {name: getattr(span, name) for name in RANGE} | {"timezone": span.tz}


def _whole_file(value: str) -> str:
    """Return the value of a filter; ``@FILE`` so that it is found from everywhere."""
    if value == "@-":
        raise UsageError(
            "a saved query cannot read standard input", hint="save the values in a file"
        )
    if not value.startswith("@") or value.startswith("@@"):
        return value
    return f"@{os.path.abspath(value[1:])}"  # noqa: PTH100 - text


def list_(
    session: Session,
    *,
    common: Common = Common(),  # noqa: B008 - a default that Typer never uses
    output: Output = Output(),  # noqa: B008
) -> None:
    """List the saved queries."""
    del common
    settings = session.settings
    rows: list[dict[str, str | int | float | None]] = [
        {
            "name": saved.name,
            "conditions": shlex.join(_conditions(saved)),
            "range": shlex.join(_range(saved)),
            "store": saved.store or "",
            "view": saved.view or "",
            "description": saved.description or "",
            "origin": str(settings.origin(("queries", saved.name))),
        }
        for saved in settings.queries.values()
    ]
    name = chosen_format(session, output)
    columns = list(_LIST_COLUMNS)
    if name in FOR_PEOPLE:  # room is scarce: no empty columns, and of the origin only whose it is
        columns = [column for column in columns if any(row[column.name] for row in rows)]
        rows = [row | {"origin": str(row["origin"]).partition(" ")[0]} for row in rows]
    write_records(rows, columns, name, session.stdout, record_options(session, output, None))
    if not rows:
        session.say("no saved queries yet\n\nhint: `auditctl query save NAME QUERY` keeps one")


def show(
    session: Session,
    *,
    name: NameArgument,
    common: Common = Common(),  # noqa: B008 - a default that Typer never uses
    output: Output = Output(),  # noqa: B008
) -> None:
    """Show a saved query, also as the command line that it stands for."""
    del common
    saved = find_saved(session.settings, name)
    words = [*_conditions(saved), *_range(saved)]
    for option, value in (
        ("--tz", saved.timezone),
        ("--store", saved.store),
        ("--view", saved.view),
    ):
        words.extend([option, value] if value else [])
    facts = [
        ("name", name),
        ("description", saved.description or ""),
        ("command", f"auditctl list {shlex.join(words)}"),
        ("origin", short_home(session, str(session.settings.origin(("queries", name))))),
    ]
    rows = [{"what": what, "value": value} for what, value in facts if value]
    format_name = chosen_format(session, output)
    options = record_options(session, output, None)
    write_records(rows, _SHOW_COLUMNS, format_name, session.stdout, options)


def _conditions(saved: SavedQuery) -> list[str]:
    words = [saved.query] if saved.query else []
    for name, values in saved.filters.items():
        for value in values:
            words.extend([f"--{name.replace('_', '-')}", value])
    return words


def _range(saved: SavedQuery) -> list[str]:
    words = []
    for name in RANGE:
        value = getattr(saved, name)
        words.extend([f"--{name}", value] if value else [])
    return words


def run(session: Session, *, name: NameArgument, **options: Any) -> None:  # noqa: ANN401 - those of `list`
    """List what a saved query finds.

    It takes all options of `list`. Conditions are added to the query's own; times, store, zone and
    view come before them.
    """
    filters: Filters = options["filters"]
    if filters.saved is not None:
        raise UsageError("a query is run by its name alone", hint="leave --saved out")
    filters.saved = name
    listing.run(session, **options)


def _with_name() -> inspect.Signature:
    """Return the parameters of ``list``, whatever they are, behind the session and the name."""
    session, *rest = inspect.signature(listing.run, eval_str=True).parameters.values()
    name = inspect.Parameter("name", inspect.Parameter.KEYWORD_ONLY, annotation=NameArgument)
    return inspect.Signature([session, name, *rest])


run.__signature__ = _with_name()  # type: ignore[attr-defined]


def remove(
    session: Session,
    *,
    name: NameArgument,
    project: ProjectOption = False,
    common: Common = Common(),  # noqa: B008 - a default that Typer never uses
) -> None:
    """Forget a saved query."""
    del common
    file, kind = target(session, project=project)

    def changes(settings: Settings) -> list[Change]:
        if name not in settings.queries:
            error = _not_here(session, name, project=project)
            raise NotFoundError(error.message, hint=error.hint)
        return [(("queries", name), None)]

    change_settings(file, changes, kind)
    session.say(f"forgot '{name}'")


def _not_here(session: Session, name: str, *, project: bool) -> NotFoundError:
    """Return why a query cannot be removed from a file: it is nowhere, or in the other file."""
    find_saved(session.settings, name)
    if project:
        return NotFoundError(f"'{name}' is not in the project's file", hint="leave --project out")
    origin = session.settings.origin(("queries", name))
    return NotFoundError(f"'{name}' is saved in {origin}", hint="`--project` removes it there")


command = command_group(
    "query",
    "Keep queries under a name.",
    {
        "save": (
            save,
            (
                (
                    "failed log-ins of the last day, whenever it is run",
                    "query save failed-logins action:auth.failed --since 24h",
                ),
                (
                    "for all who work on a project",
                    "query save resets --action cache.reset --since 7d --project",
                ),
            ),
        ),
        "list": (list_, (("what was saved, and where", "query list"),)),
        "show": (show, (("as a command line", "query show failed-logins"),)),
        "run": (
            run,
            (
                ("what it finds now", "query run failed-logins"),
                ("what it found at one address", "query run failed-logins --location 203.0.113.7"),
                ("count instead of listing", "stats --saved failed-logins --by location"),
            ),
        ),
        "remove": (remove, (("forget it", "query remove failed-logins"),)),
    },
)
