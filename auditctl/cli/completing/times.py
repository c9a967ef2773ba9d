"""Times, days, lengths, steps and zones that people often mean."""

from __future__ import annotations

import os
import sys
import time

from auditctl.cli.completing.candidates import Candidate

_AGO = (
    ("15m", "the last 15 minutes"),
    ("1h", "the last hour"),
    ("24h", "the last 24 hours"),
    ("7d", "the last 7 days"),
    ("30d", "the last 30 days"),
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LENGTHS = (
    Candidate("30s", "30 seconds"),
    Candidate("1m", "a minute"),
    Candidate("5m", "5 minutes"),
    Candidate("15m", "15 minutes"),
    Candidate("1h", "an hour"),
    Candidate("1d", "24 hours"),
)
STEPS = (
    Candidate("1m", "by minute"),
    Candidate("15m", "by quarter of an hour"),
    Candidate("1h", "by hour"),
    Candidate("1d", "by day"),
    Candidate("1w", "by week, from Monday"),
    Candidate("1mo", "by month"),
)
_FOLDERS = (
    "/usr/share/zoneinfo",
    "/usr/lib/zoneinfo",
    "/usr/share/lib/zoneinfo",
    "/etc/zoneinfo",
)
_NO_ZONES = {"posix", "right", "Factory", "posixrules", "localtime"}


def moments() -> list[Candidate]:
    """Return times that a range may begin or end with."""
    found = [Candidate("today", "since midnight"), Candidate("yesterday", "since its midnight")]
    found.extend(Candidate(text, summary) for text, summary in _AGO)
    found.extend(Candidate(name, "since its midnight, the last one") for name in _WEEKDAYS)
    return found


def days(now: float) -> list[Candidate]:
    """Return days, months, quarters and years near a time, in seconds since 1970."""
    year, month, day, *_ = time.localtime(now)
    before = (year, month - 1) if month > 1 else (year - 1, 12)
    return [
        Candidate("today"),
        Candidate("yesterday"),
        *(Candidate(name, "the last one") for name in _WEEKDAYS),
        Candidate(f"{year}-{month:02}-{day:02}", "a day"),
        Candidate(f"{year}-{month:02}", "this month"),
        Candidate(f"{before[0]}-{before[1]:02}", "the month before"),
        Candidate(f"{year}-Q{(month + 2) // 3}", "this quarter"),
        Candidate(f"{year}", "this year"),
    ]


def in_query(operator: str, now: float) -> list[Candidate]:
    """Return what may stand behind ``created:`` and an operator."""
    if operator:
        return moments()
    return [*days(now), *(Candidate(f">={text}", summary) for text, summary in _AGO)]


def zones(typed: str) -> list[Candidate]:
    """Return names of zones; regions where nothing is typed that tells more."""
    names = {"UTC", "local"}
    for folder in (*_FOLDERS, *(f"{path}/tzdata/zoneinfo" for path in sys.path)):
        if os.path.isdir(f"{folder}/Europe"):  # noqa: PTH112 - pathlib is not loaded for this
            names.update(_names(folder, ""))
            break
    if typed and any(name.startswith(typed) and "/" in name for name in names):
        wanted = [name for name in names if name.startswith(typed)]
        if "/" in typed or len(wanted) < 2:  # noqa: PLR2004 - one name is no choice
            return [Candidate(name) for name in sorted(wanted)]
    elif typed and not any(name.lower().startswith(typed.lower()) for name in names):
        return [Candidate(name) for name in sorted(names)]
    regions = {name.partition("/")[0] for name in names if "/" in name}
    plain = [Candidate(name) for name in sorted(names) if "/" not in name]
    return [*plain, *(Candidate(f"{name}/", final=False) for name in sorted(regions))]


def _names(folder: str, before: str) -> list[str]:
    """Return the names of zones in a folder of the zone database and in the folders inside it."""
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name in _NO_ZONES or not name[0].isupper() or "." in name:
                continue
            if not entry.is_dir():
                found.append(before + name)
            elif before.count("/") < 2:  # noqa: PLR2004 - America/Argentina/Ushuaia
                found.extend(_names(entry.path, f"{before}{name}/"))
    return found
