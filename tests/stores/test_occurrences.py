import pytest
from trails import bare, made

from auditctl.events.intake import canonical_bytes, intake_json
from auditctl.stores.occurrences import Occurrences

ROWS = [n * n % 23 for n in range(300)]


def identified(occurrences):
    return [occurrences.identify(bare(row)) for row in ROWS]


def test_equal_events_get_different_ids_that_are_the_same_at_the_next_reading():
    first, second = identified(Occurrences()), identified(Occurrences())
    assert first == second
    assert len(set(first)) == len(ROWS)


@pytest.mark.parametrize("in_memory", [0, 1, 5, 11])
def test_ids_are_the_same_when_memory_does_not_suffice(in_memory):
    assert identified(Occurrences(in_memory)) == identified(Occurrences())


def test_an_id_says_nothing_of_what_the_event_was_called_or_when_it_came():
    plain = Occurrences().identify(bare(1))
    named = made(1, id="x", received_at="2030-01-01T00:00:00Z")
    assert Occurrences().identify(named) == plain
    assert Occurrences().identify(bare(1, version=2)) != plain


def test_ids_of_a_source_are_those_that_were_given_before():
    # an id that changes would bring every event in twice
    event = intake_json(
        b'{"action":"a","occurred_at":"2026-05-01T12:00:00Z","actor":{"id":"u","type":"user"}}'
    )
    assert canonical_bytes(event, bare=True) == (
        b'{"organization_id":"org_default","action":"a","version":1,'
        b'"occurred_at":"2026-05-01T12:00:00.000Z",'
        b'"actor":{"id":"u","type":"user","metadata":{}},'
        b'"targets":[],"context":{},"metadata":{}}'
    )
    occurrences = Occurrences()
    assert [occurrences.identify(event) for _ in range(2)] == [
        "audit_log_event_01KQHPHXG0FV4GRHJ2N252KQPC",
        "audit_log_event_01KQHPHXG06KX9F1D7DQNPRD07",
    ]
