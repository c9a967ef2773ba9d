"""Makes the table of commands and options, and the scripts of ``completions/``.

    python -m auditctl.cli.completing.generate

Run it after a command, an option, a format or a column has changed; a test says when.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditctl.cli.completing.scripts import FILES, script
from auditctl.cli.completing.table import NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
SCRIPTS = HERE.parents[2] / "completions"
_LONGEST = 90  # characters of a summary; a list of candidates shows less


def table_text() -> str:
    """Return the table, made from the commands as they are."""
    from auditctl.cli.app import ALIASES, COMMANDS, CommandTable  # noqa: PLC0415 - Typer

    lines = [_line("list", *row) for row in _lists()]
    root = CommandTable(name="auditctl")
    lines.append(_line("option", "", "--help", "", "flag", "Explain the program."))
    lines.append(_line("option", "", "--version,-V", "", "flag", "Tell the version."))
    for name, entry in COMMANDS.items():
        lines.extend(_command(root.get_command(None, name), name, entry.summary))
    lines.extend(_line("command", alias, name, "") for alias, name in ALIASES.items())
    return "\n".join(lines) + "\n"


def _command(command: Any, path: str, summary: str) -> Iterator[str]:  # noqa: ANN401 - Click's types are private to Typer
    """Yield the lines of a command, and of all that are inside it."""
    context = command.context_class(command, info_name=path)
    yield _line("command", path, "", summary)
    for param in command.get_params(context):
        if getattr(param, "hidden", False):
            continue
        many = param.multiple or param.nargs != 1
        metavar = param.metavar or param.make_metavar(ctx=context)
        if param.param_type_name == "argument":
            yield _line("argument", path, metavar, "many" if many else "one")
            continue
        names = sorted([*param.opts, *param.secondary_opts], key=lambda name: -len(name))
        flag = param.is_flag or param.count
        takes = "flag" if flag else "one"
        if param.count or (many and not flag):
            takes = {"flag": "flags", "one": "many"}[takes]
        yield _line("option", path, ",".join(names), "" if flag else metavar, takes, _short(param))
    inside = command.list_commands(context) if hasattr(command, "list_commands") else ()
    for name in inside:
        inner = command.get_command(context, name)
        text = (inner.help or inner.short_help or "").strip().partition("\n")[0]
        yield from _command(inner, f"{path} {name}", text)


def _short(param: Any) -> str:  # noqa: ANN401 - as above
    """Return the help of an option without its default, in one short line."""
    text = " ".join((param.help or "").split()).partition(" [default")[0].rstrip(".")
    text = text.replace("`", "")
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"


def _lists() -> Iterator[tuple[str, str, str]]:
    """Yield (list, word, summary) of the words that options take."""
    from auditctl.cli.help import TOPICS  # noqa: PLC0415 - brings Typer
    from auditctl.formats.columns import ALIASES, CATALOGUE  # noqa: PLC0415 - as above
    from auditctl.formats.importers.reading import KINDS  # noqa: PLC0415 - as above
    from auditctl.formats.writer import FORMATS  # noqa: PLC0415 - as above

    for name, summary in FORMATS.items():
        yield "format", name, summary
    for name, column in CATALOGUE.items():
        yield "column", name, column.summary
    for name, meant in ALIASES.items():
        yield "column", name, CATALOGUE[meant].summary
    for name, summary in KINDS.items():
        yield "import", name, summary
    for name, (summary, _) in TOPICS.items():
        yield "topic", name, summary
    for name, summary in _setting_keys():
        yield "setting", name, summary


def _setting_keys() -> Iterator[tuple[str, str]]:
    """Yield the keys of the settings file; NAME stands for the name of a store, query or view."""
    from auditctl.config.keys import KEYS, TABLES  # noqa: PLC0415 - as above

    for key in (*KEYS.values(), *(key for table in TABLES.values() for key in table.keys.values())):
        yield key.name, key.summary


def _line(*cells: str) -> str:
    return "\t".join(" ".join(cell.split()) for cell in cells)


def main() -> None:
    """Write the table, and the scripts where this is the project's own folder."""
    (HERE / NAME).write_text(table_text(), encoding="utf-8")
    sys.stderr.write(f"wrote {HERE / NAME}\n")
    if SCRIPTS.is_dir():
        for shell, name in FILES.items():
            (SCRIPTS / name).write_text(script(shell), encoding="utf-8")
            sys.stderr.write(f"wrote {SCRIPTS / name}\n")


if __name__ == "__main__":
    main()
