"""The forms in which other programs write the time of an event."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from auditctl.errors import EventError
from auditctl.events.clock import MAX_MS, MIN_MS, datetime_to_ms, format_ms, parse_instant

# a number below this is seconds: as milliseconds it would lie before March 1973
_LEAST_MS = 100_000_000_000

# 9 to 10 digits are seconds since 1970, 12 to 13 milliseconds, in 1973 to 2286; with 8 digits
# an ISO date without hyphens is meant
_EPOCH = re.compile(r"(\d{9,10}|\d{12,13})(\.\d+)?", re.ASCII)
# JavaScript's Date.toString(), with or without the name of the zone
_JAVASCRIPT = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d?) (\d{4}) (\d\d):(\d\d):(\d\d) "
    r"(?:GMT|UTC)([+-])(\d\d):?(\d\d)(?: \(.*\))?",
    re.ASCII,
)
_MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


def canonical_time(text: str) -> str:
    """Return a time in canonical form.

    Reads ISO 8601 (also with `` UTC`` at its end, as Ruby writes it), seconds or milliseconds
    since 1970, JavaScript's ``Date.toString()`` and RFC 2822.

    Raises:
        EventError: The text has none of these forms.
    """
    text = text.strip()
    if _EPOCH.fullmatch(text):
        return canonical_number(float(text))
    javascript = _JAVASCRIPT.fullmatch(text)
    if javascript:
        return format_ms(_javascript_ms(javascript, text))
    iso = text[: -len(" UTC")] + "Z" if text.endswith(" UTC") else text
    try:
        return format_ms(parse_instant(iso))
    except EventError as error:
        try:
            moment = parsedate_to_datetime(text)
            if moment.tzinfo is None:
                # "-0000": UTC, but nothing is known about the place
                moment = moment.replace(tzinfo=UTC)
            return format_ms(datetime_to_ms(moment))
        except (ValueError, TypeError, IndexError, OverflowError):
            raise error from None


def canonical_number(number: float) -> str:
    """Return a time since 1970 in canonical form.

    Args:
        number: Milliseconds, or seconds if it is below 100,000,000,000.

    Raises:
        EventError: It lies outside the years 1 to 9999.
    """
    ms = number if abs(number) >= _LEAST_MS else number * 1000
    if not MIN_MS <= ms <= MAX_MS:
        raise EventError(f"{number} lies outside the years 1 to 9999, as milliseconds since 1970")
    return format_ms(int(ms // 1))


def _javascript_ms(match: re.Match[str], text: str) -> int:
    month, day, year, hour, minute, second, sign, zone_hours, zone_minutes = match.groups()
    offset = timedelta(hours=int(zone_hours), minutes=int(zone_minutes))
    try:
        moment = datetime(
            int(year),
            _MONTHS.index(month) + 1,
            int(day),
            int(hour),
            int(minute),
            int(second),
            tzinfo=timezone(-offset if sign == "-" else offset),
        )
        return datetime_to_ms(moment)
    except (ValueError, OverflowError) as error:
        raise EventError(f"{text[:60]!r} is not a time") from error
