"""Random events and random trees over one small vocabulary, so that they often meet."""

from __future__ import annotations

from ipaddress import ip_network

from hypothesis import strategies as st

from auditctl.events.clock import MAX_MS, MIN_MS, format_ms
from auditctl.query.text import words
from auditctl.query.tree import (
    And,
    Between,
    Compare,
    Contains,
    Exact,
    Glob,
    Has,
    Match,
    Not,
    Or,
    Regex,
    Within,
    Words,
)

ACTIONS = [
    "user.login",
    "user.Login",
    "team.created",
    "project.created",
    "project.cache-reset",
    "é",
]
IDS = ["user_01", "USER_01", "u:1", "proj_01", "a b", "10", "id*?", "Zoë"]
TYPES = ["user", "team", "api_key", "User", "te:am"]
NAMES = [
    "Jon Smith",
    "jon smith",
    "Zoë",
    "ZOE",
    "straße",
    "STRASSE",
    "cache reset",
    "",
    "日本 語",
    "a*b\\c",
]
PLACES = [
    "10.0.0.7",
    "10.1.2.3",
    "::ffff:10.0.0.7",
    "2001:db8::1",
    "2001:0DB8:0:0::1",
    "Berlin",
    "10.0.0.0/8",
]
AGENTS = ["Mozilla/5.0 (X11)", "curl/8.0", "CURL/8.0", "Jon's agent"]
ORGS = ["org_default", "org_01", "Org_01"]
KEYS = ["region", "size", "a.b", "email", "x y", "role-id"]
STEPS = ["arn", "type", "items", "a.b", "record"]
NETWORKS = ["10.0.0.0/8", "10.0.0.7/32", "0.0.0.0/0", "2001:db8::/32", "::/0", "2001:db8::1/128"]
# where RE2 and the standard library agree: no $, no word boundaries, no i regardless of case
REGEXES = ["^user", "(?i)jon", "5", "^a", "[0-9]+", "o.*n", "é|ë", "^[A-Z]", "."]
MOMENTS = [0, 1, 1_777_636_800_123, 1_777_636_800_124, MIN_MS, MAX_MS]

odd_text = st.text(max_size=6) | st.text("aAéß\u017fK İi*?\\_. ", max_size=6)
numbers = st.integers(-12, 12) | st.sampled_from([0.5, 1.0, 1e22, 1e-7, 1.5e-5, 2**53 + 1])
numeric_texts = st.sampled_from(
    ["1", "1.0", "-3", "+5", "1e1", " 1", "1_0", "0.5", "\u0661", "nan", "inf"]
)


def _mostly(known: list[str]) -> st.SearchStrategy[str]:
    return st.sampled_from(known) | odd_text


def scalars() -> st.SearchStrategy[str | int | float | bool]:
    """Values of metadata."""
    return _mostly(NAMES) | numbers | st.booleans() | numeric_texts


def metadata() -> st.SearchStrategy[dict]:
    return st.dictionaries(st.sampled_from(KEYS), scalars(), max_size=3)


def _party(ids: list[str]) -> st.SearchStrategy[dict]:
    return st.fixed_dictionaries(
        {"id": _mostly(ids), "type": _mostly(TYPES), "metadata": metadata()},
        optional={"name": _mostly(NAMES)},
    )


def records() -> st.SearchStrategy[object]:
    leaf = st.none() | scalars()
    return st.recursive(
        leaf,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(STEPS), inner, max_size=3)
        ),
        max_leaves=6,
    )


def moments() -> st.SearchStrategy[int]:
    return st.sampled_from(MOMENTS) | st.integers(MIN_MS, MAX_MS)


def events() -> st.SearchStrategy[dict]:
    """Events as a canonical body decodes."""
    sources = st.fixed_dictionaries(
        {
            "type": st.sampled_from(["aws.cloudtrail", "github"]),
            "record": st.dictionaries(st.sampled_from(STEPS), records(), max_size=3),
        }
    )
    return st.fixed_dictionaries(
        {
            "id": st.sampled_from(IDS),
            "organization_id": st.sampled_from(ORGS),
            "action": st.sampled_from(ACTIONS) | st.text(min_size=1, max_size=5),
            "version": st.integers(1, 3),
            "occurred_at": moments().map(format_ms),
            "received_at": moments().map(format_ms),
            "actor": _party(IDS),
            "targets": st.lists(_party(IDS), max_size=3),
            "context": st.fixed_dictionaries(
                {}, optional={"location": _mostly(PLACES), "user_agent": _mostly(AGENTS)}
            ),
            "metadata": metadata(),
        },
        optional={"source": sources},
    )


_TEXT_FIELDS = {
    "action": ACTIONS,
    "actor": [*IDS, *NAMES, "jon@acme.com"],
    "actor.id": IDS,
    "actor.type": TYPES,
    "actor.name": NAMES,
    "actor.email": [*NAMES, "10", "true"],
    "target": IDS + NAMES,
    "target.id": IDS,
    "target.type": TYPES,
    "target.name": NAMES,
    "target.ref": [f"{kind}:{name}" for kind in TYPES for name in IDS],
    "location": PLACES,
    "agent": AGENTS,
    "org": ORGS,
    "id": IDS,
}
_SCALAR_TEXTS = [*NAMES, "true", "false", "1", "1.0", "10", "1e22", "0.000015", "5"]


@st.composite
def _globs(draw: st.DrawFn, known: list[str]) -> str:
    """A text with some of it replaced by wildcards, or pieces at random."""
    if draw(st.booleans()):
        return draw(st.text("aAeéo*?\\_.1 ", max_size=8))
    text = draw(st.sampled_from(known))
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, len(text)))
    return text[:start] + draw(st.sampled_from(["*", "?", "**", "?*", ""])) + text[end:]


def _text_tests(known: list[str]) -> st.SearchStrategy[object]:
    texts = _mostly(known)
    cut = st.tuples(st.sampled_from(known), st.integers(0, 5), st.integers(1, 9)).map(
        lambda drawn: drawn[0][drawn[1] : drawn[2]]
    )
    return st.one_of(
        st.builds(Exact, texts, strict=st.booleans()),
        st.builds(Glob, _globs(known)),
        st.builds(Contains, cut | odd_text),
        st.builds(Regex, st.sampled_from(REGEXES), ignore_case=st.booleans()),
    )


def _order_tests(edges: st.SearchStrategy[float]) -> st.SearchStrategy[object]:
    return st.one_of(
        st.builds(Compare, st.sampled_from(["<", "<=", ">", ">="]), edges),
        st.builds(Between, st.none() | edges, st.none() | edges),
    )


def _paths() -> st.SearchStrategy[tuple[str, tuple[str, ...]]]:
    """Dynamic fields with a path."""
    names = st.sampled_from(["metadata", "actor.metadata", "target.metadata"])
    steps = st.lists(st.sampled_from([*STEPS, "[0]", "[1]"]), max_size=3)
    return st.one_of(
        st.tuples(names, st.sampled_from(KEYS).map(lambda key: (key,))),
        st.just(("source", ("type",))),
        steps.map(lambda found: ("source", ("record", *found))),
    )


@st.composite
def _dynamic_matches(draw: st.DrawFn) -> Match:
    name, path = draw(_paths())
    test = draw(_text_tests([*_SCALAR_TEXTS, "github"]) | _order_tests(numbers))
    return Match(name, test, path)


@st.composite
def _text_matches(draw: st.DrawFn) -> Match:
    name = draw(st.sampled_from(sorted(_TEXT_FIELDS)))
    return Match(name, draw(_text_tests(_TEXT_FIELDS[name])))


def matches() -> st.SearchStrategy[Match]:
    """Every kind of test on every kind of field where it makes sense."""
    times = st.sampled_from(["created", "received"])
    version = _order_tests(numbers) | st.builds(Exact, st.sampled_from(["1", "2", "9"]))
    within = st.builds(Within, st.sampled_from(NETWORKS).map(ip_network))
    return st.one_of(
        _text_matches(),
        _dynamic_matches(),
        st.builds(Match, times, _order_tests(moments())),
        st.builds(Match, st.just("version"), version),
        st.builds(Match, st.just("location"), within),
    )


def presences() -> st.SearchStrategy[Has]:
    static = st.sampled_from([*sorted(_TEXT_FIELDS), "version", "created", "received"])
    return st.builds(Has, static) | _paths().map(lambda drawn: Has(*drawn))


def word_nodes() -> st.SearchStrategy[Words]:
    texts = st.sampled_from([*ACTIONS, *IDS, *NAMES, *PLACES, *AGENTS, "true", "1e22", "jo", "ca"])
    found = (texts | odd_text).map(lambda text: tuple(words(text))).filter(bool)
    return st.builds(Words, found, prefix=st.booleans())


def nodes() -> st.SearchStrategy[object]:
    """Random trees."""
    leaves = matches() | presences() | word_nodes()
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(Not, inner),
            st.lists(inner, max_size=4).map(lambda items: And(tuple(items))),
            st.lists(inner, max_size=4).map(lambda items: Or(tuple(items))),
        ),
        max_leaves=6,
    )
