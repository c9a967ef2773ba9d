"""What the formats share that look into each event, one after the other."""

from collections.abc import Iterable
from typing import BinaryIO

from auditctl.events.event import Event
from auditctl.formats.writer import OutputOptions


class EachWriter:
    """Writes event by event, also the bodies of the bulk path.

    Args:
        out: Where to.
        options: ``live`` counts here.
    """

    def __init__(self, out: BinaryIO, options: OutputOptions) -> None:
        self._out = out
        self._live = options.live

    def write(self, event: Event) -> None:
        """Write one event."""
        raise NotImplementedError

    def write_bodies(self, bodies: Iterable[bytes]) -> int:
        """Write many bodies."""
        written = 0
        for written, body in enumerate(bodies, 1):  # noqa: B007 - the last number is the answer
            self.write(Event(body))
        return written

    def flush(self) -> None:
        """Hand on what was written so far."""
        self._out.flush()


class StreamWriter(EachWriter):
    """Writes the head before the first event, or at the end if there was none, then the foot.

    A format says what head, piece and foot are; all of it is text without lone surrogates.

    Args:
        out: Where to.
        options: ``live`` counts here.
    """

    def __init__(self, out: BinaryIO, options: OutputOptions) -> None:
        super().__init__(out, options)
        self._begun = False

    def head(self) -> str:
        """Return what stands before all events."""
        return ""

    def piece(self, event: Event) -> str:
        """Return one event."""
        raise NotImplementedError

    def foot(self) -> str:
        """Return what stands after all events."""
        return ""

    def write(self, event: Event) -> None:
        """Write one event, and flush it when following."""
        piece = self.piece(event)  # before the head: what fails leaves no half of an output
        self._begin()
        self._out.write(piece.encode())
        if self._live:
            self._out.flush()

    def finish(self) -> None:
        """Write what belongs to the end, and flush."""
        self._begin()
        self._out.write(self.foot().encode())
        self._out.flush()

    def _begin(self) -> None:
        if not self._begun:
            self._begun = True
            self._out.write(self.head().encode())
