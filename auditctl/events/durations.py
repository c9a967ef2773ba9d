"""Lengths of time: ``15m``, ``1h30m``, ``6mo``."""

import re
from dataclasses import dataclass

from auditctl.errors import TimeError
from auditctl.events.time_words import DAY, HOUR, MINUTE, SECOND, UNIT_OF, UNITS, Unit

# a thousand years: from today that stays within years 1 to 9999 both ways
MAX_DURATION_MS = 365_250 * DAY

_LONGEST_TEXT = 100
_PART = re.compile(r"(\d{1,12}) ?([a-z]+) ?", re.ASCII)
_PRINTED = ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (SECOND, "s"), (1, "ms"))
_EXACT = ", ".join(unit.symbol for unit in reversed(UNITS) if not unit.months)


@dataclass(frozen=True)
class Amount:
    """A length of time as it was written: calendar months, civil days, exact milliseconds."""

    parts: tuple[tuple[int, Unit], ...]

    @property
    def months(self) -> int:
        """The calendar months in it."""
        return sum(count * unit.months for count, unit in self.parts)

    @property
    def days(self) -> int:
        """The civil days in it, weeks included."""
        return sum(count * unit.days for count, unit in self.parts)

    @property
    def exact_ms(self) -> int:
        """Its hours and smaller units, in milliseconds."""
        return sum(count * unit.ms for count, unit in self.parts if unit.exact)


def read_amount(text: str) -> Amount | None:
    """Return the length that ``text`` names, or None if it names none.

    The units stand from long to short and none twice, so that ``5m3h`` is no length.
    """
    parts: list[tuple[int, Unit]] = []
    place = 0
    while place < len(text):
        part = _PART.match(text, place)
        unit = UNIT_OF.get(part[2]) if part else None
        if part is None or unit is None or (parts and parts[-1][1].ms <= unit.ms):
            return None
        parts.append((int(part[1]), unit))
        place = part.end()
    return Amount(tuple(parts)) if parts and not text.endswith(" ") else None


def parse_duration(text: str) -> int:
    """Return a length of time in milliseconds: ``90s``, ``1h30m``, ``2d``; a day has 24 hours.

    Raises:
        TimeError: ``text`` is no length, has units of the calendar, whose length is not fixed, or
            is longer than a thousand years.
    """
    amount = read_amount(text.strip(" ")) if len(text) <= _LONGEST_TEXT else None
    if amount is None:
        raise TimeError(
            f"{text[:60]!r} is not a length of time{_near(text)}",
            hint=f"write a number and a unit ({_EXACT}), such as 90s, 5m, 1h30m or 2d",
        )
    if amount.months:
        unit = next(unit for _, unit in amount.parts if unit.months)
        raise TimeError(
            f"{text[:60]!r} has no fixed length: {unit.names[-1]} differ in length",
            hint=f"write it in one of the units {_EXACT}, such as 30d",
        )
    total = sum(count * unit.ms for count, unit in amount.parts)
    if total > MAX_DURATION_MS:
        raise TimeError(f"{text[:60]!r} is longer than a thousand years", hint="write less")
    return total


def _near(text: str) -> str:
    """Return a question with what was perhaps meant: a unit in capitals, or none at all."""
    if len(text) > _LONGEST_TEXT or not text.isascii():
        return ""
    lower = text.strip(" ").lower()
    if read_amount(lower) is not None:
        return f'; did you mean "{lower}"?'
    if lower.isdigit():
        return f'; did you mean "{lower}s" or "{lower}m"?'
    return ""


def format_duration(ms: int, *, parts: int = 2) -> str:
    """Return a length for people: ``1 h 30 min``, ``2 d 4 h``, ``250 ms``.

    Args:
        ms: The length in milliseconds; a negative one gets a minus sign.
        parts: How many neighbouring units, from the longest that is not 0; what is left is cut
            off. With 5 nothing is, and ``parse_duration`` reads the text back to ``ms``.
    """
    left = abs(ms)
    first = next((place for place, (size, _) in enumerate(_PRINTED) if left >= size), None)
    if first is None:
        return "0 s"
    pieces: list[str] = []
    for size, name in _PRINTED[first : first + parts]:
        count, left = divmod(left, size)
        if count:
            pieces.append(f"{count} {name}")
    return ("-" if ms < 0 else "") + " ".join(pieces)
