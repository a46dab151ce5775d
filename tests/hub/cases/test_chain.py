"""The chain: any change to a sealed file is found, and a stay in jsonb is no change."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.cases.chain import GENESIS, Sealed, canonical, seal, verify
from hub.cases.domain import Event

FILE = [
    Event(event="discovered", at=1_000, actor="system:sensor", data={"value": 0.11, "due": None}),
    Event(event="accepted", at=2_000, actor="p-li-02"),
    Event(event="handled", at=3_000, actor="p-li-02", note="阀门已打开"),
]


def altered(sealed: list[Sealed], seq: int, **changes: Any) -> list[Sealed]:
    event = msgspec.structs.replace(sealed[seq - 1].event, **changes)
    return [msgspec.structs.replace(s, event=event) if s.seq == seq else s for s in sealed]


def test_a_sealed_file_is_sound_and_each_event_names_the_one_before() -> None:
    sealed = seal(7, FILE)
    assert verify(sealed) is None
    assert [s.seq for s in sealed] == [1, 2, 3]
    assert [s.prev_hash for s in sealed] == [GENESIS, sealed[0].hash, sealed[1].hash]


def test_sealing_in_two_goes_gives_the_same_file() -> None:
    first = seal(7, FILE[:1])
    assert first + seal(7, FILE[1:], after=1, prev_hash=first[-1].hash) == seal(7, FILE)


@pytest.mark.parametrize(
    "changes",
    [{"note": "x"}, {"at": 2_001}, {"actor": "p-wang-01"}, {"event": "noted"}, {"data": {"to": 1}}],
)
def test_any_change_to_an_event_is_found_at_its_number(changes: dict[str, Any]) -> None:
    assert verify(altered(seal(7, FILE), 2, **changes)) == 2


def test_a_missing_exchanged_or_borrowed_event_is_found() -> None:
    sealed = seal(7, FILE)
    assert verify([sealed[0], sealed[2]]) == 2
    assert verify([sealed[1], sealed[0], sealed[2]]) == 1
    assert verify([*sealed[:2], seal(8, FILE)[2]]) == 3


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
