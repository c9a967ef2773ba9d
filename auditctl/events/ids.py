"""Event ids: ``audit_log_event_`` and a ULID (https://github.com/ulid/spec), 26 characters.

A ULID is 48 bits of time in milliseconds and 80 bits more, in Crockford's base 32. Events that the
store records get 80 random bits. Events that come without an id (a row of a WorkOS CSV) get 80
bits of their content instead, so that the same row read twice has the same id.
"""

import os
from collections.abc import Callable

PREFIX = "audit_log_event_"
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# Crockford's digits to those that int() takes, in C; all else to one that it refuses
_TO_INT = {ord(digit): "0123456789abcdefghijklmnopqrstuv"[n] for n, digit in enumerate(_DIGITS)}
_TO_INT.update({code: "-" for code in range(128) if code not in _TO_INT})
_PAIRS = [high + low for high in _DIGITS for low in _DIGITS]
_ID_LENGTH = len(PREFIX) + 26
_TIME_MASK = (1 << 48) - 1
_RANDOM_MASK = (1 << 80) - 1


def encode_ulid(value: int) -> str:
    """Return 128 bits as the 26 characters of a ULID."""
    pairs = _PAIRS
    return "".join([pairs[value >> shift & 1023] for shift in range(120, -1, -10)])


def ulid_of(ms: int, low: int) -> int:
    """Return the ULID with the time ``ms`` (before 1970: 0) and the 80 bits ``low``."""
    return (min(max(ms, 0), _TIME_MASK) << 80) | (low & _RANDOM_MASK)


def content_id(ms: int, content: bytes, occurrence: int = 0) -> str:
    """Return the id of an event that came without one.

    Args:
        ms: When the event occurred, in milliseconds.
        content: The canonical bytes of the event without id and received_at.
        occurrence: How many equal events came before it in the same source: two equal rows of one
            export are two events.
    """
    import hashlib  # noqa: PLC0415 - 4 ms that a reader of events need not pay

    digest = hashlib.sha256(content + b"\x00%d" % occurrence).digest()
    return PREFIX + encode_ulid(ulid_of(ms, int.from_bytes(digest[:10], "big")))


class IdMaker:
    """Makes ids that sort by time and, within a millisecond, by the order of making.

    Args:
        randomness: Returns as many random bytes as asked, as ``os.urandom`` does.
    """

    def __init__(self, randomness: Callable[[int], bytes] = os.urandom) -> None:
        self._randomness = randomness
        self._last = 0

    def __call__(self, ms: int) -> str:
        """Return a new id for an event that was received at ``ms``."""
        value = ulid_of(ms, int.from_bytes(self._randomness(10), "big"))
        if value >> 80 <= self._last >> 80:
            # the same millisecond, or a clock that went back: one more than the last
            value = self._last + 1
        self._last = value
        return PREFIX + encode_ulid(value)


def pack_id(event_id: str) -> bytes:
    """Return the form of an id that a store keeps as its key: 16 bytes for our own ids.

    Another id is its UTF-8 text behind a zero byte and 16 more, so that the two never meet.
    """
    if event_id.startswith(PREFIX) and len(event_id) == _ID_LENGTH and event_id.isascii():
        try:
            return int(event_id[len(PREFIX) :].translate(_TO_INT), 32).to_bytes(16, "big")
        except (ValueError, OverflowError):
            pass  # not one of ours, only similar
    return bytes(17) + event_id.encode()
