"""``auditctl help TOPIC``: what does not fit the help of one command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from auditctl.cli.command import command
from auditctl.cli.options import Common
from auditctl.cli.session import Session  # noqa: TC001 - Typer reads the annotations
from auditctl.errors import AuditctlError, ExitCode, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLES = (("the query language", "help query"), ("how times are written", "help time"))

ENVIRONMENT = {
    "AUDITCTL_STORE": "the store, where --store is not given",
    "AUDITCTL_OUTPUT": "the format, where -o is not given",
    "AUDITCTL_TZ": "the zone of times, where --tz is not given",
    "AUDITCTL_PAGER, PAGER": "what long output on a terminal goes through; `off` for nothing",
    "LESS": "options of the pager less [default: FRX]",
    "AUDITCTL_VIEW": "the view, where --view is not given",
    "VISUAL, EDITOR": "the editor of `config edit`",
    "AUDITCTL_CONFIG_DIR": "the folder of config.toml",
    "AUDITCTL_DATA_DIR": "the folder of the default and the demo store",
    "XDG_CONFIG_HOME, XDG_DATA_HOME": "the same, for all programs",
    "TZ": "the zone of times, where nothing else names one",
    "COLUMNS": "the width of tables",
    "TERM=dumb": "no colour, no pager",
    "NO_COLOR": "no colour, if it has a value",
    "FORCE_COLOR, CLICOLOR_FORCE": "colour also in a pipe",
    "CLICOLOR=0": "no colour",
}

_EXITS = {
    ExitCode.OK: "done, also when nothing matched or the reader closed the pipe",
    ExitCode.FAILURE: "failed; also: some records of an import could not be stored",
    ExitCode.USAGE: "the command line, a query, a time or a setting is wrong",
    ExitCode.CHECK: "a check said no: --fail-on-match, --fail-on-empty, doctor",
    ExitCode.ACCESS: "not authenticated, or not allowed",
    ExitCode.NOT_FOUND: "a store or an event that was named does not exist",
    ExitCode.UNAVAILABLE: "the store is busy or cannot be reached; try again later",
    ExitCode.INCOMPLETE: "the answer lacks something; standard error says what",
    ExitCode.INTERRUPTED: "ended by Ctrl-C",
    ExitCode.TERMINATED: "ended by SIGTERM",
}


def run(
    session: Session,
    *,
    topic: Annotated[
        str | None,
        typer.Argument(metavar="[TOPIC]", help="A topic or a command.", show_default=False),
    ] = None,
    common: Common = Common(),  # noqa: B008 - a default that Typer never uses
) -> None:
    """Explain a topic: query, time, formats, configuration, exit-codes, errors, environment."""
    del common
    if topic is None:
        lines = ["Topics of `auditctl help`:", ""]
        lines.extend(f"  {name:<14} {summary}" for name, (summary, _) in TOPICS.items())
        text = "\n".join([*lines, "", "`auditctl COMMAND --help` explains a command.", ""])
    elif topic in TOPICS:
        text = TOPICS[topic][1]().rstrip("\n") + "\n"
    else:
        _command_help(session, topic)
        return
    session.stdout.write(text.encode())


def _command_help(session: Session, topic: str) -> None:
    from auditctl.cli.app import ALIASES, COMMANDS, run_command  # noqa: PLC0415 - they know us

    if ALIASES.get(topic, topic) in COMMANDS:
        run_command([topic, "--help"], session)
        return
    from auditctl.closeness import closest  # noqa: PLC0415 - only for an error

    close = closest(topic, [*TOPICS, *COMMANDS])
    hint = f"did you mean `auditctl help {close[0]}`?" if close else f"topics: {', '.join(TOPICS)}"
    raise NotFoundError(f"there is no topic '{topic}'", hint=hint)


def _query() -> str:
    from auditctl.query.help import query_topic  # noqa: PLC0415 - one topic a run

    return query_topic()


def _time() -> str:
    from auditctl.events.time_help import time_topic  # noqa: PLC0415 - one topic a run

    return time_topic()


def _formats() -> str:
    from auditctl.formats.help import formats_topic  # noqa: PLC0415 - one topic a run

    return formats_topic()


def _configuration() -> str:
    from auditctl.config.help import configuration_topic  # noqa: PLC0415 - one topic a run

    return configuration_topic()


def exit_codes_topic() -> str:
    """Return the text of ``auditctl help exit-codes``."""
    lines = ["What the exit code says", ""]
    lines.extend(f"  {code.value:>3}  {text}" for code, text in _EXITS.items())
    return "\n".join([*lines, "", "`auditctl help errors` lists what can go wrong."])


def errors_topic() -> str:
    """Return the text of ``auditctl help errors``, made from the errors themselves."""
    lines = [
        "Errors: their code, exit code and meaning",
        "",
        *[f"  {cls.code:<13} {cls.exit_code.value}  {_meaning(cls)}" for cls in error_types()],
        "",
        "With -o json or -o jsonl an error is one JSON object on one line of standard error:",
        "",
        '  {"error":{"code":"query","message":"...","hint":"...","exit_code":2,"query":"actr:x",',
        '            "start":0,"end":4}}',
        "",
        "  hint      what to do next, or null",
        "  query     code query only: the query, and the fault as [start, end) in characters",
        '  missing   code incomplete only: [{"since":...,"until":...,"reason":"..."}]; in UTC,',
        "            null where the end is open",
        "",
        'Notes and footers then are lines {"note":"..."} and warnings {"warning":"..."}, unless',
        "standard error is a terminal. Credentials are masked in all of them.",
    ]
    return "\n".join(lines)


def error_types() -> list[type[AuditctlError]]:
    """Return the types of errors, each behind the one that it is a kind of."""
    found: list[type[AuditctlError]] = []

    def add(cls: type[AuditctlError]) -> None:
        found.append(cls)
        for kind in cls.__subclasses__():
            if kind.__module__ == AuditctlError.__module__:
                add(kind)

    add(AuditctlError)
    return found


def _meaning(cls: type[AuditctlError]) -> str:
    text = (cls.__doc__ or "").partition("\n")[0].rstrip(".")
    return text[:1].lower() + text[1:]


def environment_topic() -> str:
    """Return the text of ``auditctl help environment``."""
    lines = ["Environment variables", ""]
    lines.extend(f"  {name:<30}  {text}" for name, text in ENVIRONMENT.items())
    return "\n".join(
        [*lines, "", "Options come before the environment, and the environment before settings."]
    )


TOPICS: dict[str, tuple[str, Callable[[], str]]] = {
    "query": ("the query language and its fields", _query),
    "time": ("how times, ranges and steps are written", _time),
    "formats": ("output formats and columns", _formats),
    "configuration": ("settings, views, saved queries, project files", _configuration),
    "exit-codes": ("what the exit code says", exit_codes_topic),
    "errors": ("what can go wrong, also as JSON", errors_topic),
    "environment": ("variables that auditctl reads", environment_topic),
}

command = command(run, name="help", examples=EXAMPLES)
