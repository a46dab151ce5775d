"""An agent whose batches go through ingest's own decoding and writing into the hub's database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from edge.columns import Reading
from edge.sample import Sample, cut_batch
from edge.wire import AgentState, Detection, DeviceState, Micros, batch_topic, encode_batch
from ingest import clock
from ingest.arrival import Report
from ingest.decode import Decoder
from ingest.person import PersonKeys
from ingest.settings import IngestSettings
from ingest.write import Writer

SECOND = clock.SECOND
EPOCH = 2**62 + 1  # more than a JSON number holds everywhere


class Sender:
    """Sends batches of `agent-1`; the caller chooses the sequence number and the event times."""

    def __init__(self, conn: psycopg.Connection) -> None:
        self.conn = conn
        self._decoder = Decoder(IngestSettings(), PersonKeys(b"only for these tests"), EPOCH)
        self._writer = Writer(max_unregistered=100)

    def send(
        self,
        seq: int,
        *readings: Reading,
        detections: tuple[Detection, ...] = (),
        states: tuple[DeviceState, ...] = (),
        epoch: int = EPOCH,
        received: Micros | None = None,
    ) -> None:
        """Commit one batch."""
        sample = Sample(list(readings), [], list(detections), list(states))
        received = clock.now() if received is None else received
        batch = cut_batch(sample, agent="agent-1", epoch=epoch, seq=seq, made=received)
        topic = batch_topic("sample", "agent-1", "bulk")
        entry = self._decoder.decode(topic, encode_batch(batch), received)
        assert self._writer.write(self.conn, [entry]).refused == 0

    def report(self, received: Micros | None = None, **state: Any) -> None:
        """Let the agent report what its spool holds."""
        received = clock.now() if received is None else received
        told = AgentState(agent="agent-1", online=True, **({"epoch": EPOCH} | state))
        self._writer.write(self.conn, [Report("sample", told, received, retained=False)])

    def register_since(self, device: str, moment: Micros) -> None:
        """Let the device be registered since then."""
        self.conn.execute(
            "update devices set first_seen = %s where name = %s", [clock.moment(moment), device]
        )


@pytest.fixture
def sender(site_url: str) -> Iterator[Sender]:
    with psycopg.connect(site_url, autocommit=True) as conn:
        yield Sender(conn)


@pytest.fixture
def span() -> Callable[[Micros, float], dict[str, str]]:
    """The parameters of so many seconds from a moment on."""

    def make(start: Micros, seconds: float) -> dict[str, str]:
        until = start + round(seconds * SECOND)
        return {"from": clock.moment(start).isoformat(), "to": clock.moment(until).isoformat()}

    return make
