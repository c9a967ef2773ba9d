"""The line of a key: told for whatever TOML can look like."""

import tomllib

import pytest
import tomlkit
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from auditctl.config.lines import find_lines, line_of

ALL = """\
# [no.table]
top = "[not.a.table]"  # nor = 1
"quoted key" = 1
'lit.eral' . "\\u00e9" = 2

[table]  # with a comment
x = '''
y = 1
[z]'''
y = \"\"\"a\\\"\"\" b \\
  = 3 \"\"\"\"\"
date = 1979-05-27 07:32:00 # z = 1
numbers = [ 1, # one ]
  [2.0, "]"],
  {in = 3, deep.er = [4,
5]},
]

[ table . "sub.table" ]
inline = {a = 1, b = {c = "}"}, 'd' = []}
[[many]]
x = 1
[[many]]
x = 2
[many.inner]
y = 3
[[many.more]]
z = 4
"""
EXPECTED = {
    ("top",): 2,
    ("quoted key",): 3,
    ("lit.eral", "é"): 4,
    ("table",): 6,
    ("table", "x"): 7,
    ("table", "y"): 10,
    ("table", "date"): 12,
    ("table", "numbers"): 13,
    ("table", "numbers", 0): 13,
    ("table", "numbers", 1): 14,
    ("table", "numbers", 1, 1): 14,
    ("table", "numbers", 2, "in"): 15,
    ("table", "numbers", 2, "deep", "er", 0): 15,
    ("table", "numbers", 2, "deep", "er", 1): 16,
    ("table", "sub.table"): 19,
    ("table", "sub.table", "inline", "b", "c"): 20,
    ("table", "sub.table", "inline", "d"): 20,
    ("many",): 21,
    ("many", 0, "x"): 22,
    ("many", 1): 23,
    ("many", 1, "x"): 24,
    ("many", 1, "inner", "y"): 26,
    ("many", 1, "more", 0, "z"): 28,
}


def places(value, place=()):
    """Yield the place of every key and element of a parsed document."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for step, inner in items:
        yield (*place, step)
        if isinstance(inner, (dict, list)):
            yield from places(inner, (*place, step))


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_every_form_of_key_has_its_line(ends):
    found = find_lines(ALL.replace("\n", ends))

    assert {place: found.get(place) for place in EXPECTED} == EXPECTED
    assert set(found) == set(places(tomllib.loads(ALL)))


def test_of_what_is_not_there_it_is_the_table_that_it_would_stand_in():
    assert line_of(ALL, ("many", 1, "inner", "zzz")) == 25
    assert line_of(ALL, ("zzz", "y")) is None


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=8)
PLAIN = st.one_of(
    st.integers(-9, 9),
    st.booleans(),
    st.text(st.sampled_from("ab\"'\\\n\t=[]{}#.,é\x7f"), max_size=12),
)
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(NAMES, VALUES, max_size=5)
patient = settings(deadline=None)  # a machine that does much else is slow
BROKEN = "a value that stands nowhere else"


def broken(value, place):
    """Return a document with the value at a place replaced."""
    if not place:
        return BROKEN
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[place[0]] = broken(copy[place[0]], place[1:])
    return copy


def written(document):
    """Return the text of a document; tomlkit writes some wrongly, which are left out."""
    text = tomlkit.dumps(document)
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        read = None
    assume(read == document)
    return text


@patient
@given(DOCUMENTS, st.data())
def test_the_line_of_a_broken_value_is_the_one_that_it_stands_on(document, data):
    """tomlkit writes the document; the value that was put in is looked for in the text."""
    known = list(places(document))
    assume(known)
    place = data.draw(st.sampled_from(known))
    text = written(broken(document, place))
    (line,) = [n for n, part in enumerate(text.split("\n"), 1) if BROKEN in part]

    assert line_of(text, place) == line


@patient
@given(DOCUMENTS)
def test_every_key_and_no_other_is_found(document):
    assert set(find_lines(written(document))) == set(places(document))


@patient
@given(st.text(st.sampled_from("ab=[]{}.,#\"' \n\\"), max_size=40))
def test_text_that_is_no_toml_does_no_harm(text):
    line_of(text, ("a", "b"))
