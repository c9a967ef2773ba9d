"""Times for people: tables, footers and explanations. Machine output uses ``clock.format_ms``."""

from datetime import UTC, tzinfo
from typing import Literal

from auditctl.events.clock import MAX_MS, MIN_MS, ms_to_datetime
from auditctl.events.durations import format_duration
from auditctl.events.time_words import DAY, MINUTE, SECOND
from auditctl.events.zones import instants_of, to_wall, zone_label

Style = Literal["full", "milliseconds", "seconds", "minutes", "date", "clock"]

_JUST_NOW = 5 * SECOND
# above these, days are told as months or years of average Gregorian length
_MONTH = 2_629_746 * SECOND
_YEAR = 12 * _MONTH


def format_local(ms: int, zone: tzinfo, *, style: Style = "seconds") -> str:
    """Return an instant as the clocks of ``zone`` show it.

    Args:
        ms: Milliseconds since 1970 UTC; outside years 1 to 9999 the nearest inside is shown.
        zone: The zone of the reader.
        style: ``full`` is ``2026-05-01 14:00:00.123 +02:00``; ``milliseconds``, ``seconds`` and
            ``minutes`` leave out the offset and what is finer; ``date`` is the date alone, and
            ``clock`` is ``14:00:00``.
    """
    wall = to_wall(ms, zone)
    if style == "date":
        return wall.date().isoformat()
    if style == "clock":
        return wall.time().isoformat("seconds")
    if style == "full":
        return f"{wall.isoformat(' ', 'milliseconds')} {format_offset(ms, zone)}"
    return wall.isoformat(" ", style)


def format_offset(ms: int, zone: tzinfo) -> str:
    """Return the offset of ``zone`` from UTC at an instant: ``+02:00``."""
    moment = ms_to_datetime(min(max(ms, MIN_MS), MAX_MS))
    try:
        return moment.astimezone(zone).isoformat()[26 if moment.microsecond else 19 :]
    except (OverflowError, ValueError):
        return moment.astimezone(UTC).isoformat()[-6:]


def format_instant(ms: int, zone: tzinfo) -> str:
    """Return an instant as short as it can be told: to the minute, second or millisecond.

    The offset stands behind it where the clocks show the same time twice.
    """
    style: Style = "milliseconds" if ms % SECOND else "seconds" if ms % MINUTE else "minutes"
    wall = to_wall(ms, zone)
    text = wall.isoformat(" ", style)
    return f"{text} {format_offset(ms, zone)}" if len(instants_of(wall, zone)) > 1 else text


def format_range(since: int | None, until: int | None, zone: tzinfo) -> str:
    """Return a resolved range in a line: ``2026-05-01 00:00 → 2026-05-02 00:00 Europe/Berlin``.

    An open beginning reads ``beginning``, an open end ``now``.
    """
    start = format_instant(since, zone) if since is not None else "beginning"
    end = format_instant(until, zone) if until is not None else "now"
    return f"{start} → {end} {zone_label(zone)}"


def format_relative(ms: int, now_ms: int) -> str:
    """Return how far an instant is from now: ``3 h ago``, ``in 2 min``, ``just now``.

    One unit, rounded down; months and years are average ones.
    """
    away = abs(ms - now_ms)
    if away < _JUST_NOW:
        return "just now"
    if away >= _YEAR:
        text = f"{away // _YEAR} y"
    elif away >= 31 * DAY:
        text = f"{away // _MONTH} mo"
    else:
        text = format_duration(away, parts=1)
    return f"in {text}" if ms > now_ms else f"{text} ago"
