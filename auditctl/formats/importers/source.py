"""Where the bytes of an import come from: a file or standard input, gzipped or not.

A damaged file ends early instead of raising: :attr:`Source.fault` then says why, so that what
could be read before it is used.
"""

import gzip
import io
import os
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from auditctl.errors import AccessError, AuditctlError, NotFoundError, UsageError

# far longer than any event should be, short enough to hold a few in memory
MAX_RECORD_BYTES = 16 * 1024 * 1024
# large reads: a pass over a file in 8 KiB steps is bound by the calls, not by the bytes
_BUFFER_BYTES = 256 * 1024
_HEAD_BYTES = 4096
# shorter than this a first line says nothing about the kind of the file: "[", "{", "a,b"
_TELLING_BYTES = 64

_LINE_FEED = 0x0A
_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_FOREIGN = (
    (b"\xff\xfe", "the text is UTF-16; UTF-8 is expected"),
    (b"\xfe\xff", "the text is UTF-16; UTF-8 is expected"),
    (b"\x28\xb5\x2f\xfd", "the file is compressed with zstd; only gzip is unpacked here"),
    (b"PK\x03\x04", "the file is a zip archive; only gzip is unpacked here"),
    (b"BZh", "the file is compressed with bzip2; only gzip is unpacked here"),
    (b"\xfd7zXZ\x00", "the file is compressed with xz; only gzip is unpacked here"),
)


class _Counted(io.RawIOBase):
    """Counts the bytes that are taken from a file."""

    def __init__(self, file: BinaryIO) -> None:
        # read1 returns what a pipe has now; read would wait until the buffer is full
        self._read = getattr(file, "read1", file.read)
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # what io hands over
        data = self._read(len(buffer))
        buffer[: len(data)] = data
        self.count += len(data)
        return len(data)


class _Guarded(io.RawIOBase):
    """Turns a fault of the layer below into an early end, and can take bytes back."""

    def __init__(self, file: io.BufferedIOBase) -> None:
        self._file = file
        self._returned = b""
        self.fault: str | None = None

    def readable(self) -> bool:
        return True

    def unread(self, data: bytes) -> None:
        """Have the next read begin with ``data``."""
        self._returned = data

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # what io hands over
        data = self._returned[: len(buffer)]
        if data:
            self._returned = self._returned[len(data) :]
        elif self.fault is None:
            try:
                data = self._file.read1(len(buffer))
            except EOFError:
                self.fault = "the gzip file is cut off: its end is missing"
            except (gzip.BadGzipFile, zlib.error) as error:
                self.fault = f"the gzip file is damaged: {error}"
            except OSError as error:
                self.fault = f"reading failed: {error.strerror or error}"
        buffer[: len(data)] = data
        return len(data)


class Source:
    """An opened import file; a context manager that closes what it opened.

    Args:
        name: What messages call it: the path, or ``standard input``.
        file: Its bytes, perhaps gzipped.
        size: How many bytes the file has, or None where that is not known.
        owned: Close ``file`` at the end.

    Attributes:
        stream: The unpacked bytes from the beginning, without a UTF-8 byte order mark.
        head: The first bytes of ``stream`` (at most 4,096), by which the kind is guessed.
        heading: What belongs before rejected records to make a file of them: the header row of a
            CSV file, known once its reading has begun; empty for other kinds.
        line: The number of the last line that :meth:`lines` returned.
        remainder: The unfinished last line of a file that ends with a fault.
    """

    def __init__(self, name: str, file: BinaryIO, *, size: int | None, owned: bool) -> None:
        self.name = name
        self.size = size
        self.heading = b""
        self.line = 0
        self.remainder = b""
        self._file = file
        self._owned = owned
        self._counted = _Counted(file)
        packed = io.BufferedReader(self._counted, _BUFFER_BYTES)
        self._packed = self._guard = _Guarded(packed)
        start = self._guard.read(2) or b""
        if len(start) == 1:
            start += self._guard.read(1) or b""
        self._guard.unread(start)
        if start == _GZIP:
            joined = io.BufferedReader(self._guard, _BUFFER_BYTES)
            unpacked = gzip.GzipFile(fileobj=joined)
            self._guard = _Guarded(unpacked)
        self.head = self._take_head()
        self.stream = io.BufferedReader(self._guard, _BUFFER_BYTES)

    def _take_head(self) -> bytes:
        head = b""
        while len(head) < _HEAD_BYTES and not _telling(head):
            more = self._guard.read(_HEAD_BYTES - len(head))
            if not more:
                break
            head += more
        for magic, meaning in _FOREIGN:
            if head.startswith(magic):
                self._guard.fault = meaning
                return b""
        head = head.removeprefix(_BOM)
        self._guard.unread(head)
        return head

    @property
    def position(self) -> int:
        """How many bytes of the file, as it lies on disk, were taken so far."""
        return self._counted.count

    @property
    def fault(self) -> str | None:
        """Why the file ended before its end, or None."""
        return self._packed.fault or self._guard.fault

    def lines(self) -> Iterator[bytes]:
        """Yield the lines, each with its line feed; the last may have none.

        A line longer than ``MAX_RECORD_BYTES`` comes as its first ``MAX_RECORD_BYTES + 1`` bytes.
        The unfinished line before a fault is not yielded but left in ``remainder``.
        """
        readline = self.stream.readline
        while line := readline(MAX_RECORD_BYTES + 1):
            self.line += 1
            if line[-1] != _LINE_FEED:
                if len(line) > MAX_RECORD_BYTES:
                    self._skip_line()
                elif self.fault is not None:
                    self.remainder = line
                    return
            yield line

    def _skip_line(self) -> None:
        while (rest := self.stream.readline(_BUFFER_BYTES)) and rest[-1] != _LINE_FEED:
            pass

    def close(self) -> None:
        """Close the file, unless it was handed over open."""
        if self._owned:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _telling(head: bytes) -> bool:
    """Tell whether a head is enough to guess by; a pipe that is slow to go on is not waited for."""
    text = head.lstrip()
    return len(text) >= _TELLING_BYTES and b"\n" in text


def open_source(path: str, stdin: BinaryIO) -> Source:
    """Open an import file.

    Gzip is recognized by its first bytes, whatever the file is called.

    Args:
        path: The file, or ``-`` for standard input.
        stdin: Standard input.

    Raises:
        NotFoundError: There is no such file.
        UsageError: It is a directory.
        AccessError: It may not be read.
        AuditctlError: It cannot be opened for another reason.
    """
    if path == "-":
        return Source("standard input", stdin, size=None, owned=False)
    try:
        file = Path(path).open("rb")  # noqa: SIM115 - Source closes it
    except FileNotFoundError as error:
        raise NotFoundError(
            f"there is no file {path!r}", hint="check the name; `-` is standard input"
        ) from error
    except IsADirectoryError as error:
        raise UsageError(f"{path!r} is a directory", hint="name the files in it") from error
    except PermissionError as error:
        raise AccessError(f"{path!r} may not be read", hint="check its permissions") from error
    except (OSError, ValueError) as error:
        raise AuditctlError(
            f"{path!r} cannot be opened: {error}", hint="check the name and the disk that it is on"
        ) from error
    status = os.fstat(file.fileno())
    # a pipe or a device has no size that means anything
    size = status.st_size if stat.S_ISREG(status.st_mode) else None
    return Source(path, file, size=size, owned=True)
