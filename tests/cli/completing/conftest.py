"""Asking for completions, in this process and in real shells."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from auditctl.cli.completing.engine import complete

sys.path.insert(0, str(Path(__file__).resolve().parent))

from real_shells import Shell


@pytest.fixture
def offered(home, store):
    """Complete a line of words, the last of which is at the cursor, in the known trail."""

    def call(*words, after=(), env=None):
        surroundings = {**home.env, "AUDITCTL_STORE": str(store), **(env or {})}
        return complete(words[:-1], words[-1], after, surroundings)

    return call


@pytest.fixture
def texts(offered):
    """The same, as the texts only."""
    return lambda *words, **more: [one.text for one in offered(*words, **more).candidates]


@pytest.fixture
def summaries(offered):
    """The same, as text: summary."""

    def call(*words, **more):
        return {one.text: one.summary for one in offered(*words, **more).candidates}

    return call


@pytest.fixture
def shell(request, tmp_path, home, store):
    """A shell that is named by the test's parameter, or a skipped test."""
    kind = request.param
    if os.name == "nt":
        pytest.skip("needs pseudo-terminals")
    if shutil.which(kind, path="/usr/bin:/bin") is None:
        pytest.skip(f"{kind} is not installed")
    opened = []

    def start(**env):
        folder = tmp_path / "shell"
        folder.mkdir()
        made = Shell(kind, folder, {**home.env, "AUDITCTL_STORE": str(store), **env})
        made.kind = kind
        opened.append(made)
        return made

    yield start
    for one in opened:
        one.close()
