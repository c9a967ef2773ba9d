import gzip
import io

import pytest

from auditctl.errors import NotFoundError, UsageError
from auditctl.formats.importers import source as source_module
from auditctl.formats.importers.reading import KINDS, guess_kind, open_source, read_records

EVENT = b'{"action":"a.b","occurred_at":"2026-05-01T12:00:00Z","actor":{"id":"u","type":"user"}}\n'


def test_a_file_is_counted_and_closed(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_bytes(EVENT * 10)
    with open_source(str(path), io.BytesIO()) as source:
        assert source.size == len(EVENT) * 10
        assert len(list(read_records("jsonl", source, organization=None))) == 10
        assert source.position == source.size
        assert source.fault is None
    with pytest.raises(ValueError, match="closed"):
        source._file.read()  # noqa: SLF001 - whether it is closed shows in no other way


def test_gzip_is_known_by_its_bytes_and_counted_as_it_lies_on_disk(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_bytes(gzip.compress(EVENT * 1000) + gzip.compress(EVENT))
    with open_source(str(path), io.BytesIO()) as source:
        assert source.size < len(EVENT) * 100
        assert len(list(read_records("jsonl", source, organization=None))) == 1001
        assert source.position == source.size


def test_standard_input_has_no_size_and_stays_open():
    stdin = io.BytesIO(EVENT)
    with open_source("-", stdin) as source:
        assert source.size is None
        assert len(list(read_records("jsonl", source, organization=None))) == 1
    assert not stdin.closed


@pytest.mark.parametrize("content", [b"", b"\x1f", b"\n\n", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_file_has_no_records(read, kind, content):
    errors = [record.error for record in read(kind, content)]
    assert errors == [] or (content == b"\x1f" and len(errors) == 1)


def test_a_truncated_gzip_gives_what_it_has_and_says_so(read):
    lines = b"".join(EVENT.replace(b"a.b", b"n.%d" % n) for n in range(5000))
    packed = gzip.compress(lines)
    records = read("jsonl", packed[: len(packed) // 2])
    assert len(records) > 100
    assert all(record.event is not None for record in records[:-1])
    assert records[-1].event is None
    assert "cut off" in records[-1].error
    assert records[-1].line == len(records)


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_gzip_is_an_error_record(read, kind):
    packed = bytearray(gzip.compress(b"action,occurred_at,actor_id\n" * 5000))
    # the checksum
    packed[-8:-4] = bytes(4)
    assert "the gzip file is damaged" in read(kind, bytes(packed))[-1].error


def test_a_failing_disk_is_an_error_record():
    class Failing(io.BytesIO):
        def read1(self, size=-1):
            data = super().read1(size)
            if not data:
                raise OSError(5, "Input/output error")
            return data

    with open_source("-", Failing(EVENT * 2 + EVENT[:10])) as source:
        records = list(read_records("jsonl", source, organization=None))
    assert [record.event is not None for record in records] == [True, True, False]
    assert "Input/output error" in records[-1].error
    assert (records[-1].place, records[-1].raw) == ("line 3", EVENT[:10])


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (EVENT.decode().encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04....", "zip"),
        (b"\x28\xb5\x2f\xfd....", "zstd"),
    ],
)
def test_what_cannot_be_read_is_named(read, content, word):
    (record,) = read("jsonl", content)
    assert word in record.error


def test_a_line_without_end_is_not_kept(read, monkeypatch):
    monkeypatch.setattr(source_module, "MAX_RECORD_BYTES", 200)
    monkeypatch.setattr("auditctl.formats.importers.records.MAX_RECORD_BYTES", 200)
    records = read("jsonl", EVENT + b"{" + b" " * 10_000 + b"}\n" + EVENT)
    assert [record.event is not None for record in records] == [True, False, True]
    assert "longer than" in records[1].error
    assert len(records[1].raw) == 201
    assert records[2].place == "line 3"


def test_missing_files_and_directories(tmp_path):
    with pytest.raises(NotFoundError, match=r"nothing\.jsonl"):
        open_source(str(tmp_path / "nothing.jsonl"), io.BytesIO())
    with pytest.raises(UsageError, match="directory"):
        open_source(str(tmp_path), io.BytesIO())


def test_an_unknown_kind_is_refused_at_once_with_the_nearest():
    with open_source("-", io.BytesIO()) as source, pytest.raises(UsageError) as caught:
        read_records("cloudtrial", source, organization=None)
    assert "cloudtrail" in caught.value.hint


@pytest.mark.parametrize(
    ("path", "head", "kind"),
    [
        ("x", EVENT, "jsonl"),
        ("x", b"", "jsonl"),
        ("x.csv", b"", "workos-csv"),
        ("x.csv.gz", b"action\n", "workos-csv"),
        ("x", b"action,occurred_at,actor_id\n", "workos-csv"),
        ("x.json", b'{"Records":[{"eventVersion":"1.08"', "cloudtrail"),
        ("x.json", b'[{"eventVersion":"1.08","eventSource":"s3', "cloudtrail"),
        ("x.json", b'[{"@timestamp":1,"action":"repo.create"', "github"),
        ("x.json", b'{"_document_id":"x","action":"repo.create"}', "github"),
        ("x", b'{"occurred_at":"","source":{"record":{"eventVersion":"1"}}}', "jsonl"),
    ],
)
def test_kinds_are_guessed_from_content(path, head, kind):
    assert guess_kind(path, head) == kind
