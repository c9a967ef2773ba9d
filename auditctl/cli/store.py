"""``auditctl store``: name stores and choose the default."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from auditctl.cli.choices import chosen_format
from auditctl.cli.command import command_group
from auditctl.cli.options import Common, Output
from auditctl.cli.printing import record_options
from auditctl.cli.session import Session  # noqa: TC001 - Typer reads the annotations
from auditctl.config.editing import add_store, remove_store, use_store
from auditctl.config.settings import NamedStore
from auditctl.errors import NotFoundError, UsageError
from auditctl.formats.records import RecordColumn, write_records
from auditctl.stores.opening import Address, unknown_name

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The store's name.")]

_LIST_COLUMNS = (
    RecordColumn("default", ""),
    RecordColumn("name", "name"),
    RecordColumn("kind", "kind"),
    RecordColumn("address", "address"),
    RecordColumn("timezone", "zone"),
    RecordColumn("description", "description"),
)
_SHOW_COLUMNS = (RecordColumn("what", "what"), RecordColumn("value", "value"))


def list_(
    session: Session,
    *,
    common: Common = Common(),  # noqa: B008 - a default that Typer never uses
    output: Output = Output(),  # noqa: B008
) -> None:
    """List the stores that have names."""
    settings = session.settings
    default = session.address(common.store).name if _default_is_known(session, common) else None
    rows: list[dict[str, str | int | float | None]] = []
    named = [
        NamedStore(
            "default", str(session.paths.default_store), None, "your own, used unless named"
        ),
        NamedStore("demo", str(session.paths.demo_store), None, "an invented trail to try"),
        *settings.stores.values(),
    ]
    for store in named:
        kind = "demo" if store.name == "demo" else session.address_kind(store.address)
        rows.append(
            {
                "default": "*" if store.name == default else "",
                "name": store.name,
                "kind": kind,
                "address": store.address,
                "timezone": store.timezone or "",
                "description": store.description or "",
            }
        )
    name = chosen_format(session, output)
    write_records(rows, _LIST_COLUMNS, name, session.stdout, record_options(session, output, None))


def _default_is_known(session: Session, common: Common) -> bool:
    try:
        session.address(common.store)
    except NotFoundError:
        return False
    return True


def add(
    session: Session,
    *,
    name: NameArgument,
    address: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="A database file or a JSON Lines file.")
    ],
    common: Common = Common(),  # noqa: B008 - a default that Typer never uses
    tz: Annotated[
        str | None,
        typer.Option(
            "--tz", metavar="ZONE", help="Zone of times for this store.", show_default=False
        ),
    ] = None,
    description: Annotated[
        str | None,
        typer.Option("--description", metavar="TEXT", help="Your own words.", show_default=False),
    ] = None,
    use: Annotated[bool, typer.Option("--use", help="Make it the default as well.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a store of this name.")] = False,
) -> None:
    """Give a store a name.

    The file need not be there yet: `record` and `import` make it.
    """
    del common
    if tz is not None:
        session.zone(tz)
    if "://" in address:
        raise UsageError(
            f"auditctl has no stores of this kind: {address}",
            hint="name a database file or a JSON Lines file",
        )
    full = os.path.abspath(os.path.expanduser(address))  # noqa: PTH100, PTH111 - text
    add_store(
        session.paths.settings,
        NamedStore(name, full, tz, description),
        replace_existing=force,
    )
    session.say(f"added store '{name}' at {full}")
    if use:
        use_store(session.paths.settings, name)
        session.say(f"'{name}' is the default store now")


def use_(
    session: Session,
    *,
    name: NameArgument,
    common: Common = Common(),  # noqa: B008 - a default that Typer never uses
) -> None:
    """Make a store the default; `default` goes back to your own."""
    del common
    known = [*session.settings.stores, "demo", "default"]
    if name not in known:
        raise unknown_name(name, known)
    use_store(session.paths.settings, None if name == "default" else name)
    session.say(f"'{name}' is the default store now")


def remove(
    session: Session,
    *,
    name: NameArgument,
    common: Common = Common(),  # noqa: B008 - a default that Typer never uses
) -> None:
    """Forget a store's name; its events stay where they are."""
    del common
    kept = session.settings.stores.get(name)
    remove_store(session.paths.settings, name)
    session.say(f"forgot the name '{name}'; {kept.address if kept else 'the file'} was not touched")


def show(
    session: Session,
    *,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]", help="A store [default: the one in use].", show_default=False
        ),
    ] = None,
    common: Common = Common(),  # noqa: B008 - a default that Typer never uses
    output: Output = Output(),  # noqa: B008
) -> None:
    """Show where a store is and what it holds."""
    address = session.address(None if name == "default" else name or common.store)
    rows = [{"what": what, "value": value} for what, value in facts(session, address)]
    format_name = chosen_format(session, output)
    options = record_options(session, output, None)
    write_records(rows, _SHOW_COLUMNS, format_name, session.stdout, options)


def facts(session: Session, address: Address) -> list[tuple[str, str | int]]:
    """Return what is known of a store as (what, value) pairs."""
    from auditctl.cli.asking import open_existing  # noqa: PLC0415 - opens the store
    from auditctl.events.clock import format_ms  # noqa: PLC0415

    found: list[tuple[str, str | int]] = [("name", address.name), ("kind", address.kind)]
    found.append(("address", address.location))
    store = open_existing(session, address)
    if store is None:
        return [*found, ("events", 0)]
    info = store.info()
    found.extend([("events", info.events), ("organizations", info.organizations)])
    if info.first is not None and info.last is not None:
        found.extend([("first", format_ms(info.first)), ("last", format_ms(info.last))])
    for what, value in info.details.items():
        found.append((what, format_ms(value) if what == "created" else value))
    return found


command = command_group(
    "store",
    "Name stores and choose the default.",
    {
        "list": (list_, (("all stores; the default has a star", "store list"),)),
        "add": (
            add,
            (
                ("a name for a file, used from now on", "store add prod /srv/audit/trail.db --use"),
                ("with its own time zone", "store add berlin ./b.db --tz Europe/Berlin"),
            ),
        ),
        "use": (use_, (("work with another store", "store use prod"),)),
        "remove": (remove, (("forget a name", "store remove old"),)),
        "show": (show, (("the store in use", "store show"), ("the demo trail", "store show demo"))),
    },
)
