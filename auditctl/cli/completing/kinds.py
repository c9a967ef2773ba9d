"""What the value of an option or argument is: the name of a store, an action, a file, ..."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditctl.cli.completing.table import Argument, Command, Option

# by the command and the name, where the name means something else than elsewhere
_BY_PLACE = {
    "record --actor": "actor.id",
    "record ACTION|-": "action",
    "store add NAME": "none",
    "store add ADDRESS": "file",
    "get ID": "id",
}

# by the group and the name of an argument
_BY_GROUP = {
    "store NAME": "store-name",
    "query NAME": "saved",
    "view NAME": "view",
    "config KEY": "setting",
}

_BY_OPTION = {
    "--action": "action",
    "--actor": "actor",
    "--actor-type": "actor.type",
    "--target": "target",
    "--location": "location",
    "--agent": "agent",
    "--org": "org",
    "--meta": "metadata",
    "--actor-meta": "actor.metadata",
    "--store": "store",
    "--columns": "columns",
    "--by": "fields",
    "--output": "format",
    "--from": "import",
    "--tz": "zone",
    "--since": "time",
    "--until": "time",
    "--at": "time",
    "--on": "day",
    "--every": "step",
    "--limit": "limit",
    "--saved": "saved",
    "--view": "view",
    "--color": "always|auto|never",
}

_BY_METAVAR = {
    "QUERY": "query",
    "STORE": "store",
    "FILE": "file",
    "PATH": "file",
    "FOLDER": "folder",
    "DIR": "folder",
    "ZONE": "zone",
    "TIME": "time",
    "DAY": "day",
    "DURATION": "length",
    "STEP": "step",
    "FORMAT": "format",
    "FIELD,": "fields",
    "TOPIC": "topic",
    "SHELL": "shell",
    "KEY": "setting",
    "SETTING": "setting",
    "VIEW": "view",
    "ID": "id",
}


def kind_of_option(command: Command, option: Option) -> str:
    """Return what the value of an option is; ``none`` where nothing can be suggested."""
    for name in option.names:
        kind = _BY_PLACE.get(f"{command.path} {name}") or _BY_OPTION.get(name)
        if kind == "columns" and not _writes_events(command):
            return "none"  # other records have columns of their own
        if kind is not None:
            return kind
    return _by_metavar(option.metavar)


def kind_of_argument(command: Command, argument: Argument) -> str:
    """Return what a word at an argument's place is."""
    name = _plain(argument.metavar)
    group = command.path.partition(" ")[0]
    kind = _BY_PLACE.get(f"{command.path} {name}") or _BY_GROUP.get(f"{group} {name}")
    return kind or _by_metavar(argument.metavar)


def takes_query(command: Command) -> bool:
    """Tell whether words of a command are parts of a query."""
    return any(kind_of_argument(command, one) == "query" for one in command.arguments)


def _writes_events(command: Command) -> bool:
    return command.path == "get" or (takes_query(command) and command.option("--by") is None)


def _by_metavar(metavar: str) -> str:
    name = _plain(metavar)
    if "|" in name and name.replace("|", "").replace("-", "").isalnum() and name.islower():
        return name  # the values themselves: skip|stop
    return _BY_METAVAR.get(name, "none")


def _plain(metavar: str) -> str:
    """Return a metavar without what says that it may be absent or repeated."""
    return metavar.replace("[", "").replace("]", "").replace("...", "")
