"""The command table: name -> module, loaded when the command is called.

``auditctl --help`` lists the table without importing any command.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from typer.exceptions import Abort, Exit, TyperException

from auditctl import __version__
from auditctl.cli.command import CommandGroup
from auditctl.errors import AuditctlError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditctl.cli.session import Session


class Entry(NamedTuple):
    """One command: the module that has it as ``command``, and what it does in a line."""

    module: str
    summary: str
    section: str


_READ, _WRITE, _KEEP = "Read", "Write", "Keep"
COMMANDS = {
    "list": Entry("list", "Search the trail, newest first", _READ),
    "get": Entry("get", "Show one event in full", _READ),
    "tail": Entry("tail", "Show recent events, then new ones as they come", _READ),
    "stats": Entry("stats", "Count events by action, actor, time, ...", _READ),
    "export": Entry("export", "Write matching events to a file, all or nothing", _READ),
    "actions": Entry("actions", "List the actions of the trail, with counts", _READ),
    "actors": Entry("actors", "List the actors of the trail, with counts", _READ),
    "record": Entry("record", "Store one event, or many from standard input", _WRITE),
    "import": Entry("import_", "Store a trail that was written elsewhere", _WRITE),
    "store": Entry("store", "Name stores and choose the default", _KEEP),
    "query": Entry("query", "Keep queries under a name", _KEEP),
    "config": Entry("config", "Show and change settings", _KEEP),
    "doctor": Entry("doctor", "Check the installation and the store", _KEEP),
    "completion": Entry("completion", "Let your shell complete auditctl", _KEEP),
    "help": Entry("help", "Explain a topic: query, time, formats, ...", _KEEP),
}
ALIASES = {"ls": "list"}
_NEGATED = re.compile(r"-[a-z_]+(\.[\w.\"-]+)?:", re.ASCII)


class CommandTable(CommandGroup):
    """The group of all commands."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - as below  # type: ignore[override]
        """Return the names in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 - Click's command type is private to Typer
        """Import a command; None for an unknown name."""
        del ctx
        name = ALIASES.get(cmd_name, cmd_name)
        entry = COMMANDS.get(name)
        if entry is None:
            return None
        return import_module(f"auditctl.cli.{entry.module}").command

    def known(self, ctx: Any) -> list[str]:  # noqa: ANN401 - as above
        """Return the names in the order of the table, and the aliases."""
        return [*self.list_commands(ctx), *ALIASES]

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - as above
        """Write the help of the program."""
        del ctx
        formatter.write(
            "Read any audit trail: who did what, to what, when, from where.\n\n"
            "Examples:\n"
            "  auditctl list --store demo\n"
            "  auditctl list --action 'project.*' --since 24h\n"
            "  auditctl tail 'actor:jon@acme.com -action:session.*'\n"
            "  auditctl stats --by action,actor.id --since 7d\n"
            "  auditctl import --from cloudtrail logs/*.json.gz\n\n"
            "Usage: auditctl COMMAND [OPTIONS]\n"
        )
        for section in (_READ, _WRITE, _KEEP):
            formatter.write(f"\n{section}:\n")
            for name, entry in COMMANDS.items():
                if entry.section == section:
                    formatter.write(f"  {name:<10} {entry.summary}\n")
        formatter.write(
            "\nEvery command takes --help, --store, --quiet and --debug.\n"
            "`auditctl help` lists the topics; `auditctl --version` tells the version.\n"
        )


def run_command(arguments: Sequence[str], session: Session) -> None:
    """Parse a command line and run its command.

    Raises:
        AuditctlError: Whatever goes wrong.
    """
    if arguments and arguments[0] in ("--version", "-V"):
        session.stdout.write(f"auditctl {__version__}\n".encode())
        return
    table = CommandTable(name="auditctl", no_args_is_help=True, rich_markup_mode=None)
    words = _prepared(arguments, session)
    try:
        with table.make_context("auditctl", words, obj=session) as ctx:
            table.invoke(ctx)
    except Exit as end:
        session.exit_code = session.exit_code or end.exit_code
    except Abort as error:
        raise KeyboardInterrupt from error
    except TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            session.stdout.write(error.format_message().encode() + b"\n")
            return
        raise _usage(error, words) from error


def _prepared(arguments: Sequence[str], session: Session) -> list[str]:
    """Bring the words into the form that the parser of options takes.

    ``-action:x`` is a negated condition, not the options ``-a -c ...``; ``-h`` is ``--help``;
    ``--debug`` and ``--no-pager`` hold from the first moment.
    """
    words: list[str] = []
    for place, word in enumerate(arguments):
        if word == "--":
            words.extend(arguments[place:])
            break
        if word == "--debug":
            session.debug = True
        if word == "--no-pager":
            session.paged = False
        if word == "-h":
            words.append("--help")
        elif _NEGATED.match(word):
            words.append(f"NOT {word[1:]}")
        else:
            words.append(word)
    return words


def _usage(error: TyperException, words: Sequence[str]) -> AuditctlError:
    """Turn what the parser of options says into an error of ours."""
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoSuchOption" and context is not None:
        return _unknown_option(getattr(error, "option_name", ""), context)
    message = error.format_message().rstrip(".")
    path = getattr(context, "command_path", None)
    if path is None:
        path = " ".join(["auditctl", *[word for word in words[:1] if not word.startswith("-")]])
    hint = f"see `{path} --help`"
    if path == "auditctl":
        hint = "options stand behind the command: `auditctl COMMAND --option`"
    return UsageError(message[:1].lower() + message[1:], hint=hint)


def _unknown_option(name: str, context: Any) -> AuditctlError:  # noqa: ANN401 - as above
    from auditctl.closeness import closest  # noqa: PLC0415 - only for an error

    path = context.command_path
    options = [word for param in context.command.get_params(context) for word in param.opts]
    close = closest(name, [word for word in options if word.startswith("--")])
    hint = f"see `{path} --help`"
    if close:
        hint = f"did you mean `{close[0]}`?"
    elif path == "auditctl":
        hint = "options stand behind the command: `auditctl COMMAND --option`"
    return UsageError(f"there is no option '{name}'", hint=hint)
