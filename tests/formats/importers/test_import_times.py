import pytest

from auditctl.errors import EventError
from auditctl.formats.importers.times import canonical_number, canonical_time


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-01T12:00:00Z",
        "2026-05-01T12:00:00.000Z",
        "2026-05-01T14:00:00+02:00",
        "2026-05-01 12:00:00",
        "2026-05-01 12:00:00 UTC",
        " 20260501T120000Z ",
        "1777636800000",
        "1777636800",
        "Fri, 01 May 2026 12:00:00 GMT",
        "Fri, 01 May 2026 14:00:00 +0200",
        "01 May 2026 12:00:00 -0000",
        "Fri May 01 2026 12:00:00 GMT+0000 (Coordinated Universal Time)",
        "Fri May 01 2026 05:00:00 GMT-0700 (Pacific Daylight Time)",
        "Fri May 01 2026 17:30:00 GMT+0530",
    ],
)
def test_the_forms_of_a_time(text):
    assert canonical_time(text) == "2026-05-01T12:00:00.000Z"


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "12", "2026-13-01", "Fri May 41 2026 12:00:00 GMT+0000", "Fri, 99 May 2026"],
)
def test_what_is_no_time(text):
    with pytest.raises(EventError, match="not a time"):
        canonical_time(text)


def test_numbers_are_milliseconds_unless_they_are_too_small():
    assert canonical_number(1777636800123) == "2026-05-01T12:00:00.123Z"
    assert canonical_number(1777636800) == "2026-05-01T12:00:00.000Z"
    with pytest.raises(EventError, match="outside"):
        canonical_number(1e18)
