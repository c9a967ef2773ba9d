"""The words of the time language: what the parser reads, ``help time`` shows and errors list.

Everything that a user may write is in these tables, so the help cannot forget a unit or a word.
"""

from dataclasses import dataclass

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY


@dataclass(frozen=True)
class Unit:
    """A unit of time.

    Attributes:
        symbol: The short form, ``mo``; always lower case, as ``M`` would be read both ways.
        names: The long forms.
        ms: The nominal length in milliseconds; exact for units that are not calendar units.
        days: How many civil days it moves a date by.
        months: How many calendar months it moves a date by.
    """

    symbol: str
    names: tuple[str, ...]
    ms: int
    days: int = 0
    months: int = 0

    @property
    def exact(self) -> bool:
        """Whether the unit is a fixed number of milliseconds, whatever the clocks do."""
        return not self.days and not self.months


# longest first: an amount such as 1d12h names its units in this order
UNITS = (
    Unit("y", ("yr", "yrs", "year", "years"), 365 * DAY, months=12),
    Unit("q", ("quarter", "quarters"), 91 * DAY, months=3),
    Unit("mo", ("month", "months"), 30 * DAY, months=1),
    Unit("w", ("wk", "wks", "week", "weeks"), WEEK, days=7),
    Unit("d", ("day", "days"), DAY, days=1),
    Unit("h", ("hr", "hrs", "hour", "hours"), HOUR),
    Unit("m", ("min", "mins", "minute", "minutes"), MINUTE),
    Unit("s", ("sec", "secs", "second", "seconds"), SECOND),
    Unit("ms", ("millisecond", "milliseconds"), 1),
)
UNIT_OF = {word: unit for unit in UNITS for word in (unit.symbol, *unit.names)}

DAY_WORDS = {"today": 0, "yesterday": -1, "tomorrow": 1}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKDAY_OF = {
    **{name: place for place, name in enumerate(WEEKDAYS)},
    **{name[:3]: place for place, name in enumerate(WEEKDAYS)},
}
# months in a period; None is the week, which is counted in days
PERIODS: dict[str, int | None] = {"week": None, "month": 1, "quarter": 3, "year": 12}
PERIOD_SHIFT = {"this": 0, "last": -1}
HALVES = ("am", "pm")

# every word that a time can hold, for "did you mean"
VOCABULARY = (
    "now",
    "ago",
    *DAY_WORDS,
    *WEEKDAY_OF,
    *PERIODS,
    *PERIOD_SHIFT,
    *HALVES,
    *UNIT_OF,
)


@dataclass(frozen=True)
class Form:
    """One way to write a time: what it names and examples that the parser reads."""

    title: str
    meaning: str
    examples: tuple[str, ...]


FORMS = (
    Form("now", "this moment", ("now",)),
    Form(
        "that long before now",
        "Also with a leading - or a trailing ago. A leading + is that long after now.",
        ("90s", "15m", "5h30m", "3d", "2w", "6mo", "1y", "-3d", "2 hours ago", "+2h"),
    ),
    Form(
        "date",
        "The whole year, quarter, month or day.",
        ("2026", "2026-Q3", "2026-05", "2026-05-01"),
    ),
    Form(
        "date and time",
        "RFC 3339, with T or a space. Without an offset or a zone, in the zone of the command.",
        (
            "2026-05-01T12:00:00.123Z",
            "2026-05-01T14:00+02:00",
            "2026-05-01 09:00",
            "2026-05-01 9am",
        ),
    ),
    Form(
        "with a zone",
        "An IANA name at the end of any form that has no offset.",
        (
            "2026-05-01 09:00 Europe/Berlin",
            "2026-05-01T09:00[Europe/Berlin]",
            "yesterday 9am America/New_York",
            "09:30 UTC",
        ),
    ),
    Form(
        "day word",
        "A weekday alone is the latest such day, today included; with last, before today.",
        ("today", "yesterday", "tomorrow", "monday", "fri", "last monday"),
    ),
    Form(
        "period",
        "Whole and by the calendar; a week begins on Monday.",
        ("this week", "last week", "this month", "last quarter", "last year"),
    ),
    Form(
        "clock",
        "Today, unless a day stands before or after it. 9am is the whole hour.",
        ("09:30", "14:30:05", "9am", "9:30pm", "yesterday 9am", "9am yesterday"),
    ),
    Form(
        "epoch",
        "After @: seconds since 1970 (up to 10 digits) or milliseconds (13 digits).",
        ("@1777636800", "@1777636800.123", "@1777636800123"),
    ),
)
ACCEPTED = (
    "accepted: now, 15m, 5h30m, 3d, 6mo, 2026, 2026-05, 2026-Q3, 2026-05-01, "
    "2026-05-01 09:00 Europe/Berlin, 2026-05-01T12:00:00.123Z, 09:30, yesterday 9am, "
    "last monday, this week, @1777636800; see auditctl help time"
)
