"""Instants as auditctl keeps them: whole milliseconds since 1970-01-01T00:00:00Z.

Text form: RFC 3339 in UTC with three digits and ``Z``, as WorkOS writes it. Finer digits of an
input are cut off, never rounded up, so that an event cannot move past the end of its range.
"""

import re
import time
from datetime import UTC, datetime, timedelta

from auditctl.errors import EventError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MIN_MS = -62_135_596_800_000  # 0001-01-01T00:00:00.000Z
MAX_MS = 253_402_300_799_999  # 9999-12-31T23:59:59.999Z

_MILLISECOND = timedelta(milliseconds=1)
_CANONICAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
# fromisoformat takes any character between date and clock, even a digit: it reads
# 2026-05-01112:00 as 12:00; and what else it takes differs from one Python to the next
_ISO_8601 = re.compile(
    r"(?:\d{4}-\d\d-\d\d|\d{8})"
    r"(?:[Tt ]\d\d(?::?\d\d(?::?\d\d(?:[.,]\d+)?)?)?(?: ?(?:[Zz]|[+-]\d\d(?::?\d\d)?))?)?",
    re.ASCII,
)


def now_ms() -> int:
    """Return the system clock in milliseconds."""
    return time.time_ns() // 1_000_000


def datetime_to_ms(moment: datetime) -> int:
    """Return an aware datetime as milliseconds, cutting off finer digits."""
    return (moment - EPOCH) // _MILLISECOND


def ms_to_datetime(ms: int) -> datetime:
    """Return milliseconds as an aware UTC datetime."""
    return EPOCH + timedelta(milliseconds=ms)


def format_ms(ms: int) -> str:
    """Return ``ms`` as canonical text, such as ``2026-05-01T12:00:00.123Z``."""
    text = ms_to_datetime(ms).isoformat(timespec="milliseconds")
    return text[:-6] + "Z"


def parse_instant(text: str) -> int:
    """Return the instant that an event's time stamp names, in milliseconds.

    Reads RFC 3339, and of ISO 8601 also the basic form, a date alone (its midnight) and shorter
    clocks and offsets. A stamp without a zone is taken as UTC, as the WorkOS Python SDK sends
    naive datetimes without a suffix.

    Raises:
        EventError: The text is no such time, or lies outside years 1 to 9999.
    """
    try:
        if _ISO_8601.fullmatch(text) is None:
            raise ValueError("not ISO 8601")  # noqa: TRY301 - one way to refuse
        # RFC 3339 allows a small z, fromisoformat does not
        moment = datetime.fromisoformat(text.upper())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        ms = datetime_to_ms(moment)
    except (ValueError, OverflowError) as error:
        raise EventError(
            f"{text[:60]!r} is not a time; RFC 3339 is expected, such as 2026-05-01T12:00:00.123Z"
        ) from error
    if not MIN_MS <= ms <= MAX_MS:
        raise EventError(f"{text[:60]!r} lies outside the years 1 to 9999 in UTC")
    return ms


def canonical_instant(text: str) -> tuple[int, str]:
    """Return an event's time stamp as milliseconds and as canonical text.

    Raises:
        EventError: As :func:`parse_instant`.
    """
    if _CANONICAL.fullmatch(text) is None:
        ms = parse_instant(text)
        return ms, format_ms(ms)
    minute = _minutes.get(text[:16])
    if minute is None:
        minute = parse_instant(text[:16] + "Z")
        if len(_minutes) >= _MINUTES:
            _minutes.clear()
        _minutes[text[:16]] = minute
    second = text[17:19]
    if second > "59":
        return parse_instant(text), text  # it says what is wrong
    return minute + int(second) * 1000 + int(text[20:23]), text


# the events of a trail lie close together: most share their minute with the one before
_minutes: dict[str, int] = {}
_MINUTES = 10_000


def is_canonical(text: str) -> bool:
    """Tell whether ``text`` has the canonical form (its digits are not checked)."""
    return _CANONICAL.fullmatch(text) is not None
