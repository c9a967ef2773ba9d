"""What a start loads: every module costs every command its time."""

import subprocess
import sys

import pytest

HEAVY = (
    *("httpx", "dateutil", "pydantic", "rich", "msgspec", "duckdb", "keyring", "asyncio"),
    *("tomlkit", "platformdirs", "concurrent.futures", "multiprocessing", "ssl"),
)
PROGRAM = """\
import sys
sys.argv = ["auditctl", *sys.argv[1:]]
from auditctl.__main__ import main
try:
    main()
except SystemExit as end:
    if end.code:
        raise
sys.stdout.flush()
print("\\n".join(sys.modules), file=sys.stderr)
"""


@pytest.fixture
def loaded(home):
    """Run a command line in a fresh interpreter: what it printed, and what it had loaded."""

    def call(*arguments):
        process = subprocess.run(
            [sys.executable, "-c", PROGRAM, *arguments],
            env=home.env,
            capture_output=True,
            timeout=60,
            check=True,
        )
        return process.stdout, set(process.stderr.decode().splitlines())

    return call


def heavy(modules):
    return {name for name in HEAVY if name in modules}


def test_version_loads_next_to_nothing(loaded):
    out, modules = loaded("--version")

    assert out.startswith(b"auditctl ")
    assert heavy(modules) == set()
    assert not {"typer", "apsw", "auditctl.cli", "auditctl.stores"} & modules


@pytest.mark.parametrize(
    "options",
    [(), ("--action", "cache.reset"), ("--grep", "cache"), ("metadata.region:eu-west-1",)],
)
def test_a_list_as_json_lines_loads_nothing_heavy(loaded, store, options):
    out, modules = loaded("list", "-o", "jsonl", "--quiet", "--store", str(store), *options)

    assert out.startswith(b'{"id":')
    assert heavy(modules) == set()


@pytest.mark.parametrize("options", [(), ("--relative",), ("--tz", "Europe/Berlin")])
def test_a_table_is_drawn_without_rich(loaded, store, options):
    out, modules = loaded("list", "-o", "table", "--store", str(store), *options)

    assert out.startswith((b"Time", b" " * 4))
    assert "Zoë Weber".encode() in out
    assert heavy(modules) <= {"dateutil"}


def test_a_list_loads_no_other_command(loaded, store):
    _, modules = loaded("list", "-o", "jsonl", "--store", str(store))
    others = {f"auditctl.cli.{name}" for name in ("get", "tail", "stats", "export", "import_")}

    assert "auditctl.cli.list" in modules
    assert not others & modules


def test_the_overview_loads_no_command(loaded):
    _, modules = loaded("--help")

    assert "auditctl.cli.list" not in modules
    assert heavy(modules) == set()


def test_where_everything_is_said_no_settings_are_read(loaded, home, store):
    home.write_settings('timezone = "UTC"\n')
    _, modules = loaded("list", "-o", "jsonl", "--store", str(store))

    assert not {"auditctl.config.settings", "tomllib"} & modules


def test_without_a_settings_file_no_toml_is_loaded(loaded, store):
    _, modules = loaded("list", "--store", str(store))

    assert "auditctl.config.settings" in modules
    assert not {"tomllib", "auditctl.config.lines", "auditctl.config.editing"} & modules
