"""Sealing: canonical JSON, the same before and after a stay in `jsonb`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.sealing import GENESIS, canonical, digest

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(plain)
def test_canonical_json_says_the_same_as_the_value(value: Any) -> None:
    text = canonical(value)
    assert json.loads(text) == json.loads(json.dumps(value))
    assert canonical(json.loads(text)) == text


def test_numbers_are_written_alike_however_they_were_typed() -> None:
    assert canonical([2, 2.0, -0.0, 1e20, 10**20, True]) == b"[2,2,0,1e+20,1e+20,true]"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_cannot_be_sealed(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical(value)


def test_what_json_cannot_say_is_refused() -> None:
    with pytest.raises(TypeError, match="bytes has no canonical JSON"):
        canonical({"snapshot": b""})


def test_each_hash_depends_on_all_before_it() -> None:
    first, other = digest(GENESIS, {"n": 1}), digest(GENESIS, {"n": 2})
    assert first != other
    assert digest(first, {"n": 3}) != digest(other, {"n": 3})
