"""Reading the settings: what is known, and where something is wrong."""

import os

import pytest

from auditctl.config.settings import NamedStore, SavedQuery, Settings, View, read_settings
from auditctl.errors import ConfigError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "config.toml"


def test_no_file_is_no_settings(path):
    assert read_settings(path) == Settings()


def test_an_empty_file_is_no_settings(path):
    path.write_text("# nothing yet\n")

    assert read_settings(path)._replace(files=()) == Settings()


def test_all_that_can_be_said(path):
    path.write_text(
        'default_store = "b"\n'
        "[stores]\n"
        'a.address = "/a.db"\n'
        "[stores.b]\n"
        'address = "/b.db"\n'
        'timezone = "Europe/Berlin"\n'
        'description = "ours"\n'
    )

    settings = read_settings(path)

    assert settings.default_store == "b"
    assert settings.stores == {
        "a": NamedStore("a", "/a.db", None, None),
        "b": NamedStore("b", "/b.db", "Europe/Berlin", "ours"),
    }


def test_a_query_and_a_view_are_read_in_all_their_forms(path):
    path.write_text(
        "relative = true\n"
        'pager = ""\n'
        "[queries.q]\n"
        'query = "action:x"\n'
        'actor = "jon"\n'
        'org = ["a", "b"]\n'
        'since = "7d"\n'
        "[views]\n"
        'v = {columns = "time, action,,actor", relative = false}\n'
    )
    settings = read_settings(path)

    assert (settings.relative, settings.pager) == (True, "")
    assert settings.queries == {
        "q": SavedQuery("q", "action:x", {"actor": ["jon"], "org": ["a", "b"]}, since="7d")
    }
    assert settings.views == {"v": View("v", ("time", "action", "actor"), relative=False)}


STORE = '[stores.a]\naddress = "/a"\n'
WRONG = [
    ('\ndefalt_store = "a"\n', 2, "no setting 'defalt_store'", "`default_store`"),
    ('[stores.a]\nadress = "/a"\n', 2, "no setting 'stores.a.adress'", "`stores.a.address`"),
    (f"{STORE}zzz = 1\n", 3, "no setting 'stores.a.zzz'", "auditctl help configuration"),
    (f"{STORE}[stores.b]\naddress = 1\n", 4, "'stores.b.address' is not a text", "marks"),
    ('address = "x"\n[stores.a]\n', 1, "no setting 'address'", "auditctl help configuration"),
    ('\n[stores.a]\ntimezone = "UTC"\n', 2, "'stores.a' has no address", "address ="),
    ('[stores]\na = "/a.db"\n', 2, "'stores.a' is not a table", "[stores.NAME]"),
    ("[[stores]]\n", 1, "'stores' is not a table", "[stores.NAME]"),
    ("default_store = true\n", 1, "'default_store' is not a text", "marks"),
    ('[stores."a b"]\naddress = 1\n', 1, "'\"a b\"' will not do as a name", "letters"),
    ("stores.a.address = 1 # x\n", 1, "'stores.a.address' is not a text", "marks"),
    ('stores = {b = {\'address\' = "/b"}, a = {"address" = 1}}\n', 1, "stores.a.address", "marks"),
    (f"# [stores.demo]\n{STORE}[stores.demo]\n", 4, "a store of auditctl's own", "another name"),
    (f'{STORE}[stores]\ndefault.address = "x"\n', 4, "a store of auditctl's own", "another name"),
    ('a = """\n[views.v]\n"""\n', 1, "no setting 'a'", "auditctl help configuration"),
    ('relative = "yes"\n', 1, "'relative' is not true or false", "quotation"),
    ('\n"output" = ""\n', 2, "'output' is empty", "default"),
    ('[views.v]\ncolumns = [\n  "time", # [1]\n  7,\n]\n', 4, "'views.v.columns[1]' is not", None),
    ('[views.v]\ncolumns = [\n  "time",\n  ""]\n', 4, "'views.v.columns[1]' is empty", None),
    ("[views.v]\ncolumns = {}\n", 2, "is not a text or a list of texts", None),
    ('[views.v]\noutput = "csv"\n\ntemplate = "x"\n', 4, "both output and template", "one of them"),
    ('[queries.q]\nsince = "1d"\non = "monday"\n', 3, "`on` beside another time", "alone"),
    ('[queries.q]\nquery = ["a"]\n', 2, "'queries.q.query' is not a text", "marks"),
    ('[queries.-q]\nquery = "a"\n', 1, "'-q' will not do as a name", "letters"),
    ('[querys.q]\nquery = "a"\n', 1, "no setting 'querys'", "`queries`"),
]


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_what_is_wrong_is_told_with_its_line(path, wrong, ends):
    text, line, words, hint = wrong
    path.write_bytes(text.replace("\n", ends).encode())
    with pytest.raises(ConfigError) as caught:
        read_settings(path)

    assert caught.value.message.startswith(f"{path}, line {line}: ")
    assert words in caught.value.message
    assert (caught.value.hint or "") == "" if hint is None else hint in caught.value.hint


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"[stores", 1),
        (b"\n\na = \n", 3),
        (b'\na = "\xff"\n', 2),
        (b"a = 1\na = 2\n", 2),
        (b"\n\x00", 2),
        (b'a = "\n', 1),
        (b"\n\na = [1,\n2,\n", 5),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(path, content, line):
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        read_settings(path)

    assert caught.value.message.startswith(f"{path}, line {line}: it is no")


def test_a_folder_is_no_file(path):
    path.mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        read_settings(path)


@pytest.mark.parametrize("content", [b"x" * 300_000, b"#" + b"\n" * 300_000])
def test_a_huge_file_is_not_parsed(path, content):
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="larger than 256 KiB"):
        read_settings(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_not_waited_for(path):
    os.mkfifo(path)
    with pytest.raises(ConfigError, match="no regular file"):
        read_settings(path)


def test_arrays_nested_a_thousand_deep_are_refused(path):
    path.write_text(f"output = {'[' * 20_000}{']' * 20_000}\n")
    with pytest.raises(ConfigError) as caught:
        read_settings(path)

    assert str(path) in caught.value.message


@pytest.mark.parametrize(
    "key",
    [
        ".".join(["a"] * 100_000),
        " . ".join(['"a b"'] * 30_000),
        f"[{'.'.join(['a'] * 100_000)}]\nx",
        f"x = {{ {'.'.join(['a'] * 100_000)}",
    ],
    ids=["plain", "quoted", "table", "inline"],
)
def test_a_key_of_very_many_steps_is_refused_before_it_takes_minutes(path, key):
    path.write_text(f"\n{key} = 1\n")
    with pytest.raises(ConfigError, match="line 2: a key has too many steps"):
        read_settings(path)


@pytest.mark.parametrize("kind", ["user", "project"])
@pytest.mark.parametrize("text", ["{} = 1\n", "[{}]\n", "[views.{}]\n", "[views.v]\n{} = 1\n"])
def test_a_very_long_name_makes_no_long_message(path, kind, text):
    path.write_text(text.format("b" * 50_000))
    with pytest.raises(ConfigError) as caught:
        read_settings(path) if kind == "user" else read_settings(path.with_name("none"), path)

    assert len(caught.value.message) < 300 + len(str(path))


def test_the_projects_word_comes_before_the_users_and_entries_are_whole(path, tmp_path):
    project = tmp_path / ".auditctl.toml"
    path.write_text(
        'output = "csv"\ntimezone = "UTC"\n[views.v]\noutput = "csv"\ntimezone = "UTC"\n'
        '[views.mine]\noutput = "tsv"\n'
    )
    project.write_text('output = "json"\n\n[views.v]\ncolumns = "time"\n')
    settings = read_settings(path, project)

    assert (settings.output, settings.timezone) == ("json", "UTC")
    assert settings.views == {"v": View("v", ("time",)), "mine": View("mine", output="tsv")}
    assert str(settings.origin(("output",))) == f"project {project}:1"
    assert str(settings.origin(("timezone",))) == f"user {path}:2"
    assert str(settings.origin(("views", "v", "columns"))) == f"project {project}:4"
    assert str(settings.origin(("views", "mine", "output"))) == f"user {path}:7"
    assert settings.value(("views", "v", "timezone")) is None
    assert settings.origin(("view",)) is None


REFUSED = [
    ('[stores.a]\naddress = "/a"\n', 1, "'stores'", "address"),
    ('stores.a.address = "/a"\n', 1, "'stores'", "only you decide"),
    ('output = "csv"\npager = "rm -rf ~"\n', 2, "'pager'", "only you decide"),
    ('default_store = "./x.db"\n', 1, "'default_store'", "name of a store"),
    ('default_store = "https://example.com"\n', 1, "'default_store'", "name of a store"),
    ('[queries.q]\nquery = "a"\nstore = "/etc/x.db"\n', 3, "'queries.q.store'", "name of a store"),
    ('\napi_key = "s3cret"\n', 2, "'api_key'", "credential"),
    ('[workos]\nregion = 1\nclientSecret = "s3cret"\n', 3, "'workos.clientSecret'", "credential"),
    ('[queries.q]\nquery = "a"\ntoken = "s3cret"\n', 3, "'queries.q.token'", "credential"),
    ('url = "https://user:s3cret@example.com"\n', 1, "'url'", "an address"),
    ('[queries.q]\nactor = [\n"jon",\n"@/etc/passwd"]\n', 4, "read", "file"),
    ('[queries.q]\nactor = "@-"\n', 2, "read", "file"),
]


@pytest.mark.parametrize(("text", "line", "name", "reason"), REFUSED)
def test_what_a_project_may_not_say_is_refused_with_the_reason(tmp_path, text, line, name, reason):
    project = tmp_path / ".auditctl.toml"
    project.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_settings(tmp_path / "none", project)

    assert caught.value.message.startswith(f"{project}, line {line}: ")
    assert name in caught.value.message
    assert reason in caught.value.message
    assert caught.value.hint
    assert "s3cret" not in f"{caught.value.message} {caught.value.hint}"


@pytest.mark.parametrize(
    "text",
    [
        'default_store = "prod"\n',
        'default_store = "demo"\n',
        '[queries.q]\nactor = "@@jon"\nstore = "prod"\n',
        'output = "csv"\ntimezone = "UTC"\nview = "v"\nrelative = true\n',
        '[views.v]\ncolumns = ["time"]\ntemplate = "{action}"\n',
    ],
)
def test_what_a_project_may_say(tmp_path, text):
    project = tmp_path / ".auditctl.toml"
    project.write_text(text)

    assert read_settings(tmp_path / "none", project).files[0].kind == "project"
