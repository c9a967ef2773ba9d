"""Where auditctl keeps its files.

The folders are those of the XDG Base Directory Specification on Linux, and the platform's own
elsewhere. ``AUDITCTL_CONFIG_DIR`` and ``AUDITCTL_DATA_DIR`` come before both.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT_FILE = ".auditctl.toml"


class Paths(NamedTuple):
    """The folders and files of one user."""

    config_dir: Path
    data_dir: Path

    @property
    def settings(self) -> Path:
        """The user's settings."""
        return self.config_dir / "config.toml"

    @property
    def default_store(self) -> Path:
        """The store that is used where none is named."""
        return self.data_dir / "events.db"

    @property
    def demo_store(self) -> Path:
        """The demo trail, made on first use."""
        return self.data_dir / "demo.db"

    @property
    def mirrors(self) -> Path:
        """The folder of the mirrors of WorkOS stores."""
        return self.data_dir / "mirrors"


def find_paths(env: Mapping[str, str]) -> Paths:
    """Return the folders that an environment names."""
    return Paths(
        _folder(env, "AUDITCTL_CONFIG_DIR", "XDG_CONFIG_HOME", ".config", "user_config_dir"),
        _folder(env, "AUDITCTL_DATA_DIR", "XDG_DATA_HOME", ".local/share", "user_data_dir"),
    )


def _folder(env: Mapping[str, str], own: str, xdg: str, fallback: str, platform_name: str) -> Path:
    if env.get(own):
        return Path(env[own]).expanduser()
    base = env.get(xdg, "")
    if base.startswith("/"):  # the specification has relative ones ignored
        return Path(base) / "auditctl"
    if sys.platform.startswith("linux"):
        # two lines of the specification; platformdirs says the same but takes 18 ms to import
        home = env.get("HOME")
        return (Path(home) if home else Path.home()) / fallback / "auditctl"
    import platformdirs  # noqa: PLC0415 - only where the platform has rules of its own

    return Path(getattr(platformdirs, platform_name)("auditctl", appauthor=False))


def find_project_file(folder: str, home: str | None) -> Path | None:
    """Return the project file of a folder: its own, or that of the nearest parent that has one.

    Args:
        folder: Where the search begins, absolute and without links, as ``os.getcwd`` gives it.
        home: The user's home; the search goes no higher, as what stands above is not his.
    """
    top = os.path.realpath(home) if home else None
    while True:
        path = os.path.join(folder, PROJECT_FILE)  # noqa: PTH118 - text: this runs at most starts
        if os.path.exists(path):  # noqa: PTH110 - as above; false for a link that leads nowhere
            return Path(path)
        parent = os.path.dirname(folder)  # noqa: PTH120 - as above
        if folder in {top, parent}:
            return None
        folder = parent
