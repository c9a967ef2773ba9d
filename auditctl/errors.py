"""The errors that auditctl raises on purpose, and the exit status of each.

Every error says what happened in one sentence (its message), what to do next (``hint``), has a
stable ``code`` for scripts, and the exit status of the process. The tree::

    AuditctlError                 failure        1
    +-- DefectError               defect         1   nobody has foreseen this
    +-- UsageError                usage          2   bad option, bad combination
    |   +-- QueryError            query          2   bad query, with a position
    |   |   +-- TemplateError     template       2   bad --format or --jq, with a position
    |   +-- TimeError             time           2   bad time or range
    |   +-- ConfigError           config         2   bad settings file
    +-- CheckFailed               check          3   --fail-on-match, --fail-on-empty
    +-- AccessError               access         4   not authenticated, not allowed
    +-- NotFoundError             not_found      5
    +-- UnavailableError          unavailable    6   busy, rate-limited, unreachable
    |   +-- StoreBusyError        store_busy     6   another writer holds the store
    +-- IncompleteError           incomplete     7   the answer lacks something
    +-- RefusedError              refused        1   the service does not accept what it was sent
    +-- StoreError                store          1
        +-- StoreFormatError      store_format   1   foreign, newer or damaged file
        +-- StoreFullError        store_full     1   disk full or failing
        +-- ConflictError         conflict       1   same id or idempotency key, other content
    EventError (ValueError)       one event is not acceptable; callers collect or wrap it

The first line of each docstring is what ``auditctl help errors`` says of the code.
"""

from collections.abc import Sequence
from enum import IntEnum


class ExitCode(IntEnum):
    """What the process tells its caller. Documented by ``auditctl help exit-codes``."""

    OK = 0
    FAILURE = 1
    USAGE = 2
    CHECK = 3
    ACCESS = 4
    NOT_FOUND = 5
    UNAVAILABLE = 6
    INCOMPLETE = 7
    INTERRUPTED = 130
    TERMINATED = 143


class AuditctlError(Exception):
    """Something failed; the message says what.

    Args:
        message: One sentence: what happened, without a full stop.
        hint: What to do next, or None.
    """

    code = "failure"
    exit_code = ExitCode.FAILURE

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class DefectError(AuditctlError):
    """Something that nobody has foreseen: a defect in auditctl."""

    code = "defect"


class UsageError(AuditctlError):
    """The command line asks for something that makes no sense."""

    code = "usage"
    exit_code = ExitCode.USAGE


class QueryError(UsageError):
    """A query that cannot be read.

    Args:
        message: What is wrong.
        query: The whole query text.
        start: Where the fault begins, as an offset in characters into ``query``.
        end: Where it ends; the caret line covers ``[start, end)``.
        hint: What would be right, or None.
    """

    code = "query"

    def __init__(
        self,
        message: str,
        *,
        query: str,
        start: int,
        end: int | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.query = query
        self.start = start
        self.end = max(start + 1, end if end is not None else start + 1)


class TemplateError(QueryError):
    """A template of ``--format`` or an expression of ``--jq`` that cannot be read.

    The attributes are those of a query: the text is ``query``.
    """

    code = "template"


class TimeError(UsageError):
    """A time or range that cannot be read."""

    code = "time"


class ConfigError(UsageError):
    """A settings file that cannot be read; the message names file and line."""

    code = "config"


class CheckFailed(AuditctlError):  # noqa: N818 - a check that says no is not a defect
    """A check that the user asked for said no."""

    code = "check"
    exit_code = ExitCode.CHECK


class AccessError(AuditctlError):
    """Not authenticated, or not allowed."""

    code = "access"
    exit_code = ExitCode.ACCESS


class NotFoundError(AuditctlError):
    """What was named does not exist."""

    code = "not_found"
    exit_code = ExitCode.NOT_FOUND


class UnavailableError(AuditctlError):
    """The store cannot answer now; the same call may succeed later."""

    code = "unavailable"
    exit_code = ExitCode.UNAVAILABLE


class IncompleteError(AuditctlError):
    """The answer was given but lacks something.

    Args:
        message: How much is missing.
        missing: What: start and end in milliseconds (None: open) and the reason.
        hint: What to do next, or None.
    """

    code = "incomplete"
    exit_code = ExitCode.INCOMPLETE

    def __init__(
        self,
        message: str,
        *,
        missing: Sequence[tuple[int | None, int | None, str]] = (),
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.missing = missing


class RefusedError(AuditctlError):
    """The service does not accept what it was sent; sent again, it will not either."""

    code = "refused"


class StoreError(AuditctlError):
    """The store failed."""

    code = "store"


class StoreFormatError(StoreError):
    """The file is not an auditctl store, is newer than this program, or is damaged."""

    code = "store_format"


class StoreFullError(StoreError):
    """The disk is full or failing; nothing of the refused batch was stored."""

    code = "store_full"


class StoreBusyError(UnavailableError):
    """Another process holds the store for writing."""

    code = "store_busy"


class ConflictError(StoreError):
    """The same event id or idempotency key was used before with other content."""

    code = "conflict"


class EventError(ValueError):
    """One event is not acceptable; the text says why and names the field."""
