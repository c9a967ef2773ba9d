"""The settings: the user's file and the project's, joined.

.. code-block:: toml

    default_store = "prod"
    timezone = "Europe/Berlin"

    [stores.prod]
    address = "/srv/audit/trail.db"

    [queries.failures]
    query = "action:*.failed"
    since = "24h"

    [views.brief]
    columns = ["time", "action", "actor"]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from auditctl.config.checking import check_file
from auditctl.config.files import SettingsFile, read_file
from auditctl.config.keys import FILTERS, TABLES

if TYPE_CHECKING:
    from pathlib import Path

    from auditctl.config.lines import Place


class NamedStore(NamedTuple):
    """A store that the user gave a name.

    Attributes:
        name: What ``--store`` takes.
        address: A file, relative to nothing: it is stored as an absolute path.
        timezone: Zone of shown and given times for this store; None is the user's.
        description: The user's own words.
    """

    name: str
    address: str
    timezone: str | None = None
    description: str | None = None


class SavedQuery(NamedTuple):
    """A query that has a name: what the options of ``list`` would say, as typed.

    Attributes:
        name: What ``--saved`` takes.
        query: Conditions in the query language.
        filters: The values of the filter options, by the option's name with ``_`` for ``-``.
        since: As ``--since``; a relative time stays relative.
        until: As ``--until``.
        on: As ``--on``.
        timezone: As ``--tz``.
        store: As ``--store``.
        view: As ``--view``.
        description: The user's own words.
    """

    name: str
    query: str | None = None
    filters: dict[str, list[str]] = {}  # noqa: RUF012 - never changed
    since: str | None = None
    until: str | None = None
    on: str | None = None
    timezone: str | None = None
    store: str | None = None
    view: str | None = None
    description: str | None = None


class View(NamedTuple):
    """A way to look at events that has a name.

    Attributes:
        name: What ``--view`` takes.
        columns: As ``-c``; empty for the format's own.
        output: As ``-o``.
        template: As ``--format``.
        timezone: As ``--tz``.
        relative: As ``--relative``; None where the view says nothing of it.
        description: The user's own words.
    """

    name: str
    columns: tuple[str, ...] = ()
    output: str | None = None
    template: str | None = None
    timezone: str | None = None
    relative: bool | None = None
    description: str | None = None


class Origin(NamedTuple):
    """Where a setting was made.

    Attributes:
        kind: ``user`` or ``project``.
        path: The file.
        line: The line in it, or None.
    """

    kind: str
    path: Path
    line: int | None

    def __str__(self) -> str:
        return f"{self.kind} {self.path}" + (f":{self.line}" if self.line else "")


class Settings(NamedTuple):
    """What the settings files say together: of each key the project's word, else the user's.

    A saved query or view is taken whole from one of the files.
    """

    default_store: str | None = None
    stores: dict[str, NamedStore] = {}  # noqa: RUF012 - never changed
    output: str | None = None
    timezone: str | None = None
    view: str | None = None
    relative: bool | None = None
    pager: str | None = None
    queries: dict[str, SavedQuery] = {}  # noqa: RUF012 - never changed
    views: dict[str, View] = {}  # noqa: RUF012 - never changed
    files: tuple[SettingsFile, ...] = ()

    def owner(self, place: Place) -> SettingsFile | None:
        """Return the file whose word holds for a key; None where no file sets it."""
        for file in self.files:
            found: Any = file.data
            # an entry of a table is one whole: its file answers also for the keys that it lacks
            for step in place[:2] if place[0] in TABLES else place[:1]:
                found = found.get(step)
                if found is None:
                    break
            else:
                return file
        return None

    def value(self, place: tuple[str, ...]) -> Any:  # noqa: ANN401 - text, words or a switch
        """Return what the files say of a key or table, as it stands there; None for nothing."""
        file = self.owner(place)
        found: Any = file.data if file else None
        for step in place:
            found = found.get(step) if isinstance(found, dict) else None
        return found

    def origin(self, place: Place) -> Origin | None:
        """Return where a key is set; None where no file sets it."""
        file = self.owner(place)
        return Origin(file.kind, file.path, file.line(place)) if file else None

    def where(self, place: Place) -> str:
        """Return ``FILE, line N: 'KEY'`` for a key, to begin a message with."""
        from auditctl.config.keys import dotted  # noqa: PLC0415 - for errors

        file = self.owner(place)
        return f"{file.where(place)}: '{dotted(place)}'" if file else f"'{dotted(place)}'"


def read_settings(path: Path, project: Path | None = None) -> Settings:
    """Return the settings of the user's file and of a project's; an absent file says nothing.

    Args:
        path: The user's file.
        project: The project's file, or None.

    Raises:
        ConfigError: A file cannot be read, or has a key or value that is not known. The message
            names the file and, where it can be told, the line.
    """
    found = [read_file(project, "project")] if project else []
    found.append(read_file(path, "user"))
    return join(*[file for file in found if file is not None])


def join(*files: SettingsFile) -> Settings:
    """Return what files say together, the first before the others.

    Raises:
        ConfigError: A file has what it may not have.
    """
    for file in files:
        check_file(file)
    plain: dict[str, Any] = {}
    tables: dict[str, dict[str, Any]] = {name: {} for name in TABLES}
    for file in reversed(files):
        for name, value in file.data.items():
            if name in TABLES:
                tables[name].update(value)
            else:
                plain[name] = value
    return Settings(
        **plain,
        stores={name: NamedStore(name, **table) for name, table in tables["stores"].items()},
        queries={name: _query(name, table) for name, table in tables["queries"].items()},
        views={name: _view(name, table) for name, table in tables["views"].items()},
        files=files,
    )


def _query(name: str, table: dict[str, Any]) -> SavedQuery:
    rest = {key: value for key, value in table.items() if key not in FILTERS}
    filters = {key: _listed(table[key]) for key in FILTERS if key in table}
    return SavedQuery(name, filters=filters, **rest)


def _view(name: str, table: dict[str, Any]) -> View:
    rest = {key: value for key, value in table.items() if key != "columns"}
    names = [part for text in _listed(table.get("columns", [])) for part in text.split(",")]
    return View(name, tuple(part.strip() for part in names if part.strip()), **rest)


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
