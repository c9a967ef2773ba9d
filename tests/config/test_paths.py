"""Where files are kept."""

import sys
from pathlib import Path

import pytest

from auditctl.config.paths import find_paths

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="other systems have rules of their own"
)


@pytest.mark.parametrize(
    ("env", "config", "data"),
    [
        ({}, "/h/.config/auditctl", "/h/.local/share/auditctl"),
        (
            {"XDG_CONFIG_HOME": "/c", "XDG_DATA_HOME": "/d"},
            "/c/auditctl",
            "/d/auditctl",
        ),
        (
            {"XDG_CONFIG_HOME": "relative", "XDG_DATA_HOME": ""},
            "/h/.config/auditctl",
            "/h/.local/share/auditctl",
        ),
        (
            {
                "AUDITCTL_CONFIG_DIR": "/own/c",
                "AUDITCTL_DATA_DIR": "/own/d",
                "XDG_CONFIG_HOME": "/c",
                "XDG_DATA_HOME": "/d",
            },
            "/own/c",
            "/own/d",
        ),
        (
            {"AUDITCTL_CONFIG_DIR": "", "AUDITCTL_DATA_DIR": ""},
            "/h/.config/auditctl",
            "/h/.local/share/auditctl",
        ),
    ],
)
def test_folders_by_the_environment(env, config, data):
    paths = find_paths({"HOME": "/h", **env})

    assert paths.settings == Path(config) / "config.toml"
    assert paths.default_store == Path(data) / "events.db"
    assert paths.demo_store == Path(data) / "demo.db"


def test_without_a_home_it_is_that_of_the_user(monkeypatch):
    monkeypatch.setenv("HOME", "/somebody")

    assert find_paths({}).settings == Path("/somebody/.config/auditctl/config.toml")
