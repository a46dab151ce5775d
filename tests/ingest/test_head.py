from __future__ import annotations

import pytest

from edge.wire import Rejected, encode_batch, encode_rejected
from ingest.head import claimed_number
from tests.ingest.make import batch, readings

LARGE = [1, 127, 128, 255, 256, 65_536, 1 << 32, (1 << 63) - 1]


@pytest.mark.parametrize("seq", LARGE)
@pytest.mark.parametrize("agent", ["a", "b" * 31, "c" * 32, "d" * 64])
def test_the_number_is_read_however_it_is_written(agent: str, seq: int) -> None:
    made = encode_batch(batch(seq, readings(1), agent=agent))
    assert claimed_number(made) == (77, seq)
    record = Rejected(1, agent, seq, 5, "log.csv", 1, "text", "reason")
    assert claimed_number(encode_rejected(record)) == (seq, 5)


def test_a_head_that_is_cut_has_no_number() -> None:
    made = encode_batch(batch(1 << 40))
    head = next(end for end in range(len(made)) if claimed_number(made[:end]))
    assert all(claimed_number(made[:end]) is None for end in range(head))
    assert claimed_number(made[:head]) == (77, 1 << 40)


@pytest.mark.parametrize("payload", [b"", b"x" * 100, b"\x9c" * 100, b"\x9c\x01\x01\x01\x01"])
def test_what_is_no_batch_has_no_number(payload: bytes) -> None:
    assert claimed_number(payload) is None
