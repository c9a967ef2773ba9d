"""The readers of the time language, one for each form.

Each takes the text without its zone and gives the span, or None where the text has another form.
A text of the right form that names nothing raises ``ValueError`` (no such date or clock) or
``OverflowError`` (outside years 1 to 9999), which ``times.read_span`` explains.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, time

from auditctl.errors import TimeError
from auditctl.events.clock import datetime_to_ms
from auditctl.events.durations import read_amount
from auditctl.events.spans import Reading, Span
from auditctl.events.time_words import (
    DAY_WORDS,
    HOUR,
    MINUTE,
    PERIOD_SHIFT,
    PERIODS,
    SECOND,
    WEEKDAY_OF,
)
from auditctl.events.zones import add_civil, resolve_wall, to_wall, zone_label

_RELATIVE = re.compile(r"(?P<sign>[+-]?)(?P<amount>\d.*?)(?P<ago> ago)?", re.ASCII)
_EPOCH = re.compile(r"@(?:(?P<s>\d{1,10})(?:\.(?P<part>\d{1,9}))?|(?P<ms>\d{13}))", re.ASCII)
_QUARTER = re.compile(r"(\d{4})-[Qq]([1-4])", re.ASCII)
_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", re.ASCII)
_DATE_TIME = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)[Tt ]"
    r"(?P<clock>\d\d:\d\d(?P<s>:\d\d(?P<part>[.,]\d{1,9})?)?)"
    r" ?(?P<offset>[Zz]|[+-]\d\d:?\d\d)?",
    re.ASCII,
)
_CLOCK = re.compile(
    r"(?P<h>\d{1,2})(?::(?P<m>\d\d)(?::(?P<s>\d\d)(?:[.,](?P<part>\d{1,9}))?)?)?"
    r" ?(?P<half>am|pm)?",
    re.ASCII | re.IGNORECASE,
)


def read_now(body: str, reading: Reading) -> Span | None:
    """Read ``now``."""
    if body.lower() != "now":
        return None
    return reading.span(reading.now_ms, reading.now_ms + 1)


def read_relative(body: str, reading: Reading) -> Span | None:
    """Read ``3d``, ``-3d``, ``3d ago`` (before now) and ``+3d`` (after now).

    Days and longer move the date and keep the clock; hours and shorter are exact.
    """
    match = _RELATIVE.fullmatch(body)
    amount = read_amount(match["amount"]) if match else None
    if match is None or amount is None or (match["sign"] and match["ago"]):
        return None
    sign = 1 if match["sign"] == "+" else -1
    ms, note = reading.now_ms, None
    if amount.months or amount.days:
        wall = add_civil(reading.wall, months=sign * amount.months, days=sign * amount.days)
        resolved = resolve_wall(wall, reading.zone)
        ms, note = resolved.ms, resolved.note
    ms += sign * amount.exact_ms
    return reading.span(ms, ms + 1, note)


def read_epoch(body: str, reading: Reading) -> Span | None:
    """Read ``@1777636800``, with a fraction or not, and ``@1777636800123``."""
    match = _EPOCH.fullmatch(body)
    if match is None:
        return None
    if match["ms"]:
        ms = int(match["ms"])
        return reading.span(ms, ms + 1)
    ms = int(match["s"]) * SECOND + _milliseconds(match["part"])
    return reading.span(ms, ms + (1 if match["part"] else SECOND))


def read_date_time(body: str, reading: Reading) -> Span | None:
    """Read a date with a clock, and with an offset from UTC or not."""
    match = _DATE_TIME.fullmatch(body)
    if match is None:
        return None
    from dateutil.parser import isoparse  # noqa: PLC0415 - 33 ms

    if match["clock"].startswith("24"):
        raise ValueError("hour must be in 0..23")
    wall = isoparse(f"{match['date']}T{match['clock']}")
    width = 1 if match["part"] else SECOND if match["s"] else MINUTE
    if match["offset"] is None:
        resolved = resolve_wall(wall, reading.zone)
        return reading.span(resolved.ms, resolved.ms + width, resolved.note)
    ms = datetime_to_ms(isoparse(f"{match['date']}T{match['clock']}{match['offset'].upper()}"))
    return reading.span(ms, ms + width)


def check_offset(body: str, span: Span, reading: Reading) -> None:
    """Refuse an offset that the zone beside it did not have then (RFC 9557).

    ``Z`` beside a zone is no conflict there: it says UTC, and nothing of local time.

    Raises:
        TimeError: The two contradict each other.
    """
    match = _DATE_TIME.fullmatch(body)
    if match is None or match["offset"] in (None, "Z", "z"):
        return
    shown = to_wall(span.start, reading.zone).isoformat(timespec="minutes")
    if shown != f"{match['date']}T{match['clock'][:5]}":
        raise TimeError(
            f"{reading.text!r} contradicts itself: "
            f"{zone_label(reading.zone)} was not at {match['offset']} then",
            hint="leave out the offset or the zone",
        )


def read_date(body: str, reading: Reading) -> Span | None:
    """Read ``2026``, ``2026-Q3``, ``2026-05`` and ``2026-05-01``: the whole of it."""
    quarter = _QUARTER.fullmatch(body)
    if quarter is not None:
        first = date(int(quarter[1]), 3 * int(quarter[2]) - 2, 1)
        return reading.days_from(first, months=3)
    match = _DATE.fullmatch(body)
    if match is None:
        return None
    first = date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    if match[3]:
        return reading.days_from(first, days=1)
    return reading.days_from(first, months=1 if match[2] else 12)


def read_period(body: str, reading: Reading) -> Span | None:
    """Read ``this week``, ``last quarter`` and the like."""
    words = body.lower().split(" ")
    if len(words) != 2 or words[0] not in PERIOD_SHIFT or words[1] not in PERIODS:  # noqa: PLR2004 - two words
        return None
    shift, months, today = PERIOD_SHIFT[words[0]], PERIODS[words[1]], reading.today
    if months is None:
        ordinal = today.toordinal() - today.weekday() + 7 * shift
        return reading.days_from(date.fromordinal(ordinal), days=7)
    # the month, counted from January of year 0, with which the period begins
    index = (today.year * 12 + today.month - 1) // months * months + shift * months
    return reading.days_from(date(index // 12, index % 12 + 1, 1), months=months)


def read_day_and_clock(body: str, reading: Reading) -> Span | None:
    """Read ``yesterday``, ``9am``, ``yesterday 9am``, ``9am yesterday``, ``2026-05-01 9am``."""
    day = _day(body, reading.today)
    if day is not None:
        return reading.days_from(day, days=1)
    clock = _clock(body)
    if clock is not None:
        return _at(reading.today, clock, reading)
    words = body.split(" ")
    for place in range(1, len(words)):
        left, right = " ".join(words[:place]), " ".join(words[place:])
        for day_text, clock_text in ((left, right), (right, left)):
            day, clock = _day(day_text, reading.today), _clock(clock_text)
            if day is not None and clock is not None:
                return _at(day, clock, reading)
    return None


def _at(day: date, clock: tuple[time, int], reading: Reading) -> Span:
    resolved = resolve_wall(datetime.combine(day, clock[0]), reading.zone)
    return reading.span(resolved.ms, resolved.ms + clock[1], resolved.note)


def _day(text: str, today: date) -> date | None:
    """Return the day that a day word, a weekday or an ISO date names."""
    word = text.lower()
    if word in DAY_WORDS:
        return date.fromordinal(today.toordinal() + DAY_WORDS[word])
    if word in WEEKDAY_OF:
        return date.fromordinal(today.toordinal() - (today.weekday() - WEEKDAY_OF[word]) % 7)
    name = word.removeprefix("last ")
    if name != word and name in WEEKDAY_OF:
        back = (today.weekday() - WEEKDAY_OF[name] - 1) % 7 + 1
        return date.fromordinal(today.toordinal() - back)
    match = _DATE.fullmatch(text)
    return date.fromisoformat(text) if match is not None and match[3] else None


def _clock(text: str) -> tuple[time, int] | None:
    """Return the clock time that ``text`` names and how many milliseconds it covers.

    Raises:
        ValueError: No clock shows it, such as 25:00 or 13pm.
    """
    match = _CLOCK.fullmatch(text)
    if match is None or not (match["m"] or match["half"]):
        return None
    hour = int(match["h"])
    if match["half"]:
        if not 1 <= hour <= 12:  # noqa: PLR2004 - the hours of a 12-hour clock
            raise ValueError("hour must be in 1..12 with am and pm")
        hour = hour % 12 + (12 if match["half"].lower() == "pm" else 0)
    microsecond = 1_000 * _milliseconds(match["part"])
    clock = time(hour, int(match["m"] or 0), int(match["s"] or 0), microsecond)
    if match["part"]:
        return clock, 1
    return clock, SECOND if match["s"] else MINUTE if match["m"] else HOUR


def _milliseconds(fraction: str | None) -> int:
    """Return the digits after the point as milliseconds; finer ones are cut off."""
    return int((fraction or "")[:3].ljust(3, "0"))


READERS: tuple[Callable[[str, Reading], Span | None], ...] = (
    read_now,
    read_relative,
    read_epoch,
    read_date_time,
    read_date,
    read_period,
    read_day_and_clock,
)
