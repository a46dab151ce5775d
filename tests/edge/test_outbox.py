from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from edge.outbox import Outbox
from edge.sample import Sample
from edge.spool import MEMORY, Spool
from edge.wire import Ack, Held

MakeSample = Callable[..., Sample]


def spool(path: Path | str) -> Spool:
    return Spool(path, agent="north", max_bytes=1 << 20, max_age_s=1e6, clock=lambda: 1)


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(spool(tmp_path / "north.spool"), spool(MEMORY))


def test_samples_wait_until_they_are_acknowledged(outbox: Outbox, sample_of: MakeSample) -> None:
    outbox.append([sample_of(), sample_of(urgent=True)])
    tickets = outbox.tickets(10)
    assert [ticket.urgent for ticket in tickets] == [True, False]
    assert set(outbox.load(tickets)) == {ticket.key for ticket in tickets}
    assert not outbox.empty
    outbox.acknowledge([Ack(outbox.epoch, [1]), Ack(outbox.epoch, [2, 9]), Ack(12345, [1])])
    assert outbox.empty
    assert outbox.tickets(10) == []


def test_what_an_earlier_start_left_waits_and_is_acknowledged_under_its_own_epoch(
    tmp_path: Path, sample_of: MakeSample
) -> None:
    file = tmp_path / "north.spool"
    before = Outbox(spool(file), spool(MEMORY))
    before.append([sample_of(), sample_of()])
    before.close()
    outbox = Outbox(spool(file), spool(MEMORY))
    outbox.append([sample_of(urgent=True)])
    old, new = before.epoch, outbox.epoch
    tickets = outbox.tickets(10)
    assert [ticket.key for ticket in tickets] == [(new, 1), (old, 1), (old, 2)]
    assert set(outbox.load(tickets)) == {(new, 1), (old, 1), (old, 2)}
    assert outbox.held == [Held(old, 2), Held(new, 1)]
    outbox.acknowledge([Ack(old, [2, 3]), Ack(new, [2])])
    assert [ticket.key for ticket in outbox.tickets(10)] == [(new, 1), (old, 1)]


def test_what_is_in_flight_is_left_out(outbox: Outbox, sample_of: MakeSample) -> None:
    outbox.append([sample_of(), sample_of()])
    flying = outbox.tickets(1)[0].key
    assert [ticket.seq for ticket in outbox.tickets(10, {flying, (12345, 2)})] == [2]


def test_a_file_damaged_while_the_agent_runs_is_replaced(
    tmp_path: Path, sample_of: MakeSample, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "north.spool"
    first = spool(file)
    first.append([sample_of(200) for _ in range(40)])
    first.close()
    content = bytearray(file.read_bytes())
    content[4096 * 2 : 4096 * 12] = b"\xff" * (4096 * 10)
    file.write_bytes(content)

    outbox = Outbox(spool(file), spool(MEMORY))
    for _ in range(20):
        outbox.append([sample_of(200)])
        outbox.load(outbox.tickets(100))
    assert list(tmp_path.glob("north.spool.damaged-*"))
    assert "spool damaged" in caplog.text
    assert len(outbox.tickets(100)) >= 19
