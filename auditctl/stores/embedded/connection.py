"""Opening the file, and turning what SQLite says into errors that say what to do."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import apsw

from auditctl.errors import (
    AccessError,
    NotFoundError,
    StoreBusyError,
    StoreError,
    StoreFormatError,
    StoreFullError,
)
from auditctl.events.clock import now_ms
from auditctl.stores.embedded.layout import APPLICATION_ID, CREATE, VERSION

WRITER_PATIENCE = 20.0  # seconds that a writer waits for another
_POLL = 0.002
_HEADER = b"SQLite format 3\x00"


@contextmanager
def translated(path: str) -> Iterator[None]:
    """Turn the errors of SQLite into those of auditctl.

    Raises:
        StoreFullError: The disk is full or failing.
        StoreBusyError: Another process holds the write lock for too long.
        StoreFormatError: The file is damaged.
        AccessError: The file may not be opened or written.
        StoreError: Anything else.
    """
    try:
        yield
    except apsw.BusyError as error:
        raise StoreBusyError(
            f"another process is writing to {path} and did not finish in time",
            hint="try again when it has finished",
        ) from error
    except apsw.FullError as error:
        raise StoreFullError(
            f"no space left for {path}; the last batch was not stored",
            hint="free some space and run the same command again: what was stored is kept",
        ) from error
    except apsw.IOError as error:
        raise StoreFullError(
            f"the disk failed while {path} was used ({error}); the last batch was not stored",
            hint="check the disk, then run `auditctl doctor`",
        ) from error
    except (apsw.CorruptError, apsw.NotADBError) as error:
        raise StoreFormatError(
            f"{path} is damaged: {error}",
            hint="`auditctl doctor` says how far; restore a backup or import the exports again",
        ) from error
    except (apsw.CantOpenError, apsw.ReadOnlyError, apsw.AuthError, apsw.PermissionsError) as error:
        raise AccessError(
            f"{path} cannot be opened or written: {error}",
            hint="check the permissions of the file and of its folder, where readers write, too;"
            " else copy the file to a folder of your own",
        ) from error
    except apsw.Error as error:
        raise StoreError(f"{path}: {error}", hint="`auditctl doctor` checks the store") from error


def open_reader(path: str, *, unchanging: bool = False) -> apsw.Connection:
    """Open an existing store for reading.

    Args:
        path: The file.
        unchanging: Nobody writes meanwhile, so that a reader needs to write nothing either.

    Raises:
        NotFoundError: There is no such file.
        StoreFormatError: It is no store, or one of a newer version.
    """
    check_file(path)
    with translated(path):
        if unchanging or _never_changes(path):
            connection = _open_immutable(path)
        else:
            connection = apsw.Connection(path, flags=apsw.SQLITE_OPEN_READWRITE)
            connection.execute("PRAGMA query_only = 1")
        connection.set_busy_timeout(5_000)
        connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, True)
        _settle(connection, path)
    return connection


def _never_changes(path: str) -> bool:
    """Tell whether a store is on a disk that cannot be written, and is all in one file.

    Elsewhere a reader needs to write beside the store, where it tells writers what it still reads.
    """
    try:
        read_only = os.statvfs(path).f_flag & os.ST_RDONLY
    except (AttributeError, OSError):  # Windows has no such call
        return False
    return bool(read_only) and not os.path.exists(f"{path}-wal")  # noqa: PTH110 - at every start


def _open_immutable(path: str) -> apsw.Connection:
    from urllib.parse import quote  # noqa: PLC0415 - for few

    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    return apsw.Connection(f"file:{quote(path)}?immutable=1", flags=flags)


def open_writer(
    path: str,
    *,
    bulk: bool = False,
    patience: float = WRITER_PATIENCE,
    sleep: Callable[[float], None] = time.sleep,
) -> apsw.Connection:
    """Open a store for writing; make it when there is no file.

    Args:
        path: The file.
        bulk: Many events are coming: check-point every 160 MB instead of every 8 MB, which
            writes each index page less often.
        patience: Seconds to wait for another writer.
        sleep: How to wait.
    """
    try:
        check_file(path)
    except NotFoundError:
        _make_folder(path)
    with translated(path):
        connection = apsw.Connection(path)
        wait = _patient(patience, sleep)
        connection.set_busy_handler(wait)
        if not _is_ours(connection, path):
            _create(connection, wait)
        connection.execute("PRAGMA synchronous = FULL")
        connection.wal_autocheckpoint(20_000 if bulk else 1_000)
        _settle(connection, path)
    return connection


def _make_folder(path: str) -> None:
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AccessError(
            f"the folder of {path} cannot be made: {error.strerror}",
            hint="make it yourself, or name another place with --store",
        ) from error


def _patient(patience: float, sleep: Callable[[float], None]) -> Callable[[int], bool]:
    """Wait in short steps: a bulk writer pauses 5 ms between batches to let others in."""

    def wait(calls: int) -> bool:
        if calls * _POLL >= patience:
            return False
        sleep(_POLL)
        return True

    return wait


def _create(connection: apsw.Connection, wait: Callable[[int], bool]) -> None:
    """Make the tables; of two processes that try at once, the second finds them made."""
    parameters = {"name": os.urandom(8).hex(), "created": now_ms()}
    for tries in count():
        try:
            connection.execute(CREATE, parameters).fetchall()
        except (apsw.SQLError, apsw.BusyError) as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if connection.pragma("application_id") == APPLICATION_ID:
                return
            # two that change the journal at once: SQLite does not wait where both could for ever
            if not isinstance(error, apsw.BusyError) or not wait(tries):
                raise
        else:
            return


def _is_ours(connection: apsw.Connection, path: str) -> bool:
    """Tell whether the file is a store; False for an empty one."""
    # in this order: another process may be making the store between the two looks
    if connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").get is None:
        return False
    if connection.pragma("application_id") == APPLICATION_ID:
        return True
    raise _foreign(path)


def _settle(connection: apsw.Connection, path: str) -> None:
    """Check the version and set what every connection wants."""
    if not _is_ours(connection, path):
        raise _missing(path)  # an empty file, or one that another process is just making
    version = connection.pragma("user_version")
    if not isinstance(version, int) or version > VERSION:
        raise StoreFormatError(
            f"{path} has format version {version}; this auditctl knows up to {VERSION}",
            hint="upgrade auditctl: `pip install --upgrade auditctl`",
        )
    connection.execute("PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY").fetchall()


def check_file(path: str) -> None:
    """Refuse what is not an SQLite file before SQLite touches it.

    Raises:
        NotFoundError: There is no such file.
        StoreFormatError: It is something else.
        AccessError: It may not be read.
    """
    try:
        with Path(path).open("rb") as file:
            header = file.read(len(_HEADER))
    except FileNotFoundError:
        raise _missing(path) from None
    except IsADirectoryError:
        raise StoreFormatError(
            f"{path} is a folder, not a store", hint="name a file in it"
        ) from None
    except OSError as error:
        raise AccessError(
            f"{path} cannot be read: {error.strerror}", hint="check its permissions"
        ) from error
    if header and header != _HEADER:
        raise StoreFormatError(
            f"{path} is not an auditctl store",
            hint="a JSON Lines file needs a name ending in .jsonl; other trails: `auditctl import`",
        )


def _missing(path: str) -> NotFoundError:
    return NotFoundError(
        f"there is no store at {path}",
        hint="`auditctl record` and `auditctl import` make one; `--store demo` has events",
    )


def _foreign(path: str) -> StoreFormatError:
    return StoreFormatError(
        f"{path} is an SQLite database, but not an auditctl store",
        hint="name another file; nothing was changed",
    )
