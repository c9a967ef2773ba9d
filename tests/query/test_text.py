import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from auditctl.query.text import fold, literal_of, split_glob, words

texts = st.text() | st.text("aAéß\u017fK İΣςẞͅ_-. 語한")


@given(texts)
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(texts)
def test_composed_and_decomposed_texts_are_equal(text):
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


def test_case_and_accents_make_no_difference():
    assert fold("ZOË") == fold("zoe") == "zoe"
    assert fold("STRASSE") == fold("straße")


@given(texts)
def test_words_are_letters_and_digits_and_words_of_themselves(text):
    found = words(text)
    assert words(" ".join(found)) == found
    assert all(word and "_" not in word for word in found)


def test_words_end_at_everything_else():
    assert words("jon.smith_2@Acme-X.com") == ["jon", "smith", "2", "acme", "x", "com"]
    assert words("—…_") == []


@given(st.text("ab*?\\"))
def test_a_literal_of_a_glob_is_one_part_without_wildcards(pattern):
    parts = split_glob(pattern)
    literal = literal_of(pattern)
    if literal is None:
        assert len(parts) > 1 or None in parts[0]
    else:
        assert parts == ([[literal]] if literal else [[]])


@given(st.text())
def test_an_escaped_text_is_a_literal(text):
    escaped = "".join("\\" + char if char in "*?\\" else char for char in text)
    assert literal_of(escaped) == text


def test_a_backslash_before_another_character_is_itself():
    assert literal_of(r"C:\dir") == r"C:\dir"
    assert split_glob(r"C:\\*") == [["C:\\"], []]
