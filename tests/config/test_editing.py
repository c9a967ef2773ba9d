"""Changing the settings: comments stay, and the file is whole at any moment."""

import os
import stat

import pytest

from auditctl.config.editing import add_store, remove_store, use_store
from auditctl.config.settings import NamedStore, read_settings
from auditctl.errors import ConfigError, NotFoundError, UsageError

TEXT = """\
# top

[stores]  # all of them
# before a
[stores.a]
address = "/a.db"  # the first
# after a
"""
NEW = NamedStore("new", "/new.db", "Asia/Tokyo", 'with "quotes" and \\')


@pytest.fixture
def path(tmp_path):
    return tmp_path / "sub" / "config.toml"


@pytest.fixture
def written(path):
    path.parent.mkdir()
    path.write_text(TEXT)
    return path


def comments(text):
    return [part for part in text.splitlines() if "#" in part]


def test_the_first_store_makes_folder_and_file_for_the_owner_alone(path):
    add_store(path, NEW, replace_existing=False)

    assert read_settings(path).stores == {"new": NEW}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [file.name for file in path.parent.iterdir()] == ["config.toml"]


def test_what_is_returned_is_what_is_read(written):
    assert add_store(written, NEW, replace_existing=False) == read_settings(written)


def test_comments_survive_every_change(written):
    add_store(written, NEW, replace_existing=False)
    use_store(written, "new")
    use_store(written, None)
    remove_store(written, "new")

    assert comments(written.read_text()) == comments(TEXT)
    assert read_settings(written).stores == {"a": NamedStore("a", "/a.db")}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# only this\n",
        TEXT,
        'stores.a.address = "/a.db"\n',
        '[stores.a]\naddress = "/a.db"\n\n[stores.b]\naddress = "/b.db"\n',
        '[stores.a]\naddress = "/a.db"',
        'default_store = "a"\n[stores]\na.address = "/a.db"\n',
        '[stores.a]\r\naddress = "/a.db"\r\n',
    ],
)
def test_a_change_is_read_back_whatever_the_file_looks_like(path, text):
    path.parent.mkdir()
    path.write_bytes(text.encode())
    before = read_settings(path)

    add_store(path, NEW, replace_existing=False)
    use_store(path, "new")

    assert read_settings(path) == ("new", {**before.stores, "new": NEW})


def test_a_name_that_is_taken_is_replaced_only_if_asked(written):
    with pytest.raises(UsageError, match="already"):
        add_store(written, NEW._replace(name="a"), replace_existing=False)
    assert written.read_text() == TEXT

    add_store(written, NEW._replace(name="a"), replace_existing=True)
    assert read_settings(written).stores == {"a": NEW._replace(name="a")}


def test_a_forgotten_store_is_no_default_any_more(written):
    use_store(written, "a")
    remove_store(written, "a")

    assert read_settings(written) == (None, {})


def test_forgetting_one_keeps_another_default(written):
    add_store(written, NEW, replace_existing=False)
    use_store(written, "new")
    remove_store(written, "a")

    assert read_settings(written) == ("new", {"new": NEW})


def test_only_a_known_name_is_forgotten(written):
    with pytest.raises(NotFoundError):
        remove_store(written, "zzz")
    assert written.read_text() == TEXT


@pytest.mark.parametrize("name", ["", "demo", "default", "a b", "a.b", "a/b", "-a", "_a", "ä", "-"])
def test_a_name_that_could_be_a_file_or_an_option_will_not_do(path, name):
    with pytest.raises(UsageError):
        add_store(path, NEW._replace(name=name), replace_existing=False)
    assert not path.exists()


@pytest.mark.parametrize("name", ["a", "7", "prod-eu_1", "A"])
def test_plain_names_do(path, name):
    add_store(path, NEW._replace(name=name), replace_existing=False)

    assert set(read_settings(path).stores) == {name}


def test_stores_in_one_line_are_left_as_they_are(path):
    path.parent.mkdir()
    path.write_text('stores = {a = {address = "/a.db"}}\n')
    with pytest.raises(ConfigError, match="one line"):
        add_store(path, NEW, replace_existing=False)

    assert path.read_text() == 'stores = {a = {address = "/a.db"}}\n'


def test_a_file_with_other_rights_is_made_private(written):
    written.chmod(0o644)
    use_store(written, "a")

    assert stat.S_IMODE(written.stat().st_mode) == 0o600


def test_a_link_to_a_file_elsewhere_stays_a_link(written, tmp_path):
    real = tmp_path / "dotfiles.toml"
    os.replace(written, real)  # noqa: PTH105
    written.symlink_to(real)

    use_store(written, "a")

    assert written.is_symlink()
    assert read_settings(real).default_store == "a"


def test_a_failing_disk_leaves_the_old_file(written, monkeypatch):
    def fail(*_):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("pathlib.Path.replace", fail)
    with pytest.raises(ConfigError, match="cannot be written"):
        use_store(written, "a")

    assert written.read_text() == TEXT
    assert [file.name for file in written.parent.iterdir()] == ["config.toml"]
