"""Report: what one demo run measured, as JSON for programs and as a table for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from gridwarden.demo.ledger import Ledger
from gridwarden.demo.verdict import ALARM_LIMIT_S, FIVE_KINDS, Found, Verdict, percentile
from gridwarden.embedded.memory import Memory

MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Report:
    """Everything that a run measured. Times are seconds, memory megabytes."""

    seconds: float
    ledger: Ledger
    verdict: Verdict
    memory: Mapping[str, Memory]
    startup: Mapping[str, float]
    page_answered: bool
    restarts: Mapping[str, int]

    def failures(self) -> list[str]:
        """Why the run is not good enough; empty when it is."""
        failed: list[str] = []
        if not self.ledger.exact:
            failed.append("not every item that the agents made is stored exactly once")
        counts = self.verdict.cases_by_kind()
        failed += [f"no case of kind {kind}" for kind in FIVE_KINDS if not counts.get(kind)]
        if self.verdict.missed:
            failed.append(f"{len(self.verdict.missed)} true events became no case")
        if self.verdict.wrong_holder:
            failed.append(f"{len(self.verdict.wrong_holder)} cases are in the wrong hands")
        slowest = percentile([found.delay_s for found in self.verdict.alarms], 99)
        if slowest is not None and slowest > ALARM_LIMIT_S:
            failed.append(f"alarms took {slowest:.2f} s, more than {ALARM_LIMIT_S:.0f} s")
        if not self.page_answered:
            failed.append("the page did not answer")
        failed += [f"{name} died {count} times" for name, count in self.restarts.items() if count]
        return failed

    def as_dict(self) -> dict[str, Any]:
        """The report's JSON."""
        return {
            "seconds": round(self.seconds, 3),
            "made": self.ledger.made,
            "stored": self.ledger.stored,
            "lost": self.ledger.lost,
            "doubled": self.ledger.doubled,
            "dead_lettered": self.ledger.dead_lettered,
            "cases_by_kind": self.verdict.cases_by_kind(),
            "event_to_case_s": {
                "all": _spread(self.verdict.found),
                "alarms": _spread(self.verdict.alarms),
                "beyond_the_rules_duration": _spread(self.verdict.found, beyond=True),
            },
            "missed": [_event(line) for line in self.verdict.missed],
            "unexplained": [
                {"kind": one.kind, "device": one.device} for one in self.verdict.unexplained
            ],
            "wrong_holder": [
                {"kind": one.kind, "device": one.device, "grid": one.grid, "owner": one.owner}
                for one in self.verdict.wrong_holder
            ],
            "memory_mb": {
                name: round((memory.proportional or memory.resident) / MEGABYTE, 1)
                for name, memory in self.memory.items()
            },
            "startup_s": {name: round(seconds, 2) for name, seconds in self.startup.items()},
            "restarts": dict(self.restarts),
            "page_answered": self.page_answered,
            "failures": self.failures(),
        }

    def table(self) -> Table:
        """The same for people."""
        table = Table("", "", show_header=False, box=None)
        figures = self.as_dict()
        for name in ("made", "stored", "lost", "doubled"):
            table.add_row(name, f"{figures[name]:,}")
        for kind, count in sorted(figures["cases_by_kind"].items()):
            table.add_row(f"cases of {kind}", str(count))
        for name, spread in figures["event_to_case_s"].items():
            if spread["count"]:
                text = f"median {spread['median']:.2f} s, 99th percentile {spread['p99']:.2f} s"
                table.add_row(f"event to case, {name}", text)
        table.add_row("memory", "  ".join(f"{k} {v} MB" for k, v in figures["memory_mb"].items()))
        table.add_row("start", "  ".join(f"{k} {v} s" for k, v in figures["startup_s"].items()))
        return table


def _spread(found: Sequence[Found], *, beyond: bool = False) -> dict[str, float | int | None]:
    delays = [one.beyond_rule_s if beyond else one.delay_s for one in found]
    median, high = percentile(delays, 50), percentile(delays, 99)
    return {
        "count": len(delays),
        "median": None if median is None else round(median, 3),
        "p99": None if high is None else round(high, 3),
    }


def _event(line: Any) -> dict[str, Any]:
    return {"kind": line.kind, "cause": line.cause, "device": line.device, "from": line.since}
