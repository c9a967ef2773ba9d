"""What may stand behind the colon in a template: how a time, a number or a text is laid out."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from functools import cache

from auditctl.errors import UsageError
from auditctl.events.clock import EPOCH, is_canonical
from auditctl.formats.safety import clip, visible, width

# (layout, what it does), for help
LAYOUTS = (
    ("<20  >10  ^12", "20 cells or more: text to the left, right, middle"),
    (".30", "text cut to 30 cells"),
    ("<20.20", "both: exactly 20 cells"),
    (",  .2f  05d  .1%", "a number: thousands, digits, leading zeros, per cent"),
    ("%F %H:%M", "a time in your zone, as in strftime; %f has 3 digits"),
)

_LAYOUT = r"([<>^])?(0)?([1-9][0-9]{0,2})?(,)?(?:\.([0-9]{1,3}))?([df%])?"
_HINT = "a layout is such as <20, >10, .30, .2f or 05d; of a time also %H:%M"

# what strftime does alike on every system; %f, %s, %Y and those made of others are done here
_DIRECTIVES = frozenset("aAbBcdHIjmMpSuUVwWxXyGZz")
_JOINED = {"F": "%Y-%m-%d", "T": "%H:%M:%S", "R": "%H:%M", "D": "%m/%d/%y"}


def is_layout(spec: str) -> bool:
    """Tell whether this is the layout of a number or a text."""
    return re.fullmatch(_LAYOUT, spec) is not None


class Layout:
    """The layout of a number or a text.

    Args:
        spec: What stands behind the colon; empty for the value as it is.

    Raises:
        UsageError: There is no such layout.
    """

    def __init__(self, spec: str) -> None:
        match = re.fullmatch(_LAYOUT, spec)
        if match is None:
            raise UsageError(f"there is no layout {spec!r}", hint=_HINT)
        self._align, zero, cells, comma, digits, self._kind = match.groups()
        self._zero, self._comma = bool(zero), comma or ""
        self._cells = int(cells or 0)
        self._digits = None if digits is None else int(digits)
        self._numeric = bool(zero or comma or self._kind)

    def laid_out(self, value: object, text: str) -> str:
        """Return a value.

        Args:
            value: The JSON value, which counts if it is a number.
            text: What it is as text.
        """
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if number and self._numeric:
            text = self._number(value, text)  # type: ignore[arg-type]  # seen to be a number
        text = visible(text)
        if self._digits is not None and not number:
            text = clip(text, self._digits)
        return self._aligned(text, right=number or self._numeric)

    def _number(self, value: float, text: str) -> str:
        digits = "" if self._digits is None or not self._kind else f".{self._digits}"
        filled = f"0{self._cells}" if self._zero and self._cells else ""
        try:
            if self._kind == "d":
                return format(round(value), f"{filled}{self._comma}d")
            if self._kind or filled or self._comma:
                return format(value, f"{filled}{self._comma}{digits}{self._kind or ''}")
        except (OverflowError, ValueError):  # no finite number, or one that no float can hold
            pass
        return text

    def _aligned(self, text: str, *, right: bool) -> str:
        missing = self._cells - width(text)
        if missing <= 0:
            return text
        align = self._align or (">" if right else "<")
        before = {"<": 0, ">": missing, "^": missing // 2}[align]
        return " " * before + text + " " * (missing - before)


class TimeLayout:
    """The layout of a time, by the directives of ``strftime``.

    Args:
        spec: Text with directives.
        zone: The zone; None is UTC.

    Raises:
        UsageError: A directive is not known.
    """

    def __init__(self, spec: str, zone: tzinfo | None) -> None:
        self._zone = zone or UTC
        self._parts: list[str | Callable[[datetime], str]] = _parts(spec)

    def laid_out(self, text: str) -> str:
        """Return a canonical time; what is no time is returned as it is."""
        if not is_canonical(text):
            return visible(text)
        try:
            moment = datetime.fromisoformat(text).astimezone(self._zone)
            parts = [part if isinstance(part, str) else part(moment) for part in self._parts]
        except (ValueError, OverflowError):  # no such day, or the zone moves it out of the calendar
            return visible(text)
        return "".join(parts)


def _parts(spec: str) -> list[str | Callable[[datetime], str]]:
    parts: list[str | Callable[[datetime], str]] = []
    done = 0
    for match in re.finditer(r"%(:z|-?.|)", spec, re.DOTALL):
        parts.append(visible(spec[done : match.start()]))
        parts.extend(_directive(match[1]))
        done = match.end()
    parts.append(visible(spec[done:]))
    return parts


def _directive(name: str) -> list[str | Callable[[datetime], str]]:
    if name == "%":
        return ["%"]
    if name in _JOINED:
        return _parts(_JOINED[name])
    own = _OWN.get(name)
    if own is not None:
        return [own]
    if name.removeprefix("-") not in _DIRECTIVES:
        raise UsageError(
            f"there is no directive '%{name}' of times",
            hint="such as %Y-%m-%d %H:%M:%S.%f %z; %% is a per cent sign",
        )
    if not name.startswith("-"):
        return [lambda moment: moment.strftime(f"%{name}")]
    # without leading zeros; strftime itself has this on some systems only
    return [lambda moment: moment.strftime(f"%{name[1:]}").lstrip("0") or "0"]


def _offset(moment: datetime) -> str:
    text = moment.strftime("%z")
    return f"{text[:3]}:{text[3:]}"


def _seconds(moment: datetime) -> str:
    return str((moment - EPOCH).days * 86_400 + (moment - EPOCH).seconds)


_OWN: dict[str, Callable[[datetime], str]] = {
    "f": lambda moment: f"{moment.microsecond // 1000:03d}",
    "Y": lambda moment: f"{moment.year:04d}",  # strftime writes 0999 as 999 on some systems
    "s": _seconds,
    ":z": _offset,
}


@cache
def plain_layout() -> Layout:
    """Return the layout that leaves a value as it is."""
    return Layout("")
