"""The chain: any change to a sealed file is found, and a stay in jsonb is no change."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hub.cases.chain import Sealed, seal, verify
from hub.cases.domain import Event
from hub.sealing import GENESIS

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
