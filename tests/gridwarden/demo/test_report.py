"""A demo's report says what is not good enough, and is good only when nothing is."""

from __future__ import annotations

import json

from edge.simulate.truth import TruthLine
from gridwarden.demo.ledger import Ledger
from gridwarden.demo.report import Report
from gridwarden.demo.verdict import FIVE_KINDS, Found, Raised, Verdict
from gridwarden.embedded.memory import Memory

EXACT = Ledger(made=10, stored=10, doubled=0, dead_lettered=0)


def found(kind: str, delay_s: float) -> Found:
    truth = TruthLine(
        kind=kind,  # type: ignore[arg-type]
        cause="fire",
        device="d",
        place="p",
        since=0,
        until=None,
        expect_case=True,
    )
    return Found(truth, Raised(kind, "d", "g", "w", round(delay_s * 1e6)), 0.0)


def report(ledger: Ledger = EXACT, *, smoke_s: float = 0.2, answered: bool = True) -> Report:
    kinds = [found(kind, smoke_s if kind == "smoke_alarm" else 0.5) for kind in FIVE_KINDS]
    return Report(
        seconds=60,
        ledger=ledger,
        verdict=Verdict(found=kinds, missed=[], unexplained=[], wrong_holder=[]),
        memory={"hub": Memory(1, 90 << 20, 80 << 20, 70 << 20)},
        startup={"page": 5.0},
        page_answered=answered,
        restarts={"hub": 0},
    )


def test_a_good_run_has_no_failures_and_is_json() -> None:
    good = report()
    assert good.failures() == []
    again = json.loads(json.dumps(good.as_dict()))
    assert again["memory_mb"] == {"hub": 80.0}
    assert again["cases_by_kind"] == dict.fromkeys(FIVE_KINDS, 1)
    assert again["event_to_case_s"]["alarms"]["p99"] == 0.497


def test_loss_slow_alarms_and_a_dead_page_are_failures() -> None:
    lossy = Ledger(made=11, stored=10, doubled=0, dead_lettered=0)
    failures = " ".join(report(lossy, smoke_s=1.4, answered=False).failures())
    assert "exactly once" in failures
    assert "alarms took" in failures
    assert "page did not answer" in failures


def test_a_kind_without_a_case_and_a_death_are_failures() -> None:
    bare = Report(
        seconds=60,
        ledger=EXACT,
        verdict=Verdict([], [], [], []),
        memory={},
        startup={},
        page_answered=True,
        restarts={"hub": 2},
    )
    failures = bare.failures()
    assert [f"no case of kind {kind}" for kind in FIVE_KINDS] == failures[: len(FIVE_KINDS)]
    assert failures[-1] == "hub died 2 times"
