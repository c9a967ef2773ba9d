"""Numbers drawn with block characters: bars, columns and sparklines.

All scales start at zero and are rounded up to the next eighth of a cell: nothing is drawn as
nothing, and whatever is more than nothing can be seen.
"""

from collections.abc import Sequence

ZERO = "·"  # in a sparkline, where a space could also be the end of the line
_EIGHTHS = "▏▎▍▌▋▊▉█"
_LEVELS = "▁▂▃▄▅▆▇█"


def bar(value: int, most: int, cells: int) -> str:
    """Return a horizontal bar, ``cells`` long for ``most``; without trailing spaces."""
    full, part = divmod(_scaled(value, most, cells * 8), 8)
    return "█" * full + (_EIGHTHS[part - 1] if part else "")


def sparkline(values: Sequence[int], most: int) -> str:
    """Return one character for each value; a zero is ``·``."""
    heights = [_scaled(value, most, 8) for value in values]
    return "".join([_LEVELS[height - 1] if height else ZERO for height in heights])


def columns(values: Sequence[int], most: int, rows: int) -> list[str]:
    """Return vertical bars as ``rows`` lines, the top one first; a zero is blank."""
    heights = [_scaled(value, most, rows * 8) for value in values]
    lines = []
    for below in range((rows - 1) * 8, -1, -8):
        parts = [min(8, height - below) for height in heights]
        lines.append("".join([_LEVELS[part - 1] if part > 0 else " " for part in parts]))
    return lines


def merged(values: Sequence[int], cells: int) -> tuple[list[int], int]:
    """Return values of which as many neighbours are summed as it takes to fit, and how many.

    The last sum may have fewer neighbours than the others.
    """
    each = max(1, -(-len(values) // max(1, cells)))
    return [sum(values[n : n + each]) for n in range(0, len(values), each)], each


def _scaled(value: int, most: int, steps: int) -> int:
    return min(steps, -(-value * steps // most)) if most > 0 and value > 0 else 0
