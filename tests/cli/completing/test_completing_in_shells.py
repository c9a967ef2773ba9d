"""The scripts in the shells they are for: what is on the line after a press of the Tab key."""

import json
import shutil
import subprocess

import pytest
from real_shells import COMPLETIONS, PATIENCE, write_trail

every_shell = pytest.mark.parametrize("shell", ["bash", "zsh", "fish"], indirect=True)
FULL = "auditctl list "


@every_shell
def test_lines_are_completed(shell):
    line = shell()
    (line.desk / "a trail.jsonl").write_text("")

    assert line.enter("auditctl li\t") == ["list"]
    assert line.enter("auditctl store ad\t") == ["store", "add"]
    assert line.enter("auditctl list --fail-on-m\t") == ["list", "--fail-on-match"]
    assert line.enter(f"{FULL}--action cache.res\t") == ["list", "--action", "cache.reset"]
    assert line.enter(f"{FULL}--store=dem\t") == ["list", "--store=demo"]
    assert line.enter(f"{FULL}-c time,acto\t_id") == ["list", "-c", "time,actor_id"]
    assert line.enter("auditctl export --out a\t") == ["export", "--out", "a trail.jsonl"]


@every_shell
def test_queries_are_completed(shell):
    line = shell()

    assert line.enter(f"{FULL}action:cache.res\t") == ["list", "action:cache.reset"]
    assert line.enter(f"{FULL}-action:cache.res\t") == ["list", "-action:cache.reset"]
    assert line.enter(f"{FULL}'actor:x action:cache.res\t") == [
        "list",
        "actor:x action:cache.reset",
    ]
    assert line.enter(f'{FULL}"actor:x action:cache.res\t') == [
        "list",
        "actor:x action:cache.reset",
    ]
    # the name of a field ends neither the word nor the quotation marks
    assert line.enter(f"{FULL}actio\tcache.res\t") == ["list", "action:cache.reset"]
    assert line.enter(f"{FULL}'actio\tcache.res\t") == ["list", "action:cache.reset"]
    assert line.enter(f"{FULL}'x metadata.reg\teu-w\t") == ["list", "x metadata.region:eu-west-1"]


@every_shell
def test_candidates_are_shown_with_what_they_are(shell):
    line = shell()
    tabs = "\t" if line.kind == "fish" else "\t\t"  # there a second one takes the first word

    line.type(f"auditctl st{tabs}")
    line.sees("Count events by action")
    line.type("\x03")
    line.type(f"{FULL}--action project.{tabs}")
    line.sees(r"6 events")


# accepted and entered, none of these may do anything but be a word
HOSTILE = (
    "$(touch pwned)",
    ";touch pwned",
    "`touch pwned`",
    "a b'\"",
    "'; touch pwned; '",
    "\\$(touch pwned)",
    "a\\",
    "~root",
    "#*",
    "{a,b}",
    "$HOME",
    "a!b",
    "&(touch pwned)>pwned|",
    "ünï cödé",
)


def written(name):
    """The value of a query with this text."""
    if not set(name) & set(' (),"*?\\') and name[0] not in "~!=<>/":
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@every_shell
def test_a_hostile_name_stays_a_word(shell, tmp_path):
    trail = tmp_path / "hostile.jsonl"
    line = shell(AUDITCTL_STORE=str(trail))
    for name in HOSTILE:
        write_trail(trail, name)
        value = f"action:{written(name)}"
        if line.kind == "fish" and name.startswith("~"):  # fish reads it as a folder in any case
            assert line.enter(f"{FULL}--action \tx") == ["list", "--action", "x"]
            continue

        assert line.enter(f"{FULL}--action \t") == ["list", "--action", name]
        assert line.enter(f"{FULL}--action '\t") == ["list", "--action", name]
        assert line.enter(f"{FULL}action:\t") == ["list", value]
        assert line.enter(f"{FULL}'action:\t") == ["list", value]
        assert line.enter(f"{FULL}--meta \t") == ["list", "--meta", f"{name}="]
        if not (line.kind == "bash" and "!" in name):  # there no way leads around the history
            assert line.enter(f'{FULL}"action:\t') == ["list", value]
    assert list(line.desk.iterdir()) == []


@every_shell
def test_what_cannot_be_seen_is_not_offered(shell, tmp_path):
    names = ("x\x1b[31mred", "x\nline", "x\ttab", "x\u202eevil", "x\x00", "x.seen")
    line = shell(AUDITCTL_STORE=str(write_trail(tmp_path / "hidden.jsonl", *names)))

    assert line.enter(f"{FULL}--action x\t") == ["list", "--action", "x.seen"]


@every_shell
def test_trouble_is_quiet(shell, tmp_path):
    (tmp_path / "broken.db").write_bytes(b"SQLite format 3\x00" + b"x" * 5000)
    line = shell(AUDITCTL_STORE=str(tmp_path / "broken.db"))

    assert line.enter(f"{FULL}--action \tx") == ["list", "--action", "x"]
    assert line.enter(f"{FULL}--store none --act\tor-type y") == [
        *("list", "--store", "none", "--actor-type", "y")
    ]


def test_bash_registers_the_function():
    script = COMPLETIONS / "auditctl.bash"
    done = subprocess.run(
        ["/usr/bin/env", "bash", "--norc", "-c", f". {script}; complete -p auditctl"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split() == ["complete", "-o", "nosort", "-F", "_auditctl", "auditctl"]


PWSH = shutil.which("pwsh")


@pytest.mark.skipif(PWSH is None, reason="pwsh is not installed, and no package brings it")
@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("auditctl li", "list"),
        ("auditctl list --action cache.res", "cache.reset"),
        ("auditctl list action:cache.res", "action:cache.reset"),
        ("auditctl list 'actor:x action:cache.res", "'actor:x action:cache.reset'"),
    ],
)
def test_powershell(tmp_path, home, store, line, wanted):
    door = tmp_path / "auditctl"
    door.write_text('#!/bin/sh\nexec python3 -m auditctl "$@"\n')
    door.chmod(0o755)
    script = f"""
. {COMPLETIONS / "auditctl.ps1"}
$found = TabExpansion2 -inputScript $env:LINE -cursorColumn $env:LINE.Length
ConvertTo-Json @($found.CompletionMatches.CompletionText)
"""
    env = {
        **home.env,
        "PATH": f"{tmp_path}:{home.env['PATH']}",
        "LINE": line,
        "AUDITCTL_STORE": str(store),
    }
    done = subprocess.run(
        [PWSH, "-NoProfile", "-Command", script],
        env=env,
        capture_output=True,
        check=True,
        timeout=PATIENCE,
    )

    assert wanted in json.loads(done.stdout)
