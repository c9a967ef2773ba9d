"""Colours that can be read on any background, and that mean nothing alone."""

import pytest

from auditctl.formats.paint import SGR, action_colour, actor_colour, paint

BACKGROUNDS = {
    "black": (0, 0, 0),
    "white": (255, 255, 255),
    "Solarized dark": (0x00, 0x2B, 0x36),
    "Solarized light": (0xFD, 0xF6, 0xE3),
    "Dracula": (0x28, 0x2A, 0x36),
    "One Dark": (0x28, 0x2C, 0x34),
}
LEVELS = (0, 95, 135, 175, 215, 255)
CUBE, GREYS = 16, 232


def rgb(name):
    """The colour of a name of the palette: of the cube of 6 x 6 x 6, or one of the 24 greys."""
    code = int(SGR[name].rpartition(";")[2])
    assert code >= CUBE, "a theme may give the first sixteen any look"
    if code >= GREYS:
        return (8 + 10 * (code - GREYS),) * 3
    code -= CUBE
    return LEVELS[code // 36], LEVELS[code // 6 % 6], LEVELS[code % 6]


def luminance(colour):
    """WCAG 2: relative luminance."""
    parts = [value / 255 for value in colour]
    red, green, blue = (
        value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    light, dark = sorted([luminance(one), luminance(other)], reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("background", BACKGROUNDS)
@pytest.mark.parametrize("name", [name for name in SGR if name != "bold"])
def test_a_colour_can_be_read_on(name, background):
    assert contrast(rgb(name), BACKGROUNDS[background]) >= 3


ACTORS = {actor_colour(f"user_{n}") for n in range(200)}


def test_actors_have_many_colours_and_none_is_red_or_faint():
    assert len(ACTORS) == 8
    assert not ACTORS & {"failure", "dim", "bold"}
    for name in ACTORS:
        red, green, blue = rgb(name)
        assert red < 1.5 * max(green, blue)


@pytest.mark.parametrize("action", ["auth.failed", "access.denied", "payment_failed", "sso_denied"])
def test_failures_stand_out(action):
    assert action_colour(action) == "failure"
    assert action_colour(action + ".resolved") == "bold"


def test_nothing_is_painted_without_a_colour():
    assert paint("x", "") == "x"
    assert paint("", "bold") == ""
    assert paint("x", "bold") == "\x1b[1mx\x1b[0m"
