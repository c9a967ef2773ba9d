"""Reading the settings: what is known, and where something is wrong."""

import pytest

from auditctl.config.settings import NamedStore, Settings, read_settings
from auditctl.errors import ConfigError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "config.toml"


def test_no_file_is_no_settings(path):
    assert read_settings(path) == Settings(None, {})


def test_an_empty_file_is_no_settings(path):
    path.write_text("# nothing yet\n")

    assert read_settings(path) == Settings(None, {})


def test_all_that_can_be_said(path):
    path.write_text(
        'default_store = "b"\n'
        "[stores]\n"
        'a.address = "/a.db"\n'
        "[stores.b]\n"
        'address = "/b.db"\n'
        'timezone = "Europe/Berlin"\n'
        'description = "ours"\n'
    )

    assert read_settings(path) == Settings(
        "b",
        {
            "a": NamedStore("a", "/a.db", None, None),
            "b": NamedStore("b", "/b.db", "Europe/Berlin", "ours"),
        },
    )


@pytest.mark.parametrize(
    ("text", "line", "words", "hint"),
    [
        ('\ndefalt_store = "a"\n', 2, "no setting 'defalt_store'", "default_store"),
        ('[stores.a]\nadress = "/a"\n', 2, "no setting 'stores.a.adress'", "stores.a.address"),
        ('[stores.a]\naddress = "/a"\nzzz = 1\n', 3, "no setting 'stores.a.zzz'", None),
        ('[stores.a]\naddress = "/a"\n[stores.b]\naddress = 1\n', 4, "stores.b.address", None),
        ("[stores.a]\naddress = 1\n", 2, "'stores.a.address' is not a text", None),
        ('address = "x"\n[stores.a]\n', 1, "no setting 'address'", None),
        ('\n[stores.a]\ntimezone = "UTC"\n', 2, "'stores.a' has no address", None),
        ('[stores]\na = "/a.db"\n', 2, "'stores.a' is not a table", None),
        ("[[stores]]\n", 1, "'stores' is not a table", None),
        ("default_store = true\n", 1, "'default_store' is not a text", None),
        ('[stores."a b"]\naddress = 1\n', 2, "'stores.a b.address' is not a text", None),
        ("stores.a.address = 1 # x\n", 1, "'stores.a.address' is not a text", None),
    ],
)
def test_what_is_wrong_is_told_with_its_line(path, text, line, words, hint):
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_settings(path)

    assert caught.value.message.startswith(f"{path}, line {line}: ")
    assert words in caught.value.message
    assert (caught.value.hint is None) is (hint is None)
    if hint:
        assert f"`{hint}`" in caught.value.hint


@pytest.mark.parametrize(
    "content", [b"[stores", b"a = \n", b'a = "\xff"\n', b"a = 1\na = 2\n", b"\x00"]
)
def test_what_is_no_toml_is_told_with_its_file(path, content):
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        read_settings(path)

    assert str(path) in caught.value.message


def test_a_folder_is_no_file(path):
    path.mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        read_settings(path)
