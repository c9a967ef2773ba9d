"""Real shells on pseudo-terminals, with auditctl in their path."""

from __future__ import annotations

import json
import shutil
import stat
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
COMPLETIONS = ROOT / "completions"
PATIENCE = 30  # seconds after which a shell that does not answer is a failure

# auditctl as the shell finds it: it completes, and writes down what else it is called with
DOOR = """\
#!{python}
import json, os, sys
if sys.argv[1:2] == ["__complete"]:
    sys.path.insert(0, {root!r})
    from auditctl.__main__ import main
    main()
with open(os.environ["CALLS"], "a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
print("called with", sys.argv[1:])
"""


def write_trail(path, *names):
    """Write a trail whose actions, actors and keys have the given names."""
    lines = []
    for number, name in enumerate(names):
        event = {
            "id": f"e{number}",
            "action": name,
            "occurred_at": f"2026-05-01T12:00:{number:02}.000Z",
            "organization_id": "org_1",
            "actor": {"id": f"u-{name}", "type": "user", "name": name},
            "targets": [{"id": f"t-{name}", "type": name}],
            "metadata": {name: name},
        }
        lines.append(json.dumps(event) + "\n")
    path.write_text("".join(lines))
    return path


class Shell:
    """An interactive shell on a pseudo-terminal, with auditctl in its path.

    Args:
        kind: ``bash``, ``zsh`` or ``fish``.
        folder: Where it may work.
        env: Its environment.
    """

    def __init__(self, kind, folder, env):
        import pexpect  # noqa: PLC0415 - where there are no terminals it is not installed

        self.desk = folder / "desk"
        self.calls = folder / "calls"
        tools = folder / "tools"
        for one in (self.desk, tools):
            one.mkdir()
        door = tools / "auditctl"
        door.write_text(DOOR.format(python=sys.executable, root=str(ROOT)))
        door.chmod(door.stat().st_mode | stat.S_IXUSR)
        surroundings = {
            **env,
            "PATH": f"{tools}:/usr/bin:/bin",
            "CALLS": str(self.calls),
            "TERM": "xterm",
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
        }
        program, arguments, greeting = getattr(self, f"_{kind}")(surroundings)
        self._child = pexpect.spawn(
            program,
            arguments,
            env=surroundings,
            cwd=str(self.desk),
            encoding="utf-8",
            dimensions=(50, 120),
            timeout=PATIENCE,
        )
        self._child.sendline(greeting)
        self._child.expect("rea" + "dy now")

    def _bash(self, _env):
        script = COMPLETIONS / "auditctl.bash"
        quiet = "bind 'set enable-bracketed-paste off'; bind 'set bell-style none'; PS1='% '"
        return "bash", ["--norc", "--noprofile"], f"{quiet}; . {script}; echo rea''dy now"

    def _zsh(self, _env):
        setup = f"PS1='%% '; unset zle_bracketed_paste; fpath=({COMPLETIONS} $fpath)"
        load = "autoload -Uz compinit; compinit -u -D"
        return "zsh", ["-f"], f"{setup}; {load}; echo rea''dy now"

    def _fish(self, env):
        folder = Path(env["XDG_CONFIG_HOME"]) / "fish" / "completions"
        folder.mkdir(parents=True)
        shutil.copy(COMPLETIONS / "auditctl.fish", folder)
        return "fish", [], "set -g fish_greeting; echo rea''dy now"

    def type(self, text):
        """Type a text, with ``\\t`` for the Tab key."""
        self._child.send(text)

    def sees(self, pattern):
        """Wait until a text is on the terminal."""
        self._child.expect(pattern)

    def enter(self, text):
        """Type a text and the Enter key; return the words that auditctl was called with."""
        before = self._called()
        self._child.send(f"{text}\r")
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            calls = self._called()
            if len(calls) > len(before):
                return json.loads(calls[-1])
            time.sleep(0.01)
            self._read()
        raise AssertionError(f"auditctl was not called; the terminal has {self._child.buffer!r}")

    def _called(self):
        return self.calls.read_text().splitlines() if self.calls.exists() else []

    def _read(self):
        import pexpect  # noqa: PLC0415 - as above

        try:
            self._child.expect("\0never\0", timeout=0)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return

    def close(self):
        """End the shell."""
        self._child.close(force=True)
