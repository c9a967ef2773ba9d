"""Progress on standard error, drawn by Rich."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from auditctl.formats.safety import visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditctl.stores.loading import Load

_PATIENCE = 0.3  # seconds before a bar appears: shorter work needs none


class Positioned(Protocol):
    """Something that knows how many bytes of its file have been read."""

    @property
    def position(self) -> int:
        """Bytes read."""
        ...


class ImportProgress:
    """A bar over the bytes of one file, with events, rate and the time that remains.

    Args:
        stream: A terminal.
        source: Who reads the file; its position moves.
        name: The file.
        size: How many bytes it has; None where nobody knows.
        clock: Seconds that never go back.
    """

    def __init__(
        self,
        stream: TextIO,
        source: Positioned,
        name: str,
        size: int | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._clock = clock
        self._start = clock()
        self._before: int | None = None
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("{task.percentage:>3.0f}%" if size else "", markup=False),
            TextColumn("{task.fields[rate]}", markup=False),
            TimeRemainingColumn(compact=True),
            console=Console(file=stream, force_terminal=True),
            transient=True,
        )
        self._task = self._progress.add_task(visible(name)[-40:], total=size, rate="")
        self._started = False

    def show(self, load: Load | None) -> None:
        """Show the state after a batch; None takes the bar away."""
        if load is None:
            if self._started:
                self._progress.stop()
            return
        if self._before is None:
            self._before = 0
        seconds = self._clock() - self._start
        if seconds < _PATIENCE:
            return
        if not self._started:
            self._progress.start()
            self._started = True
        rate = f"{load.read:,} events, {load.read / seconds:,.0f}/s"
        self._progress.update(self._task, completed=self._source.position, rate=rate)
