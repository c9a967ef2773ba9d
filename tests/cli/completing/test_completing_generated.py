"""What is made from the commands and from the package is as they are now."""

import pytest
from real_shells import COMPLETIONS

from auditctl.cli.completing.generate import HERE, table_text
from auditctl.cli.completing.scripts import FILES, script
from auditctl.cli.completing.table import NAME

UPDATE = "out of date; run: python -m auditctl.cli.completing.generate"


def test_the_table_is_that_of_the_commands():
    assert (HERE / NAME).read_text(encoding="utf-8") == table_text(), UPDATE


@pytest.mark.parametrize("shell", FILES)
def test_the_scripts_are_those_that_the_command_prints(run, shell):
    printed = run("completion", shell).out

    assert printed == (COMPLETIONS / FILES[shell]).read_bytes(), UPDATE
    assert printed.decode() == script(shell)


def test_pwsh_is_powershell(run):
    assert run("completion", "pwsh").out == run("completion", "powershell").out


@pytest.mark.parametrize(("shell", "hint"), [("bahs", "did you mean `bash`?"), ("x", "there are")])
def test_another_shell_is_refused(run, shell, hint):
    outcome = run("completion", shell)

    assert (outcome.code, outcome.out) == (2, b"")
    assert hint in outcome.err


@pytest.mark.parametrize("shell", FILES)
def test_the_help_says_where_a_script_goes(run, shell):
    assert f"auditctl completion {shell}" in run("completion", "--help").out.decode()
