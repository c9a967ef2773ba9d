"""What is offered at each place of a line."""

import pytest

from auditctl.cli.app import COMMANDS
from auditctl.cli.completing.candidates import presentable
from auditctl.cli.completing.kinds import kind_of_argument, kind_of_option
from auditctl.cli.completing.table import read_table
from auditctl.cli.completing.times import STEPS, days, in_query, moments
from auditctl.events.buckets import parse_step
from auditctl.query.parser import parse


def test_commands(texts, summaries):
    assert set(COMMANDS) <= set(texts(""))
    assert summaries("li")["list"] == COMMANDS["list"].summary
    assert texts("expo") == ["export"]
    assert texts("store", "") == ["list", "add", "use", "remove", "show"]
    assert texts("nothing", "") == []
    assert texts("--v") == ["--version"]


def test_options(texts, summaries):
    offered = summaries("list", "--")

    assert offered["--limit"] == "How many at most, after the filter, or all"
    assert "--since" in offered
    assert "--since" not in texts("list", "--since", "24h", "--")
    assert "--action" in texts("list", "--action", "a.b", "--")  # may be given again
    assert texts("list", "-n") == ["-n"]
    assert texts("list", "--fail-on-m") == ["--fail-on-match"]
    assert texts("list", "--match") == ["--fail-on-match"]
    assert texts("list", "--", "--sinc") == []
    assert "--use" in texts("store", "add", "name", "--")


def test_alias_has_the_options_of_its_command(texts):
    assert texts("ls", "--") == texts("list", "--")


@pytest.mark.parametrize(
    ("words", "some"),
    [
        (("list", "-o", ""), {"table", "jsonl", "csv"}),
        (("list", "--output=js"), {"json", "jsonl"}),
        (("list", "-oj"), {"json", "jsonl"}),
        (("import", "--from", ""), {"jsonl", "cloudtrail", "github", "workos-csv"}),
        (("import", "--on-error", ""), {"skip", "stop"}),
        (("list", "--store", ""), {"default", "demo"}),
        (("store", "use", ""), {"default", "demo"}),
        (("list", "--tz", "Europe/Ber"), {"Europe/Berlin"}),
        (("list", "--tz", "berlin"), {"Europe/Berlin"}),
        (("list", "--tz", ""), {"UTC", "Europe/"}),
        (("list", "--since", "y"), {"yesterday"}),
        (("list", "--on", "to"), {"today"}),
        (("stats", "--every", ""), {"1h", "1d"}),
        (("get", "x", "--around", ""), {"5m"}),
        (("list", "-n", ""), {"all"}),
        (("completion", ""), {"bash", "zsh", "fish", "powershell", "pwsh"}),
        (("help", ""), {"query", "time", "list"}),
        (("list", "-c", "time,acti"), {"action"}),
        (("list", "-c", "metadata.re"), {"metadata.region"}),
        (("stats", "--by", "actor.id,act"), {"action", "actor.type"}),
        (("list", "--action", "cache."), {"cache.reset"}),
        (("list", "--action", "reset"), {"cache.reset"}),
        (("list", "--action", "*.reset"), {"cache.reset"}),
        (("list", "--action", "project."), {"project.created", "project.deleted", "project.*"}),
        (("record", "cache."), {"cache.reset"}),
        (("record", "a.b", "--actor", "user_a"), {"user_ada"}),
        (("list", "--actor", "ada@"), {"ada@acme.com"}),
        (("list", "--actor", "smith"), {"jon@acme.com"}),
        (("list", "--actor", "user_j"), {"user_jon"}),
        (("list", "--actor-type", "us"), {"user"}),
        (("list", "--org", "org_a"), {"org_alpha"}),
        (("list", "--location", "203"), {"203.0.113.7"}),
        (("list", "--meta", "re"), {"region=", "reason="}),
        (("list", "--meta", "region=eu"), {"eu-west-1"}),
    ],
)
def test_values(texts, words, some):
    assert some <= set(texts(*words))


def test_values_are_offered_once_in_a_list(texts):
    assert "time" not in texts("list", "-c", "time,")


def test_counts_are_told(summaries):
    assert summaries("list", "--action", "")["cache.reset"] == "5 events"
    assert summaries("list", "--actor", "ada")["ada@acme.com"] == "Ada Abara · 8 events"
    assert summaries("list", "--org", "")["org_alpha"].endswith(" events")


def test_ids_are_those_of_the_newest_events(texts, summaries, ask):
    newest = ask("-n", "20")

    assert texts("get", "") == [event["id"] for event in newest]
    assert newest[0]["action"] in summaries("get", "")[newest[0]["id"]]


def test_targets(texts):
    types = texts("list", "--target", "")

    assert "project" in types
    ids = texts("list", "--target", "project:")
    assert ids
    assert all(one.startswith("project:") for one in ids)


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("export", "--out", ""), "files"),
        (("import", "x"), "files"),
        (("list", "--store", "./x"), "files"),
        (("store", "add", "n", ""), "files"),
        (("store", "add", ""), ""),
        (("list", "--grep", ""), ""),
    ],
)
def test_files(offered, words, what):
    answer = offered(*words)

    assert (answer.files, answer.candidates) == (what, [])


def test_the_store_is_the_one_on_the_line(texts, store, seeded_file):
    elsewhere = {"AUDITCTL_STORE": "/nowhere.db"}

    assert texts("list", "--action", "cache.", env=elsewhere) == []
    assert texts("list", "--store", str(store), "--action", "ca", env=elsewhere) == ["cache.reset"]
    after = ["--store", str(store)]
    assert texts("list", "--action", "ca", after=after, env=elsewhere) == ["cache.reset"]
    lines = f"--store={seeded_file}"
    assert texts("list", lines, "--action", "ca", env=elsewhere) == ["cache.reset"]


def test_names_of_the_settings_are_offered(home, store, summaries, texts):
    home.write_settings(
        f'default_store = "prod"\n[stores.prod]\naddress = "{store}"\ndescription = "ours"\n'
    )

    assert summaries("list", "--store", "p") == {"prod": "ours"}
    assert texts("list", "--action", "ca", env={"AUDITCTL_STORE": ""}) == ["cache.reset"]


def test_saved_queries_views_and_settings_are_offered(home, summaries, texts):
    home.write_settings(
        '[stores.prod]\naddress = "/prod.db"\n'
        '[queries.failures]\nquery = "action:*.failed"\n'
        '[views.brief]\ncolumns = ["time", "actor"]\n'
    )

    assert summaries("stats", "--saved", "") == {"failures": "action:*.failed"}
    assert summaries("query", "run", "fa") == {"failures": "action:*.failed"}
    assert summaries("tail", "--view", "") == {"brief": "time, actor"}
    assert "stores.prod.timezone" in texts("config", "get", "stores.")
    assert "views.brief.columns" in texts("config", "set", "views.")
    assert "output" in texts("config", "unset", "out")


def test_a_wrong_settings_file_leaves_what_needs_none(home, texts):
    home.write_settings("nonsense = [")

    assert "--store" in texts("list", "--st")
    assert "demo" in texts("list", "--store", "")
    assert "cache.reset" in texts("list", "--action", "")  # AUDITCTL_STORE comes before it


def test_every_command_and_option_can_be_completed(offered):
    """Nothing that stands in the table brings the engine to a fall."""

    def walk(command, words):
        for option in command.options:
            for value in ("", "x", "a,b", "a:b", '"', "x="):
                offered(*words, option.names[0], value)
            kind_of_option(command, option)
        for argument in command.arguments:
            assert isinstance(kind_of_argument(command, argument), str)
        for word in ("", "-", "--", "x", "'", "--store=", "-c"):
            offered(*words, word)
        for name, child in command.children.items():
            walk(child, [*words, name])

    walk(read_table().root, [])


def test_times_that_are_offered_can_be_read(ask):
    for one in moments():
        ask("--since", one.text)
    for one in days(1_777_636_800):
        ask("--on", one.text)
    for operator in ("", ">=", "<"):
        for one in in_query(operator, 1_777_636_800):
            ask(f"created:{operator}{one.text}")
    for one in STEPS:
        parse_step(one.text)


@pytest.mark.parametrize("text", ["\x1b[2J", "a\nb", "a\tb", "\u202ex", "\ud800", "x" * 300])
def test_what_cannot_be_seen_or_typed_is_not_presentable(text):
    assert not presentable(text)
    assert presentable("ünï cödé $(x)")


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("", "action:"),
        ("act", "action:"),
        ("-act", "-action:"),
        ("name", "actor.name:"),
        ("ip", "ip:"),
        ("metadata.", "metadata.region:"),
        ("has:act", "action"),
        ("missing:metadata.re", "metadata.region"),
        ("mis", "missing:"),
        ("actor:x (act", "action:"),
        ("actor:x OR NOT act", "action:"),
        ("(-act", "action:"),
        ("action:cache", "cache.reset"),
        ("-action:cache", "cache.reset"),
        ("action:cache.reset,pro", "project.created"),
        ("action:(cache.reset OR pro", "project.created"),
        ("action:(cache.reset, pro", "project.created"),
        ('actor.name:"two words" action:ca', "cache.reset"),
        ("actor:ada", "ada@acme.com"),
        ("actor.id:user_a", "user_ada"),
        ("actor.type:u", "user"),
        ("actor.email:ad", "ada@acme.com"),
        ("actor.name:ada", '"Ada Abara"'),
        ('actor.name:"Ada', '"Ada Abara"'),
        ("target.type:p", "project"),
        ("org:=org_a", "org_alpha"),
        ("metadata.region:eu", "eu-west-1"),
        ("metadata.dry:t", "true"),
        ("created:to", "today"),
        ("created:>=24", "24h"),
        ("created:>=2", "24h"),
    ],
)
def test_inside_a_query(offered, typed, wanted):
    answer = offered("list", typed)

    assert wanted in [one.text for one in answer.candidates]
    assert typed.startswith(answer.stem)


@pytest.mark.parametrize("typed", ["nofield:x", '"a phrase act', "agent:~fire", "action:/a"])
def test_where_nothing_can_be_suggested_in_a_query(texts, typed):
    assert texts("list", typed) == []


def test_what_is_accepted_in_a_query_can_be_parsed(offered):
    for typed in ("", "action:", "actor:", "actor.name:", "metadata.", "has:", "agent:", "id:"):
        answer = offered("list", typed)
        assert answer.candidates
        for one in answer.candidates:
            text = answer.stem + one.text
            if one.final:
                parse(text, times=lambda _: (0, 1))
            else:
                assert text.endswith((":", "."))


def test_a_name_goes_on_and_a_value_ends(offered):
    assert not any(one.final for one in offered("list", "actio").candidates)
    assert all(one.final for one in offered("list", "action:ca").candidates)
