"""Columns for people where nothing has to fit a line: names with their ids, and every target."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from auditctl.formats.column_names import resolve
from auditctl.formats.columns import Column, Fields, Style, as_text
from auditctl.formats.times import zone_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditctl.formats.writer import OutputOptions


def whole_columns(names: Sequence[str]) -> list[Column]:
    """Return columns by name; ``target`` tells type, name and id of all targets.

    Raises:
        UsageError: A name is neither a column nor a field.
    """
    return [
        replace(column, cell=_all_targets) if column.name == "target" else column
        for column in resolve(names)
    ]


def whole_style(options: OutputOptions) -> Style:
    """Return how the cells of these columns are written."""
    return Style(human=True, detail=True, zone=options.zone)


def titles(columns: Sequence[Column], options: OutputOptions) -> list[str]:
    """Return the headings: the first time names the zone, which all of them are in."""
    names = [column.title for column in columns]
    for place, column in enumerate(columns):
        if column.time:
            names[place] = f"{column.title} {zone_name(options.zone)}"
            break
    return names


def _all_targets(fields: Fields, _: Style) -> str:
    return ", ".join([_target(target) for target in fields.get("targets") or []])


def _target(target: Fields) -> str:
    kind, name, identity = (as_text(target.get(key)) for key in ("type", "name", "id"))
    return f"{kind} {name} ({identity})" if name and name != identity else f"{kind} {identity}"
