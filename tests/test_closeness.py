"""Which known word was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditctl.cli.app import ALIASES, COMMANDS
from auditctl.closeness import closest

WORDS = st.text(st.characters(min_codepoint=97, max_codepoint=122), min_size=4, max_size=20)
ACTIONS = ["project.created", "project.deleted", "user.signed_in", "token.revoked"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("lsit", "list"),
        ("lst", "list"),
        ("exprot", "export"),
        ("imort", "import"),
        ("tial", "tail"),
        ("hlep", "help"),
        ("statsu", "stats"),
        ("LIST", "list"),
        ("exp", "export"),
        ("actor", "actors"),
    ],
)
def test_commands(word, meant):
    assert closest(word, [*COMMANDS, *ALIASES]) == [meant]


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("dmeo", ["prod", "demo"], "demo"),
        ("cvs", ["jsonl", "workos-csv", "cloudtrail"], "workos-csv"),
        ("proj", ACTIONS, "project.created"),
        ("project.create", ACTIONS, "project.created"),
        ("user.signedin", ACTIONS, "user.signed_in"),
        ("user-signed-in", ACTIONS, "user.signed_in"),
        ("tokn.revoked", ACTIONS, "token.revoked"),
    ],
)
def test_other_words(word, known, meant):
    assert closest(word, known) == [meant]


@pytest.mark.parametrize("word", ["", "-", "x", "zzyzx", "...", "search"])
def test_what_is_near_to_nothing(word):
    assert closest(word, [*COMMANDS, *ACTIONS]) == []


@given(WORDS, st.lists(WORDS, max_size=8))
def test_a_known_word_is_the_nearest_to_itself(word, others):
    assert closest(word, [*others, word]) == [word]
    assert closest(word.upper(), [*others, word])[0] == word


@given(WORDS, st.data())
def test_one_mistake_is_forgiven(word, data):
    place = data.draw(st.integers(1, len(word) - 2))
    mistaken = data.draw(
        st.sampled_from(
            [
                word[:place] + word[place + 1 :],
                word[:place] + "0" + word[place:],
                word[:place] + "0" + word[place + 1 :],
                word[:place] + word[place + 1] + word[place] + word[place + 2 :],
            ]
        )
    )
    assert closest(mistaken, ["0000000000000000000000000", word]) == [word]


@given(st.text(max_size=80), st.lists(st.text(max_size=80), max_size=10), st.integers(1, 3))
def test_what_is_returned_is_known_and_no_more_than_asked_for(word, known, most):
    found = closest(word, known, most=most)

    assert len(found) <= most
    assert len(set(found)) == len(found)
    assert set(found) <= set(known)


def test_of_equally_near_words_the_likelier_one():
    assert closest("aaab", ["aaac", "aaad"]) == ["aaac"]
    assert closest("aaab", ["aaad", "aaac"]) == ["aaad"]
    assert closest("aaab", ["aaad", "aaac"], most=2) == ["aaad", "aaac"]
