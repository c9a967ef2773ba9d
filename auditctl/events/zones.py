"""Time zones, and the way from a civil time (what a clock on the wall shows) to an instant.

Clocks that are changed skip some civil times and show others twice. The rule, for the whole
program: a skipped time is moved forward by the length of the gap, of a time that occurs twice the
first is meant, and a civil day starts at its first moment. The first two are what PEP 495 calls
``fold=0``.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from auditctl.errors import TimeError
from auditctl.events.clock import MAX_MS, MIN_MS, ms_to_datetime

FIRST_WALL = datetime(1, 1, 1)  # noqa: DTZ001 - a civil time
LAST_WALL = datetime(9999, 12, 31, 23, 59, 59, 999_999)  # noqa: DTZ001 - a civil time

_NAIVE_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - civil times are naive until resolved
_MILLISECOND = timedelta(milliseconds=1)
_LOCALTIME = Path("/etc/localtime")
_TIMEZONE = Path("/etc/timezone")
# leap second tables in disguise: their "UTC" is 27 s off
_FOREIGN = ("right/", "posix/")
# a rule instead of a name, such as CET-1CEST,M3.5.0,M10.5.0/3 or <+03>-3
_POSIX_RULE = re.compile(r"(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]+>)[+-]?\d.*", re.ASCII)


def zone_named(name: str) -> tzinfo:
    """Return the zone with this IANA name, such as ``Europe/Berlin``, or ``UTC`` or ``local``.

    Raises:
        TimeError: There is no such zone; says what is spelt nearly so.
    """
    if name.lower() in ("utc", "z"):
        return ZoneInfo("UTC") if _iana("UTC") else UTC
    if name.lower() == "local":
        return local_zone()
    zone = _iana(name)
    if zone is None:
        raise _unknown(name)
    return zone


def local_zone(environ: Mapping[str, str] | None = None) -> tzinfo:
    """Return the zone of this computer, with its IANA name where that can be found.

    ``TZ`` comes first, then what ``/etc/localtime`` points at, then ``/etc/timezone``. Only where
    none of them names a zone (Windows, or a POSIX rule in ``TZ``) the C library is asked, which
    knows no history.

    Args:
        environ: The environment; ``os.environ`` if None.

    Raises:
        TimeError: ``TZ`` is set to something that is no zone; the C library takes that as UTC.
    """
    text = (os.environ if environ is None else environ).get("TZ")
    if text is None:
        return _zone_of_system(_LOCALTIME, _TIMEZONE)
    name = text.removeprefix(":")
    if not name:
        return zone_named("UTC")
    zone = _zone_of_file(Path(name)) if name.startswith("/") else _iana(name)
    if zone is not None:
        return zone
    if _POSIX_RULE.fullmatch(name):
        return _zone_of_libc()
    error = _unknown(name)
    raise TimeError(f"TZ: {error.message}", hint=error.hint)


def zone_label(zone: tzinfo) -> str:
    """Return the name of a zone for people: the IANA name, ``UTC``, ``UTC+02:00``."""
    if isinstance(zone, ZoneInfo):
        return "UTC" if zone.key == "Etc/UTC" else zone.key or "local time"
    text = str(zone)
    return text if text.startswith("UTC") else "local time"


def _iana(name: str) -> ZoneInfo | None:
    if not name.isascii() or name.startswith(_FOREIGN):
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # in this order: no such key; not relative, or no zone file; a folder, or too long
        return None


def _unknown(name: str) -> TimeError:
    import zoneinfo  # noqa: PLC0415 - reads some 600 files, only for an error

    from auditctl.closeness import closest  # noqa: PLC0415 - only for an error

    names = {key.lower(): key for key in zoneinfo.available_timezones()}
    cities = {key.rpartition("/")[2]: key for key in sorted(names)}
    wanted = name[:60].lower().replace(" ", "_")
    city = wanted.rpartition("/")[2]
    near = [names[key] for key in closest(wanted, names, most=2)]
    if wanted in names:
        near = [names[wanted]]
    elif city in cities:
        near = [names[cities[city]]]
    question = "; did you mean " + " or ".join(f'"{key}"' for key in near) + "?" if near else ""
    return TimeError(
        f"{name[:60]!r} is not a time zone{question}",
        hint="zones have IANA names, such as Europe/Berlin or America/New_York, or UTC or local",
    )


def _zone_of_file(path: Path) -> ZoneInfo | None:
    """Return the zone of a TZif file, under its IANA name if the path has one."""
    for candidate in (path, path.resolve()):
        _, found, name = str(candidate).partition("/zoneinfo/")
        zone = _iana(name) if found else None
        if zone is not None:
            return zone
    try:
        with path.open("rb") as file:
            return ZoneInfo.from_file(file)
    except (ValueError, OSError):
        return None


def _zone_of_system(localtime: Path, timezone: Path) -> tzinfo:
    named = _zone_of_file(localtime)
    if named is not None and named.key:
        return named
    try:
        key = timezone.read_text("ascii").strip()
    except (OSError, ValueError):
        key = ""
    return (_iana(key) if key else None) or named or _zone_of_libc()


def _zone_of_libc() -> tzinfo:
    from dateutil.tz import tzlocal  # noqa: PLC0415 - 8 ms, and rarely needed

    return tzlocal()


@dataclass(frozen=True)
class Resolved:
    """The instant of a civil time, in milliseconds, and a note if the clocks were changed."""

    ms: int
    note: str | None = None


def to_wall(ms: int, zone: tzinfo) -> datetime:
    """Return what the clocks of ``zone`` show at ``ms``, as a naive datetime.

    Instants outside years 1 to 9999 are taken as the nearest inside, on the wall as well.
    """
    moment = ms_to_datetime(min(max(ms, MIN_MS), MAX_MS))
    try:
        return moment.astimezone(zone).replace(tzinfo=None)
    except (OverflowError, ValueError):
        return FIRST_WALL if ms < 0 else LAST_WALL


def offset_ms(wall: datetime, zone: tzinfo, fold: int = 0) -> int:
    """Return the offset from UTC that ``zone`` has at a civil time, in milliseconds."""
    offset = wall.replace(tzinfo=zone, fold=fold).utcoffset()
    return (offset or timedelta()) // _MILLISECOND


def instants_of(wall: datetime, zone: tzinfo) -> list[int]:
    """Return when the clocks show ``wall``: no instant (skipped), one, or two in order."""
    first, second = offset_ms(wall, zone, 0), offset_ms(wall, zone, 1)
    if first < second:
        return []
    plain = _plain(wall)
    return [plain - first] if first == second else [plain - first, plain - second]


def resolve_wall(wall: datetime, zone: tzinfo) -> Resolved:
    """Return the instant of a civil time by the rule that the module states."""
    first, second = offset_ms(wall, zone, 0), offset_ms(wall, zone, 1)
    ms = _plain(wall) - first
    if first == second:
        return Resolved(ms)
    name = zone_label(zone)
    if first < second:
        moved = wall_text(to_wall(ms, zone))
        note = f"{wall_text(wall)} is skipped by the clocks of {name}; moved forward to {moved}"
    else:
        note = f"{wall_text(wall)} occurs twice in {name}; the first is meant"
    return Resolved(ms, note)


def day_start(day: date, zone: tzinfo) -> int:
    """Return the first moment of a civil day; of a skipped day, that of the day after."""
    wall = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - resolved here
    first, second = offset_ms(wall, zone, 0), offset_ms(wall, zone, 1)
    plain = _plain(wall)
    if first >= second:
        return plain - first
    # midnight is skipped: the day starts when the clocks are changed, found by bisection
    before, after = plain - second, plain - first
    while after - before > 1:
        middle = (before + after) // 2
        if to_wall(middle, zone) < wall:
            before = middle
        else:
            after = middle
    return after


def wall_text(wall: datetime) -> str:
    """Return a civil time as short as it can be told: ``2026-05-01 09:00``."""
    if wall.microsecond:
        return wall.isoformat(" ", "milliseconds")
    return wall.isoformat(" ", "seconds" if wall.second else "minutes")


def add_civil(wall: datetime, *, months: int = 0, days: int = 0) -> datetime:
    """Move a civil time by the calendar; the 31st becomes the last day of a shorter month.

    Raises:
        OverflowError: The result lies outside years 1 to 9999.
    """
    if not months:
        return wall + timedelta(days=days)
    from dateutil.relativedelta import relativedelta  # noqa: PLC0415 - 5 ms, rarely needed

    try:
        return wall + relativedelta(months=months, days=days)
    except ValueError as error:
        raise OverflowError(str(error)) from error


def _plain(wall: datetime) -> int:
    return (wall - _NAIVE_EPOCH) // _MILLISECOND
