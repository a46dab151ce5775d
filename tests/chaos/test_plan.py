"""The plan of faults: as many of each as asked for, the same for the same seed."""

from __future__ import annotations

from collections import Counter

from tools.chaos.plan import PARTS, make_plan


def test_every_part_is_killed_as_often_as_asked() -> None:
    kills = Counter(fault.target for fault in make_plan(20, seed=1) if fault.kind == "kill")
    assert kills == dict.fromkeys(PARTS, 20)


def test_every_other_fault_comes_too() -> None:
    kinds = {(fault.kind, fault.target) for fault in make_plan(3, seed=1)}
    assert {("full_disk", "agent"), ("replay", "")} < kinds
    assert {(kind, "ingest") for kind in ("cut", "hole", "slow")} < kinds
    assert {(kind, "agents") for kind in ("cut", "hole", "slow")} < kinds


def test_a_seed_always_gives_the_same_plan_and_another_one_another() -> None:
    assert make_plan(3, seed=1) == make_plan(3, seed=1) != make_plan(3, seed=2)
