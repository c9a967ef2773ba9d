"""How a function becomes a command: shared groups of options, and help that opens with examples.

A command is a plain function. Its first parameter is the session; parameters whose type is a
group of ``options.py`` stand for all the options of that group.
"""

from __future__ import annotations

import inspect
from functools import wraps
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup

from auditctl.cli.options import Group
from auditctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from auditctl.cli.session import Session

# their output is watched as it comes, or is for another program
_UNPAGED = frozenset({"tail", "record", "import", "completion", "doctor"})
_PANELS = ("Arguments", "Options", "Filter", "Range", "Output", "General")


class Command(TyperCommand):
    """A command whose help opens with examples."""

    examples: Sequence[tuple[str, str]] = ()

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - Click's types are private to Typer
        """Write summary, examples, usage, text and options, in that order."""
        summary, _, rest = inspect.cleandoc(self.help or "").partition("\n\n")
        formatter.write(f"{summary}\n\nExamples:\n")
        for comment, line in self.examples:
            formatter.write(f"  # {comment}\n  auditctl {line}\n")
        formatter.write("\n")
        self.format_usage(ctx, formatter)
        if rest:
            formatter.write(f"\n{rest}\n")
        self._format_panels(ctx, formatter)

    def get_help_option(self, ctx: Any) -> Any:  # noqa: ANN401 - as above
        """Return ``--help``."""
        return to_session(super().get_help_option(ctx))

    def _format_panels(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - as above
        panels: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is None:
                continue
            panel = getattr(param, "rich_help_panel", None)
            default = "Arguments" if param.param_type_name == "argument" else "Options"
            panel = "General" if param.name == "help" else panel or default
            panels.setdefault(panel, []).append(record)
        for name in _PANELS:
            if name in panels:
                with formatter.section(name):
                    formatter.write_dl(panels[name])


class CommandGroup(TyperGroup):
    """A group of commands that says which one was meant."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - Click's types are private to Typer
        """Find the command, or say which was meant.

        Raises:
            UsageError: There is none of this name.
        """
        name = args[0]
        if name.startswith("-") or self.get_command(ctx, name) is not None:
            return super().resolve_command(ctx, args)
        from auditctl.closeness import closest  # noqa: PLC0415 - only for an error

        path = ctx.command_path
        close = closest(name, self.known(ctx))
        hint = f"did you mean `{path} {close[0]}`?" if close else f"see `{path} --help`"
        inner = f"{path} {name}".partition(" ")[2]
        raise UsageError(f"there is no command '{inner}'", hint=hint)

    def known(self, ctx: Any) -> list[str]:  # noqa: ANN401 - as above
        """Return what a command may be called."""
        return self.list_commands(ctx)

    def get_help_option(self, ctx: Any) -> Any:  # noqa: ANN401 - as above
        """Return ``--help``."""
        return to_session(super().get_help_option(ctx))


def to_session(option: Any) -> Any:  # noqa: ANN401 - Click's types are private to Typer
    """Let ``--help`` write to the session's stdout; Typer would write to ``sys.stdout``."""

    def show(ctx: Any, _: object, wanted: bool) -> None:  # noqa: ANN401, FBT001 - as Click calls it
        if wanted and not ctx.resilient_parsing:
            ctx.obj.stdout.write(ctx.get_help().encode() + b"\n")
            ctx.exit()

    if option is not None:
        option.callback = show
    return option


def command(
    function: Callable[..., None], *, name: str, examples: Sequence[tuple[str, str]]
) -> Any:  # noqa: ANN401 - Click's command type is private to Typer
    """Return a function as a command.

    Args:
        function: Called with the session and the parsed options.
        name: What it is called by.
        examples: (comment, command line without the program) pairs for its help.
    """
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(name, cls=Command, context_settings={"max_content_width": 100})(_flat(function))
    made = typer.main.get_command(app)
    made.examples = examples  # type: ignore[attr-defined]
    return made


Examples = tuple[tuple[str, str], ...]


class NamedGroup(CommandGroup):
    """A command of commands, such as ``auditctl store``, whose help opens with examples."""

    summary = ""
    examples: Sequence[tuple[str, str]] = ()
    summaries: Mapping[str, str] = {}

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - as above
        """Write summary and examples first, then the commands."""
        del ctx
        formatter.write(f"{self.summary}\n\nExamples:\n")
        for comment, line in self.examples:
            formatter.write(f"  # {comment}\n  auditctl {line}\n")
        formatter.write(f"\nUsage: auditctl {self.name} COMMAND [OPTIONS]\n\nCommands:\n")
        for name, summary in self.summaries.items():
            formatter.write(f"  {name:<7} {summary}\n")


def command_group(
    name: str, summary: str, commands: Mapping[str, tuple[Callable[..., None], Examples]]
) -> NamedGroup:
    """Return functions as the commands of a group.

    Args:
        name: What the group is called by.
        summary: What it is for, in a line.
        commands: By name, the function of each and the examples for its help.
    """
    group = NamedGroup(
        name=name,
        no_args_is_help=True,
        rich_markup_mode=None,
        commands={
            key: command(function, name=key, examples=examples)
            for key, (function, examples) in commands.items()
        },
    )
    group.summary = summary
    group.examples = [pair for _, examples in commands.values() for pair in examples]
    group.summaries = {
        key: (function.__doc__ or "").partition("\n")[0].rstrip(".")
        for key, (function, _) in commands.items()
    }
    return group


def _flat(function: Callable[..., None]) -> Callable[..., None]:
    """Return the function with each group of options spread into single parameters."""
    signature = inspect.signature(function, eval_str=True)
    session_name, *names = signature.parameters
    groups: dict[str, type[Group]] = {}
    flat = [inspect.Parameter("ctx", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)]
    for name in names:
        parameter = signature.parameters[name]
        if isinstance(parameter.annotation, type) and issubclass(parameter.annotation, Group):
            groups[name] = parameter.annotation
            flat.extend(_parameters(parameter.annotation))
        else:
            flat.append(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY))

    @wraps(function)
    def call(ctx: typer.Context, **given: Any) -> None:  # noqa: ANN401 - whatever the options are
        session: Session = ctx.obj
        for name, group in groups.items():
            parts = {part: given.pop(part) for part in inspect.get_annotations(group)}
            given[name] = group(**parts)
            if name == "common":
                session.quiet = given[name].quiet
                session.debug = session.debug or given[name].debug
                session.paged = session.paged and not given[name].no_pager
            if name == "output":
                session.shows, session.asked_view = True, given[name].view
        session.paged = session.paged and ctx.info_name not in _UNPAGED
        function(**{session_name: session}, **given)

    call.__signature__ = inspect.Signature(flat)  # type: ignore[attr-defined]
    call.__annotations__ = {parameter.name: parameter.annotation for parameter in flat}
    del call.__wrapped__
    return call


def _parameters(group: type[Group]) -> list[inspect.Parameter]:
    return [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=getattr(group, name), annotation=hint
        )
        for name, hint in inspect.get_annotations(group).items()
    ]
