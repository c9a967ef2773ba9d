"""Any text that JSON can write comes in, half surrogate pairs too: none may keep an event out."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditctl.errors import EventError
from auditctl.events.intake import canonical_bytes, decode_json, intake_json

ANY = st.text(st.characters() | st.sampled_from("\ud800\udbff\udc00\udfff\\u d8"), max_size=12)


def is_whole(text):
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") == text


@given(ANY)
def test_every_text_comes_in_and_a_whole_one_unchanged(text):
    read = decode_json(json.dumps(text).encode())

    read.encode()
    if is_whole(text):
        assert read == text


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"\ud800", r"\ud800"),
        (r"a\uDC00b", r"a\uDC00b"),
        (r"\ud83d\ude00", "😀"),
        (r"\ud83d\ud83d\ude00", "\\ud83d😀"),
        (r"\\ud800", r"\ud800"),
        (r"\\\ud800", r"\\ud800"),
        (r"\ude00\ud83d", r"\ude00\ud83d"),
    ],
)
def test_half_a_pair_becomes_its_own_spelling(written, read):
    assert decode_json(f'{{"{written}":"{written}"}}'.encode()) == {read: read}


def test_an_event_with_half_a_pair_everywhere_is_an_event():
    half = "\udfff!"
    party = {"id": half, "type": half, "name": half, "metadata": {half: half}}
    event = {
        "action": half,
        "occurred_at": "2026-05-01T12:00:00Z",
        "actor": party,
        "targets": [party],
        "context": {"location": half, "user_agent": half},
        "metadata": {half: half},
    }
    body = canonical_bytes(intake_json(json.dumps(event).encode()))

    assert json.loads(body)["actor"]["metadata"] == {r"\udfff!": r"\udfff!"}
    assert canonical_bytes(intake_json(body)) == body


@pytest.mark.parametrize("text", [rb'"\ud800', rb'"\ud8"', rb'"\q\ud800"', b'"\xff\\ud800"'])
def test_what_is_broken_otherwise_stays_broken(text):
    with pytest.raises(EventError, match="not valid JSON"):
        decode_json(text)
