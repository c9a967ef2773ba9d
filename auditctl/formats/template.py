r"""``--format TEMPLATE``: a line for each event, as the user lays it out.

A template is text with fields in braces: ``{time:%H:%M} {actor.name|"nobody":<20} {action}``. It is
read once, by hand: Python's own ``str.format`` would let a template reach into the attributes of
objects, and its errors have no place. Every value goes through ``safety.visible``, so that an event
can neither end its line nor reach the terminal; so does the text of the template itself, as it may
come from a project's file.
"""

import re
from collections.abc import Callable
from datetime import tzinfo
from typing import Any, BinaryIO, NamedTuple, NoReturn

from auditctl.errors import TemplateError, UsageError
from auditctl.events.event import Event
from auditctl.formats.column_names import column_named
from auditctl.formats.columns import PLAIN
from auditctl.formats.layout import Layout, TimeLayout, is_layout, plain_layout
from auditctl.formats.safety import visible, visible_json
from auditctl.formats.stream import StreamWriter
from auditctl.formats.writer import OutputOptions

# (template, what it does), for help; a test runs them
EXAMPLES = (
    ("{occurred_at:%H:%M} {actor.name} {action}", "the hour and minute in your zone"),
    ('{time:%F %T.%f%z} {action:<24}{actor|"-":<20.20} {target}', "in columns"),
    ('{id}\\t{metadata.region|location|"unknown"}', "the first that has a value; a tab"),
    ("{metadata.duration_seconds:>10,.1f} s  {action}", "numbers on the right"),
    ('{{"id":{id!j},"who":{actor!j},"meta":{metadata!j}}}', "JSON of your own"),
    ('{source."eventName"|action} {source.resources[0].arn}', "out of the original record"),
)

_EMPTY: tuple[object, ...] = (None, "", [], {})
_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\"}


class Variable(NamedTuple):
    """What a name in a template stands for.

    Attributes:
        value: Gives the JSON value of an event or record.
        text: Gives it as text, times as canonical text.
        time: Whether it is a time.
    """

    value: Callable[[Any], Any]
    text: Callable[[Any], str]
    time: bool = False


Piece = str | Callable[[Any], str]


class Template:
    """A template that has been read.

    Args:
        text: The template.
        variable: Finds what a name stands for; raises :class:`UsageError` for an unknown one.
        zone: The zone of times that have a layout; None is UTC.

    Raises:
        TemplateError: It cannot be read.
    """

    def __init__(self, text: str, variable: Callable[[str], Variable], zone: tzinfo | None) -> None:
        self._pieces = _Reader(text, variable, zone).pieces()

    def line(self, item: object) -> str:
        """Return what the template makes of an event's fields or of a record, with a line feed."""
        parts = [piece if isinstance(piece, str) else piece(item) for piece in self._pieces]
        parts.append("\n")
        return "".join(parts)


class TemplateWriter(StreamWriter):
    """Events as lines of a template.

    Args:
        out: Where to.
        options: ``template``, ``zone`` and ``live`` count.
    """

    def __init__(self, out: BinaryIO, options: OutputOptions) -> None:
        super().__init__(out, options)
        self._template = Template(options.template, event_variable, options.zone)

    def piece(self, event: Event) -> str:
        """Return one line."""
        return self._template.line(event.fields)


def event_variable(name: str) -> Variable:
    """Return what a name stands for in an event: a column or a field of the query language.

    Raises:
        UsageError: It is neither.
    """
    column = column_named(name)
    return Variable(column.value, lambda fields: column.cell(fields, PLAIN), column.time)


class _Reader:
    """Reads a template from left to right."""

    def __init__(self, text: str, variable: Callable[[str], Variable], zone: tzinfo | None) -> None:
        self._text = text
        self._variable = variable
        self._zone = zone
        self._place = 0

    def pieces(self) -> list[Piece]:
        if not self._text:
            self._refuse("the template is empty", 0)
        pieces: list[Piece] = []
        literal = ""
        while self._place < len(self._text):
            start = self._place
            if self._taken("{{") or self._taken("}}"):
                literal += self._text[start]
            elif self._taken("\\"):
                literal += self._escape(start)
            elif self._taken("}"):
                self._refuse("a '}' without a '{'", start, hint="}} is a brace itself")
            elif self._taken("{"):
                pieces.extend([literal, self._field(start)])
                literal = ""
            else:
                run = re.compile(r"[^{}\\]+").match(self._text, start)
                self._place = run.end() if run else start + 1
                literal += _shown(self._text[start : self._place])
        pieces.append(literal)
        return [piece for piece in pieces if piece != ""]

    def _escape(self, start: int) -> str:
        char = self._text[self._place : self._place + 1]
        if char not in _ESCAPES:
            self._refuse(
                f"there is no escape '\\{char}'",
                start,
                hint="\\n is a line feed, \\t a tab, \\\\ a backslash",
            )
        self._place += 1
        return _ESCAPES[char]

    def _field(self, start: int) -> Piece:
        """Read what stands in braces, from behind the opening one."""
        choices = [self._choice(start)]
        while self._taken("|"):
            choices.append(self._choice(start))
        as_json = self._taken("!")
        if as_json and not self._taken("j"):
            self._refuse("behind '!' stands j, for JSON", self._place - 1)
        spec = self._until("}") if self._taken(":") else ""
        spec_start = self._place - len(spec)
        if not self._taken("}"):
            self._refuse("a '{' is not closed", start, hint="{{ is a brace itself")
        try:
            return _printer(choices, spec, as_json=as_json, zone=self._zone)
        except UsageError as error:
            self._refuse(error.message, spec_start, self._place - 1, hint=error.hint)

    def _choice(self, start: int) -> Variable:
        while self._taken(" "):
            pass
        if self._text.startswith('"', self._place):
            text = self._quoted()
            while self._taken(" "):
                pass
            return Variable(lambda _: text, lambda _: text)
        begin = self._place
        name = self._until('|!:{}"')
        while self._text.startswith('"', self._place):  # a step in quotation marks
            quoted_at = self._place
            self._quoted()
            name += self._text[quoted_at : self._place] + self._until('|!:{}"')
        end = begin + len(name.rstrip(" "))
        if self._text.startswith("{", self._place):
            self._refuse("a '{' inside of another", self._place, hint="{{ is a brace itself")
        if self._place == len(self._text):
            self._refuse("a '{' is not closed", start, hint="{{ is a brace itself")
        if end == begin:
            hint = "such as {action}; `auditctl help formats` lists the columns"
            self._refuse("no field is named", start, self._place + 1, hint=hint)
        try:
            return self._variable(name.rstrip(" "))
        except UsageError as error:
            self._refuse(error.message, begin, end, hint="`auditctl help formats` lists them")

    def _quoted(self) -> str:
        start = self._place
        match = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL).match(self._text, start)
        if match is None:
            self._refuse("a quotation mark is not closed", start)
        self._place = match.end()
        return re.sub(r"\\(.)", r"\1", match[1], flags=re.DOTALL)

    def _until(self, ends: str) -> str:
        start = self._place
        while self._place < len(self._text) and self._text[self._place] not in ends:
            self._place += 1
        return self._text[start : self._place]

    def _taken(self, text: str) -> bool:
        if not self._text.startswith(text, self._place):
            return False
        self._place += len(text)
        return True

    def _refuse(
        self, message: str, start: int, end: int | None = None, *, hint: str | None = None
    ) -> NoReturn:
        raise TemplateError(
            f"--format: {message}", query=self._text, start=start, end=end, hint=hint
        )


def _shown(text: str) -> str:
    """Return text of the template: its own line feeds and tabs stay."""
    return re.sub(r"[^\n\t]+", lambda match: visible(match[0]), text)


def _printer(
    choices: list[Variable], spec: str, *, as_json: bool, zone: tzinfo | None
) -> Callable[[Any], str]:
    """Return the function that writes a field.

    Raises:
        UsageError: There is no such layout.
    """
    layout = None
    if "%" in spec and not is_layout(spec):
        if not any(choice.time for choice in choices):
            raise UsageError(
                f"the layout {spec!r} is one of times, and this field is none",
                hint="`{occurred_at:%H:%M}` is one",
            )
        layout = TimeLayout(spec, zone)
    other = plain_layout() if layout is not None else Layout(spec)

    def printed(item: object) -> str:
        value: object = None
        for choice in choices:
            value = choice.value(item)
            if value not in _EMPTY:
                break
        else:
            return other.laid_out(None, _json(value) if as_json else "")
        if as_json:
            return other.laid_out(None, _json(value))
        text = choice.text(item)
        if layout is not None and choice.time:
            return layout.laid_out(text)
        return other.laid_out(value, text)

    return printed


def _json(value: object) -> str:
    import json  # noqa: PLC0415 - for !j only

    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return visible_json(text.encode("utf-8", "backslashreplace")).decode()
