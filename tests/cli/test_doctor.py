"""``auditctl doctor``: versions, paths, integrity, and whose program runs."""

import sys
from pathlib import Path

import apsw
import pytest
from seeded import COUNT

from auditctl import __version__

ALONE = {"PATH": ""}
SCRIPT = "#!/usr/bin/python3\nimport sys\nfrom auditctl.__main__ import main\nsys.exit(main())\n"


@pytest.fixture
def program(tmp_path):
    """Return a function that makes a folder with a program named auditctl in it."""

    def make(folder, content):
        path = tmp_path / folder / "auditctl"
        path.parent.mkdir()
        path.write_bytes(content)
        path.chmod(0o755)
        return path

    return make


def test_a_sound_store_and_installation(run, store, home):
    outcome = run("doctor", "--store", store, env=ALONE)
    text = outcome.out.decode()

    assert outcome.code == 0
    for words in (
        *(__version__, sys.executable, "sqlite", str(home.config), str(home.data)),
        *(str(store), str(COUNT), "integrity        ok", "free space"),
    ):
        assert words in text
    assert "all is well" in outcome.err


def test_without_any_store_all_is_well_too(run, home):
    outcome = run("doctor", env=ALONE)

    assert outcome.code == 0
    assert "nothing to check yet" in outcome.out.decode()
    assert not home.default_store.exists()


def test_a_damaged_page_is_found(run, store):
    size = store.stat().st_size
    with store.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xff" * 8192)

    outcome = run("doctor", "--store", store, env=ALONE)

    assert outcome.code == 3
    assert "fault" in outcome.out.decode()


def test_a_lost_event_is_found(run, store):
    connection = apsw.Connection(str(store))
    connection.execute("DELETE FROM body WHERE k = (SELECT min(k) FROM body)")
    connection.close()

    assert run("doctor", "--store", store, env=ALONE).code == 3


def test_a_file_that_is_no_store_is_a_fault(run, tmp_path):
    (tmp_path / "x.db").write_text("milk")
    outcome = run("doctor", "--store", tmp_path / "x.db", env=ALONE)

    assert outcome.code == 3
    assert "not an auditctl store" in outcome.out.decode()


def test_a_bad_line_of_a_json_lines_file_is_a_fault(run, tmp_path, seeded_file):
    path = tmp_path / "x.jsonl"
    path.write_bytes(seeded_file.read_bytes() + b"{broken\n")
    outcome = run("doctor", "--store", path, env=ALONE)

    assert outcome.code == 3
    assert f"line {COUNT + 1}" in outcome.out.decode()


def test_the_audit_daemons_program_first_on_the_path_is_a_fault(run, program):
    foreign = program("sbin", b"\x7fELF\x02\x01\x01" + bytes(2000))
    ours = program("bin", SCRIPT.encode())
    outcome = run("doctor", env={"PATH": f"{foreign.parent}:{ours.parent}"})

    assert outcome.code == 3
    assert str(foreign) in outcome.out.decode()
    assert "python -m auditctl" in outcome.out.decode()
    assert str(foreign) in outcome.err


def test_behind_ours_it_does_not_matter(run, program):
    foreign = program("sbin", b"\x7fELF\x02\x01\x01" + bytes(2000))
    ours = program("bin", SCRIPT.encode())
    outcome = run("doctor", env={"PATH": f"{ours.parent}:{foreign.parent}"})

    assert outcome.code == 0
    assert str(ours) in outcome.out.decode()


def test_a_script_of_somebody_else_is_not_ours(run, program):
    other = program("bin", b"#!/bin/sh\nexec /sbin/auditctl.real\n")

    assert run("doctor", env={"PATH": str(other.parent)}).code == 3


def test_a_file_that_cannot_be_run_is_passed_over(run, program):
    text = program("notes", b"\x7fELF")
    text.chmod(0o644)

    assert run("doctor", env={"PATH": str(text.parent)}).code == 0


def test_the_script_that_pip_made_is_ours(run):
    script = Path(sys.executable).parent / "auditctl"
    if not script.exists():
        pytest.skip("the package has no script in this environment")

    assert run("doctor", env={"PATH": str(script.parent)}).code == 0


def test_as_a_module_it_always_works(spawn, program):
    foreign = program("sbin", b"\x7fELF")
    outcome = spawn("--version", env={"PATH": str(foreign.parent)})

    assert outcome.out.decode() == f"auditctl {__version__}\n"


def test_settings_are_told_with_where_they_are_made(run, home):
    home.write_settings('timezone = "Asia/Tokyo"\n')
    outcome = run("doctor", env=ALONE | {"AUDITCTL_OUTPUT": "csv"})
    text = outcome.out.decode()

    assert outcome.code == 0
    assert f"timezone         Asia/Tokyo (user {home.config}:1)" in text
    assert "output           csv (env AUDITCTL_OUTPUT)" in text


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("output = 7\n", ["line 1: 'output' is not a text"]),
        (
            'output = "xml"\n[queries.q]\nsince = "3x"\n[views.v]\ncolumns = "acton"\n',
            ["line 1: 'output'", "line 3: 'queries.q.since'", "line 5: 'views.v.columns'"],
        ),
    ],
)
def test_every_wrong_setting_is_a_fault(run, home, store, text, faults):
    home.write_settings(text)
    outcome = run("doctor", "--store", store, env=ALONE)

    assert outcome.code == 3
    for fault in faults:
        assert f"{home.config}, {fault}" in outcome.out.decode()
    assert f"{len(faults)} thing" in outcome.err
