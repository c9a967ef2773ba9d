"""``--jq EXPR``: what a jq expression makes of each event.

jq is used as a library, so no program has to be installed beside the extra. The results are written
as ``jq -rc`` writes them: text as it is, other values as JSON in one line. On a terminal what
hostile text hides is made visible; a pipe gets what jq says.

jq reckons with 64-bit floats: a whole number beyond 2^53 loses its last digits unless it is text,
and ``1.0`` becomes ``1``.
"""

import json
import re
from collections.abc import Callable
from typing import BinaryIO

from auditctl.errors import TemplateError, UsageError
from auditctl.events.event import Event, decode
from auditctl.formats.safety import visible, visible_json
from auditctl.formats.stream import StreamWriter
from auditctl.formats.writer import OutputOptions

_PLACE = re.compile(r" at <top-level>, line (\d+), column (\d+):(?:\n.*\n *(\^+))?")


class Expression:
    """A jq expression that has been compiled.

    Args:
        text: The expression.
        terminal: Whether what it gives is written to a terminal.

    Raises:
        UsageError: jq is not installed.
        TemplateError: The expression is none.
    """

    def __init__(self, text: str, *, terminal: bool) -> None:
        try:
            import jq  # noqa: PLC0415 - an extra, which not everybody has
        except ImportError as error:
            raise UsageError(
                "--jq needs the Python package jq, which is not installed",
                hint="`pip install 'auditctl[jq]'`",
            ) from error
        try:
            self._program = jq.compile(text)
        except ValueError as error:
            raise _wrong_expression(text, str(error)) from error
        self._terminal = terminal

    def lines(self, body: bytes, name: Callable[[bytes], str]) -> str:
        """Return the results for a JSON text, one a line.

        Args:
            body: The JSON text.
            name: Gives what an error calls it.

        Raises:
            UsageError: The expression fails on it.
        """
        try:
            results = self._program.input_text(body.decode())
            return "".join([self._line(value) for value in results])
        except ValueError as error:
            # the id and the sentence may have the event's own line feeds
            raise UsageError(
                visible(f"--jq fails on {name(body)}: {_sentence(str(error))}"),
                hint="a ? behind a path passes over what is not there: .targets[0].name?",
            ) from error

    def _line(self, value: object) -> str:
        if isinstance(value, str):
            return (visible(value) if self._terminal else value) + "\n"
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return (visible_json(text.encode()).decode() if self._terminal else text) + "\n"


def _wrong_expression(text: str, told: str) -> UsageError:
    """Return the error for an expression that jq cannot read, with the place if jq names one."""
    sentence = _sentence(told)
    found = _PLACE.search(told)
    if found is None or "\n" in text:
        return UsageError(f"--jq cannot be read: {sentence}")
    start = int(found[2]) - 1
    end = start + len(found[3] or "^")
    # jq counts bytes
    start, end = (len(text.encode()[:at].decode(errors="replace")) for at in (start, end))
    return TemplateError(f"--jq cannot be read: {sentence}", query=text, start=start, end=end)


def _sentence(told: str) -> str:
    """Return jq's own sentence without its program's name, its place and its drawing."""
    first = _PLACE.sub("", told).strip().partition("\n")[0]
    return first.removeprefix("jq: error: ").strip() or "no reason given"


class JqWriter(StreamWriter):
    """What an expression makes of each event: any number of lines.

    Args:
        out: Where to.
        options: ``jq``, ``terminal`` and ``live`` count.
    """

    def __init__(self, out: BinaryIO, options: OutputOptions) -> None:
        super().__init__(out, options)
        self._expression = Expression(options.jq, terminal=options.terminal)

    def piece(self, event: Event) -> str:
        """Return the results for one event."""
        return self._expression.lines(event.body, _event_name)


def _event_name(body: bytes) -> str:
    return f"the event {decode(body).get('id')}"
