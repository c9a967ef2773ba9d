"""The text of ``auditctl help configuration``, from the table of settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditctl.config.keys import KEYS, TABLES

if TYPE_CHECKING:
    from auditctl.config.files import Kind
    from auditctl.config.keys import Key

_FILES = """\
Settings

Two files in TOML hold settings:

  config.toml     your own; `auditctl config path` says where
  .auditctl.toml  the project's: in the working folder or the nearest folder
                  above it, up to your home

`auditctl config list --show-origin` shows what holds, and who says so;
`config set`, `config unset` and `config edit` change your own file, with
--project that of the project. A key or value that is not known is an error
that names file and line."""

_ORDER = """\
What comes before what

  1. an option on the command line
  2. a variable of the environment
  3. the view that --view names, else the saved query, AUDITCTL_VIEW or `view`
  4. the zone of a named store
  5. the project's file
  6. your own file
  7. the default

Each value is looked up by itself: a view without a zone leaves the zone to
what stands below it. A saved query or a view that both files have is the
project's, whole."""

_VIEWS = """\
Columns and template of a view are for events; stats and other lists take its
output, zone and `relative`. Where --view does not name it, a view takes no
columns away from what programs read: -o json, jsonl, csv, tsv and lines stay
whole, and export asks for --view itself."""

_QUERIES = """\
`auditctl query save` writes a saved query, `query run NAME` lists what it
finds, and list, tail, stats and export take it with --saved NAME. Conditions
on the command line are added to it; times, store and view there come before
its own. The environment does not: a query that names a store means that store."""

_PROJECT = """\
A project's file comes with the project, from whoever wrote it. It may hold no
store addresses, no credentials and no program to run, may name stores only by
the names that you gave them, and its queries may not read files with @FILE."""

_EXAMPLE = """\
An example

  default_store = "prod"
  timezone = "Europe/Berlin"
  view = "brief"

  [stores.prod]
  address = "/srv/audit/trail.db"

  [queries.failures]
  query = "action:*.failed -actor.type:system"
  since = "24h"

  [views.brief]
  columns = ["time", "actor", "action", "target"]"""


def configuration_topic() -> str:
    """Return the text of the topic."""
    lines = [_FILES, "", "Settings of their own", ""]
    for key in KEYS.values():
        lines.extend(_entry(key.name, key.summary, _details(key)))
    for name, table in TABLES.items():
        only = "" if table.project else " (your own file only)"
        lines.extend(["", f"[{name}.NAME]: {table.summary}{only}", ""])
        for key in table.keys.values():
            lines.extend(_entry(key.name.rpartition(".")[2], key.summary, ""))
    for text in (_ORDER, _VIEWS, _QUERIES, _PROJECT, _EXAMPLE):
        lines.extend(["", text])
    return "\n".join(lines)


def _entry(name: str, summary: str, details: str) -> list[str]:
    from textwrap import wrap  # noqa: PLC0415 - only for help

    indent = " " * 17
    lines = wrap(summary, 78, initial_indent=f"  {name:<14} ", subsequent_indent=indent)
    return lines + wrap(details, 78, initial_indent=indent, subsequent_indent=f"{indent} ")


def _details(key: Key) -> str:
    parts = [f"default: {key.otherwise}"]
    if key.env:
        parts.append(f"variable: {key.env}")
    if not key.project:
        parts.append("your own file only")
    return f"[{'; '.join(parts)}]"


def first_text(kind: Kind) -> str:
    """Return what an editor is given where there is no file yet: every setting, commented out."""
    whose = "Settings of auditctl" if kind == "user" else "Settings of auditctl in this project"
    lines = [f"# {whose}; see `auditctl help configuration`.", ""]
    for name, key in KEYS.items():
        if kind == "user" or key.project:
            example = "false" if key.kind == "switch" else '"..."'
            lines.extend([f"# {key.summary} (default: {key.otherwise})", f"# {name} = {example}"])
    for name, table in TABLES.items():
        if kind == "user" or table.project:
            lines.extend(["", f"# {table.summary}", f"# [{name}.NAME]"])
            for part, key in table.keys.items():
                example = "true" if key.kind == "switch" else '"..."'
                lines.append(f"# {part} = {example}  # {key.summary}")
    return "\n".join([*lines, ""])
