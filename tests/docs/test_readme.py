"""The README's examples run, and its picture shows what the program prints."""

import importlib.util
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from auditctl.errors import ExitCode

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
EXAMPLES = re.findall(r"^\$ (auditctl .*--store demo.*)$", README, re.MULTILINE)


@pytest.fixture(scope="module")
def demo_env(tmp_path_factory):
    """An environment whose demo store is made once for all examples."""
    folder = tmp_path_factory.mktemp("readme")
    keep = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return keep | {"HOME": str(folder), "AUDITCTL_DATA_DIR": str(folder), "TZ": "UTC"}


def run(line, env):
    words = [sys.executable, "-m", *shlex.split(line)]
    return subprocess.run(
        words, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False
    )


def test_there_are_ten_examples_and_three_stories():
    section = README.partition("## Ten examples")[2].partition("\n## ")[0]
    assert len(re.findall(r"^\$ auditctl ", section, re.MULTILINE)) == 10
    assert README.count("?* ") >= 3


@pytest.mark.parametrize("line", EXAMPLES)
def test_an_example_finds_something(line, demo_env):
    done = run(line, demo_env)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout, "the example prints nothing"


def test_the_stories_are_told_by_their_commands(demo_env):
    stories = README.partition("## Three stories")[2].partition("\n## ")[0]
    lines = re.findall(r"^\$ (auditctl .*)$", stories, re.MULTILINE)
    printed = [run(line, demo_env).stdout.decode() for line in lines]
    assert "Priya Raman" in printed[1]
    assert printed[2].startswith("deploy-ci\ttoken deleted\t")
    assert "Tomas Lind" in printed[3]
    assert "member.removed" in printed[4]
    assert "access.denied" in printed[4]
    assert len(printed[5].splitlines()) == 4
    assert "Greta Holm" in printed[5]


def test_no_shell_takes_an_example_for_a_pattern_of_files():
    # zsh refuses a word with a star that no file fits
    for line in re.findall(r"^\$ (auditctl .*)$", README, re.MULTILINE):
        bare = re.sub(r"'[^']*'|#.*", "", line)
        assert not set("*?[") & set(bare) or " import " in line, line


def test_the_settings_of_the_readme_can_be_made(demo_env, tmp_path):
    section = README.partition("## Configuration")[2].partition("\n## ")[0]
    env = demo_env | {"AUDITCTL_CONFIG_DIR": str(tmp_path), "AUDITCTL_STORE": "demo"}
    lines = re.findall(r"^\$ (auditctl .*)$", section, re.MULTILINE)
    assert len(lines) >= 5
    for line in lines:
        done = run(line, env)
        assert done.returncode == 0, done.stderr.decode()
    assert b"build.failed" in run(lines[3], env).stdout


def test_the_exit_codes_of_the_readme_are_those_of_the_program():
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)}
    assert told == {code.value for code in ExitCode if code.value < 100}


def test_the_picture_shows_what_the_program_prints(tmp_path):
    specification = importlib.util.spec_from_file_location(
        "picture", ROOT / "tests" / "docs" / "picture.py"
    )
    picture = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(picture)
    screen = re.sub(r"\x1b\[[0-9;]*m", "", picture.screen(tmp_path))
    shown = re.sub(r"<[^>]*>", "", picture.PICTURE.read_text())
    shown = shown.replace("&#160;", " ").replace("&#x27;", "'").replace("&amp;", "&")
    shown = "".join(shown.split())  # the picture places its words, it has no spaces between them
    for line in screen.splitlines():
        assert "".join(line.split()) in shown, "stale: run `python tests/docs/picture.py`"
