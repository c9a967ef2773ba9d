from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

# the tests of stores share modules with each other and with those of the query language
for folder in ("stores", "query"):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / folder))


@pytest.fixture(scope="session")
def memory_folder():
    """A folder on a file system in memory, where there is one: nothing here outlives the test."""
    shared = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    with TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder:
        yield Path(folder)
