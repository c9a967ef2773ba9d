"""Help: every page opens with examples, and every example is a command line that works."""

import re
import shlex

import pytest
from seeded import KNOWN_ID

from auditctl import __version__
from auditctl.cli.app import ALIASES, COMMANDS

STORE_COMMANDS = ("list", "add", "use", "remove", "show")
CONFIG_COMMANDS = ("path", "list", "get", "set", "unset", "edit")
QUERY_COMMANDS = ("save", "list", "show", "run", "remove")
PAGES = [
    (),
    *[(name,) for name in COMMANDS],
    *[("store", name) for name in STORE_COMMANDS],
    *[("config", name) for name in CONFIG_COMMANDS],
    *[("query", name) for name in QUERY_COMMANDS],
]
TOPICS = ("query", "time", "formats", "configuration", "exit-codes", "errors", "environment")
COMMANDS_OF_TOPICS = {"query"}  # a topic too, which `help` shows before the page


def examples(text):
    """Return the command lines that stand under "Examples:"."""
    part = text.partition("Examples:\n")[2].partition("\nUsage:")[0]
    return [line.strip() for line in part.splitlines() if line.strip().startswith("auditctl ")]


def parts(line):
    """Return the words of the program and the file of its standard input, as a shell cuts them."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|<>")
    lexer.whitespace_split = True
    lexer.commenters = ""
    words = list(lexer)
    stdin = None
    for place, word in enumerate(words):
        if word == "<":
            stdin = words[place + 1]
        if word in {"|", "<", ">"}:
            words = words[:place]
            break
    return words[1:], stdin


@pytest.mark.parametrize("page", PAGES, ids=" ".join)
def test_a_page_opens_with_examples_and_lists_its_options(run, page):
    outcome = run(*page, "--help")
    text = outcome.out.decode()

    assert (outcome.code, outcome.err) == (0, "")
    assert text.index("Examples:") < text.index("Usage:")
    assert len(text[: text.index("Examples:")].splitlines()) <= 3
    assert examples(text)
    assert text == run(*page, "-h").out.decode()


@pytest.mark.parametrize("page", PAGES, ids=" ".join)
def test_a_page_is_no_wider_than_a_terminal_but_for_its_examples(run, page):
    text = run(*page, "--help", env={"COLUMNS": "80"}).out.decode()

    assert [
        line for line in text.splitlines() if len(line) > 100 and "  auditctl " not in line
    ] == []


def test_the_overview_lists_every_command_with_what_it_does(run):
    text = run("--help").out.decode()

    for name, entry in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(entry.summary)}$", text, re.MULTILINE)


def test_without_a_command_the_overview_is_shown(run):
    assert run().out.decode().strip() == run("--help").out.decode().strip()


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_version(run, spawn, option):
    for runner in (run, spawn):
        outcome = runner(option)
        assert (outcome.code, outcome.out.decode()) == (0, f"auditctl {__version__}\n")
    assert run(option, "--debug").out.decode() == f"auditctl {__version__}\n"


def test_the_alias_has_the_same_page(run):
    assert "Examples:" in run("ls", "--help").out.decode()
    assert ALIASES["ls"] == "list"


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_is_explained(run, topic):
    outcome = run("help", topic)

    assert outcome.code == 0
    assert len(outcome.lines) > 5
    assert topic in run("help").out.decode()


@pytest.mark.parametrize("name", [*sorted(set(COMMANDS) - COMMANDS_OF_TOPICS), "ls"])
def test_help_of_a_command_is_its_page(run, name):
    assert run("help", name).out == run(name, "--help").out


@pytest.mark.parametrize(
    ("topic", "words"),
    [("timee", "auditctl help time"), ("exprot", "auditctl help export"), ("zzz", "topics: query")],
)
def test_an_unknown_topic_is_told_with_the_one_that_was_meant(run, topic, words):
    outcome = run("help", topic)

    assert (outcome.code, outcome.out) == (5, b"")
    assert words in outcome.err


def test_topics_that_help_refers_to_exist(run):
    texts = [run(*page, "--help").out.decode() for page in PAGES]
    texts += [run("help", topic).out.decode() for topic in TOPICS]
    named = {name for text in texts for name in re.findall(r"auditctl help ([a-z-]+)", text)}

    assert named - {*TOPICS, *COMMANDS} == set()


def test_variables_of_the_environment_are_all_listed(run):
    text = run("help", "environment").out.decode()

    for name in (
        *("AUDITCTL_STORE", "AUDITCTL_OUTPUT", "AUDITCTL_TZ", "AUDITCTL_VIEW", "EDITOR"),
        *("NO_COLOR", "COLUMNS", "TZ"),
    ):
        assert name in text


@pytest.fixture
def desk(home, store, tmp_path, monkeypatch, seeded_file):
    """A folder with all the files that examples name, and the stores that they use."""
    folder = tmp_path / "desk"
    folder.mkdir()
    monkeypatch.chdir(folder)
    lines = seeded_file.read_bytes().replace(b"audit_log_event_0", b"audit_log_event_9")
    (folder / "events.jsonl").write_bytes(lines)
    (folder / "trail.jsonl").write_bytes(lines)
    (folder / "audit.json").write_text(
        '[{"@timestamp":1777636800123,"_document_id":"d","action":"a.b","actor":"x","org":"o"}]'
    )
    (folder / "export.csv").write_text("action,occurred_at,actor_id\na.b,2026-05-01T12:00:00Z,u1\n")
    (folder / "logs").mkdir()
    home.write_settings(
        'default_store = "own"\ntimezone = "UTC"\n'
        '[queries.failed-logins]\nquery = "action:auth.failed"\n'
        f'[stores.own]\naddress = "{store}"\n'
        f'[stores.old]\naddress = "{store}"\n[stores.prod]\naddress = "{store}"\n'
    )
    return folder


@pytest.mark.parametrize("page", PAGES, ids=" ".join)
def test_the_options_of_every_example_exist(run, page):
    for line in examples(run(*page, "--help").out.decode()):
        words, _ = parts(line)
        outcome = run(*words, "--help")
        assert (outcome.code, outcome.err) == (0, ""), line


@pytest.mark.parametrize("page", PAGES, ids=" ".join)
def test_no_shell_takes_an_example_for_a_pattern_of_files(run, page):
    for line in examples(run(*page, "--help").out.decode()):
        bare = re.sub(r"'[^']*'", "", line)
        assert not set("*?[") & set(bare) or " import " in line, line


HARMLESS = sorted(name for name in COMMANDS if name != "doctor")


@pytest.mark.parametrize("name", HARMLESS)
def test_every_example_of_a_command_works(run, desk, home, name):
    text = run(name, "--help").out.decode()
    settings = home.config.read_text()
    for line in examples(text):
        words, stdin = parts(line)
        words = [word for word in words if "*.json" not in word]
        if "cloudtrail" in words:
            (desk / "ct.json").write_text('{"Records": []}')
            words.append("ct.json")
        if name == "tail":
            words.append("--explain")
        if name == "export" and (desk / words[words.index("--out") + 1]).exists():
            words.append("--force")
        # examples that give a name begin without it
        before = settings
        if words[:2] == ["store", "add"]:
            before = settings.partition("[stores.prod]")[0]
        if words[:2] == ["query", "save"]:
            before = settings.replace("queries.failed-logins", "queries.other")
        home.write_settings(before)
        given = (desk / stdin).read_bytes() if stdin else b""
        outcome = run(*words, stdin=given, env={"EDITOR": "true"})
        wanted = {0, 3} if "--fail-on-match" in words else {0}
        assert outcome.code in wanted, (line, outcome.err)
        assert "defect" not in outcome.err


@pytest.mark.usefixtures("desk")
def test_the_event_of_the_examples_is_shown(run):
    lines = examples(run("get", "--help").out.decode())

    assert all(KNOWN_ID in line for line in lines)


def test_the_demo_of_the_overview_works(spawn):
    outcome = spawn("list", "--store", "demo", "-n", "5", "-o", "jsonl")

    assert outcome.code == 0
    assert len(outcome.events) == 5
    assert "5 of " in outcome.err
    assert "store demo" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("lst",), "did you mean `auditctl list`?"),
        (("exprot",), "did you mean `auditctl export`?"),
        (("zzz",), "see `auditctl --help`"),
        (("list", "--acton", "x"), "--action"),
        (("store", "ad"), "add"),
        (("--quiet", "list"), "auditctl COMMAND"),
        (("list", "--action"), "see `auditctl list --help`"),
    ],
)
def test_what_is_misspelt_is_told_with_what_was_meant(run, arguments, words):
    outcome = run(*arguments)

    assert (outcome.code, outcome.out) == (2, b"")
    assert words in outcome.err
