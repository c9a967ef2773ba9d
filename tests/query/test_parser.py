from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditctl.errors import QueryError, TimeError
from auditctl.query.caret import render_error
from auditctl.query.conditions import value_node
from auditctl.query.parser import parse
from auditctl.query.tree import (
    EVERYTHING,
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

TIMES = {"may": (500, 600), "june": (600, 700), "last monday": (100, 200), "-24h": (300, 301)}
TIMES["2026-05-01T12:00:00+02:00"] = (400, 401)
A, B, C, D = (Words((letter,)) for letter in "abcd")


def times(text):
    if text not in TIMES:
        raise TimeError(f'"{text}" is not a time', hint="such as 2026-05-01")
    return TIMES[text]


def read(text):
    return parse(text, times=times)


def fault(text):
    with pytest.raises(QueryError) as caught:
        read(text)
    return caught.value


def eq(text, field="action", **strict):
    return Match(field, Exact(text, **strict))


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("", EVERYTHING),
        (" \t\n", EVERYTHING),
        ("a b", And((A, B))),
        ("a AND b && c", And((A, B, C))),
        ("a OR b || c", Or((A, B, C))),
        ("a b OR c d", Or((And((A, B)), And((C, D))))),
        ("a (b OR c)", And((A, Or((B, C))))),
        ("(a (b))", And((A, B))),
        ("-a", Not(A)),
        ("!a", Not(A)),
        ("NOT a b", And((Not(A), B))),
        ("NOT -a", A),
        ("NOT(a OR b)", Not(Or((A, B)))),
        ("or and not", And((Words(("or",)), Words(("and",)), Words(("not",))))),
        ('"OR"', Words(("or",))),
    ],
)
def test_combinations(text, node):
    assert read(text) == node


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("Zoë", Words(("zoe",))),
        ("jon@acme.com", Words(("jon", "acme", "com"))),
        ("eu-west-1", Words(("eu", "west", "1"))),
        ('"cache  reset"', Words(("cache", "reset"))),
        ("deploy*", Words(("deploy",), prefix=True)),
        ("jon@ac*", Words(("jon", "ac"), prefix=True)),
        ("jon@*", Words(("jon",))),
        ('"a b"*', Words(("a", "b"), prefix=True)),
        (r'"a \"b\" *"', Words(("a", "b"))),
    ],
)
def test_words(text, node):
    assert read(text) == node


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("action:user.login", eq("user.login")),
        ("action:a,b", Or((eq("a"), eq("b")))),
        ("action:(a, b OR c)", Or((eq("a"), eq("b"), eq("c")))),
        ("action:project.*", Match("action", Glob("project.*"))),
        (r"action:a\*b", eq("a*b")),
        ('action:"a*b"', eq("a*b")),
        ('action:"a b",c', Or((eq("a b"), eq("c")))),
        (r'action:"a\"\\\n"', eq('a"\\\\n')),
        ('action:""', eq("")),
        ("action:=a*", eq("a*", strict=True)),
        ("action:!=a", Not(eq("a", strict=True))),
        ("-action:!=a", Not(Not(eq("a", strict=True)))),
        ("action:~log", Match("action", Contains("log"))),
        ("action:/^a b(c)/i", Match("action", Regex("^a b(c)", ignore_case=True))),
        (r"action:/a\/b/,c", Or((Match("action", Regex("a/b")), eq("c")))),
        ("action:a..b", eq("a..b")),
        ("target.id:a:b", eq("a:b", "target.id")),
        ("agent:curl/8.0", eq("curl/8.0", "agent")),
        ("user_agent:x", eq("x", "agent")),
        ("-target.type:team", Not(eq("team", "target.type"))),
        ("has:actor.name", Has("actor.name")),
        ("missing:metadata.a.b", Not(Has("metadata", ("a.b",)))),
        ('has:source."x y"', Has("source", ("record", "x y"))),
        ('metadata."a:b c":v', Match("metadata", Exact("v"), ("a:b c",))),
        ("source.a[0].b:v", Match("source", Exact("v"), ("record", "a", "[0]", "b"))),
    ],
)
def test_values(text, node):
    assert read(text) == node


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("location:10.0.0.0/8", "10.0.0.0/8"),
        ("ip:10.1.2.3/8", "10.0.0.0/8"),
        ("ip:10.0.0.7", "10.0.0.7/32"),
        ("ip:2001:DB8:0::1", "2001:db8::1/128"),
        ("ip:::ffff:10.0.0.7", "10.0.0.7/32"),
        ("ip:::ffff:10.0.0.0/104", "10.0.0.0/8"),
        ("ip:::/0", "::/0"),
    ],
)
def test_addresses_and_networks(text, network):
    assert read(text) == Match("location", Within(ip_network(network)))


@pytest.mark.parametrize(
    ("text", "test"),
    [
        ("location:Berlin", Exact("Berlin")),
        ("location:10.0.*", Glob("10.0.*")),
        ("location:=10.0.0.7", Exact("10.0.0.7", strict=True)),
        ("location:Berlin/Mitte", Exact("Berlin/Mitte")),
    ],
)
def test_other_locations(text, test):
    assert read(text) == Match("location", test)


@pytest.mark.parametrize(
    ("text", "test"),
    [
        ("created:may", Between(500, 600)),
        ("created:=may", Between(500, 600)),
        ("created:>may", Compare(">=", 600)),
        ("created:>=may", Compare(">=", 500)),
        ("created:<may", Compare("<", 500)),
        ("created:<=may", Compare("<", 600)),
        ("created:may..june", Between(500, 700)),
        ("created:may..", Between(500, None)),
        ("created:..may", Between(None, 600)),
        ('created:"last monday"..may', Between(100, 600)),
        ('created:>="last monday"', Compare(">=", 100)),
        ("created:>=2026-05-01T12:00:00+02:00", Compare(">=", 400)),
        ("occurred_at:>-24h", Compare(">=", 301)),
    ],
)
def test_times(text, test):
    assert read(text) == Match("created", test)


@pytest.mark.parametrize(
    ("text", "test"),
    [
        ("version:2", Exact("2")),
        ("version:2.0", Exact("2")),
        ("version:>=2", Compare(">=", 2)),
        ("version:1..3", Between(1, 3)),
        ("version:..3", Between(None, 3)),
    ],
)
def test_numbers(text, test):
    assert read(text) == Match("version", test)


@pytest.mark.parametrize(
    ("text", "test"),
    [
        ("metadata.n:1..5", Between(1, 5)),
        ("metadata.n:-0.5..", Between(-0.5, None)),
        ("metadata.n:>1e3", Compare(">", 1000)),
        ("metadata.n:../etc", Exact("../etc")),
        ("metadata.n:a..b", Exact("a..b")),
        ('metadata.n:"1..5"', Exact("1..5")),
        ("metadata.n:..", Exact("..")),
        ("metadata.n:5", Exact("5")),
    ],
)
def test_metadata(text, test):
    assert read(text) == Match("metadata", test, ("n",))


@pytest.mark.parametrize(
    ("text", "message", "marked"),
    [
        ("actr:x", 'no field "actr"; did you mean "actor"?', "actr"),
        ("https://x.org", 'no field "https"', "https"),
        ("12:30", 'no field "12"', "12"),
        ("a has:nmae", 'no field "nmae"; did you mean "actor.name"?', "nmae"),
        (
            "metadata:x",
            '"metadata" alone is no field; name what to look at: metadata.KEY',
            "metadata",
        ),
        (":x", "the name of a field is missing before the colon", ":"),
        ("OR a", "OR needs a condition before it", "OR"),
        ("a OR", "OR needs a condition after it", "OR"),
        ("a OR OR b", "OR needs a condition before it", "OR"),
        ("a AND", "AND needs a condition after it", "AND"),
        ("(a || )", "|| needs a condition after it", "||"),
        ("a NOT", "NOT needs a condition after it", "NOT"),
        ("NOT OR a", "OR needs a condition before it", "OR"),
        ("a - b", "- stands directly before what it negates", "-"),
        ("(a", "this bracket is not closed", "("),
        ("a)", "this bracket closes nothing", ")"),
        ("a ()", "there is nothing between these brackets", "()"),
        ("f(x)", "brackets and quotation marks do not stand inside a word", "("),
        ('"a"b', "text directly after a quoted text", "b"),
        ('a "b', "the closing quotation mark is missing", '"b'),
        ("a||b", "|| needs a space before and after it", "||"),
        ("de*oy", "a free word can only end with *", "de*oy"),
        ("wh?t", "a free word can only end with *", "wh?t"),
        ("a ...", "there is no letter or digit to search for", "..."),
        ("action: x", "a value is missing after :", "action:"),
        ("action:>x", "action has no order, so > does not apply", ">"),
        ("action:!=a,b", "a list does not go with an operator", ","),
        ("action:(a b)", "values in brackets are divided by commas or OR", "b"),
        ("action:(a", "this bracket is not closed", "("),
        ("version:(1,>2)", "> does not stand in a list", ">"),
        ('action:a"b"', "the value ends here, but text follows without a space", '"'),
        ("version:x", '"x" is not a number', "x"),
        ("version:1e999", '"1e999" is not a number', "1e999"),
        ("version:3..1", "the range ends before it starts", "3..1"),
        ("version:~1", "version has numbers, which contain nothing", "~"),
        ("version:/1/", "version has numbers, not texts for a pattern", "/1/"),
        ("metadata.n:1..x", "a range goes from number to number", "x"),
        ("created:never", '"never" is not a time', "never"),
        ("created:june..may", "the range ends before it starts", "june..may"),
        ("ip:10.0.0.0/40", "10.0.0.0/40 is not a network", "10.0.0.0/40"),
        ("agent:/x", "the closing / of the regular expression is missing", "/x"),
        ("agent:/etc/passwd", "the value ends here, but text follows without a space", "p"),
        ("has:actor.name:x", "has: takes the name of a field, without a value", "actor.name:"),
    ],
)
def test_faults_have_words_and_a_place(text, message, marked):
    error = fault(text)
    assert error.message == message
    assert error.query[error.start : error.end] == marked


@pytest.mark.parametrize("pattern", [r"(a)\1", "a(?=b)", "(?<!a)b"])
def test_what_re2_lacks_is_said_while_parsing(pattern):
    error = fault(f"agent:/{pattern}/")
    assert "back-references and look-around are not supported" in error.hint


@pytest.mark.parametrize("pattern", ["(", "[z-a]", "a{5000}", "*a"])
def test_broken_patterns_are_faults(pattern):
    assert "cannot be used" in fault(f"agent:/{pattern}/").message


@pytest.mark.parametrize("value", ["/" + "a" * 1001 + "/", "*" + "a" * 1001])
def test_patterns_are_bounded(value):
    assert "at most 1,000 characters" in fault(f"agent:{value}").message


def test_a_text_with_a_colon_hints_at_quoting():
    assert fault("see https://x.org/a?b now").hint.endswith('"https://x.org/a?b"')


def test_a_time_that_is_none_keeps_its_hint():
    assert fault("created:>never").hint == "such as 2026-05-01"


def test_nesting_is_bounded():
    assert read("(" * 100 + "a" + ")" * 100) == A
    assert "more than 100 brackets" in fault("(" * 101 + "a" + ")" * 101).message
    assert "more than 100 brackets" in fault("-(" * 40_000).message


def test_length_is_bounded():
    assert "too long" in fault("a" * 100_001).message


def test_long_chains_are_flat():
    assert read(" OR ".join("a" * 20_000)) == Or((A,) * 20_000)
    assert read("NOT " * 20_000 + "a") == A
    assert read("a " * 40_000) == And((A,) * 40_000)
    assert len(read("id:" + ",".join("a" * 40_000)).items) == 40_000


any_text = st.text() | st.text('ab:"()-!*?/\\.,<>=~|& ORAND1')


@given(any_text)
def test_any_text_is_a_query_or_a_query_error(text):
    error = None
    try:
        node = read(text)
    except QueryError as caught:
        error = caught
    if error is None:
        assert node == EVERYTHING or read(f"({text}\n)") == node
    else:
        assert 0 <= error.start < error.end
        shown, carets = render_error(error).split("\n")
        assert shown.isprintable()
        assert set(carets.strip()) == {"^"}


@given(st.text(min_size=1))
def test_a_quoted_value_is_itself(text):
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    assert read(f'action:"{quoted}"') == eq(text)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("a actr:x", "a actr:x\n  ^^^^"),
        ("action:x (a", "action:x (a\n         ^"),
        ("語 é actr:x", "語 é actr:x\n     ^^^^"),
        ("\x1b[31m actr:x", "\\x1b[31m actr:x\n         ^^^^"),
        ("a\n\u202eb actr:x", "a\\x0a\\u202eb actr:x\n             ^^^^"),
        ('a "b\tc', 'a "b\\x09c\n  ^^^^^^^'),
        (
            "foo " * 30 + "actr:x " + "bar " * 30,
            "...oo foo foo foo foo foo foo foo foo actr:x bar bar bar bar bar bar bar ...\n"
            + " " * 38
            + "^^^^",
        ),
        (
            "語" * 60 + " actr:x",
            "..." + "語" * 31 + " actr:x\n" + " " * 66 + "^^^^",
        ),
    ],
)
def test_the_caret_stands_under_the_fault(query, shown):
    assert render_error(fault(query)) == shown


@pytest.mark.parametrize(
    ("field", "raw", "test"),
    [
        ("action", "a,b", Exact("a,b")),
        ("action", ">=a", Exact(">=a")),
        ("action", "(a OR b)", Exact("(a OR b)")),
        ("action", "/a/", Exact("/a/")),
        ("action", 'a"b', Exact('a"b')),
        ("action", "a b*", Glob("a b*")),
        ("created", "may", Between(500, 600)),
        ("ip", "10.0.0.0/8", Within(ip_network("10.0.0.0/8"))),
    ],
)
def test_a_value_given_whole_is_not_reinterpreted(field, raw, test):
    assert value_node(field, raw, times=times).test == test
