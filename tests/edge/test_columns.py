from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge.columns import Reading, pack_readings

names = st.sampled_from(["a", "b", "c"])
readings = st.lists(st.builds(Reading, names, names, st.integers(0, 2**60), st.floats()))


@given(readings)
def test_tables_name_each_device_and_quantity_once(read: list[Reading]) -> None:
    devices, quantities, columns = pack_readings(read)
    assert devices == list(dict.fromkeys(reading.device for reading in read))
    assert quantities == list(dict.fromkeys(reading.quantity for reading in read))
    assert len(columns) == len(read)
