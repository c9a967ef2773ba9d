"""The second process of a large import: it reads and prepares, while the first one stores.

``python -m auditctl.cli.import_worker KIND ORGANIZATION FILE FOLDER`` writes frames: a file of the
folder each, whose number it then prints on a line of standard output. A frame is a ``marshal`` of
(bytes read of the import file, records); a record is (line, ordinal, prepared event or None, error,
raw text of what was rejected). A frame without records ends the stream; without it the worker has
died. For each frame it takes a byte from standard input first, so the first process decides how far
it may be ahead.

Files rather than a pipe, as a pipe holds 64 kB: the two would take turns instead of working side by
side. ``marshal`` is the standard library's own format: both ends are the same interpreter.
"""

from __future__ import annotations

import gc
import marshal
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from auditctl.errors import AuditctlError
from auditctl.events.clock import now_ms
from auditctl.stores.embedded.prepared import Prepared, prepare, received_ms
from auditctl.stores.occurrences import Occurrences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditctl.formats.importers.records import Record

FRAME = 5_000  # records, 6 MB
AHEAD = 3  # frames that the worker may be ahead
LEAST_BYTES = 4 * 1024 * 1024  # a smaller file is stored before a second process has started

Frame = tuple[int, list[tuple[Any, ...]]]


class WorkedRecord:
    """A record that the worker has prepared; what :func:`auditctl.stores.loading.load` takes."""

    __slots__ = ("_line", "_ordinal", "error", "event", "raw")

    def __init__(self, values: tuple[Any, ...]) -> None:
        self._line, self._ordinal, prepared, self.error, self.raw = values
        self.event = None if prepared is None else Prepared._make(prepared)
        if self.event is not None:
            self.raw = self.event.body

    @property
    def place(self) -> str:
        """Where the record stands in its file."""
        place = f"line {self._line}"
        return f"record {self._ordinal} ({place})" if self._ordinal else place


class Worker:
    """The worker's end that the first process holds.

    Args:
        kind: The kind of importer.
        path: The file.
        organization: The organization of records that name none.
    """

    def __init__(self, kind: str, path: str, organization: str | None) -> None:
        self.position = 0
        self._path = path
        self._folder = tempfile.mkdtemp(prefix="auditctl-import-")
        module = [sys.executable, "-m", "auditctl.cli.import_worker"]
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [*module, kind, organization or "", path, self._folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def records(self) -> Iterator[WorkedRecord]:
        """Yield the records in the order of the file.

        Raises:
            AuditctlError: The worker died.
        """
        self._allow(AHEAD)
        while True:
            self.position, records = self._next_frame()
            if not records:
                return
            self._allow(1)
            for values in records:
                yield WorkedRecord(values)

    def _allow(self, frames: int) -> None:
        """Let the worker make more frames."""
        with suppress(BrokenPipeError):  # it has died; the next frame will say so
            if self._process.stdin is not None:
                self._process.stdin.write(b"." * frames)
                self._process.stdin.flush()

    def _next_frame(self) -> Frame:
        line = self._process.stdout.readline() if self._process.stdout is not None else b""
        if not line.endswith(b"\n"):
            raise AuditctlError(
                f"the process that read {self._path} ended too early",
                hint="what was read is stored; run the same command again for the rest",
            )
        file = _frame_file(self._folder, int(line))
        frame: Frame = marshal.loads(file.read_bytes())  # noqa: S302 - from our own process
        file.unlink()
        return frame

    def close(self) -> None:
        """End the worker, wherever it is, and take its files away."""
        self._process.kill()
        self._process.communicate()
        shutil.rmtree(self._folder, ignore_errors=True)


def _frame_file(folder: str, number: int) -> Path:
    return Path(folder) / f"{number}.frame"


class _FrameWriter:
    """Writes frames, as far ahead as it is allowed.

    Args:
        folder: Where to.
        allowed: Gives a byte for each frame.
        out: Takes the number of each frame that is written.
    """

    def __init__(self, folder: str, allowed: BinaryIO, out: BinaryIO) -> None:
        self._folder = folder
        self._allowed = allowed
        self._out = out
        self._number = 0

    def write(self, position: int, records: list[tuple[Any, ...]]) -> None:
        """Write one frame.

        Raises:
            BrokenPipeError: The first process has ended.
        """
        if not self._allowed.read(1):
            raise BrokenPipeError
        _frame_file(self._folder, self._number).write_bytes(marshal.dumps((position, records)))
        self._out.write(b"%d\n" % self._number)
        self._out.flush()
        self._number += 1


def work(kind: str, path: str, organization: str | None, frames: _FrameWriter) -> None:
    """Read a file and write its records as frames."""
    from auditctl.formats.importers.reading import (  # noqa: PLC0415 - not in the first process
        open_source,
        read_records,
    )

    occurrences = Occurrences()
    batch: list[tuple[Any, ...]] = []
    with open_source(path, sys.stdin.buffer) as source:
        for record in read_records(kind, source, organization=organization):
            batch.append(_values(record, occurrences))
            if len(batch) == FRAME:
                frames.write(source.position, batch)
                batch = []
        if batch:
            frames.write(source.position, batch)
        frames.write(source.position, [])


def _values(record: Record, occurrences: Occurrences) -> tuple[Any, ...]:
    event = record.event
    if event is None:
        return record.line, record.ordinal, None, record.error, record.raw
    event_id = event.id if isinstance(event.id, str) else occurrences.identify(event)
    prepared = tuple(prepare(event, event_id, received_ms(event, now_ms())))
    return record.line, record.ordinal, prepared, None, b""


def main() -> None:
    """Run as the second process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process decides when to end
    gc.disable()  # no cycles here; looking for them takes 12 us an event
    kind, organization, path, folder = sys.argv[1:]
    frames = _FrameWriter(folder, sys.stdin.buffer, sys.stdout.buffer)
    try:
        work(kind, path, organization or None, frames)
    except BrokenPipeError:
        # the first process was killed: nobody is left to be told, and nobody else tidies up
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
