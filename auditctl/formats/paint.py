"""Colours: few, legible on dark and light backgrounds, and the same actor always in the same one.

A theme is free to give the sixteen colours of the terminal any look: Solarized makes the bright
ones greys, and yellow or cyan on white can hardly be read. So what must be told apart comes from
the colour cube of 256, which themes leave alone: shades of medium lightness, whose contrast is at
least 3 : 1 on black, on white and on the common themes between (a test computes it). Faint text is
a grey of the same kind, since the faint attribute is illegible in some themes and unknown to some
terminals.
"""

from zlib import crc32

# name -> parameters of the SGR sequence
SGR = {
    "bold": "1",
    "dim": "38;5;244",
    "failure": "1;38;5;196",
    "olive": "38;5;100",
    "green": "38;5;64",
    "cyan": "38;5;30",
    "blue": "38;5;32",
    "periwinkle": "38;5;68",
    "violet": "38;5;99",
    "magenta": "38;5;134",
    "pink": "38;5;169",
}

# red is left for failures, and the shades next to it are left out
_PALETTE = tuple(name for name in SGR if name not in {"bold", "dim", "failure"})
_FAILURES = ("failed", "denied")


def paint(text: str, colour: str) -> str:
    """Return visible text in a colour of :data:`SGR`; an empty name leaves it plain."""
    return f"\x1b[{SGR[colour]}m{text}\x1b[0m" if colour and text else text


def actor_colour(identity: str) -> str:
    """Return the colour of an actor, which depends on nothing but the id."""
    return _PALETTE[crc32(identity.encode("utf-8", "surrogatepass")) % len(_PALETTE)]


def action_colour(action: str) -> str:
    """Return the colour of an action: bold, and red where its name says that something failed."""
    return "failure" if action.endswith(_FAILURES) else "bold"
