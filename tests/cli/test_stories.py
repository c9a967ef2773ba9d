"""The stories of the demo trail, as somebody sees them on a terminal of 80 columns."""

import os
import shlex

import pyte
import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs pseudo-terminals")

COLUMNS = 80
SLOW = "'target:atlas-api (action:cache.reset OR metadata.duration_seconds:>600)'"
DENIED = """'"jonas weber" (action:member.removed OR action:access.denied)'"""


@pytest.fixture(scope="module")
def data_folder(tmp_path_factory):
    """One demo trail for all tests of this module."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture
def look(on_terminal, data_folder):
    """Run a command line on the demo store: the lines of the screen."""

    def call(line):
        env = {"AUDITCTL_DATA_DIR": str(data_folder), "AUDITCTL_STORE": "demo"}
        outcome = on_terminal(*shlex.split(line), columns=COLUMNS, env=env)
        assert outcome.code == 0, outcome.out
        screen = pyte.Screen(COLUMNS, 100)
        pyte.ByteStream(screen).feed(outcome.out)
        return [text.rstrip() for text in screen.display if text.strip()]

    return call


def rows(lines, word):
    return [place for place, text in enumerate(lines) if word in text]


def test_the_slow_builds_follow_the_reset_of_their_cache(look):
    columns = "time,action,actor,metadata.duration_seconds"
    lines = look(f"list --since 14d --reverse -n 12 -c {columns} {SLOW}")
    (reset,) = rows(lines, "cache.reset")
    assert "Priya Raman" in lines[reset]
    assert rows(lines, "build.")
    assert reset < min(rows(lines, "build."))


def test_the_reset_is_one_row(look):
    lines = look("list action:cache.reset target:atlas-api")
    (reset,) = rows(lines, "cache.reset")
    assert "Priya Raman" in lines[reset]


def test_the_slow_builds_are_those_of_one_day(look):
    # without titles there are no rulers either: the date stands in each row
    lines = look("list --since 14d -n all -c time,action --no-header " + SLOW)
    days = [lines[place].split()[0] for place in rows(lines, "build.")]
    first = lines[rows(lines, "cache.reset")[0]].split()[0]
    assert len(days) > 10
    assert days.count(first) > 0.8 * len(days)


def test_the_wave_of_failures_names_its_token(look):
    lines = look("stats action:auth.failed --by actor.name,metadata.reason --top 3")
    first = next(text for text in lines if "token deleted" in text)
    assert "deploy-ci" in first
    assert rows(lines, "token deleted")[0] < rows(lines, "wrong password")[0]


def test_who_deleted_the_token_is_one_row(look):
    lines = look("list action:token.deleted target:deploy-ci")
    (deleted,) = rows(lines, "token.deleted")
    assert "Tomas Lind" in lines[deleted]
    assert "deploy-ci" in lines[deleted]


def test_the_token_had_been_in_use(look):
    lines = look(
        "list action:token.deleted target:deploy-ci -c time,actor,target,metadata.last_used_at"
    )
    assert rows(lines, "deploy-ci")


def test_the_denials_begin_with_the_removal(look):
    lines = look(f"list --since 20d {DENIED}")
    denied = rows(lines, "access.denied")
    (removed,) = rows(lines, "member.removed")
    assert len(denied) == 24
    assert all("Jonas Weber" in lines[place] for place in denied)
    assert "Greta Holm" in lines[removed]
    assert "Jonas Weber" in lines[removed]
    assert removed > max(denied)  # newest first


def test_what_was_done_to_the_member_fits_four_rows(look):
    lines = look("""list 'target:"Jonas Weber"'""")
    shown = [rows(lines, "token.deleted"), rows(lines, "session.revoked")]
    shown += [rows(lines, "member.removed"), rows(lines, "member.role_changed")]
    assert all(len(places) == 1 for places in shown)
    assert shown == sorted(shown)
