"""A spool is opened, filled, emptied, copied and put back from copies, in any order."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from edge.columns import Reading
from edge.sample import Sample
from edge.spool import Spool
from edge.window import Key
from edge.wire import decode_batch

SECOND = 1_000_000
AGE_S = 60
NO_EPOCH = 5  # never drawn: epochs have 63 random bits


@dataclass
class Model:
    """What should be in a file: of each batch that waits its reading, and whether it is urgent."""

    waiting: dict[Key, tuple[int, bool]] = field(default_factory=dict[Key, tuple[int, bool]])
    made: int = 0
    acknowledged: int = 0
    evicted: int = 0


class Histories(RuleBasedStateMachine):
    """Whatever becomes of the file, no identity is given out twice, and each keeps its batch."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="gw-histories-"))
        self.now = 0
        self.given: set[Key] = set()
        self.model = Model()
        self.copies: list[Model] = []
        self.open()

    def open(self) -> None:
        folder = self.folder / "spool"
        folder.mkdir(exist_ok=True)
        self.spool = Spool(
            folder / "north.spool",
            agent="north", max_bytes=1 << 20, max_age_s=AGE_S, clock=lambda: self.now,
        )  # fmt: skip

    @rule(urgent=st.lists(st.booleans(), min_size=1, max_size=4))
    def append(self, urgent: list[bool]) -> None:
        tags = [len(self.given) + n for n in range(len(urgent))]
        samples = [
            Sample(readings=[Reading("h-1", "pressure", 1, float(tag))], urgent=is_urgent)
            for tag, is_urgent in zip(tags, urgent, strict=True)
        ]
        fresh: list[Key] = [(self.spool.epoch, seq) for seq in self.spool.append(samples)]
        assert self.given.isdisjoint(fresh)
        self.given.update(fresh)
        model = self.model
        model.waiting |= dict(zip(fresh, zip(tags, urgent, strict=True), strict=True))
        model.made += len(fresh)
        left = {ticket.key for ticket in self.spool.tickets(10_000)}
        evicted = model.waiting.keys() - left
        assert model.evicted + len(evicted) == self.spool.counts.evicted
        model.evicted += len(evicted)
        for key in evicted:
            del model.waiting[key]

    @precondition(lambda self: self.given)
    @rule(data=st.data())
    def acknowledge(self, data: st.DataObject) -> None:
        """Whatever was ever given out, here or by the file before it was put back."""
        known = st.sampled_from(sorted(self.given))
        keys = data.draw(st.lists(known | st.just((NO_EPOCH, 1)), max_size=6))
        ours = self.model.waiting.keys() & keys
        assert self.spool.acknowledge(keys) == len(ours)
        self.model.acknowledged += len(ours)
        for key in ours:
            del self.model.waiting[key]

    @rule(seconds=st.integers(1, 2 * AGE_S))
    def grow_old(self, seconds: int) -> None:
        self.now += seconds * SECOND

    @rule()
    def open_again(self) -> None:
        self.spool.close()
        self.open()

    @rule()
    def copy(self) -> None:
        """As a snapshot of the disk does, while the agent runs."""
        shutil.copytree(self.folder / "spool", self.folder / f"copy-{len(self.copies)}")
        self.copies.append(deepcopy(self.model))

    @precondition(lambda self: self.copies)
    @rule(data=st.data())
    def put_back(self, data: st.DataObject) -> None:
        number = data.draw(st.integers(0, len(self.copies) - 1))
        self.spool.close()
        shutil.rmtree(self.folder / "spool")
        shutil.copytree(self.folder / f"copy-{number}", self.folder / "spool")
        self.model = deepcopy(self.copies[number])
        self.open()

    @invariant()
    def each_identity_has_its_batch(self) -> None:
        tickets = self.spool.tickets(10_000)
        waiting = self.model.waiting
        in_order = sorted(waiting, key=lambda key: (not waiting[key][1], waiting[key][0]))
        assert [ticket.key for ticket in tickets] == in_order
        for key, payload in self.spool.load(in_order).items():
            batch = decode_batch(payload)
            assert (batch.epoch, batch.seq) == key
            assert batch.readings.values().tolist() == [float(waiting[key][0])]

    @invariant()
    def what_the_file_no_longer_has_is_acknowledged_without_harm(self) -> None:
        assert self.spool.acknowledge(self.given - self.model.waiting.keys()) == 0

    @invariant()
    def counts_are_exact(self) -> None:
        counts, model = self.spool.counts, self.model
        assert counts.batches == len(model.waiting)
        assert (counts.made, counts.acknowledged, counts.evicted) == (
            model.made, model.acknowledged, model.evicted
        )  # fmt: skip
        waiting = {held.epoch: held.waiting for held in self.spool.held if held.waiting}
        assert waiting == Counter(epoch for epoch, _ in model.waiting)
        assert sum(held.evicted for held in self.spool.held) == model.evicted

    def teardown(self) -> None:
        self.spool.close()
        shutil.rmtree(self.folder)


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
