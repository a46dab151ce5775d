"""Stream: the campus's batches as its agents would cut them, in the order in which they commit.

Nothing sleeps: receipt is event time and a drawn delay. While an agent's link or ingest is away its
batches wait, and come afterwards as fast as a spool drains, urgent ones first.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from edge.columns import pack_readings
from edge.sample import Sample
from edge.simulate.clock import SECOND
from edge.simulate.driver import SimulatedDriver
from edge.wire import DeviceState, Micros
from hub.anomalies.replay import Taken
from ingest.feed import CommittedBatch, CommittedSwipe
from tools.evaluate.outages import Outage

URGENT_EVERY: Micros = SECOND // 10  # as `edge.poll_ms` has it
FLUSH: Micros = SECOND // 5  # as `ingest.flush_ms` has it
COMMIT: Micros = SECOND // 50  # ours: of a small transaction, and the follower's wake-up
WILL_AFTER: Micros = 15 * SECOND  # ours: when the broker publishes a lost agent's last will
_DRAIN: Micros = SECOND // 1000  # ours: between two batches of a spool that drains
DRAINED: Micros = 15 * SECOND  # ours: how long the longest outage's spool takes to drain
_AT_ONCE = 10 * SECOND
_DELAY_S = (0.01, 0.12)  # ours: link, broker and decoding


class Cut(NamedTuple):
    """A sample that an agent has cut at a time."""

    made: Micros
    sample: Sample


def sensor_cuts(
    driver: SimulatedDriver, origin: Micros, end: Micros, bulk_s: float
) -> Iterator[Cut]:
    """What a driver of fixed sensors gives from the origin on, in order.

    Urgent samples are cut as often as an agent polls, bulk ones every `bulk_s` seconds: with 0.1 as
    in life, with 1 in a tenth of the batches, with the same readings.
    """
    bulk_every = int(bulk_s * SECOND)
    list(driver.poll(origin - 1))
    for until in range(origin + _AT_ONCE - 1, end + _AT_ONCE, _AT_ONCE):
        cuts: dict[tuple[Micros, bool], Sample] = {}
        for sample in driver.poll(until):
            _cut(sample, origin, bulk_every, cuts)
        for made, bulk in sorted(cuts):
            yield Cut(made, cuts[made, bulk])


def committed(
    agents: dict[str, Iterable[Cut]],
    away: dict[str, Sequence[Outage]],
    seed: int,
) -> Iterator[Taken]:
    """All agents' batches in commit order; `away` is when each one's batches cannot come in."""
    streams = [
        _received(name, cuts, away.get(name, ()), np.random.default_rng((seed, number)))
        for number, (name, cuts) in enumerate(sorted(agents.items()))
    ]
    merged = heapq.merge(*streams, key=lambda one: (one[0].received, one[0].agent, one[0].seq))
    yield from _flushed(merged)


def comings_and_goings(
    away: dict[str, Sequence[Outage]], down: Sequence[Outage] = ()
) -> list[CommittedBatch]:
    """Ingest's notes that an agent is gone or back, in order; while it is `down` it writes none."""
    notes: list[CommittedBatch] = []
    for agent, outages in away.items():
        for one in outages:
            gone, back = _noted(one.start + WILL_AFTER, down), _noted(one.end + 1, down)
            if gone < one.end:
                notes += [_note(agent, gone, "offline"), _note(agent, back, "online")]
    return sorted(notes, key=lambda note: note.received)


def batch_of(agent: str, seq: int, received: Micros, cut: Cut) -> CommittedBatch:
    """The committed form of what an agent has cut, received then."""
    sample = cut.sample
    devices, quantities, readings = pack_readings(sample.readings)
    return CommittedBatch(
        agent=agent,
        epoch=1,
        seq=seq,
        origin="live",
        received=received,
        devices=devices,
        quantities=quantities,
        readings=readings,
        swipes=[
            CommittedSwipe(
                one.reader, one.time, _person(one.card), one.direction, one.granted, one.reason
            )
            for one in sample.swipes
        ],
        detections=list(sample.detections),
        states=list(sample.states),
        made=cut.made,
        urgent=sample.urgent,
    )


def _noted(at: Micros, down: Sequence[Outage]) -> Micros:
    return next((one.end + 1 for one in down if one.holds(at)), at)


def _cut(
    sample: Sample, origin: Micros, bulk_every: Micros, cuts: dict[tuple[Micros, bool], Sample]
) -> None:
    every = URGENT_EVERY if sample.urgent else bulk_every
    for items, name in (
        (sample.readings, "readings"),
        (sample.swipes, "swipes"),
        (sample.detections, "detections"),
        (sample.states, "states"),
    ):
        for item in items:
            made = origin - (origin - item.time) // every * every
            part = cuts.setdefault((made, not sample.urgent), Sample(urgent=sample.urgent))
            getattr(part, name).append(item)


def _received(
    agent: str, cuts: Iterable[Cut], away: Sequence[Outage], random: np.random.Generator
) -> Iterator[tuple[CommittedBatch, bool]]:
    """One agent's batches by receipt, and whether each is urgent."""
    last, held, back = 0, list[tuple[int, Cut]](), 0
    for seq, cut in enumerate(cuts, start=1):
        outage = next((one for one in away if one.holds(cut.made)), None)
        if outage is not None:
            held.append((seq, cut))
            back = outage.end
            continue
        for number, old in sorted(held, key=lambda one: (not one[1].sample.urgent, one[0])):
            last = max(last, back) + _DRAIN
            yield batch_of(agent, number, last, old), old.sample.urgent
        held.clear()
        delay = int(random.uniform(*_DELAY_S) * SECOND)
        last = max(last + 1, cut.made + delay)
        yield batch_of(agent, seq, last, cut), cut.sample.urgent


def _flushed(arrivals: Iterable[tuple[CommittedBatch, bool]]) -> Iterator[Taken]:
    """Bulk waits for the flush or for the next urgent batch, as in `ingest.inbox`."""
    waiting: list[CommittedBatch] = []
    for batch, urgent in arrivals:
        if waiting and batch.received > waiting[0].received + FLUSH:
            at = waiting[0].received + FLUSH + COMMIT
            yield from (Taken(at, one) for one in waiting)
            waiting.clear()
        waiting.append(batch)
        if urgent:
            yield from (Taken(batch.received + COMMIT, one) for one in waiting)
            waiting.clear()
    yield from (Taken(one.received + FLUSH + COMMIT, one) for one in waiting)


def _note(agent: str, at: Micros, word: str) -> CommittedBatch:
    return batch_of(agent, at, at, Cut(at, Sample(states=[DeviceState(agent, at, word)])))


def _person(card: str) -> int:
    """Ingest hashes cards with the site's key; any number per card does here."""
    return int(card) if card.isdigit() else abs(hash(card))
