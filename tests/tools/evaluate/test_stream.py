"""Batches come in as agents cut them and links let them."""

from __future__ import annotations

from edge.columns import Reading
from edge.sample import Sample
from tools.evaluate.outages import Outage, joined
from tools.evaluate.signs import followed
from tools.evaluate.stream import FLUSH, Cut, committed

SECOND = 1_000_000


def cut(at_s: float, *, urgent: bool = False) -> Cut:
    time = round(at_s * SECOND)
    return Cut(time, Sample([Reading("d", "q", time, 1.0)], urgent=urgent))


def test_bulk_waits_for_the_flush_and_urgent_batches_take_it_along() -> None:
    cuts = [cut(1), cut(1.1), cut(5), cut(5.05, urgent=True)]
    taken = list(committed({"a": cuts}, {}, seed=1))
    assert [one.batch.seq for one in taken] == [1, 2, 3, 4]
    assert [one.at for one in taken] == sorted(one.at for one in taken)
    assert taken[0].at == taken[1].at > taken[0].batch.received + FLUSH
    assert taken[2].at == taken[3].at < taken[2].batch.received + FLUSH


def test_what_an_outage_held_back_comes_after_it_urgent_first() -> None:
    away = {"a": [Outage(2 * SECOND, 9 * SECOND)]}
    cuts = [cut(1), cut(3), cut(4, urgent=True), cut(10)]
    taken = list(committed({"a": cuts}, away, seed=1))
    assert [one.batch.seq for one in taken] == [1, 3, 2, 4]
    assert taken[1].batch.received > 9 * SECOND


def test_time_passes_between_batches_and_a_lost_agent_gives_no_sign() -> None:
    away = {"a": [Outage(5 * SECOND, 60 * SECOND)]}
    batches = committed({"a": [cut(1), cut(61)]}, away, seed=1)
    steps = list(followed(batches, away, [], 0, 70 * SECOND))
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    signs = {step.at: step.pulse for step in steps if getattr(step, "pulse", None) is not None}
    assert signs[10 * SECOND].agents == {"a": 0}
    assert signs[30 * SECOND].agents == {}
    assert signs[66 * SECOND].agents == {"a": 65 * SECOND}
    states = [s.state for step in steps if hasattr(step, "batch") for s in step.batch.states]
    assert states == ["offline", "online"]


def test_outages_that_overlap_are_one() -> None:
    assert joined([Outage(5, 9), Outage(1, 3), Outage(2, 6)]) == [Outage(1, 9)]
