import json
import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import events

from auditctl.query.fields import (
    CATALOGUE,
    FIELDS,
    UnknownFieldError,
    lookup,
    quoted_step,
    searched_texts,
    text_of,
    values,
)


@pytest.mark.parametrize("field", CATALOGUE, ids=lambda field: field.label)
def test_every_name_of_a_field_leads_to_it(field):
    for name in (field.name, *field.aliases):
        found, path = lookup(f"{name}.x" if field.placeholder else name)
        assert found is field
        assert bool(path) == bool(field.placeholder)


def test_names_are_unique():
    names = [name for field in CATALOGUE for name in (field.name, *field.aliases)]
    assert len(names) == len(set(names))
    assert list(FIELDS) == [field.name for field in CATALOGUE]


@pytest.mark.parametrize(
    ("name", "field", "path"),
    [
        ("metadata.region", "metadata", ("region",)),
        ("metadata.a.b", "metadata", ("a.b",)),
        ("metadata.a[0]", "metadata", ("a[0]",)),
        ('metadata."a b"', "metadata", ("a b",)),
        ("actor.metadata.email", "actor.metadata", ("email",)),
        ("targets.metadata.role-id", "target.metadata", ("role-id",)),
        ("source.type", "source", ("type",)),
        ("source.type.x", "source", ("record", "type", "x")),
        ("source.a.b", "source", ("record", "a", "b")),
        ("source.record.a.b", "source", ("record", "a", "b")),
        ("source.record", "source", ("record",)),
        ("source.a[0].b", "source", ("record", "a", "[0]", "b")),
        ("source.a[].b", "source", ("record", "a", "b")),
        ('source."x.y".z', "source", ("record", "x.y", "z")),
        (r'source."a\"b"', "source", ("record", 'a"b')),
    ],
)
def test_paths(name, field, path):
    assert lookup(name) == (FIELDS[field], path)


@pytest.mark.parametrize(
    "name", ["", "x", "metadata", "metadata.", "source", "source..a", "source.a.", "id.x"]
)
def test_what_is_no_field(name):
    with pytest.raises(UnknownFieldError):
        lookup(name)


def test_close_names_are_offered():
    with pytest.raises(UnknownFieldError) as caught:
        lookup("Actr")
    assert caught.value.close[0] == "actor"


@given(st.text(min_size=1))
def test_a_quoted_key_is_read_as_it_is(key):
    assert lookup(f"metadata.{quoted_step(key)}") == (FIELDS["metadata"], (key,))


@given(
    st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-(2**63), 2**63 - 1)
    | st.booleans()
)
def test_the_text_of_a_number_is_that_of_the_canonical_body(value):
    import msgspec  # noqa: PLC0415 - only this test needs it

    assert text_of(value) == msgspec.json.encode(value).decode()


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_text_of_a_number_is_the_number(value):
    assume(not math.isnan(value))
    assert json.loads(text_of(value)) == value


@given(events())
def test_values_of_a_combined_field_are_those_of_its_parts(event):
    for field in CATALOGUE:
        if field.parts:
            assert values(event, field.name) == [
                v for part in field.parts for v in values(event, part)
            ]


@given(events())
def test_an_empty_event_has_no_values_and_no_texts(event):
    for field in CATALOGUE:
        path = ("x",) if field.placeholder else ()
        assert values({}, field.name, path) == []
    assert list(searched_texts({})) == []
    assert event["action"] in list(searched_texts(event))


def test_times_are_milliseconds():
    assert values({"occurred_at": "1970-01-01T00:00:01.002Z"}, "created") == [1002]


def test_deep_records_do_not_exhaust_the_stack():
    record = "leaf"
    for _ in range(50_000):
        record = [record]
    event = {"source": {"type": "x", "record": {"a": record}}}
    assert values(event, "source", ("record", "a")) == ["leaf"]
    while isinstance(record, list):  # take it apart, as freeing it in one go would recurse
        record = record.pop()


def test_what_words_search():
    event = {
        "id": "not searched",
        "action": "a",
        "organization_id": "not searched",
        "actor": {"id": "b", "type": "not searched", "name": "c", "metadata": {"k": True}},
        "targets": [{"id": "d", "type": "not searched", "metadata": {"k": 1.5}}],
        "context": {"location": "e", "user_agent": "f"},
        "metadata": {"k": "g"},
        "source": {"type": "not searched", "record": {"k": "not searched"}},
    }
    assert sorted(searched_texts(event)) == ["1.5", "a", "b", "c", "d", "e", "f", "g", "true"]
