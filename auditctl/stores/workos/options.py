"""What a WorkOS store is told by whoever opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT_BASE_URL = "https://api.workos.com"
SETTLE_MS = 3_600_000  # events may become visible late: the newest hour is fetched again
WINDOW_MONTHS = 3  # how far back WorkOS exports

Mode = Literal["mirror", "refresh", "offline", "direct"]


class SyncProgress(NamedTuple):
    """How far fetching is.

    Attributes:
        slices: How many slices there are in all; it may grow when one is cut.
        done: How many of them are whole.
        rows: How many rows have come.
        ended: Nothing more comes: whoever draws takes the drawing away.
    """

    slices: int
    done: int
    rows: int
    ended: bool = False


def _nothing(_: object) -> None:
    """Tell nobody."""


def _now() -> int:
    from auditctl.events.clock import now_ms  # noqa: PLC0415 - the default only

    return now_ms()


class WorkosOptions(NamedTuple):
    """How a WorkOS store works.

    Attributes:
        name: What the user calls the store.
        base_url: Where the API is, without a slash at its end.
        api_key: Returns the key; asked at the first request only.
        mirror: The file of the mirror.
        fingerprint: Returns a short text that tells keys apart without saying them, or None where
            it would cost too much to know; organizations are remembered with it.
        org: The organization of the store: an id or a name; None where none is set.
        mode: ``mirror``: fetch what is missing; ``refresh``: fetch the whole range again;
            ``offline``: never fetch; ``direct``: no mirror.
        settle_ms: How long an event may take to become visible, in milliseconds.
        window_months: How many months back exports reach; None is without end.
        tell: Takes a note for people.
        trace: Takes a line of ``--debug``.
        progress: Is told how far fetching is.
        now: The clock, in milliseconds.
    """

    name: str
    base_url: str
    api_key: Callable[[], str]
    mirror: str
    fingerprint: Callable[[], str | None] = lambda: None
    org: str | None = None
    mode: Mode = "mirror"
    settle_ms: int = SETTLE_MS
    window_months: int | None = WINDOW_MONTHS
    tell: Callable[[str], None] = _nothing
    trace: Callable[[str], None] = _nothing
    progress: Callable[[SyncProgress], None] = _nothing
    now: Callable[[], int] = _now
