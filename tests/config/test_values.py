"""Values as text: what is printed, given back, means the same."""

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditctl.config.keys import KEYS, TABLES, key_at
from auditctl.config.values import from_text, read_path, to_text
from auditctl.errors import UsageError

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1)
COLUMN = st.text(st.sampled_from("abc._"), min_size=1)
PATHS = [(name,) for name in KEYS] + [
    (table, "mine", name) for table, entry in TABLES.items() for name in entry.keys
]


def same(value):
    """One text and a list of it are the same to all who read settings."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


@settings(deadline=None)
@given(st.sampled_from(PATHS), st.data())
def test_what_is_printed_and_set_again_is_the_same(path, data):
    key = key_at(path)
    if key.kind == "switch":
        value = data.draw(st.booleans())
    elif path[-1] == "columns":
        value = data.draw(st.lists(COLUMN, min_size=1))
    elif key.kind == "words":
        value = data.draw(st.one_of(TEXT, st.lists(TEXT, min_size=1)))
    else:
        value = data.draw(TEXT.filter(lambda text: "://" not in text))

    assert same(from_text(path, key, to_text(path, value))) == same(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("jon", "jon"),
        (["jon"], "jon"),
        (["jon", "ada"], '["jon", "ada"]'),
        (['["a"]'], '["[\\"a\\"]"]'),
        (["[ab]*"], "[ab]*"),
    ],
)
def test_a_list_is_written_as_toml_has_it(value, text):
    assert to_text(("queries", "q", "actor"), value) == text


def test_a_password_in_an_address_is_never_printed():
    shown = to_text(("stores", "s", "address"), "postgres://jon:s3cret@db.example.com/x")

    assert shown == "postgres://jon:********@db.example.com/x"


def test_a_key_that_is_named_like_a_secret_is_never_printed():
    assert to_text(("stores", "s", "api_key"), "s3cret") == "********"


@pytest.mark.parametrize("text", ["true", "yes", "On", "false", "NO", "off"])
def test_switches(text):
    assert from_text(("relative",), KEYS["relative"], text) is (
        text.lower() in {"true", "yes", "on"}
    )


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("outptu", "`output`"),
        ("view.mine.columns", "`views.mine.columns`"),
        ("views.mine.colums", "`views.mine.columns`"),
        ("zzz", "auditctl help configuration"),
        ("", "auditctl help configuration"),
        ("views.", "auditctl help configuration"),
        ("views.a.b.c", ""),
    ],
)
def test_an_unknown_name_is_told_with_the_one_that_was_meant(name, hint):
    with pytest.raises(UsageError) as caught:
        read_path(name)

    assert hint in caught.value.hint


def test_every_name_of_the_table_is_known():
    for path in PATHS:
        assert read_path(".".join(path)) == path
        assert key_at(path).name == ".".join(path).replace("mine", "NAME")


def test_a_default_is_a_value():
    for name, key in KEYS.items():
        if key.default is not None:
            value = from_text((name,), key, key.default)
            assert to_text((name,), value) == key.default
    assert tomllib.loads("x = false")["x"] is from_text(("relative",), KEYS["relative"], "false")
