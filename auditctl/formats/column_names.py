"""From what ``-c`` or a template names to a column.

A column is one of the catalogue or any field of the query language (``actor.email``,
``metadata.region``, ``source.eventName``).
"""

from collections.abc import Sequence
from dataclasses import replace

from auditctl.errors import UsageError
from auditctl.formats.columns import ALIASES, CATALOGUE, PLAIN, Column, Fields, Style


def resolve(names: Sequence[str]) -> list[Column]:
    """Return the columns that ``-c`` names, in its order.

    Args:
        names: Column names; each may also be a list with commas.

    Raises:
        UsageError: A name is neither a column nor a field, or no name is given.
    """
    asked = [name.strip() for text in names for name in text.split(",")]
    columns = [column_named(name) for name in asked if name]
    if not columns:
        raise UsageError("no column is named", hint=f"columns are: {_listing()}")
    return columns


def column_named(name: str) -> Column:
    """Return one column or field; its name may have commas in it.

    Raises:
        UsageError: The name is neither.
    """
    column = CATALOGUE.get(ALIASES.get(name, name))
    if column is None:
        return _field_column(name)
    if column.name == name:
        return column
    return replace(column, name=name)


def _field_column(name: str) -> Column:
    """Return the column of a field of the query language."""
    from auditctl.query import fields as catalogue  # noqa: PLC0415 - most columns are built in

    try:
        field, path = catalogue.lookup(name)
    except catalogue.UnknownFieldError as error:
        raise _unknown(name, error.reason) from error
    if not field.placeholder and ALIASES.get(field.name, field.name) in CATALOGUE:
        return replace(CATALOGUE[ALIASES.get(field.name, field.name)], name=name)

    def cell(event: Fields, _: Style) -> str:
        return ", ".join(
            [catalogue.text_of(one) for one in catalogue.values(event, field.name, path)]
        )

    def value(event: Fields) -> object:
        found = catalogue.values(event, field.name, path)
        return found[0] if len(found) == 1 else cell(event, PLAIN) if found else None

    return Column(name, name[:1].upper() + name[1:], cell, value)


def _listing() -> str:
    return ", ".join(
        [*CATALOGUE, "actor.metadata.KEY", "target.metadata.KEY", "metadata.KEY", "source.PATH"]
    )


def _unknown(name: str, reason: str) -> UsageError:
    from auditctl.closeness import closest  # noqa: PLC0415 - only on the way to an error
    from auditctl.query.fields import FIELDS  # noqa: PLC0415

    close = closest(name, [*CATALOGUE, *ALIASES, *FIELDS])
    if close and close[0] != name:
        reason = f"no column {name!r}; did you mean {close[0]!r}?"
    elif reason == f'no field "{name}"':
        reason = f"no column {name!r}"
    return UsageError(reason, hint=f"columns are: {_listing()}")
