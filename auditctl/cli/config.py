"""``auditctl config``: show and change settings."""

from __future__ import annotations

import os
import pathlib
import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from auditctl.cli.choices import chosen_format
from auditctl.cli.command import command_group
from auditctl.cli.config_edit import edit_settings
from auditctl.cli.options import Common, Output
from auditctl.cli.printing import record_options
from auditctl.cli.session import Session  # noqa: TC001 - Typer reads the annotations
from auditctl.cli.setting_checks import checker
from auditctl.config.editing import edit_file
from auditctl.config.files import parse_file
from auditctl.config.keys import KEYS, TABLES, dotted, key_at
from auditctl.config.paths import PROJECT_FILE
from auditctl.config.values import from_text, read_path, to_text
from auditctl.errors import NotFoundError, UsageError
from auditctl.formats.records import RecordColumn, write_records
from auditctl.formats.safety import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditctl.config.editing import Change
    from auditctl.config.files import Kind
    from auditctl.config.keys import Key, Path

Row = dict[str, "str | int | float | None"]

_ORIGIN_FOLDER = re.compile(r"^(user|project) .*[/\\]")

KeyArgument = Annotated[
    str, typer.Argument(metavar="KEY", help="A setting, such as `output` or `views.NAME.columns`.")
]
ProjectOption = Annotated[
    bool, typer.Option("--project", help="In the project's file instead of your own.")
]
OriginOption = Annotated[
    bool, typer.Option("--show-origin", help="Say where each value comes from.")
]


def path_(
    session: Session,
    *,
    project: Annotated[
        bool, typer.Option("--project", help="The file of the project that you are in.")
    ] = False,
    common: Common = Common(),  # noqa: B008 - a default that Typer never uses
) -> None:
    """Print where your settings are.

    The file need not be there: `config set` and `config edit` make it.
    """
    del common
    found = session.paths.settings
    if project:
        if session.project_file is None:
            raise NotFoundError(
                f"there is no {PROJECT_FILE} in this folder or above it",
                hint="`auditctl config set --project KEY VALUE` makes one here",
            )
        found = session.project_file
    text = visible(str(found)) if session.terminal else str(found)
    session.stdout.write(os.fsencode(text) + b"\n")


def list_(
    session: Session,
    *,
    key: Annotated[
        str | None,
        typer.Argument(
            metavar="[KEY]", help="Only this setting, entry or table.", show_default=False
        ),
    ] = None,
    show_origin: OriginOption = False,
    common: Common = Common(),  # noqa: B008 - a default that Typer never uses
    output: Output = Output(),  # noqa: B008
) -> None:
    """List the settings that hold.

    The environment comes before the project's file, and that before your own.
    """
    del common
    below = read_path(key) if key else ()
    _write(session, output, list(_rows(session, below)), show_origin=show_origin)


def get(
    session: Session,
    *,
    key: Annotated[
        str | None,
        typer.Argument(
            metavar="[KEY]",
            help="A setting, an entry or a table [default: all].",
            show_default=False,
        ),
    ] = None,
    show_origin: OriginOption = False,
    common: Common = Common(),  # noqa: B008 - a default that Typer never uses
    output: Output = Output(),  # noqa: B008
) -> None:
    """Print the value of a setting that holds.

    Of an entry or a table, such as `views`, all settings are listed.
    """
    del common
    path = read_path(key) if key else ()
    rows = list(_rows(session, path))
    found = key_at(path) if path else None
    if found is None:
        if path and not rows:
            raise NotFoundError(f"'{dotted(path)}' is not set", hint=_listing(path))
        _write(session, output, rows, show_origin=show_origin)
        return
    if not rows or rows[0]["value"] is None:
        otherwise = f"without it: {found.otherwise}" if found.otherwise else _listing(path)
        raise NotFoundError(f"'{dotted(path)}' is not set", hint=otherwise)
    if output.output:
        _write(session, output, rows, show_origin=show_origin)
        return
    text = str(rows[0]["value"]) + (f"\t{rows[0]['origin']}" if show_origin else "")
    if session.terminal:
        text = "\t".join(visible(part) for part in text.split("\t"))
    session.stdout.write(text.encode("utf-8", "surrogateescape") + b"\n")


def _listing(path: Path) -> str:
    return (
        f"see `auditctl config list {path[0]}`" if path[0] in TABLES else "`auditctl config list`"
    )


def _rows(session: Session, below: Path) -> Iterator[Row]:
    """Yield the settings that hold, those of tables where they are set."""
    settings = session.settings
    for name, key in KEYS.items():
        if below and below != (name,):
            continue
        named = session.env.get(key.env or "")
        origin = settings.origin((name,))
        if named:
            yield _row((name,), to_text((name,), named), f"env {key.env}")
        elif origin is not None:
            yield _row((name,), to_text((name,), settings.value((name,))), str(origin))
        else:
            yield _row((name,), key.default, "default")
    for name in TABLES:
        if below and below[0] != name:
            continue
        for entry in getattr(settings, name):
            for part in settings.value((name, entry)):
                path = (name, entry, part)
                if path[: len(below)] == below:
                    origin = settings.origin(path)
                    value = to_text(path, settings.value(path))
                    yield _row(path, value, str(origin))


def _row(path: Path, value: str | None, origin: str) -> Row:
    return {"key": dotted(path), "value": value, "origin": origin}


def short_home(session: Session, text: str) -> str:
    """Return a text with paths in it; on a terminal the home is `~`."""
    home = session.env.get("HOME")
    return text.replace(f"{home}/", "~/") if home and session.terminal else text


def _write(session: Session, output: Output, rows: list[Row], *, show_origin: bool) -> None:
    name = chosen_format(session, output)
    columns = [RecordColumn("key", "key"), RecordColumn("value", "value")]
    if show_origin:
        columns.append(RecordColumn("origin", "origin"))
    if show_origin and name == "table":  # the line must not be cut off: the folders stand below
        rows = [row | {"origin": _ORIGIN_FOLDER.sub(r"\1 ", str(row["origin"]))} for row in rows]
    write_records(rows, columns, name, session.stdout, record_options(session, output, None))
    if show_origin and name == "table":
        files = [f"{file.kind} {file.path}" for file in session.settings.files[::-1]]
        if files:
            session.say(short_home(session, " · ".join(files)))


def set_(
    session: Session,
    *,
    key: KeyArgument,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="Its value.")],
    project: ProjectOption = False,
    common: Common = Common(),  # noqa: B008 - a default that Typer never uses
) -> None:
    """Set a setting.

    Comments in the file stay. A value that means nothing is refused, and nothing is written.
    """
    del common
    path, found = _settable(key)
    made = from_text(path, found, value)
    if path == ("default_store",) or path[-1] == "address":
        made = whole_address(session, made)
    file, kind = target(session, project=project)
    edit_file(file, kind, lambda _: [(path, made)], checker(session, path, places=False))
    session.say(f"set {dotted(path)} in {file}")
    _say_overridden(session, path, kind)


def unset(
    session: Session,
    *,
    key: KeyArgument,
    project: ProjectOption = False,
    common: Common = Common(),  # noqa: B008 - a default that Typer never uses
) -> None:
    """Take a setting out of the file, or a whole entry such as `views.NAME`."""
    del common
    path = read_path(key)
    file, kind = target(session, project=project)

    def changes(text: str) -> list[Change]:
        place: Any = parse_file(file, kind, text.encode()).data
        for step in path:
            place = place.get(step) if isinstance(place, dict) else None
            if place is None:
                hint = "`auditctl config list --show-origin` says where settings are made"
                raise NotFoundError(f"'{dotted(path)}' is not set in {file}", hint=hint)
        return [(path, None)]

    edit_file(file, kind, changes)
    session.say(f"took {dotted(path)} out of {file}")


def edit(
    session: Session,
    *,
    project: ProjectOption = False,
    common: Common = Common(),  # noqa: B008 - a default that Typer never uses
) -> None:
    """Open the settings in your editor: $VISUAL, else $EDITOR.

    What you write is checked before it takes the place of the file.
    """
    del common
    file, kind = target(session, project=project)
    edit_settings(session, file, kind)


def target(session: Session, *, project: bool) -> tuple[pathlib.Path, Kind]:
    """Return the file to change; a project's is made in the working folder."""
    if not project:
        return session.paths.settings, "user"
    return session.project_file or pathlib.Path.cwd() / PROJECT_FILE, "project"


def _settable(key: str) -> tuple[Path, Key]:
    path = read_path(key)
    found = key_at(path)
    if found is None:
        raise UsageError(
            f"'{dotted(path)}' is no single setting",
            hint=f"such as `{path[0]}.{(*path, 'NAME')[1]}.{next(iter(TABLES[path[0]].keys))}`",
        )
    return path, found


def whole_address(session: Session, value: str) -> str:
    """Return the name of a store as it is, and of a file so that it is found from everywhere."""
    from auditctl.stores.opening import looks_like_file  # noqa: PLC0415 - only for stores

    if "://" in value or value in {"demo", "default"} or not looks_like_file(value):
        return value
    if "/" not in value and value in session.settings.stores:
        return value
    return os.path.abspath(os.path.expanduser(value))  # noqa: PTH100, PTH111 - text


def _say_overridden(session: Session, path: Path, kind: Kind) -> None:
    """Tell that what was just set does not hold here, and why."""
    key = KEYS.get(path[0])
    if key is not None and key.env and session.env.get(key.env):
        session.say(f"note: {key.env} comes before it")
    elif kind == "user" and session.project_file is not None:
        owner = session.settings.owner(path)
        if owner is not None and owner.kind == "project":
            session.say(f"note: {owner.path} comes before it")


command = command_group(
    "config",
    "Show and change settings.",
    {
        "path": (path_, (("where your settings are", "config path"),)),
        "list": (
            list_,
            (
                ("all settings that hold, and who says so", "config list --show-origin"),
                ("the views", "config list views"),
            ),
        ),
        "get": (
            get,
            (("the zone of times, and where it is set", "config get timezone --show-origin"),),
        ),
        "set": (
            set_,
            (
                ("show times as in Berlin", "config set timezone Europe/Berlin"),
                ("a view, and what it shows", "config set views.brief.columns time,action,actor"),
                ("for all who work on a project", "config set timezone UTC --project"),
            ),
        ),
        "unset": (unset, (("go back to the default", "config unset timezone"),)),
        "edit": (edit, (("change them by hand", "config edit"),)),
    },
)
