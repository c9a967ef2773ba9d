"""Saved queries: kept as typed, found everywhere, added to by the command line."""

import json
import tomllib
from datetime import timedelta

import pytest
from seeded import COUNT, NOW, newest, seeded_events

EVENTS = seeded_events()
FAILED = '[queries.failed]\nquery = "action:auth.failed"\n'


@pytest.fixture(autouse=True)
def settled(home, store):
    """The known trail is the default store, under the name `own`."""
    home.write_settings(f'default_store = "own"\n\n[stores.own]\naddress = "{store}"\n')


@pytest.fixture
def add(home):
    """Return a function that adds text to the settings."""

    def call(text):
        home.config.write_text(home.config.read_text() + "\n" + text)

    return call


@pytest.fixture
def project(tmp_path, monkeypatch):
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder / ".auditctl.toml"


def ids(run, *args, **options):
    outcome = run(*args, "-o", "jsonl", **options)
    assert outcome.code == 0, outcome.err
    return outcome.ids


def is_failed(event):
    return event["action"] == "auth.failed"


def saved(home):
    return tomllib.loads(home.config.read_text())["queries"]


def test_what_is_saved_is_what_was_typed(run, home):
    outcome = run(
        *("query", "save", "q", "action:auth.failed", "-actor.type:system", "--actor", "u*"),
        *("--actor", "ci", "--meta", "region=eu-*", "--since", "24h", "--until", "now"),
        *("--tz", "Europe/Berlin", "--store", "demo", "--description", "my own"),
    )

    assert (outcome.code, outcome.out) == (0, b"")
    assert str(home.config) in outcome.err
    assert saved(home) == {
        "q": {
            "query": "action:auth.failed NOT actor.type:system",
            "actor": ["u*", "ci"],
            "meta": "region=eu-*",
            "since": "24h",
            "until": "now",
            "timezone": "Europe/Berlin",
            "store": "demo",
            "description": "my own",
        }
    }


def test_run_lists_what_it_finds(run):
    run("query", "save", "q", "action:auth.failed", "--actor", "user_*")
    found = ids(run, "query", "run", "q", "-n", "all")

    assert found == newest(EVENTS, lambda e: is_failed(e) and e["actor"]["id"].startswith("user_"))
    assert found == ids(run, "list", "action:auth.failed", "--actor", "user_*", "-n", "all")


def test_run_takes_every_option_of_list(run):
    text = run("list", "--help").out.decode()
    names = {word.strip(",") for word in text.split() if word.startswith("--")}
    of_run = run("query", "run", "--help").out.decode()

    assert [name for name in names if name not in of_run] == []


def test_conditions_of_the_command_line_are_added(run, add):
    add('[queries.q]\nactor = ["user_ada", "user_jon"]\n')

    assert ids(run, "query", "run", "q", "--actor", "user_jon") == newest(
        EVENTS, lambda e: e["actor"]["id"] == "user_jon"
    )
    assert ids(run, "list", "--saved", "q", "action:cache.reset") == newest(
        EVENTS,
        lambda e: e["actor"]["id"] in {"user_ada", "user_jon"} and e["action"] == "cache.reset",
    )


def test_conditions_are_added_to_an_or_as_a_whole(run, add):
    add('[queries.q]\nquery = "action:cache.reset OR action:auth.failed"\n')

    assert ids(run, "list", "--saved", "q", "action:a* OR action:zzz") == newest(EVENTS, is_failed)


@pytest.mark.parametrize(
    ("saved_range", "options", "same_as"),
    [
        ('since = "24h"', (), ("--since", "24h")),
        ('since = "24h"', ("--since", "48h"), ("--since", "48h")),
        ('since = "48h"', ("--until", "24h"), ("--since", "48h", "--until", "24h")),
        ('until = "48h"', ("--since", "72h"), ("--since", "72h", "--until", "48h")),
        ('since = "24h"', ("--on", "2026-05-02"), ("--on", "2026-05-02")),
        ('on = "2026-05-02"', (), ("--on", "2026-05-02")),
        ('on = "2026-05-02"', ("--on", "2026-05-03"), ("--on", "2026-05-03")),
        ('on = "2026-05-02"', ("--since", "2026-05-04"), ("--since", "2026-05-04")),
        (
            'on = "2026-05-02"\ntimezone = "Asia/Tokyo"',
            (),
            ("--on", "2026-05-02", "--tz", "Asia/Tokyo"),
        ),
        ('on = "2026-05-02"\ntimezone = "Asia/Tokyo"', ("--tz", "UTC"), ("--on", "2026-05-02")),
    ],
)
def test_a_range_of_the_command_line_stands_for_the_saved_one(
    run, add, saved_range, options, same_as
):
    add(f"[queries.q]\n{saved_range}\n")
    wanted = ids(run, "list", "-n", "all", *same_as)

    assert ids(run, "query", "run", "q", "-n", "all", *options) == wanted
    assert 0 < len(wanted) < COUNT


def test_a_relative_time_counts_from_each_run(run, add):
    add('[queries.q]\nsince = "1d"\n')
    early = ids(run, "query", "run", "q", "-n", "all")
    assert ids(run, "query", "run", "q", "-n", "all", now=NOW + timedelta(days=9)) == []
    assert early != []


def test_list_tail_stats_and_export_take_a_saved_query(run, add):
    add(FAILED)
    wanted = newest(EVENTS, is_failed)

    assert ids(run, "list", "--saved", "failed") == wanted
    assert ids(run, "export", "--saved", "failed", "--out", "-") == wanted[::-1]
    assert ids(run, "tail", "--saved", "failed", "--for", "0s", "-n", "all") == wanted[::-1]
    (row,) = run("stats", "--saved", "failed", "-o", "jsonl").events
    assert (row["action"], row["count"]) == ("auth.failed", len(wanted))


def test_its_store_comes_before_the_environment_and_behind_the_option(run, add, tmp_path, store):
    other = tmp_path / "other.db"
    run("record", "other.action", "--actor", "u", "--store", other)
    add(f'[stores.other]\naddress = "{other}"\n[queries.q]\nstore = "other"\n')

    assert len(ids(run, "query", "run", "q", env={"AUDITCTL_STORE": str(store)})) == 1
    assert len(ids(run, "query", "run", "q", "--store", store, "-n", "all")) == COUNT


def test_its_view_is_used_unless_another_is_named(run, add):
    add(
        '[queries.q]\nquery = "action:auth.failed"\nview = "a"\n'
        '[views.a]\noutput = "csv"\ncolumns = "id"\n[views.b]\noutput = "tsv"\ncolumns = "action"\n'
    )

    assert run("query", "run", "q").lines[0] == "id"
    assert run("query", "run", "q", env={"AUDITCTL_VIEW": "b"}).lines[0] == "id"
    assert run("query", "run", "q", "--view", "b").lines[0] == "action"
    assert run("list", "--saved", "q").lines[0] == "id"


def test_lists_of_values_in_a_file_are_found_from_everywhere(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "watched").write_text("user_ada\n")
    run("query", "save", "q", "--actor", "@watched")
    monkeypatch.chdir("/")

    assert ids(run, "query", "run", "q") == newest(EVENTS, lambda e: e["actor"]["id"] == "user_ada")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("q",), 2, "nothing to save"),
        (("q", "actin:x"), 2, "^^^^^"),
        (("q", "--since", "3x"), 2, "not a time"),
        (("q", "--since", "1d", "--until", "2d"), 2, "the range is empty"),
        (("q", "--target", ":x"), 2, "--target"),
        (("q", "--actor", "@-"), 2, "standard input"),
        (("q", "--actor", "@/no/such"), 2, "/no/such"),
        (("q", "--actor", "x", "--store", "dmeo"), 5, "did you mean `demo`?"),
        (("q", "--actor", "x", "--view", "zzz"), 2, "no view named 'zzz'"),
        (("q", "--actor", "x", "--tz", "Mars/X"), 2, "not a time zone"),
        (("a b", "--actor", "x"), 2, "will not do"),
        (("-q", "--actor", "x"), 2, ""),
        (("q", "--saved", "other"), 2, "cannot stand on another"),
        (("q", "--actor", "x", "--store", "./x.db", "--project"), 2, "name of a store"),
        (("q", "--actor", "@/dev/null", "--project"), 2, "may not name a file"),
    ],
)
@pytest.mark.usefixtures("project")
def test_what_cannot_be_run_is_not_saved(run, home, arguments, code, words):
    before = home.config.read_text()
    outcome = run("query", "save", *arguments)

    assert (outcome.code, outcome.out) == (code, b"")
    assert words in outcome.err
    assert "line " not in outcome.err
    assert home.config.read_text() == before


def test_a_name_that_is_taken_needs_force(run, home, add):
    add(FAILED)
    refused = run("query", "save", "failed", "action:x")

    assert refused.code == 2
    assert "--force" in refused.err
    assert run("query", "save", "failed", "action:x", "--force").code == 0
    assert saved(home) == {"failed": {"query": "action:x"}}


def test_the_projects_query_comes_before_the_users(run, add, project):
    add(FAILED)
    project.write_text('[queries.failed]\nquery = "action:cache.reset"\n')

    assert ids(run, "query", "run", "failed") == newest(
        EVENTS, lambda e: e["action"] == "cache.reset"
    )


def test_a_project_may_name_only_stores_that_the_user_has(run, project):
    project.write_text('[queries.q]\nstore = "trail"\n')
    (project.parent / "trail").write_text("{}")
    outcome = run("query", "run", "q")

    assert outcome.code == 5
    assert f"{project}, line 2: 'queries.q.store'" in outcome.err


def test_list_shows_what_is_saved_and_where(run, home, add, project):
    add('[queries.q]\nquery = "action:x y"\nactor = ["a b", "c"]\nsince = "24h"\nstore = "demo"\n')
    project.write_text('\n[queries.p]\non = "yesterday"\ndescription = "ours"\n')
    rows = {row["name"]: row for row in run("query", "list", "-o", "jsonl").events}

    assert rows["q"] == {
        "name": "q",
        "conditions": "'action:x y' --actor 'a b' --actor c",
        "range": "--since 24h",
        "store": "demo",
        "view": "",
        "description": "",
        "origin": f"user {home.config}:6",
    }
    assert rows["p"]["range"] == "--on yesterday"
    assert rows["p"]["origin"] == f"project {project}:2"

    table = run("query", "list", "-o", "table", env={"COLUMNS": "160"}).out.decode()
    assert "view" not in table.splitlines()[0].lower()
    assert str(home.config) not in table


def test_list_of_nothing_says_how_to_save_one(run):
    outcome = run("query", "list")

    assert (outcome.code, outcome.out) == (0, b"")
    assert "auditctl query save" in outcome.err
    assert run("query", "list", "-o", "json").out == b"[]\n"


def test_show_prints_the_command_that_it_stands_for(run, add):
    add('[queries.q]\nquery = "action:auth.failed"\nactor = "user_*"\nsince = "9d"\n')
    facts = {row["what"]: row["value"] for row in run("query", "show", "q", "-o", "jsonl").events}

    assert facts["command"] == "auditctl list action:auth.failed --actor 'user_*' --since 9d"


def test_remove_forgets_it_where_it_is(run, home, add, project):
    add(FAILED)
    project.write_text('# ours\n[queries.p]\non = "yesterday"\n')

    assert run("query", "remove", "failed").code == 0
    assert "queries" not in tomllib.loads(home.config.read_text())
    elsewhere = run("query", "remove", "p")
    assert elsewhere.code == 5
    assert "--project" in elsewhere.err
    assert run("query", "remove", "p", "--project").code == 0
    assert project.read_text() == "# ours\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("query", "run", "faild"),
        ("query", "show", "faild"),
        ("query", "remove", "faild"),
        ("list", "--saved", "faild"),
        ("stats", "--saved", "faild"),
        ("tail", "--saved", "faild"),
        ("export", "--saved", "faild", "--out", "-"),
    ],
)
def test_an_unknown_name_is_told_with_the_one_that_was_meant(run, add, arguments):
    add(FAILED)
    outcome = run(*arguments)

    assert (outcome.code, outcome.out) == (5, b"")
    assert "did you mean `failed`?" in outcome.err


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[queries.q]\nactor = "x"\nquery = "actin:x"\n', 3, "^^^^^"),
        ('[queries.q]\nactor = "x"\n\ntarget = ":x"\n', 4, "TYPE:ID"),
        ('[queries.q]\nsince = "1d"\nuntil = "3x"\n', 3, "not a time"),
        ('[queries.q]\non = "yesterdya"\n', 2, "yesterday"),
    ],
)
def test_a_saved_query_that_cannot_be_read_names_file_and_line(run, project, text, line, words):
    project.write_text(text)
    outcome = run("list", "--saved", "q")

    assert (outcome.code, outcome.out) == (2, b"")
    assert f"{project}, line {line}: 'queries.q." in outcome.err
    assert words in outcome.err


def test_a_run_takes_no_second_query(run, add):
    add(FAILED)

    assert run("query", "run", "failed", "--saved", "failed").code == 2


def test_json_of_the_list_is_one_array(run, add):
    add(FAILED)

    assert len(json.loads(run("query", "list", "-o", "json").out)) == 1
