"""Which of several words holds: option, environment, view, project, user, default; and views."""

import os
import re

import pytest
from seeded import COUNT, HOSTILE


@pytest.fixture
def project(tmp_path, monkeypatch):
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder / ".auditctl.toml"


@pytest.fixture
def stores(store, tmp_path):
    """Five stores, each with one event whose action is its name, as settings."""
    del store
    text = ""
    for name in ("flag", "env", "project", "user", "other"):
        text += f'[stores.{name}]\naddress = "{tmp_path / name}.db"\n'
    return text


# what each level says of a setting, and how the answer shows
OUTPUTS = {"flag": "json", "env": "jsonl", "view": "csv", "project": "tsv", "user": "json"}
ZONES = {
    "flag": "Asia/Tokyo",
    "env": "Asia/Kolkata",
    "view": "America/New_York",
    "store": "Africa/Cairo",
    "project": "Europe/Berlin",
    "user": "Australia/Sydney",
}
TIMES = {  # of the newest event, 2026-05-05T21:00Z
    "flag": "2026-05-06 06:00",
    "env": "2026-05-06 02:30",
    "view": "2026-05-05 17:00",
    "store": "2026-05-06 00:00",
    "project": "2026-05-05 23:00",
    "user": "2026-05-06 07:00",
    "default": "2026-05-05 21:00",
}


def levels(names):
    """Return, for each level, it and all below it: the first of them must win."""
    return [names[place:] for place in range(len(names) + 1)]


def shape(out):
    """Tell in which format events were written."""
    text = out.decode()
    if text.startswith("[\n"):
        return "json"
    if text.startswith("{"):
        return "jsonl"
    first = text.splitlines()[0]
    if first.startswith("id"):
        return "tsv" if "\t" in first else "csv"
    return "lines" if first.startswith("2026") else "table"


FORMAT_LEVELS = levels(["flag", "env", "view", "project", "user"])


@pytest.fixture(params=["flag", "env", "project", "user"])
def by(request):
    """Who names the view."""
    return request.param


@pytest.fixture
def files(home, project):
    """Return a function that writes the user's and the project's file."""

    def write(users, projects):
        home.write_settings(users)
        project.write_text(projects)

    return write


@pytest.mark.parametrize("said", FORMAT_LEVELS, ids="-".join)
def test_the_format_is_that_of_the_first_who_names_one(run, files, store, said, by):
    """The view may be named on each level: what it says holds between environment and files."""
    view = '[views.v]\noutput = "csv"\n' if "view" in said else '[views.v]\ntimezone = "UTC"\n'
    users = f'output = "{OUTPUTS["user"]}"\n' if "user" in said else ""
    users += 'view = "v"\n' if by == "user" else ""
    projects = f'output = "{OUTPUTS["project"]}"\n' if "project" in said else ""
    projects += 'view = "v"\n' if by == "project" else ""
    files(users + view, projects)
    options = ["-o", OUTPUTS["flag"]] if "flag" in said else []
    options += ["--view", "v"] if by == "flag" else []
    env = {"AUDITCTL_OUTPUT": OUTPUTS["env"]} if "env" in said else {}
    env |= {"AUDITCTL_VIEW": "v"} if by == "env" else {}
    outcome = run("list", "-n", "1", "--store", store, *options, env=env)

    assert outcome.code == 0, outcome.err
    assert shape(outcome.out) == (OUTPUTS[said[0]] if said else "lines")


@pytest.mark.parametrize(
    "said", levels(["flag", "env", "view", "store", "project", "user"]), ids="-".join
)
def test_the_zone_is_that_of_the_first_who_names_one(run, home, store, project, said):
    users = f'timezone = "{ZONES["user"]}"\n' if "user" in said else ""
    users += f'[stores.own]\naddress = "{store}"\n'
    users += f'timezone = "{ZONES["store"]}"\n' if "store" in said else ""
    users += f'[views.v]\ntimezone = "{ZONES["view"]}"\n' if "view" in said else ""
    home.write_settings(users)
    project.write_text(f'timezone = "{ZONES["project"]}"\n' if "project" in said else "")
    options = ["--tz", ZONES["flag"]] if "flag" in said else []
    options += ["--view", "v"] if "view" in said else []
    env = {"COLUMNS": "200"} | ({"AUDITCTL_TZ": ZONES["env"]} if "env" in said else {})
    outcome = run("list", "-n", "1", "-o", "table", "--store", "own", *options, env=env)

    assert outcome.code == 0, outcome.err
    assert TIMES[said[0] if said else "default"] in outcome.out.decode()


@pytest.mark.parametrize("said", levels(["flag", "env", "project", "user"]), ids="-".join)
def test_the_store_is_that_of_the_first_who_names_one(run, home, project, stores, said):
    for name in ("flag", "env", "project", "user"):
        home.write_settings(stores)
        assert run("record", name, "--actor", "u", "--store", name).code == 0
    run("record", "default", "--actor", "u", "--store", "default")
    home.write_settings(('default_store = "user"\n' if "user" in said else "") + stores)
    project.write_text('default_store = "project"\n' if "project" in said else "")
    options = ["--store", "flag"] if "flag" in said else []
    env = {"AUDITCTL_STORE": "env"} if "env" in said else {}
    (row,) = run("actions", "-o", "jsonl", *options, env=env).events

    assert row["action"] == (said[0] if said else "default")


@pytest.mark.parametrize("said", levels(["flag", "env", "project", "user"]), ids="-".join)
def test_the_view_is_that_of_the_first_who_names_one(run, home, store, project, said):
    views = "".join(
        f'[views.{name}]\noutput = "csv"\ncolumns = "{column}"\n'
        for name, column in (
            ("flag", "id"),
            ("env", "action"),
            ("project", "version"),
            ("user", "org"),
        )
    )
    home.write_settings(('view = "user"\n' if "user" in said else "") + views)
    project.write_text('view = "project"\n' if "project" in said else "")
    options = ["--view", "flag"] if "flag" in said else []
    env = {"AUDITCTL_VIEW": "env"} if "env" in said else {}
    outcome = run("list", "-n", "1", "--store", store, *options, env=env)
    heads = {"flag": "id", "env": "action", "project": "version", "user": "org"}

    assert outcome.code == 0, outcome.err
    if said:
        assert outcome.lines[0] == heads[said[0]]
    else:
        assert shape(outcome.out) == "lines"


@pytest.mark.parametrize("said", levels(["flag", "view", "project", "user"]), ids="-".join)
@pytest.mark.parametrize("first", ["true", "false"])
def test_relative_is_said_by_the_first_who_says_it(home, project, said, first):
    """What each says is the contrary of what the next one says."""
    from auditctl.cli.choices import chosen_relative  # noqa: PLC0415 - not by a command line
    from auditctl.cli.options import Output  # noqa: PLC0415
    from auditctl.cli.session import Session  # noqa: PLC0415

    second = {"true": "false", "false": "true"}[first]
    words = {name: (first, second)[place % 2] for place, name in enumerate(said)}
    users = f"relative = {words['user']}\n" if "user" in said else ""
    users += f"[views.v]\nrelative = {words['view']}\n" if "view" in said else ""
    home.write_settings(users)
    project.write_text(f"relative = {words['project']}\n" if "project" in said else "")
    session = Session(home.env, None, None, None)
    session.shows, session.asked_view = True, "v" if "view" in said else None
    output = Output(
        relative={"true": True, "false": False}[words["flag"]] if "flag" in said else None
    )

    assert chosen_relative(session, output) is (words[said[0]] == "true" if said else False)


def test_the_pager_is_the_users_alone(home, project):
    from auditctl.cli.session import Session  # noqa: PLC0415 - not by a command line

    project.write_text("")
    assert Session(home.env, None, None, None).settings.pager is None
    home.write_settings('pager = ""\n')
    assert Session(home.env, None, None, None).settings.pager == ""


# views

VIEWS = """\
[views.brief]
columns = ["action", "id"]
[views.report]
output = "csv"
columns = "id"
[views.line]
template = "{action}"
"""


@pytest.fixture
def viewed(home, store):
    home.write_settings(f'default_store = "own"\n[stores.own]\naddress = "{store}"\n{VIEWS}')
    return home.config


@pytest.mark.usefixtures("viewed")
@pytest.mark.parametrize("command", [("list",), ("tail", "--for", "0s"), ("list", "--reverse")])
def test_a_view_gives_columns_and_format(run, command):
    assert run(*command, "-n", "2", "--view", "report").lines[0] == "id"
    assert run(*command, "-n", "2", "--view", "brief", "-o", "csv").lines[0] == "action,id"
    assert len(run(*command, "-n", "2", "--view", "brief").lines[0].split("\t")) == 2


@pytest.mark.usefixtures("viewed")
def test_columns_of_an_option_come_before_those_of_the_view(run):
    assert run("list", "-n", "1", "--view", "report", "-c", "org").lines[0] == "org"


@pytest.mark.usefixtures("viewed")
def test_a_template_of_a_view_is_for_events_and_options_come_before_it(home):
    from auditctl.cli import choices  # noqa: PLC0415 - not by a command line
    from auditctl.cli.options import Output  # noqa: PLC0415
    from auditctl.cli.session import Session  # noqa: PLC0415

    class Pipe:
        def isatty(self):
            return False

    def format_of(events, env=None, **options):
        session = Session({**home.env, **(env or {})}, None, Pipe(), None)
        session.shows, session.asked_view = True, "line"
        chosen = choices.event_format if events else choices.chosen_format
        return chosen(session, Output(**options))

    assert format_of(True) == "template"
    assert format_of(True, output="csv") == "csv"
    assert format_of(True, columns=["id"]) == "lines"
    assert format_of(True, template="{id}") == "template"
    assert format_of(True, env={"AUDITCTL_OUTPUT": "json"}) == "json"
    assert format_of(False) == "lines"


@pytest.mark.usefixtures("viewed")
def test_a_template_of_a_view_is_written_by_every_command_that_prints_events(run):
    (event,) = run("list", "-n", "1", "-o", "jsonl").events
    line = event["action"]

    assert run("list", "-n", "1", "--view", "line").lines == [line]
    assert run("get", event["id"], "--view", "line", terminal=True).lines == [line]
    assert run("export", "-n", "1", "--newest-first", "--out", "-", "--view", "line").lines == [
        line
    ]
    assert run("list", "-n", "1", "--view", "line", "-c", "id").lines == [event["id"]]
    assert len(run("stats", "--view", "line").lines[0].split("\t")) > 1


@pytest.mark.usefixtures("viewed")
@pytest.mark.parametrize("command", [("list",), ("export", "--out", "-")])
def test_a_template_that_cannot_be_read_is_shown_with_file_line_and_caret(run, viewed, command):
    viewed.write_text('[views.x]\ntemplate = "{actr}"\n' + viewed.read_text().partition("\n")[2])
    store = re.search(r'address = "(.*)"', viewed.read_text())[1]
    outcome = run(*command, "--view", "x", "--store", store)

    assert (outcome.code, outcome.out) == (2, b"")
    assert f"error: {viewed}, line 2: 'views.x.template': no column" in outcome.err
    assert "\n ^^^^\n" in outcome.err


@pytest.mark.usefixtures("viewed")
def test_of_a_default_view_only_people_get_fewer_columns(run, viewed):
    viewed.write_text('view = "brief"\n' + viewed.read_text())
    table = run("list", "-n", "1", "-o", "table", env={"COLUMNS": "120"}).out.decode()

    assert re.match(r"Action +Id *\n", table)
    assert len(run("list", "-n", "1").lines[0].split("\t")) > 2
    assert len(run("list", "-n", "1", "-o", "csv").lines[0].split(",")) > 2
    assert len(run("list", "-n", "1", "-o", "jsonl").events[0]) > 2
    assert set(run("list", "-n", "1", "-o", "jsonl", "--view", "brief").events[0]) == {
        "action",
        "id",
    }


@pytest.mark.usefixtures("viewed")
def test_a_default_view_that_names_a_format_gives_it_its_columns(run, viewed):
    viewed.write_text('view = "report"\n' + viewed.read_text())

    assert run("list", "-n", "1").lines[0] == "id"
    assert len(run("list", "-n", "1", "-o", "csv").lines[0].split(",")) > 2


@pytest.mark.usefixtures("viewed")
def test_an_export_is_whole_unless_a_view_is_asked_for(run, viewed, tmp_path):
    viewed.write_text('view = "report"\n' + viewed.read_text())
    env = {"AUDITCTL_VIEW": "report"}

    assert len(run("export", "--out", "-", env=env).events) == COUNT
    assert len(run("export", "--out", "-").events[0]) > 5
    assert run("export", "--out", "-", "--view", "report").lines[0] == "id"
    run("export", "--out", tmp_path / "x.tsv", "--view", "report")
    assert (tmp_path / "x.tsv").read_text().splitlines()[0] == "id"
    run("export", "--out", tmp_path / "x.jsonl", "--view", "report")
    assert (tmp_path / "x.jsonl").read_text().startswith('{"id":')


@pytest.mark.usefixtures("viewed")
def test_what_prints_no_events_takes_no_columns_of_a_view(run):
    assert run("stats", "--view", "report").lines[0] == "action,count,share"
    assert run("actions", "--view", "report", "-n", "1").lines[0].startswith("action,")
    assert len(run("stats", "--view", "brief").lines) > 1


@pytest.mark.usefixtures("viewed")
def test_get_shows_a_panel_unless_a_view_is_asked_for(run, viewed):
    viewed.write_text('view = "brief"\n' + viewed.read_text())
    event = run("list", "-n", "1", "-o", "jsonl").ids[0]

    panel = run("get", event, terminal=True).out.decode()
    rows = run("get", event, "--view", "report", terminal=True).lines
    assert len(panel.splitlines()) > 5
    assert rows == ["id", event]


@pytest.mark.usefixtures("viewed")
def test_an_unknown_view_is_told_with_the_one_that_was_meant(run, viewed):
    by_option = run("list", "--view", "breif")
    by_env = run("list", env={"AUDITCTL_VIEW": "breif"})
    viewed.write_text('\nview = "breif"\n' + viewed.read_text())
    by_file = run("list")

    assert (by_option.code, by_env.code, by_file.code) == (5, 5, 2)
    for outcome in (by_option, by_env, by_file):
        assert "did you mean `brief`?" in outcome.err
        assert outcome.out == b""
    assert "AUDITCTL_VIEW" in by_env.err
    assert f"{viewed}, line 2: 'view'" in by_file.err


WRONG = [
    ('output = "jsno"\n', 1, "'output'", "did you mean 'json'?"),
    ('\ntimezone = "Mars/Olympus"\n', 2, "'timezone'", "not a time zone"),
    ('view = "v"\n[views.v]\noutput = "xml"\n', 3, "'views.v.output'", "no output format"),
    ('view = "v"\n[views.v]\n\ncolumns = "acton"\n', 4, "'views.v.columns'", "'action'"),
    ('view = "v"\n[views.v]\ntimezone = "X"\n', 3, "'views.v.timezone'", "not a time zone"),
    ('default_store = "prdo"\n[stores.prod]\naddress = "/x"\n', 1, "'default_store'", "`prod`"),
]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_value_that_means_nothing_is_told_with_file_and_line(run, home, store, wrong):
    text, line, key, words = wrong
    home.write_settings(text)
    options = [] if "default_store" in key else ["--store", store]
    wide = {"COLUMNS": "400"}  # else the message is broken at its spaces
    outcome = run("list", *options, terminal="output" not in key, env=wide)

    assert outcome.code in {2, 5}
    assert outcome.out == b""
    assert f"{home.config}, line {line}: {key}: " in outcome.err
    assert words in outcome.err


def test_wrong_settings_do_not_matter_where_everything_is_said(run, home, store):
    home.write_settings('output = "jsno"\n')

    assert len(run("list", "-o", "jsonl", "--store", store, "-n", "all").events) == COUNT


@pytest.mark.parametrize(
    ("name", "value"), [("AUDITCTL_OUTPUT", "jsno"), ("AUDITCTL_TZ", "Mars/Olympus")]
)
def test_a_wrong_variable_is_named(run, store, name, value):
    env = {name: value, "NO_COLOR": "1"}
    outcome = run("list", "--store", store, env=env, terminal=True)

    assert outcome.code == 2
    assert f"error: {name}: " in outcome.err


# hostile projects

EVIL = "evil\\u001b[2J\\u202e"


@pytest.mark.parametrize(
    "text",
    [
        f'"{EVIL}" = 1\n',
        f'output = "{EVIL}"\n',
        f'timezone = "{EVIL}"\n',
        f'view = "{EVIL}"\n',
        f'default_store = "{EVIL}"\n',
        f'[views."{EVIL}"]\noutput = "csv"\n',
        f'view = "v"\n[views.v]\n"{EVIL}" = 1\n',
        f'view = "v"\n[views.v]\ncolumns = ["{EVIL}"]\n',
        f'view = "v"\n[views.v]\noutput = "{EVIL}"\n',
        f'[queries.q]\nquery = "{EVIL}:x"\n',
        f'[queries.q]\nsince = "{EVIL}"\n',
        f'[queries.q]\nactor = "{EVIL}"\nstore = "{EVIL}"\n',
        "\x1b[2J = 1\n",
        "a = \x9b\n",
    ],
)
@pytest.mark.parametrize(
    "command",
    [
        ("list",),
        ("list", "--saved", "q"),
        ("config", "list", "--show-origin"),
        ("config", "get", "queries"),
        ("query", "list"),
        ("query", "show", "q"),
        ("doctor",),
    ],
    ids="-".join,
)
def test_what_a_project_says_reaches_no_terminal_raw(run, project, text, command):
    project.write_text(text)
    outcome = run(*command, terminal=True, env={"NO_COLOR": "1"})

    for output in (outcome.out.decode(), outcome.err):
        assert not set(output) & {"\x1b", "\x9b", "\u202e", "\x07"}
    assert "defect" not in outcome.err


def test_a_description_is_made_visible_too(run, project):
    escaped = HOSTILE.encode("unicode_escape").decode().replace("\\x", "\\u00")
    project.write_text(f'[queries.q]\nquery = "x"\ndescription = "{escaped}"\n')

    for command in (("query", "list"), ("query", "show", "q"), ("config", "list")):
        outcome = run(*command, terminal=True, env={"NO_COLOR": "1", "COLUMNS": "300"})
        assert outcome.code == 0
        assert b"\\x1b[2J" in outcome.out
        assert b"\x1b" not in outcome.out


@pytest.mark.parametrize("kind", ["folder", "loop", "unreadable", "pipe", "device"])
def test_a_project_file_that_is_no_file_is_told_not_waited_for(run, project, kind):
    if kind == "folder":
        project.mkdir()
    elif kind == "loop":
        project.symlink_to(project)
    elif kind == "device":
        project.symlink_to("/dev/zero")
    elif kind == "pipe":
        os.mkfifo(project)
    else:
        project.write_text("")
        project.chmod(0)
        if os.access(project, os.R_OK):
            pytest.skip("the super-user may read every file")
    outcome = run("config", "list")

    if kind == "loop":
        assert outcome.code == 0, "a link that leads nowhere is as no file"
    else:
        assert outcome.code == 2
        assert f"{project} cannot be read" in outcome.err


def test_a_link_that_leads_nowhere_hides_no_project_above_it(run, project, monkeypatch):
    project.write_text('output = "csv"\n')
    inner = project.parent / "inner"
    inner.mkdir()
    (inner / ".auditctl.toml").symlink_to("nowhere")
    monkeypatch.chdir(inner)

    assert run("config", "get", "output").lines == ["csv"]


def test_a_default_store_of_a_project_is_a_name_and_no_file_that_lies_about(run, project):
    project.write_text('default_store = "trail"\n')
    (project.parent / "trail").write_text('{"action":"forged"}\n')
    outcome = run("list")

    assert (outcome.code, outcome.out) == (5, b"")
    assert f"{project}, line 1: 'default_store'" in outcome.err


def test_without_settings_a_list_for_programs_reads_no_file(run, home, store, project):
    """Everything is said on the command line, so that not even a broken file matters."""
    home.write_settings("[[[")
    project.write_text("]]]")

    assert len(run("list", "-o", "jsonl", "--store", store, "-n", "all").events) == COUNT
