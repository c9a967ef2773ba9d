"""Ways through the file that random events seldom take, and what is told of them."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from trails import NOON, made

from auditctl.query.tree import (
    EVERYTHING,
    And,
    Between,
    Compare,
    Exact,
    Glob,
    Match,
    Not,
    Or,
    Within,
    Words,
)
from auditctl.stores.base import Query
from auditctl.stores.embedded.store import EmbeddedStore


@pytest.fixture
def store(tmp_path):
    store = EmbeddedStore(tmp_path / "trail.db")
    yield store
    store.close()


def found(store, node):
    return [event.id for event in store.search(Query(node))]


def test_a_condition_on_an_unknown_id_can_be_negated(store):
    store.append([made(1)])
    unknown = Match("id", Exact("nobody"))
    assert found(store, unknown) == []
    assert found(store, Not(unknown)) == ["event-000001"]
    assert found(store, Or((unknown, Match("version", Exact("1"))))) == ["event-000001"]


LONG = "w" * 70


@pytest.mark.parametrize(
    ("value", "asked"),
    [
        (LONG + "1", LONG + "1"),  # a word longer than the index keeps
        ("e\u0301" * 10, "é" * 10),  # 20 characters, 10 once folded
        ("ﬃ" * 6, "ffi" * 6),  # 6 characters, 18 once folded
        ("twelve chars", "TWELVE CHARS"),
        ("thirteen char", "Thirteen Char"),
        ("!" * 40, "!" * 40),  # no words and too long for a pair
        ("", ""),
    ],
)
def test_metadata_is_found_by_its_value_whatever_its_length(store, value, asked):
    store.append([made(1, metadata={"k": value}), made(2, metadata={"k": "other", "l": value})])
    assert found(store, Match("metadata", Exact(asked), ("k",))) == ["event-000001"]
    target = {"id": "t", "type": "team", "name": value}
    store.append([made(3, targets=[target])])
    assert found(store, Match("target.name", Exact(asked))) == ["event-000003"]


def test_long_words_are_told_apart_beyond_what_the_index_keeps(store):
    store.append([made(n, metadata={"k": f"{LONG}{n}"}) for n in (1, 2, 11)])
    assert found(store, Words((LONG + "1",))) == ["event-000001"]
    assert found(store, Words((LONG + "1",), prefix=True)) == ["event-000011", "event-000001"]
    store.append([made(20, action=f"{LONG}1.x")])
    assert found(store, Words((LONG + "1", "x"))) == ["event-000020"]


def test_many_known_values_are_found_without_the_word_index(store):
    store.append(
        [
            made(n, action=f"act.{n}", targets=[{"id": "t", "type": f"kind {n}"}], version=n % 2)
            for n in range(400)
        ]
    )
    kinds = Or(tuple(Match("target.type", Exact(f"kind {n}")) for n in range(1, 400)))
    actions = Or(tuple(Match("action", Exact(f"act.{n}")) for n in range(1, 400)))
    odd = Match("version", Exact("1"))
    first = Match("action", Exact("act.0"))
    assert len(found(store, kinds)) == len(found(store, actions)) == 399
    assert len(found(store, Not(actions))) == 1
    assert len(found(store, And((kinds, odd)))) == 200
    assert len(found(store, Or((And((kinds, odd)), first)))) == 201
    assert (
        len(found(store, Words(("act",)))) == len(found(store, Words(("ac",), prefix=True))) == 400
    )


def test_a_type_of_very_many_is_checked_beside_what_the_index_knows(store):
    kinds = ("even", "odd")
    store.append(
        [
            made(n, action=f"act.{n}", targets=[{"id": "t", "type": f"{kinds[n % 2]} {n}"}])
            for n in range(620)
        ]
    )
    odd, tens = Match("target.type", Glob("odd*")), Match("action", Glob("act.1?"))
    first = Match("action", Exact("act.0"))
    assert len(found(store, odd)) == 310
    assert len(found(store, And((odd, tens)))) == 5
    assert len(found(store, Or((And((odd, tens)), first)))) == 6


def test_words_of_the_syntax_of_the_index_are_only_words(store):
    store.append([made(1, metadata={"k": "NEAR AND OR NOT =t1 =m0"}), made(2)])
    for word in ("near", "and", "or", "not", "t1", "m0"):
        assert found(store, Words((word,))) == ["event-000001"]


ADDRESSES = [
    *("0.0.0.0", "10.0.0.7", "10.255.255.255", "11.0.0.0", "255.255.255.255"),  # noqa: S104 - no server
    *(
        "::",
        "::1",
        "::ffff:10.0.0.7",
        "::fffe:ffff:ffff",
        "::1:0:0:0",
        "2001:db8::1",
        "fe80::1%eth0",
    ),
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
]
NO_ADDRESSES = ["10.0.0", "Berlin", "10.0.0.0/8", "", "1" * 50, "10.0.0.7 "]


@pytest.mark.parametrize(
    "network",
    [
        *("0.0.0.0/0", "10.0.0.0/8", "10.0.0.7/32", "0.0.0.0/32"),
        *("::/0", "::/64", "::/95", "::1/128", "2001:db8::/32", "fe80::/10", "::ffff:0:0/96"),
    ],
)
def test_networks_hold_the_addresses_of_their_own_kind(store, network):
    places = [*ADDRESSES, *NO_ADDRESSES]
    store.append([made(n, context={"location": place}) for n, place in enumerate(places)])
    wanted = []
    for number, place in enumerate(ADDRESSES):
        address = ip_address(place)
        address = getattr(address, "ipv4_mapped", None) or address
        if address in ip_network(network):
            wanted.append(f"event-{number:06d}")
    within = Match("location", Within(ip_network(network)))
    assert sorted(found(store, within)) == wanted
    assert len(found(store, Not(within))) == len(places) - len(wanted)


@pytest.mark.parametrize("number", [10**30, -(10**30), 1e300, 2**63, 0.5, 2**53 + 1])
def test_numbers_of_a_query_may_be_of_any_size(store, number):
    store.append([made(1)])
    for field in ("version", "created", "received"):
        for test in (Compare(">", number), Compare("<=", number), Between(None, number)):
            below = number < 1 if field == "version" else number < NOON
            matches = below if test == Compare(">", number) else not below
            assert found(store, Match(field, test)) == ["event-000001"] * matches


LOGIN = Match("action", Exact("user.login"))


@pytest.mark.parametrize(
    ("node", "reads", "checks"),
    [
        (EVERYTHING, "in time order, newest first", "nothing"),
        (LOGIN, "word index", "nothing"),
        (Not(LOGIN), "event table", "nothing"),
        (Match("action", Exact("unknown")), "no event can match", "nothing"),
        (Match("id", Exact("event-000001")), "event table", "nothing"),
        (Match("created", Compare(">", 0)), "in time order, newest first", "nothing"),
        (Words(("smith",)), "word index", "condition"),
        (Match("target.id", Exact("team_01")), "word index", "condition"),
        (Match("source", Exact("x"), ("record", "a")), "in time order", "condition"),
        (And((LOGIN, Match("id", Glob("*1")))), "word index", "condition"),
    ],
)
def test_says_how_it_reads(store, node, reads, checks):
    store.append([made(1)])
    lines = store.explain(Query(node))
    assert any(what == "reads" and reads in how for what, how in lines)
    assert any(what == "then checks" and checks in how for what, how in lines)
    assert any("oldest first" in how for _, how in store.explain(Query(LOGIN, oldest_first=True)))
