"""``auditctl config``: what holds, who says so, and changing it."""

import os
import re
import stat
import subprocess
import sys
import tomllib

import pytest

SETTINGS = """\
# mine
timezone = "Europe/Berlin"  # home

[views.brief]
columns = ["time", "action"]
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Stand in a folder below that of a project; return the project's file."""
    folder = tmp_path / "project" / "deep" / "deeper"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    return tmp_path / "project" / ".auditctl.toml"


def listed(run, *args, **options):
    outcome = run("config", "list", "--show-origin", "-o", "jsonl", *args, **options)
    assert outcome.code == 0, outcome.err
    return {row["key"]: (row["value"], row["origin"]) for row in outcome.events}


def test_path_is_that_of_the_users_file_which_need_not_be_there(run, home):
    outcome = run("config", "path")

    assert (outcome.code, outcome.lines) == (0, [str(home.config)])


def test_the_path_of_a_projects_file_is_the_nearest(run, project):
    project.write_text("")
    assert run("config", "path", "--project").lines == [str(project)]

    nearer = project.parent / "deep" / ".auditctl.toml"
    nearer.write_text("")
    assert run("config", "path", "--project").lines == [str(nearer)]


@pytest.mark.usefixtures("project")
def test_where_there_is_no_project_it_is_told_how_to_make_one(run):
    outcome = run("config", "path", "--project")

    assert outcome.code == 5
    assert "config set --project" in outcome.err


def test_the_search_for_a_project_ends_at_home(run, home, tmp_path, monkeypatch):
    (tmp_path / ".auditctl.toml").write_text('output = "csv"\n')
    inner = home.path / "work"
    inner.mkdir()
    monkeypatch.chdir(inner)
    assert run("config", "path", "--project").code == 5

    (home.path / ".auditctl.toml").write_text('output = "csv"\n')
    assert run("config", "path", "--project").lines == [str(home.path / ".auditctl.toml")]


def test_a_working_folder_that_is_gone_has_no_project(run, tmp_path, monkeypatch):
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()

    assert run("config", "get", "relative").lines == ["false"]


def test_list_without_files_shows_the_defaults(run):
    assert listed(run) == {
        "default_store": ("default", "default"),
        "output": (None, "default"),
        "timezone": ("local", "default"),
        "view": (None, "default"),
        "relative": ("false", "default"),
        "pager": (None, "default"),
    }


def test_list_says_of_each_value_where_it_is_made(run, home, project):
    home.write_settings(SETTINGS)
    project.write_text('\nview = "brief"\n[queries.q]\nactor = ["a", "b"]\n')
    rows = listed(run, env={"AUDITCTL_OUTPUT": "csv"})

    assert rows["output"] == ("csv", "env AUDITCTL_OUTPUT")
    assert rows["timezone"] == ("Europe/Berlin", f"user {home.config}:2")
    assert rows["view"] == ("brief", f"project {project}:2")
    assert rows["queries.q.actor"] == ('["a", "b"]', f"project {project}:4")
    assert rows["views.brief.columns"] == ("time,action", f"user {home.config}:5")
    assert rows["relative"] == ("false", "default")


def test_list_of_a_table_an_entry_or_a_key(run, home):
    home.write_settings(SETTINGS + '[views.other]\noutput = "csv"\n')

    assert set(listed(run, "views")) == {"views.brief.columns", "views.other.output"}
    assert set(listed(run, "views.other")) == {"views.other.output"}
    assert set(listed(run, "timezone")) == {"timezone"}
    assert listed(run, "queries") == {}


def test_a_table_has_room_for_the_line_and_names_the_files_below(run, home, project):
    home.write_settings(SETTINGS)
    project.write_text('output = "table"\n')
    outcome = run("config", "list", "--show-origin", terminal=True, env={"COLUMNS": "80"})
    text = outcome.out.decode()

    assert re.search(r"timezone +Europe/Berlin +user config.toml:2\b", text)
    assert re.search(r"output +table +project .auditctl.toml:1\b", text)
    told = " ".join(outcome.err.split())  # a long message is broken between words
    assert f"user ~/config/auditctl/config.toml · project {project}" in told


def test_get_prints_the_value_alone(run, home):
    home.write_settings(SETTINGS)

    assert run("config", "get", "timezone").out == b"Europe/Berlin\n"
    assert run("config", "get", "views.brief.columns").out == b"time,action\n"
    assert run("config", "get", "timezone", "--show-origin").lines == [
        f"Europe/Berlin\tuser {home.config}:2"
    ]
    assert run("config", "get", "timezone", "-o", "jsonl").events == [
        {"key": "timezone", "value": "Europe/Berlin"}
    ]
    assert run("config", "get", "views").lines == ["views.brief.columns\ttime,action"]
    assert run("config", "get").out == run("config", "list").out


@pytest.mark.parametrize(
    ("key", "code", "words"),
    [
        ("output", 5, "table on a terminal"),
        ("views", 5, "config list views"),
        ("views.zzz", 5, "config list views"),
        ("views.zzz.output", 5, "config list views"),
        ("outptu", 2, "did you mean `output`?"),
        ("views.x.colums", 2, "did you mean `views.x.columns`?"),
    ],
)
def test_get_of_what_is_not_set(run, key, code, words):
    outcome = run("config", "get", key)

    assert (outcome.code, outcome.out) == (code, b"")
    assert words in outcome.err


ROUND = [
    ("default_store", "demo"),
    ("output", "jsonl"),
    ("timezone", "Asia/Tokyo"),
    ("relative", "true"),
    ("pager", "less -R"),
    ("pager", ""),
    ("pager", "off"),
    ("stores.s.address", "/srv/t.db"),
    ("queries.q.query", 'action:"a b" -actor:x'),
    ("queries.q.actor", '["jon", "ada"]'),
    ("queries.q.actor", "jon"),
    ("queries.q.since", "24h"),
    ("queries.q.timezone", "UTC"),
    ("views.v.columns", "time,metadata.region,action"),
    ("views.v.output", "tsv"),
    ("views.v.relative", "false"),
    ("views.v.template", "{occurred_at:%H:%M} {actor.name} {{}} \\t {action}"),
    ("views.v.description", 'with "quotes", # and \\'),
]


@pytest.mark.parametrize(("key", "value"), ROUND)
def test_what_is_set_is_what_is_got_and_what_is_unset_is_gone(run, home, key, value):
    home.write_settings(SETTINGS)
    outcome = run("config", "set", key, value)

    assert (outcome.code, outcome.out) == (0, b"")
    assert f"set {key} in {home.config}" in outcome.err
    assert run("config", "get", key).out.decode() == f"{value}\n"
    assert run("config", "get", key, "--show-origin").out.decode().split("\t")[1].startswith("user")
    assert "# mine\n" in home.config.read_text()
    assert stat.S_IMODE(home.config.stat().st_mode) == 0o600

    assert run("config", "unset", key.rpartition(".")[0] if "stores" in key else key).code == 0
    if key == "timezone":
        assert home.config.read_text() == SETTINGS.replace(
            'timezone = "Europe/Berlin"  # home\n', ""
        )
    else:
        assert tomllib.loads(home.config.read_text()) == tomllib.loads(SETTINGS)
    assert "# mine\n" in home.config.read_text()


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("output", "jsno", "did you mean 'json'?"),
        ("output", "", "cannot be empty"),
        ("timezone", "Mars/Olympus", "not a time zone"),
        ("view", "breif", "did you mean `brief`?"),
        ("default_store", "dmeo", "did you mean `demo`?"),
        ("relative", "maybe", "true or false"),
        ("pager", "less '", "no command line"),
        ("outptu", "json", "did you mean `output`?"),
        ("views.v", "json", "`views.v.columns`"),
        ("views", "json", "`views.NAME.columns`"),
        ("views.v.columns", "time,acton", "did you mean 'action'?"),
        ("views.v.output", "xml", "no output format"),
        ("views.v.template", "{actr}", "^^^^"),
        ("views.v.template", "{action", "'views.v.template': "),
        ("views.-v.output", "csv", "will not do as a name"),
        ("views.a b.output", "csv", "will not do as a name"),
        ("stores.demo.address", "/x.db", "auditctl's own"),
        ("stores.s.address", "https://example.com", "no stores of this kind"),
        ("stores.s.timezone", "UTC", "has no address"),
        ("queries.q.query", "actin:x", "did you mean"),
        ("queries.q.since", "3x", "not a time"),
        ("queries.q.target", ":x", "TYPE:ID"),
        ("queries.q.view", "zzz", "no view"),
        ("queries.q.store", "zzz", "no store named"),
    ],
)
def test_what_means_nothing_is_refused_and_nothing_is_written(run, home, key, value, words):
    home.write_settings(SETTINGS)
    outcome = run("config", "set", key, value)

    assert (outcome.code, outcome.out) == (2, b"")
    assert words in outcome.err
    assert home.config.read_text() == SETTINGS
    assert "line " not in outcome.err, "a value of the command line stands on no line"


def test_a_first_setting_makes_the_file(run, home):
    assert run("config", "set", "timezone", "UTC").code == 0
    assert home.config.read_text() == 'timezone = "UTC"\n'


def test_the_file_of_a_store_is_kept_whole_so_that_it_works_from_everywhere(
    run, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    run("config", "set", "stores.s.address", "s.db")
    run("config", "set", "default_store", "./t.db")

    assert run("config", "get", "stores.s.address").lines == [str(tmp_path / "s.db")]
    assert run("config", "get", "default_store").lines == [str(tmp_path / "t.db")]


def test_an_entry_may_be_unset_as_a_whole(run, home):
    home.write_settings(SETTINGS)

    assert run("config", "unset", "views.brief").code == 0
    assert run("config", "get", "views.brief").code == 5
    assert run("config", "get", "timezone").lines == ["Europe/Berlin"]


def test_unset_of_what_is_not_set_there_says_so(run, home, project):
    project.write_text('output = "csv"\n')
    outcome = run("config", "unset", "output")

    assert outcome.code == 5
    assert str(home.config) in outcome.err
    assert "--show-origin" in outcome.err
    assert run("config", "unset", "output", "--project").code == 0
    assert project.read_text() == ""


def test_a_project_is_set_in_its_file_else_in_this_folder(run, home, project):
    assert run("config", "set", "output", "csv", "--project").code == 0
    here = project.parent / "deep" / "deeper" / ".auditctl.toml"
    assert here.read_text() == 'output = "csv"\n'
    here.unlink()

    project.write_text("# ours\n")
    assert run("config", "set", "output", "csv", "--project").code == 0
    assert project.read_text() == '# ours\noutput = "csv"\n'
    assert not here.exists()
    assert not home.config.exists()


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("pager", "less", "only you decide"),
        ("stores.s.address", "/x.db", "only you decide"),
        ("default_store", "./x.db", "name of a store"),
        ("queries.q.store", "/x.db", "name of a store"),
        ("queries.q.actor", "@/etc/passwd", "file to be read"),
    ],
)
def test_what_a_project_may_not_say_is_not_written_there(run, project, key, value, words):
    outcome = run("config", "set", key, value, "--project")

    assert outcome.code == 2
    assert words in outcome.err
    assert not list(project.parent.rglob(".auditctl.toml"))


def test_a_project_may_name_views_of_the_user_but_the_user_none_of_a_project(run, home, project):
    home.write_settings(SETTINGS)
    project.write_text('[views.theirs]\noutput = "csv"\n')

    assert run("config", "set", "view", "brief", "--project").code == 0
    assert run("config", "set", "view", "theirs").code == 2


def test_a_setting_that_does_not_hold_here_is_told(run, project):
    by_env = run("config", "set", "output", "csv", env={"AUDITCTL_OUTPUT": "json"})
    project.write_text('output = "tsv"\n')
    by_project = run("config", "set", "output", "csv")

    assert "AUDITCTL_OUTPUT comes before it" in by_env.err
    assert f"{project} comes before it" in by_project.err
    assert "comes before it" not in run("config", "set", "timezone", "UTC").err


def test_a_wrong_file_is_mended_by_set(run, home):
    home.write_settings("output = 7\n")
    assert "line 1" in run("config", "set", "timezone", "UTC").err

    assert run("config", "set", "output", "csv").code == 0
    assert run("config", "get", "output").lines == ["csv"]


def test_a_password_in_an_address_is_not_shown(run, home):
    home.write_settings('[stores.s]\naddress = "db://jon:s3cret@host/x"\n')

    for arguments in (("list",), ("get", "stores.s.address"), ("get", "stores.s", "-o", "json")):
        out = run("config", *arguments).out.decode()
        assert "jon:********@host" in out
        assert "s3cret" not in out


def test_settings_at_the_same_time_are_all_kept(home, spawn):
    home.write_settings(SETTINGS)
    program = "import sys; from auditctl.__main__ import main; sys.exit(main())"
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, "config", "set", f"views.v{number}.output", "csv"],
            env=home.env,
            stderr=subprocess.DEVNULL,
        )
        for number in range(6)
    ]

    assert [process.wait(60) for process in running] == [0] * 6
    assert {f"v{number}" for number in range(6)} < set(
        tomllib.loads(home.config.read_text())["views"]
    )
    assert spawn("config", "get", "timezone").lines == ["Europe/Berlin"]


# config edit


@pytest.fixture
def editor(tmp_path):
    """Return a function that makes an editor which runs some Python over the text."""

    def make(code, *, ends=0):
        script = tmp_path / "my editor.py"
        script.write_text(
            "import pathlib, sys\n"
            "path = pathlib.Path(sys.argv[-1])\n"
            "text = path.read_text()\n"
            f"{code}\n"
            "path.write_text(text)\n"
            f"sys.exit({ends})\n"
        )
        return {"EDITOR": f"{sys.executable} '{script}'"}

    return make


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def test_an_edit_is_put_in_place(run, home, editor, own_temporary_folder):
    home.write_settings(SETTINGS)
    outcome = run("config", "edit", env=editor("text = text.replace('Berlin', 'Paris')"))

    assert (outcome.code, outcome.out) == (0, b"")
    assert home.config.read_text() == SETTINGS.replace("Berlin", "Paris")
    assert list(own_temporary_folder.iterdir()) == []


def test_visual_comes_before_editor(run, home, editor):
    home.write_settings(SETTINGS)
    env = {"VISUAL": editor("text = text.replace('Berlin', 'Paris')")["EDITOR"], "EDITOR": "false"}

    assert run("config", "edit", env=env).code == 0
    assert "Paris" in home.config.read_text()


def test_without_a_change_nothing_is_written(run, home, editor, own_temporary_folder):
    outcome = run("config", "edit", env=editor("pass"))

    assert outcome.code == 0
    assert "was not changed" in outcome.err
    assert not home.config.exists()
    assert list(own_temporary_folder.iterdir()) == []


def test_a_new_file_begins_with_every_setting_as_a_comment(run, home, editor):
    code = "text = text.replace('# timezone = \"...\"', 'timezone = \"UTC\"', 1)"
    env = editor(code)

    assert run("config", "edit", env=env).code == 0
    text = home.config.read_text()
    assert tomllib.loads(text) == {"timezone": "UTC"}
    for key in ("output", "pager", "[stores.NAME]", "[views.NAME]", "columns"):
        assert f"# {key}" in text


def test_a_project_is_edited_too(run, project, editor):
    outcome = run("config", "edit", "--project", env=editor("text += 'output = \"csv\"\\n'"))

    assert outcome.code == 0
    (file,) = project.parent.rglob(".auditctl.toml")
    assert tomllib.loads(file.read_text()) == {"output": "csv"}
    assert "stores" not in file.read_text()


@pytest.mark.parametrize(
    ("after", "told"),
    [
        ("zzz = 1", (6, "no setting")),
        ("[views.x", (6, "it is no TOML")),
        ("[views.x]\noutput = 'xml'", (7, "no output format")),
        ("[queries.x]\nquery = 'actin:x'", (7, "^^^^^")),
        ("[queries.x]\nsince = 'yesterdya'", (7, "not a time")),
    ],
)
def test_a_wrong_edit_is_refused_with_its_line_and_kept(run, home, editor, after, told):
    line, words = told
    home.write_settings(SETTINGS)
    outcome = run("config", "edit", env=editor(f"text += {after!r}"))

    assert (outcome.code, outcome.out) == (2, b"")
    assert words in outcome.err
    copy = re.search(r"kept in (\S+)", outcome.err)[1]
    assert f"{copy}, line {line}: " in outcome.err
    with open(copy, encoding="utf-8") as file:  # noqa: PTH123 - a name
        assert file.read() == SETTINGS + after
    assert stat.S_IMODE(os.stat(copy).st_mode) == 0o600  # noqa: PTH116 - a name
    assert home.config.read_text() == SETTINGS


def test_a_wrong_file_can_be_edited_right(run, home, tmp_path):
    home.write_settings("")
    home.config.write_bytes(b"output = 7 # \xff\n")
    script = "import sys; open(sys.argv[1], 'w').write('relative=true\\n')"
    editor = tmp_path / "editor.py"
    editor.write_text(script)
    outcome = run("config", "edit", env={"EDITOR": f"{sys.executable} {editor}"})

    assert outcome.code == 0, outcome.err
    assert home.config.read_text() == "relative=true\n"


def test_what_was_changed_meanwhile_is_not_written_over(run, home, editor):
    home.write_settings(SETTINGS)
    code = f"open({str(home.config)!r}, 'a').write('output = 1')\ntext += '# more\\n'"
    outcome = run("config", "edit", env=editor(code))

    assert outcome.code == 2
    assert "meanwhile" in outcome.err
    assert "kept in" in outcome.err
    assert home.config.read_text() == f"{SETTINGS}output = 1"


def test_an_editor_that_fails_changes_nothing(run, home, editor):
    home.write_settings(SETTINGS)
    outcome = run("config", "edit", env=editor("text += '# more\\n'", ends=3))

    assert outcome.code == 1
    assert "ended with 3" in outcome.err
    assert home.config.read_text() == SETTINGS


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({}, "EDITOR=nano auditctl config edit"),
        ({"EDITOR": " ", "VISUAL": ""}, "EDITOR=nano auditctl config edit"),
        ({"EDITOR": "no-such-editor --wait"}, "'no-such-editor' cannot be run"),
        ({"EDITOR": "vi '"}, "EDITOR is no command line"),
    ],
)
def test_without_an_editor_it_is_told_what_to_do(run, env, words):
    outcome = run("config", "edit", env=env)

    assert outcome.code == 2
    assert words in outcome.err
