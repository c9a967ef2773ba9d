"""From the words of a command line to what may stand at the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditctl.cli.completing.candidates import NOTHING, Answer, Candidate, chosen
from auditctl.cli.completing.kinds import kind_of_argument, kind_of_option, takes_query
from auditctl.cli.completing.table import Command, read_table
from auditctl.cli.completing.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from auditctl.cli.completing.table import Option

SHELLS = (
    Candidate("bash", "the Bourne-again shell"),
    Candidate("zsh", "the Z shell"),
    Candidate("fish", "the friendly interactive shell"),
    Candidate("powershell", "PowerShell 5 and later"),
    Candidate("pwsh", "the same as powershell"),
)


def complete(
    before: Sequence[str], word: str, after: Sequence[str], env: Mapping[str, str]
) -> Answer:
    """Return what may stand at the cursor.

    Args:
        before: The words between the program's name and the word at the cursor.
        word: The word at the cursor, up to the cursor.
        after: The words behind it, which may name the store.
        env: The environment.
    """
    table = read_table()
    world = World(table, env, _store_of([*before, "", *after]))
    line = _Line(table.root)
    for one in before:
        line.take(one)
    return line.complete(word, world)


def _store_of(words: Sequence[str]) -> str | None:
    """Return the value of ``--store``, wherever it stands."""
    for place, word in enumerate(words):
        if word == "--store" and place + 1 < len(words):
            return words[place + 1] or None
        if word.startswith("--store="):
            return word[len("--store=") :] or None
    return None


class _Line:
    """The words read so far: which command they name, and what comes next.

    Args:
        command: The program.
    """

    def __init__(self, command: Command) -> None:
        self._command = command
        self._given: set[str] = set()
        self._arguments = 0
        self._waiting: Option | None = None  # an option whose value comes next
        self._only_words = False  # behind --

    def take(self, word: str) -> None:
        """Read one word."""
        if self._waiting is not None:
            self._waiting = None
        elif self._only_words or not word.startswith("-") or word == "-":
            child = self._command.children.get(word)
            if child is not None or self._command.children:
                self._command = child or Command(word, "")  # of an unknown one nothing is known
                self._given.clear()
            else:
                self._arguments += 1
        elif word == "--":
            self._only_words = True
        else:
            name, equals, _ = word.partition("=")
            option = self._command.option(name)
            if option is None and not word.startswith("--"):
                option, equals = self._command.option(word[:2]), word[2:]
            if option is None:
                self._arguments += not word.startswith("--")  # a negated condition
                return
            self._given.add(option.names[0])
            self._waiting = option if option.takes_value and not equals else None

    def complete(self, word: str, world: World) -> Answer:
        """Return what the word at the cursor may become."""
        command = self._command
        if self._waiting is not None:
            return _value(kind_of_option(command, self._waiting), word, world)
        if word.startswith("--") and not self._only_words:
            name, equals, typed = word.partition("=")
            option = command.option(name) if equals else None
            if option is None:
                return Answer("", self._options(word))
            return _behind(f"{name}=", _value(kind_of_option(command, option), typed, world))
        if word.startswith("-") and not self._only_words:
            return self._dashed(word, world)
        if command.children:
            names = [Candidate(name, one.summary) for name, one in command.children.items()]
            return Answer("", chosen(names, word))
        return self._argument(word, world)

    def _argument(self, word: str, world: World) -> Answer:
        arguments = self._command.arguments
        if not arguments:
            return NOTHING
        place = min(self._arguments, len(arguments) - 1)
        if self._arguments > place and not arguments[place].many:
            return NOTHING
        return _value(kind_of_argument(self._command, arguments[place]), word, world)

    def _dashed(self, word: str, world: World) -> Answer:
        """Complete behind one dash: an option, its value, or a negated condition."""
        found = self._options(word)
        if len(word) > 1 and takes_query(self._command):
            negated = _value("query", word, world)
            if negated.stem != "-" and negated.candidates:
                return negated
            found.extend(
                one._replace(text=f"-{one.text}")
                for one in negated.candidates
                if f"-{one.text}".startswith(word) and one.text[0].islower()  # no AND, no OR
            )
        option = self._command.option(word[:2])
        if not found and option is not None and option.takes_value:
            return _behind(word[:2], _value(kind_of_option(self._command, option), word[2:], world))
        return Answer("", found)

    def _options(self, word: str) -> list[Candidate]:
        """Return the options that may still be given; short names only where one dash is typed."""
        found: list[Candidate] = []
        for option in self._command.options:
            if option.names[0] in self._given and not option.repeatable:
                continue
            names = [name for name in option.names if name.startswith(word)]
            if not names and len(word) > 3:  # noqa: PLR2004 - a part that says something
                names = [name for name in option.names if word[2:] in name]
            if not word.startswith("--") and len(names) > 1:
                names = names[:1]  # the long name says more
            found.extend(Candidate(name, option.summary) for name in names[:1])
        exact = [one for one in found if one.text.startswith(word)]
        return exact or found


def _behind(stem: str, answer: Answer) -> Answer:
    return answer._replace(stem=stem + answer.stem)


def _value(kind: str, word: str, world: World) -> Answer:
    """Return the values of a kind (see ``kinds.py``) that fit a word."""
    if "|" in kind:
        return Answer("", chosen(map(Candidate, kind.split("|")), word))
    special = _SPECIAL.get(kind)
    if special is not None:
        return special(kind, word, world)
    listed = _lists().get(kind)
    return NOTHING if listed is None else Answer("", chosen(listed(world), word))


def _lists() -> dict[str, Callable[[World], Sequence[Candidate]]]:
    """Return the kinds whose values do not depend on the word."""
    from auditctl.cli.completing import times  # noqa: PLC0415 - not for the name of a command

    return {
        "format": lambda world: world.words("format"),
        "import": lambda world: world.words("import"),
        "topic": lambda world: [*world.words("topic"), *_commands(world)],
        "shell": lambda _: SHELLS,
        "store-name": lambda world: world.stores(),
        "saved": lambda world: world.saved("queries"),
        "view": lambda world: world.saved("views"),
        "setting": lambda world: world.setting_keys(),
        "id": lambda world: world.recent_ids(),
        "limit": lambda _: [Candidate("all", "no limit"), Candidate("10"), Candidate("100")],
        "time": lambda _: times.moments(),
        "day": lambda world: times.days(world.now()),
        "length": lambda _: times.LENGTHS,
        "step": lambda _: times.STEPS,
    }


def _commands(world: World) -> list[Candidate]:
    children = world.table.root.children
    return [Candidate(name, one.summary) for name, one in children.items() if one.path == name]


def _files(kind: str, _word: str, _world: World) -> Answer:
    return Answer("", [], f"{kind}s")


def _store(_kind: str, word: str, world: World) -> Answer:
    """Complete the name of a store, else a file."""
    names = chosen(world.stores(), word)
    return Answer("", names) if names else Answer("", [], "files")


def _zone(_kind: str, word: str, _world: World) -> Answer:
    from auditctl.cli.completing.times import zones  # noqa: PLC0415 - few lines name a zone

    return Answer("", chosen(zones(word), word))


def _asked(kind: str, word: str, world: World) -> Answer:
    """Complete what the query language knows."""
    from auditctl.cli.completing import query  # noqa: PLC0415 - 3 ms, not for every word

    if kind == "query":
        return query.complete_query(word, world)
    return Answer("", chosen(query.values(kind, (), word, world), word))


def _pair(field: str, word: str, world: World) -> Answer:
    """Complete ``KEY=VALUE``."""
    from auditctl.cli.completing import query  # noqa: PLC0415 - as above

    key, equals, typed = word.partition("=")
    if equals:
        return Answer(f"{key}=", chosen(query.values(field, (key,), typed, world), typed))
    keys = [Candidate(f"{one.value}=", one.note, final=False) for one in world.glance.keys(field)]
    return Answer("", chosen([one for one in keys if "=" not in one.text[:-1]], word))


def _names(kind: str, word: str, world: World) -> Answer:
    """Complete a list of columns or fields, divided by commas."""
    from auditctl.cli.completing import query  # noqa: PLC0415 - as above

    stem, comma, typed = word.rpartition(",")
    stem += comma
    given = set(stem.split(","))
    found = query.fields(typed, world)
    if kind == "columns":
        columns = chosen(world.words("column"), typed)
        named = {one.text for one in columns}
        found = [*columns, *(one for one in found if one.text not in named)]
        found = [one for one in found if one.text.startswith(typed)] or found
    return Answer(stem, [one for one in found if one.text not in given])


def _target(_kind: str, word: str, world: World) -> Answer:
    """Complete ``TYPE`` or ``TYPE:ID``."""
    kind, colon, _ = word.partition(":")
    if colon:
        return Answer("", chosen(world.targets(kind), word))
    return Answer("", chosen(world.target_types(word), word))


_SPECIAL: dict[str, Callable[[str, str, World], Answer]] = {
    **dict.fromkeys(("file", "folder"), _files),
    **dict.fromkeys(("query", "action", "actor", "actor.id", "actor.type"), _asked),
    **dict.fromkeys(("location", "org", "agent"), _asked),
    **dict.fromkeys(("metadata", "actor.metadata"), _pair),
    **dict.fromkeys(("columns", "fields"), _names),
    "store": _store,
    "target": _target,
    "zone": _zone,
}
