"""How events are written: the protocol of all formats, and the choice of one by name."""

from collections.abc import Callable, Iterable, Sequence
from datetime import tzinfo
from typing import BinaryIO, NamedTuple, Protocol

from auditctl.errors import UsageError
from auditctl.events.event import Event

# what -o takes
FORMATS: dict[str, str] = {
    "table": "columns that fit the terminal, times in your zone",
    "wide": "the table with all columns, nothing cut off",
    "lines": "one event a line, tab-separated, whole values, UTC",
    "json": "one JSON array",
    "jsonl": "one JSON object a line, as stored",
    "csv": "comma-separated values with a heading",
    "tsv": "tab-separated values with a heading",
    "md": "a Markdown table",
    "html": "one self-contained page",
}
ALIASES = {"ndjson": "jsonl", "markdown": "md"}


class OutputOptions(NamedTuple):
    """What the caller decided about the output.

    Attributes:
        columns: Column names of ``-c``; empty for the format's own.
        zone: The zone of times for people; None is UTC.
        width: How many cells a line of the terminal has.
        color: Whether to colour.
        terminal: Whether the stream is a terminal, so that hostile text is made visible also in
            the formats that otherwise keep it.
        with_org: Whether a table shows the organization.
        header: Whether formats that have a heading write it.
        raw_csv: Leave CSV cells as they are that a spreadsheet would run as formulas.
        live: Rows come one by one and must be seen at once.
        template: The text of ``--format``, where that is the format.
        jq: The expression of ``--jq``, where that is the format.
        relative: Whether a table shows how long ago an event occurred instead of when.
        now: The time of the command in milliseconds, from which ``relative`` counts.
        caption: What the output is about, for formats that can say so: a page's heading.
        marked: The ids of events that a table marks among the others.
    """

    columns: Sequence[str] = ()
    zone: tzinfo | None = None
    width: int = 80
    color: bool = False
    terminal: bool = False
    with_org: bool = False
    header: bool = True
    raw_csv: bool = False
    live: bool = False
    template: str = ""
    jq: str = ""
    relative: bool = False
    now: int = 0
    caption: str = ""
    marked: frozenset[str] = frozenset()


class EventWriter(Protocol):
    """Writes events to a stream in one format."""

    def write(self, event: Event) -> None:
        """Write one event."""
        ...

    def write_bodies(self, bodies: Iterable[bytes]) -> int:
        """Write canonical bodies, the bulk path; return how many there were."""
        ...

    def flush(self) -> None:
        """Hand on what was written so far."""
        ...

    def finish(self) -> None:
        """Write what belongs to the end, and flush."""
        ...


def canonical_format(name: str) -> str:
    """Return the name of a format without alias.

    Raises:
        UsageError: There is no such format.
    """
    name = ALIASES.get(name, name)
    if name not in FORMATS:
        from auditctl.closeness import closest  # noqa: PLC0415 - only on the way to an error

        close = closest(name, [*FORMATS, *ALIASES])
        suggestion = f"; did you mean {close[0]!r}?" if close else ""
        raise UsageError(
            f"no output format {name!r}{suggestion}", hint=f"formats are: {', '.join(FORMATS)}"
        )
    return name


def open_writer(name: str, out: BinaryIO, options: OutputOptions) -> EventWriter:
    """Return the writer of a format.

    Raises:
        UsageError: There is no such format, or no such column.
    """
    opener = _OPENERS.get(name) or _OPENERS[canonical_format(name)]
    return opener(out, options)


# each format loads its module when it is chosen: JSON Lines needs none of the others


def _table(out: BinaryIO, options: OutputOptions) -> EventWriter:
    from auditctl.formats.table import TableWriter  # noqa: PLC0415

    return TableWriter(out, options)


def _lines(out: BinaryIO, options: OutputOptions) -> EventWriter:
    from auditctl.formats.lines import LinesWriter  # noqa: PLC0415

    return LinesWriter(out, options)


def _tsv(out: BinaryIO, options: OutputOptions) -> EventWriter:
    from auditctl.formats.separated import TsvWriter  # noqa: PLC0415

    return TsvWriter(out, options)


def _csv(out: BinaryIO, options: OutputOptions) -> EventWriter:
    from auditctl.formats.separated import CsvWriter  # noqa: PLC0415

    return CsvWriter(out, options)


def _json(out: BinaryIO, options: OutputOptions) -> EventWriter:
    from auditctl.formats.jsonlines import JsonWriter  # noqa: PLC0415

    return JsonWriter(out, options)


def _jsonl(out: BinaryIO, options: OutputOptions) -> EventWriter:
    from auditctl.formats.jsonlines import JsonLinesWriter  # noqa: PLC0415

    return JsonLinesWriter(out, options)


def _wide(out: BinaryIO, options: OutputOptions) -> EventWriter:
    from auditctl.formats.wide import WideWriter  # noqa: PLC0415

    return WideWriter(out, options)


def _md(out: BinaryIO, options: OutputOptions) -> EventWriter:
    from auditctl.formats.markdown import MarkdownWriter  # noqa: PLC0415

    return MarkdownWriter(out, options)


def _html(out: BinaryIO, options: OutputOptions) -> EventWriter:
    from auditctl.formats.page import HtmlWriter  # noqa: PLC0415

    return HtmlWriter(out, options)


def _template(out: BinaryIO, options: OutputOptions) -> EventWriter:
    from auditctl.formats.template import TemplateWriter  # noqa: PLC0415

    return TemplateWriter(out, options)


def _jq(out: BinaryIO, options: OutputOptions) -> EventWriter:
    from auditctl.formats.jq import JqWriter  # noqa: PLC0415

    return JqWriter(out, options)


# template and jq are no names for -o: --format and --jq choose them
_OPENERS: dict[str, Callable[[BinaryIO, OutputOptions], EventWriter]] = {
    "table": _table,
    "lines": _lines,
    "json": _json,
    "jsonl": _jsonl,
    "csv": _csv,
    "tsv": _tsv,
    "wide": _wide,
    "md": _md,
    "html": _html,
    "template": _template,
    "jq": _jq,
}
