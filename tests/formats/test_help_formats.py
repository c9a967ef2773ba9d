import json
import re

import pytest

from auditctl.events.event import Event
from auditctl.events.intake import canonical_bytes, intake_json
from auditctl.formats.column_names import resolve
from auditctl.formats.columns import CATALOGUE
from auditctl.formats.help import JSON_KEYS, WIDTH, formats_topic
from auditctl.formats.layout import LAYOUTS
from auditctl.formats.wide import WIDE
from auditctl.formats.writer import ALIASES, FORMATS

FULL = {
    "id": "e1",
    "organization_id": "o",
    "action": "a",
    "version": 1,
    "occurred_at": "2026-05-01T12:00:00.000Z",
    "received_at": "2026-05-01T12:00:00.000Z",
    "actor": {"id": "u", "type": "user", "name": "n", "metadata": {"email": "e"}},
    "targets": [{"id": "t", "type": "team", "name": "n", "metadata": {"k": "v"}}],
    "context": {"location": "l", "user_agent": "a"},
    "metadata": {"k": "v"},
    "source": {"type": "s", "record": {"k": "v"}},
}


def keys_of(value, prefix=""):
    """Return the keys of JSON as the help writes them; metadata and records are the user's."""
    for key, inner in value.items():
        if key in {"metadata", "record"} or not isinstance(inner, (dict, list)):
            yield prefix + key
        elif isinstance(inner, list):
            yield from keys_of(inner[0], f"{prefix}{key}[].")
        else:
            yield from keys_of(inner, f"{prefix}{key}.")


def test_the_keys_of_an_event_are_all_documented_in_their_order():
    stored = json.loads(canonical_bytes(intake_json(json.dumps(FULL).encode())))

    assert list(keys_of(stored)) == [key for key, _, _ in JSON_KEYS]


def test_keys_that_may_be_absent_are_marked():
    bare = {
        "action": "a",
        "occurred_at": FULL["occurred_at"],
        "actor": {"id": "u", "type": "user"},
        "targets": [{"id": "t", "type": "team"}],
    }
    stored = json.loads(canonical_bytes(intake_json(json.dumps(bare).encode())))
    always = {key for key, kind, _ in JSON_KEYS if "?" not in kind}

    # the store gives an event its id and the time of receipt
    assert {*keys_of(stored), "id", "received_at"} == always


def test_everything_that_can_be_chosen_is_listed():
    text = formats_topic()

    for name in (*FORMATS, *ALIASES, *CATALOGUE):
        assert re.search(rf"\b{name}\b", text)
    for column in CATALOGUE.values():
        assert f"{column.name:<17}{column.summary}" in text
    for layout, summary in LAYOUTS:
        assert f"{layout:<23}{summary}" in text


def test_the_topic_fits_a_terminal():
    assert [line for line in formats_topic().split("\n") if len(line) > WIDTH] == []


def test_every_column_says_what_it_is_in_a_few_words():
    for column in CATALOGUE.values():
        assert 3 < len(column.summary) < 50
        assert column.summary[0].islower()


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_column_has_a_cell(name):
    (column,) = resolve([name])

    assert column.value(Event(json.dumps(FULL).encode()).fields)


def test_wide_has_columns_of_the_catalogue():
    assert set(WIDE) <= set(CATALOGUE)
