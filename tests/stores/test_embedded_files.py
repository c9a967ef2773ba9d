"""Files that are no stores, and disks that fail: a clear error, and nothing changed or lost."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import apsw
import pytest
from trails import made, varied

from auditctl.errors import (
    AccessError,
    AuditctlError,
    NotFoundError,
    StoreBusyError,
    StoreError,
    StoreFormatError,
    StoreFullError,
)
from auditctl.query.tree import Exact, Glob, Match, Not, Words
from auditctl.stores.base import Cursor, Grouping, Query
from auditctl.stores.embedded.layout import PAGE_SIZE
from auditctl.stores.embedded.store import EmbeddedStore

CHILDREN = Path(__file__).with_name("children.py")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "trail.db"


@pytest.fixture
def open_store(path):
    opened = []

    def open_store(where=path, **options):
        opened.append(EmbeddedStore(where, **options))
        return opened[-1]

    yield open_store
    for store in opened:
        store.close()


@pytest.fixture
def filled(path, open_store):
    """A closed store with the varied trail, all of it in one file."""
    store = open_store()
    store.append(varied())
    store.close()
    assert not path.with_name("trail.db-wal").exists()
    return path


def is_whole(store, *ids):
    """These events and no others are there, numbered without a hole."""
    assert list(store.check()) == []
    events = sorted(store.search(Query()), key=lambda event: event.seq)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    return {event.id for event in events} == set(ids)


# what is no store


def foreign(path):
    with apsw.Connection(str(path)) as connection:
        connection.execute("CREATE TABLE t(x); INSERT INTO t VALUES(1)")
    connection.close()


def newer(path):
    store = EmbeddedStore(path)
    store.append([made(1)])
    store.close()
    connection = apsw.Connection(str(path))
    connection.execute("PRAGMA user_version = 2")
    connection.close()


NOT_STORES = {
    "foreign": (foreign, "not an auditctl store"),
    "newer": (newer, "version 2"),
    "text": (lambda path: path.write_text('{"action": "a"}\n'), "not an auditctl store"),
    "header only": (lambda path: path.write_bytes(b"SQLite format 3\0" + b"x" * 500), "trail.db"),
    "short": (lambda path: path.write_bytes(b"SQLite format 3\0"), "trail.db"),
    "folder": (lambda path: path.mkdir(), "folder"),
}


@pytest.mark.parametrize(("make", "said"), NOT_STORES.values(), ids=NOT_STORES)
def test_what_is_no_store_is_refused_and_left_alone(path, open_store, make, said):
    make(path)
    before = None if path.is_dir() else path.read_bytes()
    with pytest.raises(StoreFormatError, match=said):
        list(open_store().search(Query()))
    with pytest.raises(StoreFormatError, match=said):
        open_store().append([made(1)])
    assert path.is_dir() or path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["trail.db"]


def test_a_newer_store_says_what_to_do(path, open_store):
    newer(path)
    with pytest.raises(StoreFormatError) as caught:
        open_store().head()
    assert "upgrade" in caught.value.hint


@pytest.mark.parametrize("empty", [False, True])
def test_reading_what_is_not_there_makes_nothing(path, open_store, empty):
    if empty:
        path.touch()
    store = open_store()
    assert not store.exists()
    with pytest.raises(NotFoundError, match="no store") as caught:
        store.search(Query())
    assert "auditctl import" in caught.value.hint
    assert not path.exists() or path.stat().st_size == 0


def test_writing_makes_the_file_and_its_folders(tmp_path, open_store):
    store = open_store(tmp_path / "a" / "b" / "trail.db")
    store.append([made(1)])
    assert store.exists()
    assert is_whole(store, "event-000001")


def test_an_empty_file_becomes_a_store(path, open_store):
    path.touch()
    assert open_store().append([made(1)]).added == 1


def test_a_folder_that_cannot_be_is_a_clear_error(tmp_path, open_store):
    (tmp_path / "file").touch()
    store = open_store(tmp_path / "file" / "trail.db")
    with pytest.raises(AccessError, match="folder"):
        store.append([made(1)])
    with pytest.raises(AuditctlError, match=r"trail\.db"):
        store.head()
    with pytest.raises(AuditctlError):
        open_store(tmp_path / ("n" * 300)).append([made(1)])


# damage


def use(store):
    """Read all that there is, in all ways."""
    list(store.search(Query()))
    list(store.search(Query(Words(("jon",)))))
    list(store.search(Query(Not(Match("metadata", Exact("7"), ("number",))))))
    list(store.search(Query(Match("target.type", Exact("team")))))
    store.count(Query(), [Grouping(field="action"), Grouping(every=86_400_000)])
    store.count(Query(), [Grouping(field="actor.id")])
    store.total(Query(Match("org", Exact("org_01"))), at_most=100)
    for number in range(60):
        store.get(f"event-{number:06d}")
    store.vocabulary("actor")
    store.info()
    next(store.follow(Query(), Cursor(store.head().store, 0)))


def test_an_undamaged_store_can_be_used(filled, open_store):
    use(open_store(filled))


def pages(path):
    return range(path.stat().st_size // PAGE_SIZE)


def test_every_damaged_page_is_found_and_never_a_crash(filled, open_store, tmp_path):
    for page in pages(filled):
        copy = tmp_path / f"damaged{page}.db"
        shutil.copy(filled, copy)
        with copy.open("r+b") as file:
            file.seek(page * PAGE_SIZE + (100 if page == 0 else 0))
            file.write(b"\xa5" * 600)
        before = copy.read_bytes()
        store = open_store(copy)
        faults = 0
        try:
            use(store)
        except AuditctlError:
            faults += 1
        try:
            faults += len(list(store.check()))
        except AuditctlError:
            faults += 1
        assert faults, f"page {page}"
        store.close()
        assert copy.read_bytes() == before


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_truncated_file_is_found_and_never_a_crash(filled, open_store, part):
    os.truncate(filled, int(filled.stat().st_size * part))
    store = open_store(filled)
    with pytest.raises(StoreError, match=r"trail\.db"):
        use(store)


def test_a_damaged_event_is_a_clear_error(filled, open_store):
    # everywhere: SQLite moves rows and leaves copies in unused space
    filled.write_bytes(
        filled.read_bytes().replace(b'{"id":"event-000030"', b'\xff"id":"event-000030"')
    )
    store = open_store(filled)
    reads_all = Query(Match("metadata", Glob("no such*"), ("number",)))
    with pytest.raises(StoreFormatError, match="damaged"):
        list(store.search(reads_all))
    with pytest.raises(StoreFormatError, match="damaged"):
        store.total(reads_all, at_most=100)
    assert any("1 events are damaged" in fault for fault in store.check())


def test_a_store_whose_parts_disagree_is_found(filled, open_store):
    connection = apsw.Connection(str(filled))
    connection.execute("DELETE FROM event WHERE seq = 30; UPDATE count_hour SET n = n + 1")
    connection.close()
    faults = list(open_store(filled).check())
    assert any("1 sequence numbers are missing" in fault for fault in faults)
    assert len(faults) >= 4


# permissions


needs_permissions = pytest.mark.skipif(
    not hasattr(os, "geteuid"), reason="there are no permissions as POSIX has them"
)


def attempted(path):
    """Let a process without privileges read and write; return what it says."""
    done = subprocess.run(
        [sys.executable, CHILDREN, "attempt", path],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.splitlines()


@pytest.fixture
def shared(memory_folder, filled):
    """The filled store where everybody may read it."""
    memory_folder.chmod(0o755)
    folder = memory_folder / "shared"
    folder.mkdir()
    shutil.copy(filled, folder / "trail.db")
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@needs_permissions
def test_a_file_that_may_not_be_read_is_a_clear_error(shared):
    (shared / "trail.db").chmod(0)
    read, written = attempted(shared / "trail.db")
    assert read.startswith("AccessError")
    assert written.startswith("AccessError")


@needs_permissions
def test_a_file_that_may_not_be_written_is_a_clear_error(shared):
    (shared / "trail.db").chmod(0o444)
    shared.chmod(0o555)
    before = (shared / "trail.db").read_bytes()
    read, written = attempted(shared / "trail.db")
    assert read.startswith("AccessError")
    assert written.startswith("AccessError")
    missing = attempted(shared / "missing.db")
    assert missing[0].startswith("NotFoundError")
    assert missing[1].startswith("AccessError")
    assert (shared / "trail.db").read_bytes() == before


# another writer


def test_a_writer_waits_for_another_and_then_says_so(filled, open_store):
    store = open_store(filled, patience=0.01)
    other = apsw.Connection(str(filled))
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusyError, match=r"trail\.db") as caught:
        store.append([made(100)])
    assert "try again" in caught.value.hint
    assert len(list(store.search(Query()))) == 60  # reading goes on meanwhile
    other.execute("ROLLBACK")
    other.close()
    assert store.append([made(100)]).events[0].seq == 61


# a full or failing disk


def filled_up(store, number, size):
    """Append batches until one is refused; return its first number, and the error."""
    while number < 20_000:
        try:
            store.append([made(n) for n in range(number, number + size)])
        except StoreFullError as error:
            return number, error
        number += size
    raise AssertionError("it is never full")


def test_a_full_store_refuses_the_batch_and_keeps_the_rest(open_store):
    store = open_store()
    store.append([made(1)])
    writing = store._writing[0]  # noqa: SLF001 - the limit belongs to the connection
    limit = writing.pragma("page_count")
    writing.execute(f"PRAGMA max_page_count = {limit}")
    number, refusal = filled_up(store, 2, 1)
    assert "not stored" in refusal.message
    assert "free some space" in refusal.hint
    kept = [f"event-{n:06d}" for n in range(1, number)]
    assert is_whole(store, *kept)
    assert is_whole(open_store(), *kept)
    writing.execute("PRAGMA max_page_count = 100000")
    assert store.append([made(number)]).events[0].seq == number
    assert is_whole(store, *kept, f"event-{number:06d}")


class Failing(apsw.VFS):
    """Files whose writing and syncing fails after so many calls."""

    def __init__(self):
        self.base = apsw.vfs_names()[0]
        self.left = None
        self.written = self.synced = 0
        super().__init__("failing", self.base, makedefault=True)

    def xOpen(self, name, flags):  # noqa: N802 - SQLite's name
        return FailingFile(self, name, flags)

    def look(self):
        if self.left is not None:
            if self.left <= 0:
                raise apsw.IOError("the test's disk fails")
            self.left -= 1


class FailingFile(apsw.VFSFile):
    def __init__(self, disk, name, flags):
        self.disk = disk
        super().__init__(disk.base, name, flags)

    def xWrite(self, data, offset):  # noqa: N802 - SQLite's name
        self.disk.look()
        self.disk.written += 1
        super().xWrite(data, offset)

    def xSync(self, flags):  # noqa: N802 - SQLite's name
        self.disk.look()
        super().xSync(flags)
        self.disk.synced = self.disk.written


@pytest.fixture
def disk():
    failing = Failing()
    yield failing
    failing.left = None
    failing.unregister()


def test_what_append_returned_is_on_the_disk(disk, open_store):
    store = open_store()
    for number in range(3):
        before = disk.written
        store.append([made(number)])
        assert disk.synced == disk.written > before


# what SQLite itself swallows while it cleans up, apsw reports there
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_disk_that_fails_at_any_moment_loses_nothing(disk, path, open_store, tmp_path):
    store = open_store()
    acknowledged = set()
    failed = 0
    for calls in range(200):
        new = f"event-{calls:06d}"
        disk.left = calls
        try:
            store.append([made(calls)])
        except StoreFullError as error:
            assert "doctor" in error.hint  # noqa: PT017 - it may also succeed
            failed += 1
        else:
            acknowledged.add(new)
        disk.left = None
        # after a crash now, which leaves the files as they are
        copy = tmp_path / f"crash{calls}.db"
        for name in ("trail.db", "trail.db-wal"):
            if (path.parent / name).exists():
                shutil.copy(path.parent / name, copy.parent / name.replace("trail", copy.stem))
        if acknowledged:
            assert is_whole(store, *acknowledged)
            after = open_store(copy)
            assert is_whole(after, *acknowledged) or is_whole(after, *acknowledged, new)
            after.close()
        if len(acknowledged) >= 3:
            break
    assert failed > 20
    assert store.append([made(1000)]).events[0].seq == 4
    assert is_whole(open_store(), *acknowledged, "event-001000")


@pytest.fixture
def small_disk(tmp_path):
    """A file system of two megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = shutil.which("mount")
    if mount is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    made_it = subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=2m", "auditctl-test", folder],
        capture_output=True,
        check=False,
    )
    if made_it.returncode:
        pytest.skip(f"a small file system cannot be mounted: {made_it.stderr.decode()}")
    yield folder
    subprocess.run([shutil.which("umount"), "-l", folder], check=True)


def test_a_read_only_disk_can_be_read(small_disk, filled, open_store):
    path = small_disk / "a b%20?#.db"
    shutil.copy(filled, path)
    remounted = subprocess.run(
        [shutil.which("mount"), "-o", "remount,ro", small_disk], capture_output=True, check=False
    )
    if remounted.returncode:
        pytest.skip("a file system cannot be made read-only")
    use(open_store(path))
    assert list(open_store(path).check()) == []
    with pytest.raises(AccessError):
        open_store(path).append([made(100)])
    with pytest.raises(AccessError):
        open_store(small_disk / "new" / "trail.db").append([made(100)])


def test_a_full_disk_refuses_the_batch_and_keeps_the_rest(small_disk, open_store):
    store = open_store(small_disk / "trail.db")
    (small_disk / "other").write_bytes(bytes(1_000_000))
    number, refusal = filled_up(store, 0, 20)
    assert "not stored" in refusal.message
    kept = [f"event-{n:06d}" for n in range(number)]
    assert kept
    assert is_whole(store, *kept)
    assert is_whole(open_store(small_disk / "trail.db"), *kept)
    (small_disk / "other").unlink()
    store.append([made(20_000)])
    assert is_whole(store, *kept, "event-020000")


def test_a_store_that_cannot_be_made_for_want_of_space_is_made_later(small_disk, open_store):
    (small_disk / "other").write_bytes(bytes(2 * 1024 * 1024 - 16_384))
    with pytest.raises(StoreFullError):
        open_store(small_disk / "trail.db").append([made(1)])
    (small_disk / "other").unlink()
    store = open_store(small_disk / "trail.db")
    store.append([made(1)])
    assert is_whole(store, "event-000001")
