"""Result: what chaos found, as the benches tell it, with the kills by part."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tools.bench.result import Goal, Result
from tools.chaos.run import Options, Outcome


@dataclass
class ChaosResult(Result):
    """A bench's result that also names made, stored, lost and doubled at its top."""

    kills: dict[str, int] = field(default_factory=dict[str, int])

    @classmethod
    def of(cls, outcome: Outcome, options: Options) -> ChaosResult:
        """Figures and goals of a run."""
        verdict = outcome.verdict
        nothing = {
            "lost": verdict.lost,
            "doubled": verdict.doubled,
            "wrong": verdict.wrong,
            "unmade": verdict.unmade,
            "dead_lettered": verdict.dead_lettered,
            "evicted": outcome.evicted,
            "left_in_spools": outcome.left_in_spools,
        }
        figures: dict[str, float] = {"made": verdict.made, "stored": verdict.stored, **nothing}
        figures |= {f"kills_{part}": outcome.kills[part] for part in options.parts}
        figures |= dict(sorted(outcome.faults.items()))
        figures |= {
            "batches": verdict.batches,
            "batches_replayed": outcome.replayed,
            "ingest_workers": options.workers,
            "drain_s": round(outcome.drain_s, 1),
            "seconds": round(outcome.seconds, 1),
        }
        goals = {name: Goal(0, value, at_least=False) for name, value in nothing.items()}
        goals |= {
            f"kills_{part}": Goal(options.kills, outcome.kills[part]) for part in options.parts
        }
        return cls(bench="chaos", figures=figures, goals=goals, kills=dict(outcome.kills))

    @property
    def passed(self) -> bool:
        """Whether every goal is met and anything was made at all."""
        return self.figures["made"] > 0 and all(goal.met for goal in self.goals.values())

    def as_dict(self) -> dict[str, Any]:
        """The JSON object."""
        named = ("made", "stored", "lost", "doubled")
        counts = {name: int(self.figures[name]) for name in named}
        return {**super().as_dict(), **counts, "kills": self.kills}
