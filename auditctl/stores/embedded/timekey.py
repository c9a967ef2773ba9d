"""The time key: one 64-bit number that puts events into the order of reading.

Every table of the store is keyed by it, so reading newest first, a time range, and the word index
all walk in the right order without sorting. The high bits are ``occurred_at`` in milliseconds, the
low bits count the events of that millisecond in order of ``seq``. How many low bits there are
depends on the year, so that all of the years 1 to 9999 fit:

==============  ========  =====================
years           low bits  events a millisecond
==============  ========  =====================
before 1970     17        131,072
1970 to 2109    20        1,048,576
after           14        16,384
==============  ========  =====================
"""

from auditctl.events.clock import MAX_MS, MIN_MS

_OLD_BITS, _BITS, _FAR_BITS = 17, 20, 14
_FAR_MS = 1 << 42
_FAR_KEY = 1 << 62
END_OF_KEYS = (1 << 63) - 1  # and its negative: below and above every key

#: SQL that turns the key ``k`` back into milliseconds.
MS_SQL = (
    f"(CASE WHEN {{k}} < 0 THEN {{k}} >> {_OLD_BITS}"
    f" WHEN {{k}} < {_FAR_KEY} THEN {{k}} >> {_BITS}"
    f" ELSE (({{k}} - {_FAR_KEY}) >> {_FAR_BITS}) + {_FAR_MS} END)"
)


def first_key(ms: int) -> int:
    """Return the smallest key of the millisecond ``ms``; outside years 1 to 9999 an end of all."""
    ms = min(max(ms, MIN_MS), MAX_MS + 1)
    if ms < 0:
        return ms << _OLD_BITS
    if ms < _FAR_MS:
        return ms << _BITS
    return _FAR_KEY + ((ms - _FAR_MS) << _FAR_BITS)


def key_ms(key: int) -> int:
    """Return the millisecond of a key."""
    if key < 0:
        return key >> _OLD_BITS
    if key < _FAR_KEY:
        return key >> _BITS
    return ((key - _FAR_KEY) >> _FAR_BITS) + _FAR_MS
