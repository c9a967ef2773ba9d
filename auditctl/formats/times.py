"""Canonical times as people read them: in their zone, as exact as there is room for."""

from datetime import date, datetime, tzinfo
from typing import Literal

from auditctl.errors import EventError
from auditctl.events.clock import format_ms, is_canonical, parse_instant

Precision = Literal["seconds", "milliseconds", "offset"]

WIDTHS: dict[Precision, int] = {"seconds": 19, "milliseconds": 23, "offset": 29}
DATE = 11  # how much of that the date takes, with the space after it
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")  # strftime's depend on the locale


def local_time(text: str, zone: tzinfo | None, precision: Precision = "seconds") -> str:
    """Return a canonical time in ``zone`` (None: UTC), such as ``2026-05-01 14:00:00``.

    The date is always whole: a year left out would make last year's event look new. What is no
    canonical time is returned as it is.
    """
    if not is_canonical(text):
        return text
    if zone is None and precision == "seconds":
        return f"{text[:10]} {text[11:19]}"
    try:
        moment = datetime.fromisoformat(text)
        if zone is not None:
            moment = moment.astimezone(zone)
    except (ValueError, OverflowError):  # no such day, or the zone moves it out of years 1 to 9999
        return text
    whole = moment.isoformat(" ", "seconds" if precision == "seconds" else "milliseconds")
    return whole if precision == "offset" else whole[: WIDTHS[precision]]


def local_clock(text: str, zone: tzinfo | None, precision: Precision = "seconds") -> str:
    """Return the clock of :func:`local_time` alone, for a row whose date stands in a ruler."""
    local = local_time(text, zone, precision)
    return local if local == text else local[DATE:]


def local_day(text: str, zone: tzinfo | None) -> str:
    """Return the date in ``zone`` of a canonical time, ``Fri 2026-05-01``; else nothing."""
    local = local_time(text, zone)
    day = "" if local == text else local[: DATE - 1]
    try:
        return f"{_WEEKDAYS[date.fromisoformat(day).weekday()]} {day}"
    except ValueError:
        return ""


def local_offset(text: str, zone: tzinfo | None) -> str:
    """Return how far ``zone`` is from UTC at a canonical time, ``+02:00``; else nothing."""
    local = local_time(text, zone, "offset")
    return "" if local == text else local[WIDTHS["milliseconds"] :]


def time_ago(text: str, now: int) -> str:
    """Return how long before ``now`` (milliseconds) a canonical time is: ``3 h ago``."""
    from auditctl.events.time_format import format_relative  # noqa: PLC0415 - zones, seldom asked

    ms = instant(text)
    return text if ms is None else format_relative(ms, now)


def instant(text: str) -> int | None:
    """Return a time in milliseconds, or None if it is none."""
    try:
        return parse_instant(text)
    except EventError:
        return None


def zone_name(zone: tzinfo | None) -> str:
    """Return what a heading calls the zone: ``UTC``, ``Europe/Berlin``, ``UTC+02:00``."""
    if zone is None:
        return "UTC"
    key = getattr(zone, "key", None)  # zoneinfo has the IANA name, other zones may have none
    if key == "Etc/UTC":
        return "UTC"
    return str(key) if key else zone.tzname(None) or "local"


def utc_text(value: object) -> str:
    """Return a time of a record, milliseconds or text, as canonical text."""
    return format_ms(value) if isinstance(value, int) else str(value)
