import io

import pytest

from auditctl.formats.importers.reading import open_source, read_records


@pytest.fixture(scope="session")
def read():
    """Returns a function that reads bytes as a kind of file, as if they came from a pipe."""

    def read_bytes(kind, content, organization=None):
        with open_source("-", io.BytesIO(content)) as source:
            return list(read_records(kind, source, organization=organization))

    return read_bytes
