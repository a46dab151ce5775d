from __future__ import annotations

from contextlib import suppress

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from edge.access import REASONS
from edge.columns import Reading
from edge.sample import Sample, cut_batch
from edge.wire import (
    MAX_REJECTED_TEXT,
    VERSION,
    Ack,
    AgentState,
    Batch,
    Detection,
    DeviceState,
    Direction,
    Readings,
    Rejected,
    Swipe,
    WireError,
    ack_topic,
    batch_topic,
    decode_ack,
    decode_agent_state,
    decode_batch,
    decode_rejected,
    device_topic,
    encode_ack,
    encode_agent_state,
    encode_batch,
    encode_rejected,
    is_identifier,
    rejected_topic,
    state_topic,
)

identifiers = st.from_regex(r"[A-Za-z0-9._-]{1,64}", fullmatch=True)
times = st.integers(-(2**63), 2**63 - 1)
seqs = st.integers(1, 2**63 - 1)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
shares = st.floats(0, 1)
readings = st.builds(Reading, identifiers, identifiers, times, st.floats())
reasons = st.sampled_from(["", "x-own-word", *sorted(REASONS)])
swipes = st.builds(
    Swipe,
    identifiers,
    times,
    texts.filter(bool),
    st.sampled_from(Direction),
    st.booleans(),
    reasons,
)
detections = st.builds(
    Detection,
    identifiers,
    times,
    identifiers,
    texts,
    shares,
    st.none() | st.tuples(shares, shares, shares, shares),
    st.none() | st.binary(max_size=50),
)
details = st.dictionaries(texts, texts | st.integers(-(2**60), 2**60) | st.none(), max_size=3)
states = st.builds(DeviceState, identifiers, times, identifiers, details)
samples = st.builds(
    Sample,
    st.lists(readings, max_size=20),
    st.lists(swipes, max_size=3),
    st.lists(detections, max_size=3),
    st.lists(states, max_size=3),
)


def test_a_swipe_of_an_agent_that_knows_no_reasons_is_read() -> None:
    parts = msgspec.msgpack.decode(encode_batch(a_batch()))
    parts[9] = [["reader-1", 1, "0451", 1, False]]
    [swipe] = decode_batch(msgspec.msgpack.encode(parts)).swipes
    assert swipe == Swipe("reader-1", 1, "0451", Direction.IN, granted=False, reason="")


def a_batch(**changes: object) -> Batch:
    sample = Sample(readings=[Reading("hydrant-1", "pressure", 1, 0.3)])
    batch = cut_batch(sample, agent="north", epoch=5, seq=1, made=7)
    return msgspec.structs.replace(batch, **changes)


@given(samples, identifiers, st.integers(1, 2**63 - 1), seqs, times)
def test_a_batch_comes_back_as_it_was_sent(
    sample: Sample, agent: str, epoch: int, seq: int, made: int
) -> None:
    batch = cut_batch(sample, agent=agent, epoch=epoch, seq=seq, made=made, origin="courier")
    assert decode_batch(encode_batch(batch)) == batch
    assert len(batch) == len(sample)


@given(st.lists(readings, max_size=50))
def test_packed_columns_give_the_readings_back(read: list[Reading]) -> None:
    batch = cut_batch(Sample(readings=read), agent="a", epoch=1, seq=1, made=0)
    columns = batch.readings
    back = [
        (batch.devices[device], batch.quantities[quantity], time, repr(value))
        for device, quantity, time, value in zip(
            columns.devices().tolist(),
            columns.quantities().tolist(),
            columns.times().tolist(),
            columns.values().tolist(),
            strict=True,
        )
    ]
    assert back == [(r.device, r.quantity, r.time, repr(r.value)) for r in read]


@given(st.integers(0, 2**63 - 1), st.lists(seqs))
def test_an_acknowledgement_comes_back_as_it_was_sent(epoch: int, numbers: list[int]) -> None:
    assert decode_ack(encode_ack(Ack(epoch, numbers))) == Ack(epoch, numbers)


@given(identifiers, st.booleans(), st.integers(0, 2**62), texts)
def test_an_agents_state_comes_back_as_it_was_sent(
    agent: str, online: bool, made: int, software: str
) -> None:
    state = AgentState(agent=agent, online=online, made=made, software=software)
    assert decode_agent_state(encode_agent_state(state)) == state


@given(identifiers, seqs, st.integers(1, 10**9), texts, texts.filter(bool))
def test_a_rejected_record_comes_back_as_it_was_sent(
    agent: str, seq: int, line: int, text: str, reason: str
) -> None:
    rejected = Rejected(VERSION, agent, 9, seq, "log.csv", line, text, reason)
    assert decode_rejected(encode_rejected(rejected)) == rejected


@example(b"\x98\x00\xa5\x00\x00\x00\x00\x80")
@example(b"\x91" * 100_000)
@example(b"[" * 100_000)
@example(b'{"agent":"\xff"}')
@given(st.binary(max_size=200))
def test_no_bytes_do_worse_than_a_wire_error(payload: bytes) -> None:
    for decode in (decode_batch, decode_ack, decode_agent_state, decode_rejected):
        with suppress(WireError):
            decode(payload)


@pytest.mark.parametrize(
    ("batch", "complaint"),
    [
        (a_batch(version=2), "version 2"),
        (a_batch(agent="no spaces"), "agent|pattern|regex"),
        (a_batch(seq=0), ">= 1"),
        (a_batch(origin="rumour"), "rumour"),
        (a_batch(devices=["a/b"]), "pattern|regex"),
        (a_batch(readings=Readings(b"\0\0", b"\0\0", b"\0" * 8, b"")), "unequal length"),
        (a_batch(readings=Readings(b"\0", b"\0\0", b"\0" * 8, b"\0" * 8)), "unequal length"),
        (a_batch(readings=Readings(b"\0\0", b"\0", b"\0" * 8, b"\0" * 8)), "unequal length"),
        (a_batch(readings=Readings(b"\0\0", b"\0\0", b"\0" * 9, b"\0" * 8)), "unequal length"),
        (a_batch(devices=[]), "device that is not in"),
        (a_batch(quantities=[]), "quantity that is not in"),
        (a_batch(swipes=[Swipe("reader-1", 1, "")]), "length"),
        (a_batch(swipes=[Swipe("reader-1", 1, "7", reason="card-7")]), "pattern|regex"),
    ],
)
def test_a_batch_that_breaks_the_contract_is_refused_with_the_reason(
    batch: Batch, complaint: str
) -> None:
    with pytest.raises(WireError, match=complaint):
        decode_batch(encode_batch(batch))


@pytest.mark.parametrize(
    "rejected",
    [
        Rejected(2, "a", 1, 1, "log.csv", 1, "text", "reason"),
        Rejected(VERSION, "a", 1, 1, "log.csv", 0, "text", "reason"),
        Rejected(VERSION, "a", 1, 1, "", 1, "text", "reason"),
        Rejected(VERSION, "a", 1, 1, "log.csv", 1, "x" * (MAX_REJECTED_TEXT + 1), "reason"),
    ],
)
def test_a_rejected_record_that_breaks_the_contract_is_refused(rejected: Rejected) -> None:
    with pytest.raises(WireError):
        decode_rejected(encode_rejected(rejected))


@pytest.mark.parametrize("payload", [b"", b"{", b'{"online":true}', b'{"agent":"a b","online":1}'])
def test_a_state_that_is_none_is_refused(payload: bytes) -> None:
    with pytest.raises(WireError, match="not an agent's state"):
        decode_agent_state(payload)


@pytest.mark.parametrize("payload", [b"", b"\xc1", b"\x80", encode_batch(a_batch())])
def test_an_acknowledgement_that_is_none_is_refused(payload: bytes) -> None:
    with pytest.raises(WireError, match="not an acknowledgement"):
        decode_ack(payload)


def test_topics_carry_version_site_and_name() -> None:
    assert batch_topic("campus", "north", "urgent") == "gw/1/campus/agents/north/batch/urgent"
    assert rejected_topic("campus", "north") == "gw/1/campus/agents/north/rejected"
    assert state_topic("campus", "north") == "gw/1/campus/agents/north/state"
    assert ack_topic("campus", "north") == "gw/1/campus/agents/north/ack"
    assert device_topic("campus", "h-1", "flow") == "gw/1/campus/devices/h-1/flow"


@pytest.mark.parametrize(
    ("text", "fits"),
    [("a", True), ("A.b_c-9", True), ("x" * 64, True)]
    + [(bad, False) for bad in ("", "x" * 65, "a b", "a/b", "#", "井", "a\n")],
)
def test_identifiers_are_safe_in_topics(text: str, fits: bool) -> None:
    assert is_identifier(text) is fits
