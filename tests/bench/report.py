"""The rows of the benchmark: what was measured, what must be reached, and how they are shown."""

import json
import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

_WIDTHS = (30, 14, 9, 16, 8)
_HEAD = ("what", "measured", "x bare", "must reach", "verdict")


@dataclass
class Row:
    """One figure.

    Attributes:
        name: What ``--only`` calls it.
        what: What was measured.
        measured: The figure, as text.
        must: What must be reached, as text.
        ok: Whether it was; None where it could not be measured.
        value: The figure in its plain unit: seconds, events/s, bytes, a share.
        ratio: How many times the bare interpreter.
        peers: Seconds of other tools for the same question.
        note: Why it is missing, or what else to know.
    """

    name: str
    what: str
    measured: str = "-"
    must: str = ""
    ok: bool | None = None
    value: float | None = None
    ratio: float | None = None
    peers: Mapping[str, float] = field(default_factory=dict)
    note: str = ""

    @property
    def verdict(self) -> str:
        """The verdict as shown."""
        return {True: "ok", False: "SHORT", None: "FAILED"}[self.ok]

    def text(self) -> str:
        """Return the row as a line of the table."""
        ratio = f"{self.ratio:.1f}" if self.ratio is not None else ""
        cells = (self.what, self.measured, ratio, self.must, self.verdict)
        beside = "  ".join(f"{tool} {duration(s)}" for tool, s in self.peers.items())
        return (
            f"{_aligned(cells)}  {'; '.join(part for part in (beside, self.note) if part)}".rstrip()
        )


def heading() -> str:
    """Return the head of the table."""
    return f"{_aligned(_HEAD)}  side by side\n{'-' * (sum(_WIDTHS) + 22)}"


def _aligned(cells: tuple[str, ...]) -> str:
    what, measured, ratio, must, verdict = (
        cell.ljust(width) if place in {0, 3, 4} else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(cells, _WIDTHS, strict=True))
    )
    return f"{what}{measured}{ratio}  {must}{verdict}"


def duration(seconds: float) -> str:
    """Return seconds or milliseconds, with three digits that count."""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1_000:.1f} ms"


def megabytes(size: float) -> str:
    """Return bytes in units of 10^6."""
    return f"{size / 1e6:.0f} MB"


def machine() -> dict[str, str | int | None]:
    """Return where this was measured."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        "cores": os.cpu_count(),
        "load": ", ".join(f"{load:.1f}" for load in os.getloadavg()),
    }


def summary(rows: list[Row]) -> str:
    """Return the last line."""
    short = [row.name for row in rows if row.ok is False]
    failed = [row.name for row in rows if row.ok is None]
    parts = [f"{sum(row.ok is True for row in rows)} of {len(rows)} reached"]
    if short:
        parts.append(f"short: {', '.join(short)}")
    if failed:
        parts.append(f"failed: {', '.join(failed)}")
    return "; ".join(parts)


def save(path: Path, rows: list[Row], facts: Mapping[str, object]) -> None:
    """Write the figures as JSON."""
    document = {**facts, "machine": machine(), "rows": [asdict(row) for row in rows]}
    path.write_text(json.dumps(document, indent=1) + "\n")
    sys.stderr.write(f"written: {path}\n")
