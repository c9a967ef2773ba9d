"""The table of commands and options, as ``generate.py`` has written it.

A line is tab-separated. Its first cell says what it is::

    list   NAME   VALUE    SUMMARY           one of the words that an option takes, such as a format
    command  PATH   PLACE    SUMMARY           PATH: its words; PLACE: the path that it stands for
    argument PATH   METAVAR  one | many
    option   PATH   NAMES    METAVAR  TAKES  SUMMARY     TAKES: flag, one, many, or flags
"""

from __future__ import annotations

from typing import NamedTuple

NAME = "commands.tsv"


class Argument(NamedTuple):
    """A place for a word."""

    metavar: str
    many: bool


class Option(NamedTuple):
    """An option.

    Attributes:
        names: Its spellings, the long one first.
        metavar: What its value is called; empty for a flag.
        takes_value: Whether a value follows.
        repeatable: Whether it may be given more than once.
        summary: What it is for.
    """

    names: tuple[str, ...]
    metavar: str
    takes_value: bool
    repeatable: bool
    summary: str


class Command:
    """A command or a group of commands.

    Attributes:
        path: Its words: ``store add``; empty is the program.
        summary: What it does.
        children: The commands of a group by name.
        arguments: Its places for words.
        options: Its options.
    """

    def __init__(self, path: str, summary: str) -> None:
        self.path = path
        self.summary = summary
        self.children: dict[str, Command] = {}
        self.arguments: list[Argument] = []
        self.options: list[Option] = []

    def option(self, name: str) -> Option | None:
        """Return the option with this spelling."""
        for option in self.options:
            if name in option.names:
                return option
        return None


class Table:
    """All commands, and the words that options take.

    Args:
        text: The content of ``commands.tsv``.
    """

    def __init__(self, text: str) -> None:
        self.root = Command("", "")
        self.lists: dict[str, list[tuple[str, str]]] = {}
        commands = {"": self.root}
        for line in text.splitlines():
            kind, *cells = line.split("\t")
            if kind == "list":
                name, value, summary = cells
                self.lists.setdefault(name, []).append((value, summary))
            elif kind == "command":
                path, stands_for, summary = cells
                parent, _, name = path.rpartition(" ")
                made = commands[stands_for] if stands_for else Command(path, summary)
                commands[path] = commands[parent].children[name] = made
            elif kind == "argument":
                path, metavar, takes = cells
                commands[path].arguments.append(Argument(metavar, takes == "many"))
            elif kind == "option":
                path, names, metavar, takes, summary = cells
                once = takes in ("flag", "one")
                valued = takes in ("one", "many")
                spellings = tuple(names.split(","))
                commands[path].options.append(Option(spellings, metavar, valued, not once, summary))


def read_table() -> Table:
    """Return the table of this version."""
    path = f"{__file__.rpartition('table.py')[0]}{NAME}"
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - pathlib is not loaded for this
        return Table(file.read())
