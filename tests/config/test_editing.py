"""Changing the settings: comments stay, and the file is whole at any moment."""

import multiprocessing
import os
import stat
import tomllib

import pytest

from auditctl.config.editing import (
    add_store,
    edit_file,
    remove_store,
    replace_text,
    use_store,
)
from auditctl.config.settings import NamedStore, read_settings
from auditctl.errors import ConfigError, NotFoundError, UsageError

TEXT = """\
# top

[stores]  # all of them
# before a
[stores.a]
address = "/a.db"  # the first
# after a
"""
NEW = NamedStore("new", "/new.db", "Asia/Tokyo", 'with "quotes" and \\')


@pytest.fixture
def path(tmp_path):
    return tmp_path / "sub" / "config.toml"


@pytest.fixture
def written(path):
    path.parent.mkdir()
    path.write_text(TEXT)
    return path


def comments(text):
    return [part for part in text.splitlines() if "#" in part]


def test_the_first_store_makes_folder_and_file_for_the_owner_alone(path):
    add_store(path, NEW, replace_existing=False)

    assert read_settings(path).stores == {"new": NEW}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [file.name for file in path.parent.iterdir()] == ["config.toml"]


def test_comments_survive_every_change(written):
    add_store(written, NEW, replace_existing=False)
    use_store(written, "new")
    use_store(written, None)
    remove_store(written, "new")

    assert comments(written.read_text()) == comments(TEXT)
    assert read_settings(written).stores == {"a": NamedStore("a", "/a.db")}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# only this\n",
        TEXT,
        'stores.a.address = "/a.db"\n',
        '[stores.a]\naddress = "/a.db"\n\n[stores.b]\naddress = "/b.db"\n',
        '[stores.a]\naddress = "/a.db"',
        'default_store = "a"\n[stores]\na.address = "/a.db"\n',
        '[stores.a]\r\naddress = "/a.db"\r\n',
    ],
)
def test_a_change_is_read_back_whatever_the_file_looks_like(path, text):
    path.parent.mkdir()
    path.write_bytes(text.encode())
    before = read_settings(path)

    add_store(path, NEW, replace_existing=False)
    use_store(path, "new")

    settings = read_settings(path)
    assert (settings.default_store, settings.stores) == ("new", {**before.stores, "new": NEW})


def test_a_name_that_is_taken_is_replaced_only_if_asked(written):
    with pytest.raises(UsageError, match="already"):
        add_store(written, NEW._replace(name="a"), replace_existing=False)
    assert written.read_text() == TEXT

    add_store(written, NEW._replace(name="a"), replace_existing=True)
    assert read_settings(written).stores == {"a": NEW._replace(name="a")}


def test_a_forgotten_store_is_no_default_any_more(written):
    use_store(written, "a")
    remove_store(written, "a")

    settings = read_settings(written)
    assert (settings.default_store, settings.stores) == (None, {})


def test_forgetting_one_keeps_another_default(written):
    add_store(written, NEW, replace_existing=False)
    use_store(written, "new")
    remove_store(written, "a")

    settings = read_settings(written)
    assert (settings.default_store, settings.stores) == ("new", {"new": NEW})


def test_only_a_known_name_is_forgotten(written):
    with pytest.raises(NotFoundError):
        remove_store(written, "zzz")
    assert written.read_text() == TEXT


@pytest.mark.parametrize("name", ["", "demo", "default", "a b", "a.b", "a/b", "-a", "_a", "ä", "-"])
def test_a_name_that_could_be_a_file_or_an_option_will_not_do(path, name):
    with pytest.raises(UsageError):
        add_store(path, NEW._replace(name=name), replace_existing=False)
    assert not path.exists()


@pytest.mark.parametrize("name", ["a", "7", "prod-eu_1", "A"])
def test_plain_names_do(path, name):
    add_store(path, NEW._replace(name=name), replace_existing=False)

    assert set(read_settings(path).stores) == {name}


def test_stores_in_one_line_are_left_as_they_are(path):
    path.parent.mkdir()
    path.write_text('stores = {a = {address = "/a.db"}}\n')
    with pytest.raises(ConfigError, match="one line"):
        add_store(path, NEW, replace_existing=False)

    assert path.read_text() == 'stores = {a = {address = "/a.db"}}\n'


def test_a_file_with_other_rights_is_made_private(written):
    written.chmod(0o644)
    use_store(written, "a")

    assert stat.S_IMODE(written.stat().st_mode) == 0o600


def test_a_link_to_a_file_elsewhere_stays_a_link(written, tmp_path):
    real = tmp_path / "dotfiles.toml"
    os.replace(written, real)  # noqa: PTH105
    written.symlink_to(real)

    use_store(written, "a")

    assert written.is_symlink()
    assert read_settings(real).default_store == "a"


def test_a_failing_disk_leaves_the_old_file(written, monkeypatch):
    def fail(*_):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("pathlib.Path.replace", fail)
    with pytest.raises(ConfigError, match="cannot be written"):
        use_store(written, "a")

    assert written.read_text() == TEXT
    assert [file.name for file in written.parent.iterdir()] == ["config.toml"]


FORMS = [
    "",
    TEXT,
    "# only this",
    'output = "csv"  # so\n\n# of views\n[views.v]\ncolumns = [\n  "time", # one\n]\n',
    'views.v.output = "csv"\nviews.w.output = "csv"\n',
    '[views]\nv.output = "csv"\n# end\n',
    'views = {v = {output = "csv"}} # short\n',
    '[queries.q]\nquery = "x"\n[views.v]\noutput = "csv"\n[queries.r]\nquery = "y"\n',
    '["views"."v"]\n"output" = "csv"\n',
]
CHANGES = [
    (("output",), "json"),
    (("output",), None),
    (("views", "v", "output"), "tsv"),
    (("views", "v", "columns"), ["time", "actor"]),
    (("views", "new", "relative"), True),
    (("views", "v"), None),
    (("views", "v", "output"), None),
    (("queries", "q", "query"), 'action:"a \\ b" \x1b\x7f é'),
    (("queries", "z"), {"query": "x", "actor": ["a", "b"]}),
]


def applied(data, steps, value):
    """Return what a document says after a change, entries that hold nothing left out."""
    copy = {key: dict(inner) if isinstance(inner, dict) else inner for key, inner in data.items()}
    if len(steps) == 1:
        copy[steps[0]] = value
    elif len(steps) == 2:
        copy.setdefault(steps[0], {})[steps[1]] = value
    else:
        entry = dict(copy.setdefault(steps[0], {}).get(steps[1], {}))
        entry[steps[2]] = value
        copy[steps[0]][steps[1]] = {k: v for k, v in entry.items() if v is not None}
    return {
        key: inner
        for key, inner in (
            (k, {n: e for n, e in v.items() if e} if isinstance(v, dict) else v)
            for k, v in copy.items()
        )
        if inner not in (None, {})
    }


@pytest.mark.parametrize("text", FORMS)
@pytest.mark.parametrize(("steps", "value"), CHANGES)
def test_a_change_is_made_whole_or_refused_whatever_the_file_looks_like(path, text, steps, value):
    path.parent.mkdir()
    path.write_text(text)
    try:
        edit_file(path, "user", lambda _: [(steps, value)])
    except ConfigError:
        assert "= {" in text, "only a table in one line may be too narrow"
        assert path.read_text() == text
        return
    changed = path.read_text()

    assert applied(tomllib.loads(changed), ("-",), None) == applied(
        tomllib.loads(text), steps, value
    )
    gone = {"# one", "# of views"} if value is None and "views" in steps else set()
    gone |= {"# one"} if steps[-1] == "columns" else set()
    gone |= {"# so"} if steps == ("output",) and value is None else set()
    kept = [
        part.partition("#")[2]
        for part in comments(text)
        if not gone & {f"#{part.partition('#')[2]}"}
    ]
    assert [part for part in kept if part not in changed] == []


def test_a_wrong_file_is_mended_by_the_change_that_mends_it(path):
    path.parent.mkdir()
    path.write_text("output = 7\n")
    with pytest.raises(ConfigError, match="line 1: 'output' is not a text"):
        edit_file(path, "user", lambda _: [(("timezone",), "UTC")])
    assert path.read_text() == "output = 7\n"

    edit_file(path, "user", lambda _: [(("output",), "csv")])
    assert read_settings(path).output == "csv"


def test_a_change_that_would_be_wrong_is_told_without_a_line_that_is_not_there(path):
    with pytest.raises(ConfigError) as caught:
        edit_file(path, "user", lambda _: [(("stores", "a", "timezone"), "UTC")])

    assert caught.value.message == "'stores.a' has no address"
    assert not path.exists()


def test_a_check_that_fails_keeps_the_file(written):
    def refuse(file):
        assert file.data["output"] == "zzz"
        raise ConfigError("no")

    with pytest.raises(ConfigError, match="no"):
        edit_file(written, "user", lambda _: [(("output",), "zzz")], refuse)
    assert written.read_text() == TEXT


def test_a_projects_file_keeps_its_rights(tmp_path):
    path = tmp_path / ".auditctl.toml"
    edit_file(path, "project", lambda _: [(("output",), "csv")])
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~umask

    path.chmod(0o640)
    edit_file(path, "project", lambda _: [(("output",), "json")])
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert path.read_text() == 'output = "json"\n'


def test_a_text_is_not_put_over_what_came_meanwhile(written):
    with pytest.raises(ConfigError, match="meanwhile"):
        replace_text(written, "user", "what it was before", "new")
    assert written.read_text() == TEXT


def add_view(path, number):
    steps = ("views", f"v{number}", "output")
    edit_file(path, "user", lambda _: [(steps, "csv")])


def test_of_changes_at_the_same_time_none_is_lost(path):
    path.parent.mkdir()
    path.write_text(TEXT)
    context = multiprocessing.get_context("spawn")
    with context.Pool(4) as pool:
        pool.starmap(add_view, [(path, number) for number in range(24)])

    assert set(read_settings(path).views) == {f"v{number}" for number in range(24)}
    assert comments(path.read_text()) == comments(TEXT)
    assert [file.name for file in path.parent.iterdir()] == ["config.toml"]
