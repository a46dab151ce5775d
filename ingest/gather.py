"""Gather: the plain readings of a lot of messages become one batch; all else stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, count

import numpy as np

from edge.wire import ALL_SIMPLE_DEVICES, Readings
from ingest.arrival import Arrival, Entry, Identity
from ingest.feed import CommittedBatch
from ingest.plain import Handful

GATHERED_AGENT = "ingest"  # under whose name a batch of many devices' messages goes into the feed
_MOST_TOGETHER = 50_000  # ours: fewer than a batch's table can have names


class Gatherer:
    """Makes one arrival of many plain readings."""

    def __init__(self, epoch: int) -> None:
        """`epoch` names this worker's life; with a count it names each gathered batch."""
        self._epoch = epoch
        self._numbers = count(1)

    def gather(self, entries: Iterable[Entry | Handful]) -> list[Entry]:
        """The entries in their order, each run of plain readings of one kind as one arrival."""
        gathered: list[Entry] = []
        run: list[Handful] = []
        held = 0
        for entry in entries:
            ends = (
                not isinstance(entry, Handful)
                or (run and entry.timed != run[0].timed)
                or held + len(entry.devices) > _MOST_TOGETHER
            )
            if run and ends:
                gathered.append(self._join(run))
                run, held = [], 0
            if isinstance(entry, Handful):
                run.append(entry)
                held += len(entry.devices)
            else:
                gathered.append(entry)
        if run:
            gathered.append(self._join(run))
        return gathered

    def _join(self, run: Sequence[Handful]) -> Arrival:
        devices, device_indexes = _indexed(chain.from_iterable(each.devices for each in run))
        quantities, quantity_indexes = _indexed(
            chain.from_iterable(each.quantities for each in run)
        )
        times = np.concatenate([each.times for each in run])
        batch = CommittedBatch(
            agent=GATHERED_AGENT,
            epoch=self._epoch,
            seq=next(self._numbers),
            origin="live",
            received=run[-1].received,
            devices=devices,
            quantities=quantities,
            readings=Readings(
                device=device_indexes,
                quantity=quantity_indexes,
                time=times.astype("<i8").tobytes(),
                value=np.concatenate([each.values for each in run]).astype("<f8").tobytes(),
            ),
            swipes=[],
            detections=[],
            states=[],
        )
        where = run[0].topic if len(times) == 1 else ALL_SIMPLE_DEVICES
        # Without times only its number tells a lot that is written again after a lost connection.
        identity = None if run[0].timed else Identity(batch.agent, batch.epoch, batch.seq)
        return Arrival(identity, None, where, batch, known_by_content=run[0].timed)


def _indexed(names: Iterable[str]) -> tuple[list[str], bytes]:
    """The distinct names, and each name's place among them as packed u16."""
    names = list(names)
    table = {name: place for place, name in enumerate(dict.fromkeys(names))}
    return list(table), np.array([table[name] for name in names], dtype="<u2").tobytes()
