"""Lines are cut as the shell cuts them, and what is quoted is read back as it was."""

import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditctl.cli.completing.lines import (
    bash_quoted,
    bash_words,
    fish_value,
    powershell_quoted,
    powershell_words,
)
from auditctl.cli.completing.shells import bash, powershell

TEXT = st.text(
    st.one_of(
        st.sampled_from(" '\"\\$`;|&<>(){}[]*?!~#^%=:,@-+./ab"), st.characters(min_codepoint=33)
    ),
    min_size=1,
    max_size=12,
).filter(str.isprintable)


def values(words):
    return [word.value for word in words]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("", [""]),
        ("a b", ["a", "b"]),
        ("a b ", ["a", "b", ""]),
        ("a 'b c' d", ["a", "b c", "d"]),
        ("a 'b c", ["a", "b c"]),
        ('a "b \\" \\x', ["a", 'b " \\x']),
        ("a b\\ c", ["a", "b c"]),
        ("a 'it'\\''s", ["a", "it's"]),
        ("a x'y'\"z\"", ["a", "xyz"]),
        ("a 2> log b", ["a", "2", "b"]),
    ],
)
def test_words_of_bash(line, wanted):
    assert values(bash_words(line)) == wanted


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("a 'it''s'", ["a", "it's"]),
        ("a 'b c", ["a", "b c"]),
        ("a b` c", ["a", "b c"]),
        ('a "b`"c"', ["a", 'b"c']),
        ("a ", ["a", ""]),
    ],
)
def test_words_of_powershell(line, wanted):
    assert values(powershell_words(line)) == wanted


@pytest.mark.parametrize(
    ("token", "value"),
    [("ab", "ab"), ("'a b", "a b"), (r"'a\'b", "a'b"), (r'"a\$\x', r"a$\x"), (r"a\ b\;", "a b;")],
)
def test_value_of_a_word_of_fish(token, value):
    assert fish_value(token) == value


@given(TEXT)
def test_what_is_quoted_for_bash_is_read_back(text):
    for quote in ("", "'", '"'):
        quoted = bash_quoted(text, quote)
        if quoted is None:
            assert quote == '"'
            assert "!" in text
            continue
        begins = quote and quoted.startswith(quote)  # readline then leaves the first one out
        assert values(bash_words(f"x {'' if begins else quote}{quoted}{quote}")) == ["x", text]


@given(TEXT)
def test_what_is_quoted_for_powershell_is_read_back(text):
    for always in (True, False):
        quoted = powershell_quoted(text, always=always)
        if quoted is not None:
            assert values(powershell_words(f"x {quoted}")) == ["x", text]


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_reads_what_is_quoted_for_it():
    texts = [chr(code) for code in range(33, 127)] + ["a b", "$(x)", "~", "-n", "it's", 'a"b', "é!"]
    written = []
    for text in texts:
        written += [bash_quoted(text, ""), bash_quoted(f"{text}x", "")]
        inner = bash_quoted(f"x{text}", "'")
        written.append(f"'{inner}'")
        double = bash_quoted(text, '"')
        written += [] if double is None else [f'"{double}"']
    wanted = [
        one
        for text in texts
        for one in (text, f"{text}x", f"x{text}", *([text] if "!" not in text else []))
    ]
    line = "printf '%s\\0' " + " ".join(written)
    done = subprocess.run(["/usr/bin/env", "bash", "-c", line], capture_output=True, check=True)

    assert done.stdout.decode().split("\0")[:-1] == wanted


def ask_bash(line, replaced, env, *, kind="9"):
    return bash([line, str(len(line)), replaced, kind], env)


@pytest.fixture
def env(home, store):
    return {**home.env, "AUDITCTL_STORE": str(store)}


def test_bash_gets_what_it_replaces(env):
    assert ask_bash("auditctl list action:ca", "ca", env) == ["", "cache.reset"]
    assert ask_bash("auditctl list action:ca", "action:ca", env) == ["", "action:cache.reset"]
    assert ask_bash("a list --store=dem", "dem", env) == ["", "demo"]
    assert ask_bash("auditctl list acti", "acti", env) == ["nospace", "action:"]
    assert ask_bash("auditctl list 'acti", "acti", env) == ["nospace", "action:", "action: "]
    assert ask_bash("auditctl list > x", "x", env) == ["files"]


def test_bash_is_told_nothing_of_words_that_it_would_expand(env):
    assert ask_bash("auditctl list action:$x", "$x", env) == [""]
    assert ask_bash('auditctl list "action:`x', "action:`x", env) == [""]


def test_bash_keeps_what_was_typed_where_words_only_contain_it(env):
    directive, *words = ask_bash("auditctl list --action eated", "eated", env)

    assert (directive, words[-1]) == ("", " ")
    assert {"project.created", "token.created"} <= set(words)


def test_bash_lists_words_with_what_they_are(env):
    _, *lines = ask_bash("auditctl list 'x action:pro", "x action:pro", env, kind="63")

    assert "project.created  -- 6 events" in lines


def test_what_is_listed_is_no_wider_than_the_terminal(env):
    narrow = {**env, "COLUMNS": "40"}
    _, *lines = ask_bash("auditctl list --", "--", narrow, kind="63")

    assert max(map(len, lines)) == 39
    assert "--action         -- What was done, suc…" in lines


def ask_powershell(line, word, env):
    surroundings = {
        "AUDITCTL_COMPLETE_LINE": line.rstrip(),
        "AUDITCTL_COMPLETE_POINT": str(len(line)),
        "AUDITCTL_COMPLETE_WORD": word,
    }
    return [row.split("\t")[0] for row in powershell([], {**env, **surroundings})[1:]]


def test_powershell_gets_whole_words(env):
    assert ask_powershell("auditctl list action:ca", "action:ca", env) == ["action:cache.reset"]
    assert ask_powershell("auditctl list --action ca", "ca", env) == ["cache.reset"]
    assert "list" in ask_powershell("auditctl ", "", env)
    assert ask_powershell("auditctl list -action:ca", "", env) == ["'-action:cache.reset'"]
    quoted = ask_powershell("auditctl list 'actor:x action:ca", "actor:x action:ca", env)
    assert quoted == ["'actor:x action:cache.reset'"]
    # of a list only the last item is replaced
    assert ask_powershell("auditctl list -c time,acti", "acti", env) == ["action"]
