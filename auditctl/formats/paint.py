"""Colours: few, from the terminal's own palette, and the same actor always in the same one."""

from zlib import crc32

# name as Rich knows it -> parameters of the SGR sequence that Rich writes for it
SGR = {
    "bold": "1",
    "dim": "2",
    "green": "32",
    "yellow": "33",
    "magenta": "35",
    "cyan": "36",
    "bright_green": "92",
    "bright_blue": "94",
    "bright_magenta": "95",
    "bright_cyan": "96",
}

# red is left for failures; blue and bright yellow cannot be read on half of all backgrounds
_PALETTE = tuple(name for name in SGR if name not in {"bold", "dim"})


def paint(text: str, colour: str) -> str:
    """Return visible text in a colour of :data:`SGR`; an empty name leaves it plain."""
    return f"\x1b[{SGR[colour]}m{text}\x1b[0m" if colour and text else text


def actor_colour(identity: str) -> str:
    """Return the colour of an actor, which depends on nothing but the id."""
    return _PALETTE[crc32(identity.encode("utf-8", "surrogatepass")) % len(_PALETTE)]
