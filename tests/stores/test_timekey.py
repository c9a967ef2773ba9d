import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditctl.events.clock import MAX_MS, MIN_MS
from auditctl.stores.embedded.timekey import MS_SQL, first_key, key_ms

MOMENTS = st.integers(MIN_MS, MAX_MS) | st.sampled_from(
    [MIN_MS, -1, 0, 1, (1 << 42) - 1, 1 << 42, MAX_MS]
)


@given(MOMENTS, MOMENTS)
def test_keys_are_in_the_order_of_times_and_fit_into_64_bits(one, other):
    assert (first_key(one) < first_key(other)) == (one < other)
    assert -(1 << 63) <= first_key(one) < (1 << 63)


@given(MOMENTS)
def test_every_key_of_a_millisecond_gives_it_back(ms):
    first, end = first_key(ms), first_key(ms + 1)
    assert end - first >= 16_384
    sql = f"SELECT {MS_SQL.format(k='k')} FROM (SELECT ? AS k)"  # noqa: S608 - our own SQL
    connection = apsw.Connection(":memory:")
    for key in (first, first + 1, end - 1):
        assert key_ms(key) == ms
        assert connection.execute(sql, (key,)).get == ms


@pytest.mark.parametrize("ms", [-(10**30), MIN_MS - 1, MIN_MS])
def test_before_all_times_is_the_start_of_all_keys(ms):
    assert first_key(ms) == first_key(MIN_MS)


@pytest.mark.parametrize("ms", [MAX_MS + 1, 10**30])
def test_after_all_times_is_the_end_of_all_keys(ms):
    assert first_key(ms) == first_key(MAX_MS + 1) > first_key(MAX_MS)
