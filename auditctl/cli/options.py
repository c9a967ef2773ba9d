"""The options that commands share, in groups; the same word means the same everywhere.

This module evaluates its annotations at run time, as Typer reads them.
"""

from typing import Annotated

import typer

QueryText = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[QUERY]",
        help="Conditions such as `action:project.* -actor:ci`; see `auditctl help query`.",
        show_default=False,
    ),
]


def _filter(flag: str, metavar: str, text: str) -> object:
    return typer.Option(
        flag, metavar=metavar, help=text, show_default=False, rich_help_panel="Filter"
    )


def _range(flag: str, metavar: str, text: str) -> object:
    return typer.Option(
        flag, metavar=metavar, help=text, show_default=False, rich_help_panel="Range"
    )


class Group:
    """A group of options: its annotated attributes, with their defaults.

    A plain class, since five dataclasses would add 4 ms to every start.
    """

    def __init__(self, **given: object) -> None:
        for name, value in given.items():
            setattr(self, name, value)


class Common(Group):
    """What every command takes."""

    store: Annotated[
        str | None,
        typer.Option(
            "--store",
            metavar="STORE",
            help="A named store, `demo`, a database file or a JSON Lines file "
            "[default: $AUDITCTL_STORE, else the default store].",
            show_default=False,
            rich_help_panel="General",
        ),
    ] = None
    quiet: Annotated[
        bool,
        typer.Option("--quiet", help="No footers and notes.", rich_help_panel="General"),
    ] = False
    debug: Annotated[
        bool,
        typer.Option("--debug", help="Tell how it is done; tracebacks.", rich_help_panel="General"),
    ] = False
    no_pager: Annotated[
        bool,
        typer.Option("--no-pager", help="Print long output at once.", rich_help_panel="General"),
    ] = False


class Filters(Group):
    """Simple conditions: the same option twice is OR, different options are AND."""

    action: Annotated[
        list[str] | None, _filter("--action", "GLOB", "What was done, such as `project.*`.")
    ] = None
    actor: Annotated[
        list[str] | None, _filter("--actor", "GLOB", "Who did it: id, name or e-mail.")
    ] = None
    actor_type: Annotated[
        list[str] | None, _filter("--actor-type", "GLOB", "The actor's type, such as `user`.")
    ] = None
    target: Annotated[
        list[str] | None, _filter("--target", "TYPE[:ID]", "To what it was done.")
    ] = None
    location: Annotated[
        list[str] | None, _filter("--location", "ADDR", "From where: address, network or place.")
    ] = None
    org: Annotated[list[str] | None, _filter("--org", "GLOB", "The organization's id.")] = None
    meta: Annotated[
        list[str] | None, _filter("--meta", "KEY=GLOB", "A metadata value; KEY alone: is there.")
    ] = None
    grep: Annotated[
        list[str] | None, _filter("--grep", "WORDS", "Words in order, anywhere in the event.")
    ] = None
    saved: Annotated[
        str | None, _filter("--saved", "NAME", "A saved query; other conditions are AND.")
    ] = None


class Span(Group):
    """The range of time, and the zone in which times are read and shown."""

    since: Annotated[
        str | None, _range("--since", "TIME", "From this time on: `24h`, `2026-05-01`, `monday`.")
    ] = None
    until: Annotated[
        str | None, _range("--until", "TIME", "Up to this time, which is not included.")
    ] = None
    on: Annotated[
        str | None, _range("--on", "DAY", "The whole of a day, month, quarter or year.")
    ] = None
    tz: Annotated[
        str | None, _range("--tz", "ZONE", "Zone of times given and shown [default: yours].")
    ] = None


class Output(Group):
    """How events are written."""

    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FORMAT",
            help="table, wide, lines, json, jsonl, csv, tsv, md or html [default: table on a "
            "terminal, lines in a pipe].",
            show_default=False,
            rich_help_panel="Output",
        ),
    ] = None
    template: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="TEMPLATE",
            help="A line for each, such as '{occurred_at:%H:%M} {actor.name} {action}'.",
            show_default=False,
            rich_help_panel="Output",
        ),
    ] = None
    jq: Annotated[
        str | None,
        typer.Option(
            "--jq",
            metavar="EXPR",
            help="What a jq expression makes of each; needs `auditctl[jq]`.",
            show_default=False,
            rich_help_panel="Output",
        ),
    ] = None
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--columns",
            "-c",
            metavar="A,B,...",
            help="Columns: any field; see `auditctl help formats`.",
            show_default=False,
            rich_help_panel="Output",
        ),
    ] = None
    view: Annotated[
        str | None,
        typer.Option(
            "--view",
            metavar="NAME",
            help="Columns, format and zone of a view; see `auditctl help configuration`.",
            show_default=False,
            rich_help_panel="Output",
        ),
    ] = None
    relative: Annotated[
        bool | None,
        typer.Option(
            "--relative/--no-relative",
            help="Show how long ago instead of when, in a table.",
            show_default=False,
            rich_help_panel="Output",
        ),
    ] = None
    no_header: Annotated[
        bool,
        typer.Option("--no-header", help="Leave the heading out.", rich_help_panel="Output"),
    ] = False
    raw_csv: Annotated[
        bool,
        typer.Option(
            "--raw-csv",
            help="Leave CSV cells that a spreadsheet would run as they are.",
            rich_help_panel="Output",
        ),
    ] = False


class Checks(Group):
    """Questions that the exit code answers."""

    fail_on_match: Annotated[
        bool,
        typer.Option(
            "--fail-on-match", help="Exit with 3 if any event matches.", rich_help_panel="Output"
        ),
    ] = False
    fail_on_empty: Annotated[
        bool,
        typer.Option(
            "--fail-on-empty", help="Exit with 3 if no event matches.", rich_help_panel="Output"
        ),
    ] = False


def merged(columns: list[str] | None) -> list[str]:
    """Return the columns of ``-c a,b -c c`` as one list."""
    return [name for part in columns or [] for name in part.split(",") if name]
