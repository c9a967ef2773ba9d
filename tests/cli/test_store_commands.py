"""Which store is meant, and ``auditctl store``."""

import json
import stat

import apsw
import pytest
from seeded import COUNT

SETTINGS = """\
# my stores
default_store = "prod"  # for now

[stores.prod]
address = "{prod}"
timezone = "Asia/Tokyo"

[stores.empty]
address = "{empty}"  # not there yet
description = "nothing in it"
"""


@pytest.fixture
def named(home, store, tmp_path):
    text = SETTINGS.format(prod=store, empty=tmp_path / "empty.db")
    home.write_settings(text)
    return text


@pytest.fixture
def single(run, tmp_path):
    """Return a function that makes a store with one event of a given action."""

    def make(action):
        path = tmp_path / f"{action}.db"
        run("record", action, "--actor", "u", "--store", path)
        return path

    return make


def actions(run, *args, **options):
    return [row["action"] for row in run("actions", "-o", "jsonl", *args, **options).events]


@pytest.mark.usefixtures("named")
def test_the_option_comes_before_the_environment_and_it_before_the_default(run, single):
    by_option, by_env = single("by.option"), single("by.env")
    env = {"AUDITCTL_STORE": str(by_env)}

    assert actions(run, "--store", by_option, env=env) == ["by.option"]
    assert actions(run, env=env) == ["by.env"]
    assert "cache.reset" in actions(run)


def test_without_any_it_is_the_one_in_the_users_data_folder(run, home):
    run("record", "by.default", "--actor", "u")

    assert actions(run) == ["by.default"]
    assert home.default_store.exists()
    assert actions(run, "--store", "default") == ["by.default"]


@pytest.mark.usefixtures("named")
def test_default_is_the_users_own_whatever_the_settings_say(run):
    run("record", "by.default", "--actor", "u", "--store", "default")

    assert actions(run, "--store", "default") == ["by.default"]
    assert "by.default" not in actions(run)


def test_an_empty_variable_is_as_none(run):
    env = {"AUDITCTL_STORE": ""}
    run("record", "by.default", "--actor", "u", env=env)

    assert actions(run, env=env) == ["by.default"]


def test_the_data_folder_may_be_named(run, tmp_path):
    env = {"AUDITCTL_DATA_DIR": str(tmp_path / "mine")}
    run("record", "a.b", "--actor", "u", env=env)

    assert (tmp_path / "mine" / "events.db").exists()


@pytest.mark.usefixtures("named")
def test_a_named_store_brings_its_zone(run):
    by_store = run("list", "-n", "1", "-o", "table", env={"COLUMNS": "200"}).out.decode()
    by_option = run("list", "-n", "1", "-o", "table", "--tz", "UTC", env={"COLUMNS": "200"})

    assert "2026-05-06 06:00:00" in by_store
    assert "2026-05-05 21:00:00" in by_option.out.decode()


@pytest.mark.usefixtures("named")
def test_a_named_store_whose_file_is_not_there_is_an_error(run, tmp_path):
    outcome = run("list", "--store", "empty")

    assert outcome.code == 5
    assert str(tmp_path / "empty.db") in outcome.err


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize("value", ["prdo", "dmeo"])
def test_an_unknown_name_is_told_with_the_one_that_was_meant(run, value):
    outcome = run("list", "--store", value)

    assert (outcome.code, outcome.out) == (5, b"")
    assert "did you mean `" in outcome.err
    assert value in outcome.err


def test_a_name_of_no_store_asks_whether_a_file_was_meant(run):
    outcome = run("list", "--store", "zzz")

    assert outcome.code == 5
    assert "./zzz" in outcome.err


def test_a_file_may_have_any_ending(run, tmp_path, seeded_file):
    (tmp_path / "trail.txt").write_bytes(seeded_file.read_bytes())

    assert len(run("list", "--store", tmp_path / "trail.txt", "-n", "all").lines) == COUNT


def test_an_address_of_a_kind_that_is_not_known_is_refused(run):
    outcome = run("list", "--store", "https://example.com/trail")

    assert outcome.code == 2
    assert "https://example.com/trail" in outcome.err


def test_a_foreign_file_is_refused_and_left_alone(run, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("buy milk\n")

    for arguments in (("list",), ("record", "a.b", "--actor", "u")):
        outcome = run(*arguments, "--store", path)
        assert (outcome.code, outcome.out) == (1, b"")
        assert "not an auditctl store" in outcome.err
    assert path.read_text() == "buy milk\n"


def test_a_foreign_database_is_refused_and_left_alone(run, tmp_path):
    path = tmp_path / "app.db"
    connection = apsw.Connection(str(path))
    connection.execute("CREATE TABLE users(id)")
    connection.close()
    before = path.read_bytes()

    for arguments in (("list",), ("record", "a.b", "--actor", "u"), ("store", "show")):
        outcome = run(*arguments, "--store", path)
        assert outcome.code == 1
        assert "not an auditctl store" in outcome.err
    assert path.read_bytes() == before


def test_a_store_of_a_newer_version_is_refused(run, store):
    connection = apsw.Connection(str(store))
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    outcome = run("list", "--store", store)

    assert outcome.code == 1
    assert "99" in outcome.err
    assert "upgrade" in outcome.err


def listed(run, **options):
    return {row["name"]: row for row in run("store", "list", "-o", "jsonl", **options).events}


@pytest.mark.usefixtures("named")
def test_list_shows_all_and_marks_the_one_in_use(run, store, home):
    rows = listed(run)

    assert set(rows) == {"default", "demo", "prod", "empty"}
    assert [name for name, row in rows.items() if row["default"]] == ["prod"]
    assert rows["prod"]["address"] == str(store)
    assert rows["prod"]["timezone"] == "Asia/Tokyo"
    assert rows["empty"]["description"] == "nothing in it"
    assert rows["default"]["address"] == str(home.default_store)
    assert rows["prod"]["kind"] == "embedded"


@pytest.mark.usefixtures("named")
def test_list_marks_the_one_that_the_environment_names(run):
    rows = listed(run, env={"AUDITCTL_STORE": "demo"})

    assert [name for name, row in rows.items() if row["default"]] == ["demo"]


@pytest.mark.usefixtures("named")
def test_a_wrong_name_in_the_environment_does_not_hide_the_list(run):
    assert "prod" in listed(run, env={"AUDITCTL_STORE": "zzz"})


def test_an_added_store_is_usable_by_its_name(run, store, home):
    outcome = run(
        *("store", "add", "prod", store, "--tz", "Europe/Berlin", "--description", "live one")
    )

    assert (outcome.code, outcome.out) == (0, b"")
    assert len(run("list", "--store", "prod", "-n", "all").lines) == COUNT
    assert listed(run)["prod"]["timezone"] == "Europe/Berlin"
    assert listed(run)["prod"]["description"] == "live one"
    assert stat.S_IMODE(home.config.stat().st_mode) == 0o600


def test_an_added_store_may_be_used_at_once(run, store):
    run("store", "add", "prod", store, "--use")

    assert len(run("list", "-n", "all").lines) == COUNT


def test_an_address_is_kept_whole_so_that_it_works_from_everywhere(
    run, store, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    run("store", "add", "prod", store.name)
    monkeypatch.chdir("/")

    assert len(run("list", "--store", "prod", "-n", "all").lines) == COUNT


def test_adding_keeps_what_the_settings_say_in_comments(run, home, named, store):
    run("store", "add", "third", store)

    assert home.config.read_text().startswith(named.rstrip("\n"))


@pytest.mark.usefixtures("named")
def test_a_name_that_is_taken_needs_force(run, tmp_path, store):
    other = tmp_path / "other.db"
    refused = run("store", "add", "prod", other)

    assert refused.code == 2
    assert "--force" in refused.err
    assert listed(run)["prod"]["address"] == str(store)
    assert run("store", "add", "prod", other, "--force").code == 0
    assert listed(run)["prod"]["address"] == str(other)


@pytest.mark.parametrize(
    "arguments",
    [
        ("demo", "x.db"),
        ("default", "x.db"),
        ("a/b", "x.db"),
        ("a.db", "x.db"),
        ("", "x.db"),
        ("-x", "x.db"),
        ("näme", "x.db"),
        ("good", "https://example.com"),
        ("good", "x.db", "--tz", "Mars/Olympus"),
    ],
)
def test_what_will_not_do_is_refused_and_nothing_is_written(run, home, arguments):
    assert run("store", "add", *arguments).code == 2
    assert not home.config.exists()


@pytest.mark.usefixtures("named")
def test_use_changes_the_default_and_back(run):
    assert run("store", "use", "empty").code == 0
    assert [name for name, row in listed(run).items() if row["default"]] == ["empty"]
    assert run("store", "use", "default").code == 0
    assert [name for name, row in listed(run).items() if row["default"]] == ["default"]


@pytest.mark.usefixtures("named")
def test_use_of_an_unknown_name_is_refused(run):
    outcome = run("store", "use", "prdo")

    assert outcome.code == 5
    assert "did you mean `prod`?" in outcome.err
    assert [name for name, row in listed(run).items() if row["default"]] == ["prod"]


@pytest.mark.usefixtures("named")
def test_a_removed_name_is_forgotten_and_its_file_stays(run, store):
    assert run("store", "remove", "prod").code == 0
    assert set(listed(run)) == {"default", "demo", "empty"}
    assert [name for name, row in listed(run).items() if row["default"]] == ["default"]
    assert len(run("list", "--store", store, "-n", "all").lines) == COUNT


@pytest.mark.parametrize("name", ["zzz", "demo", "default"])
@pytest.mark.usefixtures("named")
def test_only_a_known_name_is_removed(run, name):
    assert run("store", "remove", name).code == 5
    assert set(listed(run)) == {"default", "demo", "prod", "empty"}


def shown(outcome):
    return {row["what"]: row["value"] for row in outcome.events}


@pytest.mark.usefixtures("named")
def test_show_tells_where_a_store_is_and_what_it_holds(run, store):
    facts = shown(run("store", "show", "-o", "jsonl"))

    assert facts["name"] == "prod"
    assert facts["address"] == str(store)
    assert (facts["events"], facts["organizations"]) == (COUNT, 3)
    assert facts["first"] == "2026-05-01T00:00:00.000Z"
    assert facts["last"] == "2026-05-05T21:00:00.000Z"
    assert facts["bytes"] == store.stat().st_size


def test_show_of_a_file_of_json_lines_counts_its_bad_lines(run, tmp_path, seeded_file):
    path = tmp_path / "x.jsonl"
    path.write_bytes(seeded_file.read_bytes() + b"{broken\n")
    facts = shown(run("store", "show", path, "-o", "jsonl"))

    assert (facts["kind"], facts["events"], facts["bad lines"]) == ("jsonl", COUNT, 1)


def test_show_of_what_is_not_there_yet(run):
    assert shown(run("store", "show", "-o", "jsonl"))["events"] == 0


def test_show_of_an_unknown_store_is_not_found(run):
    assert run("store", "show", "zzz").code == 5


WRONG = [
    ('defalt_store = "x"\n', "line 1", "did you mean `default_store`"),
    ('[stores.a]\naddress = "/x"\n[stores.b]\nadress = "/y"\n', "line 4", "stores.b.address"),
    ('[stores.a]\naddress = "/x"\n[stores.b]\naddress = 3\n', "line 4", "stores.b.address"),
    ('[stores.a]\naddress = "/x"\n\n[stores.b]\ntimezone = "UTC"\n', "line 4", "no address"),
    ('stores = "a"\n', "line 1", "'stores' is not a table"),
    ("default_store = 7\n", "line 1", "default_store"),
    ("[stores.a\n", "line 1", ""),
]


@pytest.mark.parametrize(("text", "line", "words"), WRONG)
def test_wrong_settings_name_file_and_line(run, home, text, line, words):
    home.write_settings(text)
    outcome = run("list")

    assert (outcome.code, outcome.out) == (2, b"")
    assert str(home.config) in outcome.err
    assert line in outcome.err
    assert words in outcome.err


def test_wrong_settings_are_not_written_over(run, home, store):
    home.write_settings("[stores.a\n")

    assert run("store", "add", "b", store).code == 2
    assert home.config.read_text() == "[stores.a\n"


def test_a_zone_of_the_settings_that_is_none_names_them(run, home, store):
    home.write_settings(f'[stores.a]\naddress = "{store}"\ntimezone = "Mars/Olympus"\n')
    outcome = run("list", "--store", "a", "-o", "table")

    assert outcome.code == 2
    assert str(home.config) in outcome.err
    assert "Mars/Olympus" in outcome.err


def test_a_default_store_without_a_name_of_that_kind_is_told(run, home):
    home.write_settings('default_store = "gone"\n')
    outcome = run("list")

    assert outcome.code == 5
    assert "gone" in outcome.err


def test_stores_in_one_line_are_read_but_not_added_to(run, home, store):
    text = f'stores = {{a = {{address = "{store}"}}}}\n'
    home.write_settings(text)
    outcome = run("store", "add", "b", store)

    assert len(run("list", "--store", "a", "-n", "all").lines) == COUNT
    assert outcome.code == 2
    assert "[stores.NAME]" in outcome.err
    assert home.config.read_text() == text


def test_the_folder_of_the_settings_may_be_named(run, tmp_path, store):
    env = {"AUDITCTL_CONFIG_DIR": str(tmp_path / "mine")}
    run("store", "add", "prod", store, env=env)

    assert (tmp_path / "mine" / "config.toml").exists()
    assert "prod" in listed(run, env=env)
    assert "prod" not in listed(run)


def test_store_alone_shows_its_help(run):
    outcome = run("store")

    assert outcome.code == 0
    assert "auditctl store add" in outcome.out.decode()


def test_json_of_the_list_is_one_array(run):
    assert len(json.loads(run("store", "list", "-o", "json").out)) == 2
