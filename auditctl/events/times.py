"""The time language: what ``--since``, ``--until`` and ``--on`` read, and what queries compare.

Nothing is guessed: a text that is not in the grammar of ``time_words.FORMS`` is refused, as a
silently wrong time is the worst that an audit tool can do.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from auditctl.errors import TimeError, UsageError
from auditctl.events.spans import Reading, Span
from auditctl.events.time_format import format_instant
from auditctl.events.time_forms import READERS, check_offset, read_now, read_relative
from auditctl.events.time_words import ACCEPTED, VOCABULARY
from auditctl.events.zones import zone_named

_LONGEST_TEXT = 100
_BLANKS = re.compile(r"[ \t]+")
_ZONE_IN_BRACKETS = re.compile(r"(?P<body>[^\[\]]+?) ?\[(?P<zone>[^\[\]]+)\]")
# UTC, or a name with a slash: abbreviations such as CST mean several zones
_ZONE_BEHIND = re.compile(
    r"(?P<body>.+?) (?P<zone>(?i:utc)|[A-Za-z][\w+-]*(?:/[\w+-]+)+)", re.ASCII
)
_BASIC_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_LOOSE_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", re.ASCII)
_EPOCH_DIGITS = re.compile(r"\d{10}(?:\d{3}|\.\d+)?", re.ASCII)
_LOST_PLUS = re.compile(r"\S+[Tt]\S+ \d\d:?\d\d", re.ASCII)
_LOOSE_QUARTER = re.compile(r"(?:q([1-4])[ -]?(\d{4})|(\d{4})[ -]?q([1-4]))", re.ASCII)


@dataclass(frozen=True)
class TimeRange:
    """A resolved range, ``[since, until)``, in milliseconds since 1970 UTC.

    Attributes:
        since: The first millisecond in it; None where it has no beginning.
        until: The first millisecond after it; None where it has no end.
        notes: What the user should know about how the texts were read.
    """

    since: int | None
    until: int | None
    notes: tuple[str, ...] = ()


def read_span(text: str, *, now: datetime, zone: tzinfo) -> Span:
    """Return what ``text`` names.

    Args:
        text: A time in one of the forms of ``auditctl help time``.
        now: The moment that relative times and day words count from; aware.
        zone: Where civil times are meant that name no zone themselves.

    Raises:
        TimeError: The text is in no form, or names what does not exist.
    """
    body = _tidy(text)
    try:
        span = _read(body, now, zone)
    except OverflowError as error:
        raise TimeError(f"{text[:60]!r} lies outside the years 1 to 9999", hint=ACCEPTED) from error
    except ValueError as error:
        raise TimeError(f"{text[:60]!r} is no possible time: {error}", hint=ACCEPTED) from error
    if span is not None:
        return span
    near = next((c for c in _candidates(body) if _readable(c, now, zone)), None)
    question = f'; did you mean "{near}"?' if near else ""
    raise TimeError(f"{text[:60]!r} is not a time{question}", hint=ACCEPTED)


def resolve_range(
    since: str | None, until: str | None, on: str | None, *, now: datetime, zone: tzinfo
) -> TimeRange:
    """Return the range that the options name.

    Args:
        since: ``--since``: the range starts with the start of this.
        until: ``--until``: the range ends before the start of this, however coarse it is.
        on: ``--on``: the whole of this; excludes the other two.
        now: The moment that relative times count from; aware.
        zone: Where civil times are meant.

    Raises:
        UsageError: ``on`` stands beside one of the others.
        TimeError: A text is not a time, or the range would be empty.
    """
    if on is not None:
        if since is not None or until is not None:
            raise UsageError(
                "--on names a whole range and cannot stand beside --since or --until",
                hint="use --on alone, or --since and --until",
            )
        return _resolve_on(on, now, zone)
    first = read_span(since, now=now, zone=zone) if since is not None else None
    last = read_span(until, now=now, zone=zone) if until is not None else None
    if first and last and first.start >= last.start:
        raise _empty_range(first, last, zone)
    notes = [
        f"{option} {span.text}: {span.note}"
        for option, span in (("--since", first), ("--until", last))
        if span and span.note
    ]
    return TimeRange(first.start if first else None, last.start if last else None, tuple(notes))


def _resolve_on(on: str, now: datetime, zone: tzinfo) -> TimeRange:
    span = read_span(on, now=now, zone=zone)
    reading = Reading(on, now, zone)
    body, _ = _without_zone(_tidy(on))
    if read_now(body, reading) or read_relative(body, reading):
        # its span is one millisecond, which is never what was meant
        raise TimeError(
            f"--on {on} names a moment, not a stretch of time",
            hint=f"use --since {on}, or name a day, such as --on yesterday or --on 2026-05-01",
        )
    notes = (f"--on {span.text}: {span.note}",) if span.note else ()
    return TimeRange(span.start, span.end, notes)


def _empty_range(first: Span, last: Span, zone: tzinfo) -> TimeError:
    start, end = format_instant(first.start, zone), format_instant(last.start, zone)
    if first.start == last.start:
        hint = "a range ends before --until"
        hint += f"; for the whole of it use --on {first.text!r}" if first.text == last.text else ""
    else:
        hint = "a range runs from the earlier --since to the later --until; swap the two"
    message = f"the range is empty: --since {first.text} is {start}, --until {last.text} is {end}"
    return TimeError(message, hint=hint)


def _tidy(text: str) -> str:
    return _BLANKS.sub(" ", text.strip(" \t\r\n"))


def _without_zone(body: str) -> tuple[str, str | None]:
    match = _ZONE_IN_BRACKETS.fullmatch(body) or _ZONE_BEHIND.fullmatch(body)
    return (match["body"], match["zone"]) if match else (body, None)


def _read(text: str, now: datetime, zone: tzinfo) -> Span | None:
    """Return the span of a tidy text, or None if it has none of the forms."""
    # only ASCII: other digits and letters pass for these in many functions
    if not text.isascii() or len(text) > _LONGEST_TEXT:
        return None
    body, name = _without_zone(text)
    reading = Reading(text, now, zone_named(name) if name is not None else zone)
    for reader in READERS:
        span = reader(body, reading)
        if span is not None:
            if name is not None:
                check_offset(body, span, reading)
            return span
    return None


def _readable(text: str, now: datetime, zone: tzinfo) -> bool:
    try:
        return _read(text, now, zone) is not None
    except (TimeError, ValueError, OverflowError):
        return False


def _candidates(body: str) -> Iterator[str]:
    """Yield what may have been meant by a text that is no time, the likeliest first."""
    if not body.isascii() or len(body) > _LONGEST_TEXT:
        return
    lower = body.lower()
    if body.endswith("M"):
        yield lower + "o"
    yield lower
    for pattern in (_BASIC_DATE, _LOOSE_DATE):
        match = pattern.fullmatch(body)
        if match is not None:
            yield f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}"
    quarter = _LOOSE_QUARTER.fullmatch(lower)
    if quarter is not None:
        yield f"{quarter[2] or quarter[3]}-Q{quarter[1] or quarter[4]}"
    if _EPOCH_DIGITS.fullmatch(body):
        yield f"@{body}"
    if _LOST_PLUS.fullmatch(body):
        # a + that was taken for a blank on its way through a URL
        yield "+".join(body.rsplit(" ", 1))
    yield lower.replace(" at ", " ")
    yield _respelt(lower)


def _respelt(text: str) -> str:
    """Return ``text`` with each unknown word replaced by the nearest known one."""
    from auditctl.closeness import closest  # noqa: PLC0415 - only for an error

    def nearest(match: re.Match[str]) -> str:
        if match[0] in VOCABULARY:
            return match[0]
        near = closest(match[0], VOCABULARY)
        return near[0] if near else match[0]

    return re.sub(r"[a-z]+", nearest, text)
