"""An empty answer says which values the store has never seen, and what was meant."""

import pytest

from auditctl.cli.suggesting import suggestions
from auditctl.query.parser import parse
from auditctl.stores.opening import open_store


@pytest.fixture
def said(run, store):
    def ask(*args, command=("list",), **more):
        outcome = run(*command, *args, "--store", store, **more)
        assert outcome.code == 0
        return [line for line in outcome.err.splitlines() if line.startswith("note: ")]

    return ask


@pytest.mark.parametrize(
    "args",
    [
        ("--action", "cache.rest"),
        ("action:cache.rest",),
        ("action:=cache.rest",),
        ("(action:cache.rest OR action:chache.reset)", "created:2000"),
    ],
)
def test_an_action_that_is_not_there(said, args):
    notes = said(*args)

    assert 'no action "cache.rest" in this store; did you mean cache.reset (' in notes[0]
    assert notes[0].endswith("?")


@pytest.mark.parametrize(
    "command", [("list",), ("stats",), ("stats", "--by", "actor"), ("export", "--out", "-")]
)
def test_every_command_that_finds_nothing_says_so(said, command):
    assert "did you mean cache.reset" in said("--action", "cache.rest", command=command)[0]


def test_nothing_is_said_with_quiet_or_where_something_matched(said):
    assert said("--action", "cache.rest", "--quiet") == []
    assert said("action:cache.rest OR action:cache.reset") == []


@pytest.mark.parametrize(
    "query", ["-action:cache.rest action:cache.reset created:<2000", "created:<2000", "nothing"]
)
def test_nothing_is_said_of_what_is_there_or_excluded(said, query):
    assert said(query) == []


@pytest.fixture
def tell(tmp_path, run):
    path = tmp_path / "own.db"
    for number in range(3):
        run("record", "project.created", "--actor", "user_jon", "--actor-name", "Jon Smith",
            "--meta", "x=1", "--target", f"project:p{number}", "--org", "org_acme",
            "--store", path)  # fmt: skip
    run("record", "project.deleted", "--actor", "ci\nerror: x", "--store", path)
    store = open_store(path)
    yield lambda text: suggestions(parse(text, times=None), store)
    store.close()


@pytest.mark.parametrize(
    ("query", "what", "meant"),
    [
        ("action:project.create", 'action "project.create"', "project.created (3 events)"),
        ("action:projct.*", 'action matches "projct.*"', "project.* (4 events)"),
        ("action:*.deletd", 'action matches "*.deletd"', "project.deleted (1 event)"),
        ("actor:user_jno", 'actor "user_jno"', "user_jon (3 events)"),
        ('actor.name:"jon smtih"', 'actor "jon smtih"', "Jon Smith (3 events)"),
        ("org:org_acne", 'organization "org_acne"', "org_acme (3 events)"),
        ("target.type:projects", 'target type "projects"', "project (3 events)"),
    ],
)
def test_what_was_meant(tell, query, what, meant):
    assert tell(query) == [f"no {what} in this store; did you mean {meant}?"]


@pytest.mark.parametrize(
    ("query", "what", "known"),
    [
        ("action:project.moved", 'action "project.moved"', "project.* has project.created, "),
        ("action:xyz", 'action "xyz"', "`auditctl actions` lists those that there are"),
        ("actor:abcdef", 'actor "abcdef"', "`auditctl actors` lists those that there are"),
    ],
)
def test_where_to_look_when_nothing_is_near(tell, query, what, known):
    (sentence,) = tell(query)

    assert sentence.startswith(f"no {what} in this store; {known}")


@pytest.mark.parametrize(
    "query", ["actor:user_jon", 'actor:"Jon Smith"', "action:PROJECT.created", "-action:x"]
)
def test_known_values_are_not_told(tell, query):
    assert all("PROJECT" in sentence for sentence in tell(query))


def test_hostile_values_are_made_visible(tell):
    (sentence,) = tell('actor:"ci error: x"')

    assert "did you mean ci\\nerror: x (1 event)?" in sentence


def test_no_more_than_three(tell):
    assert len(tell("action:a OR action:b OR action:c OR action:d")) == 3
