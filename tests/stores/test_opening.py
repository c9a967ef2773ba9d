import pytest
from trails import bare

from auditctl.errors import NotFoundError, UsageError
from auditctl.stores.base import Query
from auditctl.stores.embedded.store import EmbeddedStore
from auditctl.stores.jsonlines import JsonLinesStore
from auditctl.stores.opening import Address, file_address, looks_like_file, open_store, unknown_name

LINE = b'{"action":"a","occurred_at":"2026-05-01T12:00:00Z","actor":{"id":"u","type":"user"}}\n'


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("trail.db", "embedded"),
        ("trail", "embedded"),
        ("trail.sqlite", "embedded"),
        ("trail.jsonl", "jsonl"),
        ("TRAIL.NDJSON", "jsonl"),
        ("trail.json", "jsonl"),
    ],
)
def test_a_file_that_is_not_there_is_known_by_its_name(tmp_path, name, kind):
    path = str(tmp_path / name)
    assert file_address(path) == Address(kind, path, path)


@pytest.mark.parametrize("content", [LINE, b"\xef\xbb\xbf" + LINE, b"\r\n\n  " + LINE])
def test_a_file_with_lines_of_json_is_known_by_them(tmp_path, content):
    path = tmp_path / "trail.db"
    path.write_bytes(content)
    assert file_address(str(path)).kind == "jsonl"
    store = open_store(path)
    assert isinstance(store, JsonLinesStore)
    assert len(list(store.search(Query()))) == 1


def test_a_database_is_known_by_its_content(tmp_path):
    path = tmp_path / "trail.jsonl"
    made = EmbeddedStore(path)
    made.append([bare(1)])
    made.close()
    assert file_address(str(path)).kind == "embedded"
    store = open_store(path)
    assert isinstance(store, EmbeddedStore)
    assert len(list(store.search(Query()))) == 1
    store.close()


@pytest.mark.parametrize("content", [b"", b"id,action\n", b"\x00" * 100])
def test_any_other_content_says_nothing(tmp_path, content):
    (tmp_path / "trail.db").write_bytes(content)
    (tmp_path / "trail.jsonl").write_bytes(content)
    assert file_address(str(tmp_path / "trail.db")).kind == "embedded"
    assert file_address(str(tmp_path / "trail.jsonl")).kind == "jsonl"


def test_a_folder_is_the_openers_matter(tmp_path):
    assert file_address(str(tmp_path)).kind == "embedded"


def test_the_home_folder_is_known(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    address = file_address("~/trail.db", name="mine")
    assert address.location == str(tmp_path / "trail.db").replace("\\trail", "/trail")
    assert address.name == "mine"
    assert file_address("~/trail.db").name == "~/trail.db"


def test_an_address_of_the_network_is_refused_by_now():
    with pytest.raises(UsageError, match="https://example") as caught:
        file_address("https://example.com")
    assert "demo" in caught.value.hint


@pytest.mark.parametrize(
    ("value", "is_file"), [("./trail", True), ("a/b", True), ("trail.db", True), ("prod", False)]
)
def test_what_looks_like_a_file(value, is_file, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert looks_like_file(value) is is_file


def test_a_file_without_a_dot_is_one_if_it_is_there(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prod").touch()
    assert looks_like_file("prod")


def test_an_unknown_name_suggests_a_close_one_or_a_path():
    error = unknown_name("prodd", ["staging", "prod", "demo"])
    assert isinstance(error, NotFoundError)
    assert "'prodd'" in error.message
    assert error.hint == "did you mean `prod`?"
    assert "./xyz" in unknown_name("xyz", ["staging", "prod"]).hint


def test_opens_what_an_address_says(tmp_path):
    path = str(tmp_path / "trail.odd")
    assert isinstance(open_store(Address("jsonl", path, "x")), JsonLinesStore)
    store = open_store(Address("embedded", path, "x"), bulk=True)
    assert isinstance(store, EmbeddedStore)
    assert store.append([bare(1)]).added == 1
    store.close()
