"""What an importer yields, and the reading that all JSON kinds share."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from auditctl.errors import EventError
from auditctl.events.intake import NewEvent
from auditctl.formats.importers.json_array import begins_array, elements
from auditctl.formats.importers.source import MAX_RECORD_BYTES, Source

# what is kept of a record that is too long to keep
SAMPLE_BYTES = 4096

Convert = Callable[[bytes], NewEvent]


@dataclass(slots=True)
class Record:
    """One record of an import file: an event, or why it is none.

    Attributes:
        line: The line on which the record begins, from 1.
        raw: The record as it stands in the file, without the end of its line.
        event: The event, or None.
        error: Why there is no event, or None.
        ordinal: Which element of its array the record is, from 1; 0 where a record is a line.
    """

    line: int
    raw: bytes
    event: NewEvent | None
    error: str | None
    ordinal: int = 0

    @property
    def place(self) -> str:
        """Where the record is, for messages: ``line 12``, or ``record 7 (line 12)``."""
        return f"record {self.ordinal} (line {self.line})" if self.ordinal else f"line {self.line}"


def too_long(line: int, raw: bytes, ordinal: int = 0) -> Record:
    """Return the error for a record that is longer than memory should hold."""
    limit = MAX_RECORD_BYTES // (1024 * 1024)
    error = f"longer than {limit} MiB; only its beginning was kept"
    return Record(line, raw[:SAMPLE_BYTES], None, error, ordinal)


def read_json(source: Source, convert: Convert) -> Iterator[Record]:
    """Read JSON Lines, or arrays of JSON objects.

    Args:
        source: The file.
        convert: Makes an event of one JSON text; raises EventError where it is none.
    """
    if begins_array(source.head):
        yield from _read_elements(source, convert)
        return
    for line in source.lines():
        if len(line) > MAX_RECORD_BYTES:
            yield too_long(source.line, line)
            continue
        try:
            event = convert(line)
        except EventError as error:
            # blank lines are found here, where they cost the good lines nothing
            if raw := line.strip():
                yield Record(source.line, raw, None, str(error))
        else:
            yield Record(source.line, line.rstrip(b"\r\n"), event, None)


def _read_elements(source: Source, convert: Convert) -> Iterator[Record]:
    for element in elements(source.stream.read1):
        source.line = element.line
        if element.fault is not None:
            if source.fault is not None:
                source.remainder = element.raw
            elif len(element.raw) > MAX_RECORD_BYTES:
                yield too_long(element.line, element.raw, element.ordinal)
            else:
                sample = element.raw[:SAMPLE_BYTES]
                yield Record(element.line, sample, None, element.fault, element.ordinal)
            continue
        try:
            event = convert(element.raw)
        except EventError as error:
            yield Record(element.line, element.raw, None, str(error), element.ordinal)
        else:
            yield Record(element.line, element.raw, event, None, element.ordinal)
