import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditctl.formats.importers import json_array
from auditctl.formats.importers.json_array import begins_array, elements

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet='a"\\[]{},:\n é\x00', max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(alphabet='a"\\}]', max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


def split(content, chunk=1 << 16):
    stream = io.BytesIO(content)
    return list(elements(lambda size: stream.read(min(size, chunk))))


@given(
    values=st.lists(VALUES, max_size=6),
    indent=st.sampled_from([None, 0, 2]),
    around=st.sampled_from(
        [b"%s", b'{"Records":%s}', b' {\n"Records" : %s, "next": {"a":"]}"}}\n']
    ),
    ascii_only=st.booleans(),
    chunk=st.integers(1, 40),
)
def test_elements_are_those_that_json_finds(values, indent, around, ascii_only, chunk):
    text = json.dumps(values, indent=indent, ensure_ascii=ascii_only).encode()
    found = split(around.replace(b"%s", text), chunk)
    assert [json.loads(element.raw) for element in found] == values
    assert [element.fault for element in found] == [None] * len(values)
    assert [element.ordinal for element in found] == list(range(1, len(values) + 1))


@given(values=st.lists(st.dictionaries(st.text(), VALUES), max_size=6), chunk=st.integers(1, 90))
def test_one_element_a_line_is_found_at_its_line(values, chunk):
    lines = ",\n".join(json.dumps(value) for value in values)
    found = split(f"[\n{lines}\n]\n".encode(), chunk)
    assert [json.loads(element.raw) for element in found] == values
    assert [element.line for element in found] == list(range(2, len(values) + 2))


@given(content=st.text(alphabet='[]{}",:\\ 1\n', max_size=30), chunk=st.integers(1, 5))
def test_any_text_comes_to_an_end(content, chunk):
    for element in split(b"[" + content.encode(), chunk):
        assert element.raw or element.fault


def test_every_chunk_size_gives_the_same():
    text = b'{"Records":[{"a":"\\\\\\"]"},\n{"b":[1,{"c":"}"}]},"x\\"",null , 12 ]}[{"d":1}]'
    whole = split(text)
    assert [element.raw for element in whole] == [
        b'{"a":"\\\\\\"]"}',
        b'{"b":[1,{"c":"}"}]}',
        b'"x\\""',
        b"null",
        b"12",
        b'{"d":1}',
    ]
    for chunk in range(1, len(text)):
        assert split(text, chunk) == whole


@pytest.mark.parametrize(
    ("text", "count", "fault"),
    [
        (b'[{"a":1},{"b":', 1, "cut off"),
        (b'[{"a":1},{"b":"', 1, "cut off"),
        (b'[{"a":1},{"b":"\\', 1, "cut off"),
        (b'[{"a":1},', 1, "not closed"),
        (b'[{"a":1}}', 1, "not closed"),
        (b'{"Records":[{"a":1}]', 1, "around the array"),
        (b'[{"a":1}] x', 1, "after the end"),
    ],
)
def test_broken_brackets_are_the_last_fault(text, count, fault):
    found = split(text)
    assert [element.fault for element in found[:count]] == [None] * count
    assert len(found) == count + 1
    assert fault in found[-1].fault


def test_an_element_without_end_is_not_read_into_memory(monkeypatch):
    monkeypatch.setattr(json_array, "MAX_RECORD_BYTES", 1000)
    taken = 0

    def endless(size):
        nonlocal taken
        taken += 1
        return b'[{"a":"' if taken == 1 else b"x" * min(size, 100)

    found = list(elements(endless))
    assert "too long" in found[0].fault
    assert taken < 20


@pytest.mark.parametrize("text", [b" \n[", b'{"Records":[', b'{ "Records" :\n [', b'{"Events": [{'])
def test_beginnings_of_arrays(text):
    assert begins_array(text)


@pytest.mark.parametrize("text", [b"", b"{", b'{"action":[', b'x[{"a"', b'{"Records":{'])
def test_beginnings_of_other_files(text):
    assert not begins_array(text)
