"""The text of ``auditctl help time``, made from the tables that the parser reads."""

import textwrap

from auditctl.events.time_words import (
    DAY_WORDS,
    FORMS,
    PERIOD_SHIFT,
    PERIODS,
    UNITS,
    WEEKDAYS,
    Form,
    Unit,
)

_WIDTH = 80
_COLUMN = 20

# the layout of these texts is made by textwrap
_RULES = (
    (
        "Ranges",
        """
        A range starts with --since and ends before --until, so that two ranges which
        meet share no event. Both mean the start of what is named: --until 2026-05-01
        leaves out all of that day. --on names the whole: --on 2026-05-01 is the day,
        --on 2026-05 the month, --on 'last week' the week. It stands alone, and takes no
        now and no length before now. An empty range, such as one that ends before it
        starts, is an error.
        """,
    ),
    (
        "Lengths",
        """
        Hours and shorter units are exact. Days, weeks, months, quarters and years
        before now go by the calendar of the zone and keep the clock: 1d before 09:00 is
        09:00 of the day before, also where that day has 23 or 25 hours. 1mo before
        March 31 is the last day of February. Units are joined from long to short
        (1d12h) and are written small: m is minutes, mo is months.
        """,
    ),
    (
        "Options that take a length",
        """
        For --around, --for and --idle-timeout a day has 24 hours and a week 7 days;
        units of months and longer are refused there, as their length is not fixed.
        """,
    ),
    (
        "Steps of --every",
        """
        One number and one unit, 1s to 1000y. Hours and shorter are laid from midnight
        and have to divide a day evenly; days from midnight, weeks from Monday, months,
        quarters and years from their first day, all in the zone.
        """,
    ),
    (
        "Zones",
        """
        Times without an offset or a zone are meant in the zone of --tz, else of the
        profile, else of TZ, else of this computer. Zones have IANA names, such as
        Europe/Berlin; UTC and local are read as well. Abbreviations such as CST are
        refused behind a time, as they mean several zones.
        """,
    ),
    (
        "Changed clocks",
        """
        A time that the clocks skip is moved forward by the length of the gap. Of a time
        that occurs twice the first is meant; write an offset, such as
        2026-10-25T02:30+01:00, for the second. A day starts at its first moment. A note
        tells when one of these was applied.
        """,
    ),
    (
        "Precision",
        """
        Times are kept to the millisecond; finer digits are cut off. Years 1 to 9999. A
        number of four digits is a year; other bare numbers are refused.
        """,
    ),
    (
        "Output",
        """
        Tables show times in the zone. Machine output (JSON, CSV and the like) is always
        UTC, such as 2026-05-01T12:00:00.123Z, and can be given back as a time.
        """,
    ),
)


def time_topic() -> str:
    """Return the help on times as plain text, at most 80 columns wide, with a final line feed."""
    blocks = [
        "Times, for --since, --until, --on and in queries.",
        "What can be written\n" + "\n".join(_form_lines(form) for form in FORMS),
        "Units\n" + "\n".join(_unit_line(unit) for unit in reversed(UNITS)),
        "Words\n" + "\n".join(_word_lines()),
    ]
    blocks += [f"{title}\n{_wrapped(text, '  ', '  ')}" for title, text in _RULES]
    return "\n\n".join(blocks) + "\n"


def _wrapped(text: str, first: str, rest: str) -> str:
    return textwrap.fill(
        " ".join(text.split()),
        _WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _form_lines(form: Form) -> str:
    """Return a form: its title with the examples beside it, then what it means."""
    indent = " " * _COLUMN
    # a blank inside an example must not be broken at, and examples are set apart by commas
    joined = ", ".join(example.replace(" ", "\0") for example in form.examples)
    examples = _wrapped(joined, indent, indent).replace("\0", " ")
    head = f"  {form.title}".ljust(_COLUMN)
    lines = head + examples[_COLUMN:] if len(head) <= _COLUMN else f"{head}\n{examples}"
    return f"{lines}\n{_wrapped(form.meaning, indent, indent)}"


def _unit_line(unit: Unit) -> str:
    kind = "exact" if unit.exact else "calendar"
    return f"  {unit.symbol.ljust(6)}{', '.join(unit.names).ljust(40)}{kind}"


def _word_lines() -> list[str]:
    short = ", ".join(f"{name} ({name[:3]})" for name in WEEKDAYS)
    return [
        _wrapped(", ".join(DAY_WORDS), "  ", "  "),
        _wrapped(short, "  ", "  "),
        _wrapped(f"{' or '.join(PERIOD_SHIFT)}, then {', '.join(PERIODS)}", "  ", "  "),
    ]
