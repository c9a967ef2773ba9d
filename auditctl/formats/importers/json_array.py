"""Splits a JSON array into its elements without holding the array.

An array may be of any length; only the element at hand is in memory. Read are a bare array and one
inside an object, ``{"Records": [...]}`` as CloudTrail writes it, and several of them in a row, as
``cat`` makes them. Elements are cut out as bytes: whether they are good JSON is for their decoder
to say.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec

from auditctl.formats.importers.source import MAX_RECORD_BYTES

_CHUNK_BYTES = 256 * 1024
# an element that ends on its own line is looked for this far ahead
_LINE_BYTES = 64 * 1024

_START = re.compile(rb'\s*(\[|\{\s*"(?:Records|Events)"\s*:\s*\[)')
# the longest beginning that may still become a start; more than this much space is no start
_START_BYTES = 4096
_WHITE = re.compile(rb"\s*")
_SPACE = re.compile(rb"[\s,]*")
# a string without escapes is one token; of another the opening quote is, and its rest is walked
_BRACKET = re.compile(rb'"[^"\\]*"|["{}\[\]]')
_BRACKET_OR_COMMA = re.compile(rb'"[^"\\]*"|["{}\[\],]')
_IN_STRING = re.compile(rb'["\\]')

# checks that a text is JSON without building anything of it
_checker = msgspec.json.Decoder(msgspec.Raw)


class Element(NamedTuple):
    """One element of an array, or the fault at which its reading ended.

    Attributes:
        ordinal: Which one, from 1.
        line: The line on which it begins, from 1.
        raw: Its bytes.
        fault: None, or why there is nothing more to read.
    """

    ordinal: int
    line: int
    raw: bytes
    fault: str | None = None


def begins_array(head: bytes) -> bool:
    """Tell whether a file that begins with ``head`` is one that :func:`elements` reads."""
    return _START.match(head) is not None


def elements(read: Callable[[int], bytes]) -> Iterator[Element]:
    """Yield the elements of the arrays in a file.

    Args:
        read: Returns at most as many bytes as asked, at least one, and none at the end.

    Yields:
        The elements in order. A fault in the brackets around them is the last one's ``fault``.
    """
    return _Splitter(read).elements()


class _Splitter:
    """The scan of one file: ``_buffer[_at:]`` is what was read and not yet used."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._buffer = b""
        self._at = 0
        self._line = 1
        self._ordinal = 0

    def elements(self) -> Iterator[Element]:
        while (wrapped := self._enter()) is not None:
            while self._to_element():
                self._ordinal += 1
                end = self._whole_line() or self._element_end()
                if end is None:
                    yield self._fault("the array is cut off in this record")
                    return
                yield Element(self._ordinal, self._line, self._buffer[self._at : end].rstrip())
                self._advance(end)
            if self._buffer[self._at : self._at + 1] != b"]":
                self._ordinal += 1
                yield self._fault("the array is not closed")
                return
            # over the bracket, and over what is left of the object around the array
            self._advance(self._at + 1)
            if wrapped and not self._leave():
                self._ordinal += 1
                yield self._fault("the object around the array is not closed")
                return
        if self._at < len(self._buffer):
            self._ordinal += 1
            yield self._fault("text after the end of the array")

    def _fault(self, text: str) -> Element:
        if len(self._buffer) - self._at > MAX_RECORD_BYTES:
            text = "the record is too long"
        return Element(self._ordinal, self._line, self._buffer[self._at :], text)

    def _more(self) -> bool:
        """Read on; what was used is let go."""
        if len(self._buffer) - self._at > MAX_RECORD_BYTES:
            return False
        chunk = self._read(_CHUNK_BYTES)
        self._buffer = self._buffer[self._at :] + chunk
        self._at = 0
        return bool(chunk)

    def _advance(self, end: int) -> None:
        self._line += self._buffer.count(b"\n", self._at, end)
        self._at = end

    def _skip(self, space: re.Pattern[bytes]) -> bool:
        """Go to what is no space; tell whether there is any."""
        while True:
            match = space.match(self._buffer, self._at)
            self._advance(match.end() if match else self._at)
            if self._at < len(self._buffer):
                return True
            if not self._more():
                return False

    def _enter(self) -> bool | None:
        """Go behind the opening bracket of the next array.

        Returns:
            Whether an object is around it; None where no array begins.
        """
        if not self._skip(_WHITE):
            return None
        while True:
            match = _START.match(self._buffer, self._at)
            if match:
                self._advance(match.end())
                return match[1] != b"["
            if len(self._buffer) - self._at > _START_BYTES or not self._more():
                return None

    def _to_element(self) -> bool:
        """Go to the next element; tell whether there is one before the bracket or the end."""
        return self._skip(_SPACE) and self._buffer[self._at] not in b"]}"

    def _whole_line(self) -> int | None:
        """Return the end of an element that is one line, as our own writer puts it.

        No beginning of a JSON object is a JSON object itself: what is one up to the end of the
        line is the whole element. The check takes a tenth of the time of the walk.
        """
        at = self._at
        if self._buffer[at] != ord("{"):
            return None
        line_end = self._buffer.find(b"\n", at, at + _LINE_BYTES)
        if line_end < 0:
            return None
        text = self._buffer[at:line_end].rstrip(b" \t\r,")
        if not text.endswith(b"}"):
            return None
        try:
            _checker.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        return at + len(text)

    def _element_end(self) -> int | None:
        """Return where the element at hand ends, in the buffer; None if the file ends before."""
        opened = self._buffer[self._at] in b"{["
        return self._walk(0 if opened else 1, _BRACKET if opened else _BRACKET_OR_COMMA)

    def _leave(self) -> bool:
        """Go behind the brace that closes the object around an array."""
        end = self._walk(1, _BRACKET)
        if end is None:
            return False
        self._advance(end + 1)
        return True

    def _walk(self, depth: int, tokens: re.Pattern[bytes]) -> int | None:
        """Follow brackets until they are balanced.

        Args:
            depth: How many are open. 0: the text begins with one, and the end is behind its
                partner. 1: the end is before the partner, or before a comma if tokens has it.
            tokens: What to stop at.

        Returns:
            The end in the buffer, which may have been read on and shifted; None at the file's end.
        """
        outer = depth
        offset = 0
        while True:
            match = tokens.search(self._buffer, self._at + offset)
            if match is None:
                offset = len(self._buffer) - self._at
                if not self._more():
                    return None
                continue
            token, offset = match[0], match.end() - self._at
            if token == b'"':
                past = self._string_end(offset)
                if past is None:
                    return None
                offset = past
            elif token in (b"{", b"["):
                depth += 1
            elif token in (b"}", b"]"):
                depth -= 1
                if depth == 0:
                    return self._at + offset - outer
            elif token == b"," and depth == outer:
                return self._at + offset - 1

    def _string_end(self, offset: int) -> int | None:
        """Return the offset behind the closing quote of a string; it may be long or escaped."""
        while True:
            match = _IN_STRING.search(self._buffer, self._at + offset)
            if match is None:
                offset = len(self._buffer) - self._at
            elif match[0] == b'"':
                return match.end() - self._at
            else:
                # a backslash and what it escapes, which may not have been read yet
                offset = match.end() + 1 - self._at
            if self._at + offset > len(self._buffer) - 1 and not self._more():
                return None
