import shutil
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditctl.errors import TimeError
from auditctl.events import zones
from auditctl.events.zones import local_zone, zone_label, zone_named

FILES = [path for path in map(Path, TZPATH) if (path / "Europe/Berlin").is_file()]
needs_files = pytest.mark.skipif(not FILES, reason="this system has no zone files")


@pytest.mark.parametrize("name", ["Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5"])
def test_iana_names_are_zones(name):
    assert zone_named(name) == ZoneInfo(name)
    assert zone_label(zone_named(name)) == name


@pytest.mark.parametrize("name", ["UTC", "utc", "Z"])
def test_utc_is_a_zone(name):
    assert zone_named(name).utcoffset(datetime.now(UTC)) == timedelta(0)
    assert zone_label(zone_named(name)) == "UTC"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Europe/Berln", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("Berlin", "Europe/Berlin"),
        ("Asia/Berlin", "Europe/Berlin"),
        ("New York", "America/New_York"),
    ],
)
def test_a_near_miss_says_what_was_meant(name, meant):
    with pytest.raises(TimeError) as caught:
        zone_named(name)
    assert f'"{meant}"' in caught.value.message
    assert "IANA" in caught.value.hint


@pytest.mark.parametrize(
    "name",
    ["", ".", "Europe", "../../etc/passwd", "/etc/passwd", "Europe/../Europe/Berlin", "zone.tab",
     "right/Europe/Berlin", "a\0b", "x" * 5000, "\ud800", "Zürich", "PST", "+02:00"],
)  # fmt: skip
def test_what_is_no_zone_is_refused(name):
    with pytest.raises(TimeError):
        zone_named(name)


@given(st.text(max_size=12).filter(lambda text: "\0" not in text))
def test_any_name_is_a_zone_or_refused(name):
    found = zones._iana(name)  # noqa: SLF001 - without the search for near names
    assert found is None or found.key == name


@pytest.mark.parametrize("text", ["Europe/Berlin", ":Europe/Berlin"])
def test_tz_names_the_local_zone(text):
    assert local_zone({"TZ": text}) == ZoneInfo("Europe/Berlin")


def test_an_empty_tz_is_utc():
    assert zone_label(local_zone({"TZ": ""})) == "UTC"


@needs_files
def test_tz_may_be_the_path_of_a_zone_file(tmp_path):
    path = FILES[0] / "Europe/Berlin"
    assert zone_label(local_zone({"TZ": str(path)})) == "Europe/Berlin"
    copied = shutil.copy(path, tmp_path / "nameless")
    found = local_zone({"TZ": str(copied)})
    assert zone_label(found) == "local time"
    assert datetime(2026, 7, 1, tzinfo=found).utcoffset() == timedelta(hours=2)


@pytest.mark.parametrize("text", ["Europe/Berln", "nonsense", "/no/such/file"])
def test_a_tz_that_is_no_zone_is_refused(text):
    with pytest.raises(TimeError, match=r"^TZ: "):
        local_zone({"TZ": text})


def test_a_rule_in_tz_is_left_to_the_c_library():
    found = local_zone({"TZ": "CET-1CEST,M3.5.0,M10.5.0/3"})
    assert datetime(2026, 7, 1, tzinfo=found).utcoffset() is not None
    assert zone_label(found) == "local time"


@needs_files
def test_the_system_names_its_zone_by_a_link_or_a_file(tmp_path):
    localtime, timezone_file = tmp_path / "localtime", tmp_path / "timezone"
    localtime.symlink_to(FILES[0] / "Asia/Kolkata")
    find = zones._zone_of_system  # noqa: SLF001 - the paths of the system are fixed
    assert zone_label(find(localtime, timezone_file)) == "Asia/Kolkata"
    localtime.unlink()
    shutil.copy(FILES[0] / "Asia/Kolkata", localtime)
    assert zone_label(find(localtime, timezone_file)) == "local time"
    timezone_file.write_text("Asia/Kolkata\n")
    assert zone_label(find(localtime, timezone_file)) == "Asia/Kolkata"


def test_without_any_sign_the_c_library_is_asked(tmp_path):
    found = zones._zone_of_system(tmp_path / "none", tmp_path / "none")  # noqa: SLF001 - as above
    assert datetime(2026, 7, 1, tzinfo=found).utcoffset() is not None


def test_local_is_the_local_zone(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    assert zone_label(zone_named("local")) == "Asia/Kolkata"


def test_fixed_offsets_have_a_label():
    assert zone_label(timezone(timedelta(hours=2))) == "UTC+02:00"
