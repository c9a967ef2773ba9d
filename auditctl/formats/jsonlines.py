"""JSON Lines and one JSON array: the canonical bodies, untouched unless a terminal shows them."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import BinaryIO

from auditctl.events.event import Event
from auditctl.formats.writer import OutputOptions

BATCH = 1_000

Encode = Callable[[bytes], bytes]


class JsonLinesWriter:
    """One body a line. With columns, an object that has only these.

    Args:
        out: Where to.
        options: ``columns``, ``terminal`` and ``live`` count.
    """

    def __init__(self, out: BinaryIO, options: OutputOptions) -> None:
        self._out = out
        self._live = options.live
        self._encode = _encoding(options)

    def write(self, event: Event) -> None:
        """Write one event, and flush it when following."""
        body = event.body if self._encode is None else self._encode(event.body)
        self._out.write(body + b"\n")
        if self._live:
            self._out.flush()

    def write_bodies(self, bodies: Iterable[bytes]) -> int:
        """Write many bodies, a thousand at a time."""
        return _in_batches(self._out, bodies, self._encode, live=self._live)

    def flush(self) -> None:
        """Hand on what was written so far."""
        self._out.flush()

    def finish(self) -> None:
        """Flush."""
        self._out.flush()


class JsonWriter:
    """One array, written as the events come; ``[]`` when none did.

    Args:
        out: Where to.
        options: ``columns``, ``terminal`` and ``live`` count.
    """

    def __init__(self, out: BinaryIO, options: OutputOptions) -> None:
        self._out = out
        self._live = options.live
        self._encode = _encoding(options)
        self._begun = False

    def write(self, event: Event) -> None:
        """Write one event, and flush it when following."""
        body = event.body if self._encode is None else self._encode(event.body)
        self._out.write((b",\n" if self._begun else b"[\n") + body)
        self._begun = True
        if self._live:
            self._out.flush()

    def write_bodies(self, bodies: Iterable[bytes]) -> int:
        """Write many bodies, a thousand at a time."""
        rest = iter(bodies)
        first = next(rest, None)
        if first is None:
            return 0
        self.write(Event(first))
        written = _in_batches(
            self._out, rest, self._encode, before=b",\n", after=b"", live=self._live
        )
        return written + 1

    def flush(self) -> None:
        """Hand on what was written so far."""
        self._out.flush()

    def finish(self) -> None:
        """Close the array."""
        self._out.write(b"\n]\n" if self._begun else b"[]\n")
        self._out.flush()


def _in_batches(
    out: BinaryIO,
    bodies: Iterable[bytes],
    encode: Encode | None,
    *,
    before: bytes = b"",
    after: bytes = b"\n",
    live: bool = False,
) -> int:
    source = iter(bodies) if encode is None else map(encode, bodies)
    size = 1 if live else BATCH
    between = after + before
    written = 0
    while batch := list(islice(source, size)):
        written += len(batch)
        # empty ends make join write before the first and after the last without a second copy
        batch[:0] = [b""] if before else []
        batch += [b""] if after else []
        out.write(between.join(batch))
        if live:
            out.flush()
    return written


def _encoding(options: OutputOptions) -> Encode | None:
    """Return what has to be done to a body; None for nothing, which is the fast path."""
    encode = _selection(options) if options.columns else None
    if not options.terminal:
        return encode
    from auditctl.formats.safety import visible_json  # noqa: PLC0415 - only a terminal needs it

    if encode is None:
        return visible_json
    return lambda body: visible_json(encode(body))


def _selection(options: OutputOptions) -> Encode:
    """Return the encoding of an event as an object of the chosen columns."""
    import json  # noqa: PLC0415 - bodies as they are need no JSON

    from auditctl.events.event import decode  # noqa: PLC0415
    from auditctl.formats.column_names import resolve  # noqa: PLC0415

    columns = resolve(options.columns)

    def encode(body: bytes) -> bytes:
        fields = decode(body)
        chosen = {column.name: column.value(fields) for column in columns}
        text = json.dumps(chosen, ensure_ascii=False, separators=(",", ":"))
        # a lone surrogate has no UTF-8; this handler writes just what JSON writes for it
        return text.encode("utf-8", "backslashreplace")

    return encode
