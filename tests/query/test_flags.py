from ipaddress import ip_network

import pytest

from auditctl.errors import UsageError
from auditctl.query.flags import from_flags
from auditctl.query.tree import EVERYTHING, And, Exact, Glob, Has, Match, Or, Within, Words

LISTS = {"people": ["jon", "@ann", "z*"], "empty": [], "-": ["stdin"]}


def node(**flags):
    return from_flags(**flags, read_list=LISTS.__getitem__)


def eq(field, text):
    return Match(field, Exact(text))


def test_no_flags_are_no_condition():
    assert node() == EVERYTHING


def test_repeated_is_or_and_different_is_and():
    assert node(actions=["a", "b.*"], orgs=["o"]) == And(
        (Or((eq("action", "a"), Match("action", Glob("b.*")))), eq("org", "o"))
    )


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ({"actors": ["Jon Smith"]}, eq("actor", "Jon Smith")),
        ({"actors": ["a,b"]}, eq("actor", "a,b")),
        ({"actor_types": ["user"]}, eq("actor.type", "user")),
        ({"targets": ["team"]}, eq("target.type", "team")),
        ({"targets": ["te*"]}, Match("target.type", Glob("te*"))),
        ({"targets": ["team:t:1"]}, eq("target.ref", "team:t:1")),
        ({"targets": ["*:t_1"]}, Match("target.ref", Glob("*:t_1"))),
        ({"locations": ["10.0.0.0/8"]}, Match("location", Within(ip_network("10.0.0.0/8")))),
        ({"locations": ["Ber*"]}, Match("location", Glob("Ber*"))),
        ({"metas": ["a.b=x=y"]}, Match("metadata", Exact("x=y"), ("a.b",))),
        ({"metas": ['"k\\=v*']}, Match("metadata", Glob("v*"), ('"k\\',))),
        ({"metas": ["k="]}, Match("metadata", Exact(""), ("k",))),
        ({"metas": ["k"]}, Has("metadata", ("k",))),
        ({"greps": ["Cache-Reset: "]}, Words(("cache", "reset"))),
        ({"greps": ["cache res*"]}, Words(("cache", "res"), prefix=True)),
        ({"greps": ["field:x OR (y"]}, Words(("field", "x", "or", "y"))),
    ],
)
def test_flags(flags, expected):
    assert node(**flags) == expected


def test_lists_of_values():
    assert node(actors=["@people", "x"]) == Or(
        (eq("actor", "jon"), eq("actor", "@ann"), Match("actor", Glob("z*")), eq("actor", "x"))
    )
    assert node(actions=["@-"]) == eq("action", "stdin")
    assert node(actors=["@@ann"]) == eq("actor", "@ann")


def test_an_empty_list_has_nothing_in_it():
    assert node(actors=["@empty"]) == Or(())
    assert node(actors=["@empty"], actions=["a"]) == And((eq("action", "a"), Or(())))
    assert node(actors=["@empty", "x"]) == eq("actor", "x")


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ({"actions": [""]}, "--action: the value is empty"),
        ({"metas": ["=x"]}, '--meta: "=x" has no key'),
        ({"locations": ["10.0.0.0/40"]}, "--location: 10.0.0.0/40 is not a network"),
        ({"targets": [":x"]}, '--target: ":x" is not TYPE:ID'),
        ({"targets": ["x:"]}, '--target: "x:" is not TYPE:ID'),
        ({"greps": ["--"]}, '--grep: "--" has no letter or digit to search for'),
        ({"actors": ["@"]}, "--actor: @ lacks the name of a file"),
        ({"actions": ["*" * 1001]}, "--action: a pattern has at most 1,000 characters"),
    ],
)
def test_faults_name_the_flag(flags, message):
    with pytest.raises(UsageError) as caught:
        node(**flags)
    assert caught.value.message == message
    assert caught.value.hint
