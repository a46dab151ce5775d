"""What a bench found: a table for people and one JSON object, as the last line, for programs."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass
class Goal:
    """A figure that was promised. `at_least` says on which side of the goal the good lies."""

    goal: float
    got: float | None
    at_least: bool = True

    @property
    def met(self) -> bool:
        """Whether the figure reaches the goal; a missing figure does not."""
        if self.got is None:
            return False
        return self.got >= self.goal if self.at_least else self.got <= self.goal


@dataclass
class Result:
    """Figures (with their unit in the name), ratios between peers of one run, and goals."""

    bench: str
    figures: dict[str, float] = field(default_factory=dict[str, float])
    ratios: dict[str, float] = field(default_factory=dict[str, float])
    goals: dict[str, Goal] = field(default_factory=dict[str, Goal])
    notes: list[str] = field(default_factory=list[str])

    def show(self) -> None:
        """Print the table, then the JSON object as the last line."""
        table = Table("", "figure", title=f"bench {self.bench}", title_justify="left")
        for name, value in self.figures.items():
            table.add_row(name, f"{value:,.3f}")
        for name, value in self.ratios.items():
            table.add_row(f"ratio {name}", f"{value:.2f}")
        for name, goal in self.goals.items():
            side = "≥" if goal.at_least else "≤"
            table.add_row(f"goal {name} {side} {goal.goal}", "met" if goal.met else "MISSED")
        Console().print(table)
        for note in self.notes:
            print(note)
        print(json.dumps(self.as_dict()), flush=True)

    def as_dict(self) -> dict[str, Any]:
        """The JSON object."""
        goals = {
            name: {"goal": goal.goal, "got": goal.got, "met": goal.met}
            for name, goal in self.goals.items()
        }
        return {
            "bench": self.bench,
            "figures": self.figures,
            "ratios": self.ratios,
            "goals": goals,
            "notes": self.notes,
        }


def median_seconds(work: Callable[[], object], repeats: int = 5) -> float:
    """Median wall time of `repeats` runs, in seconds."""
    times: list[float] = []
    for _ in range(repeats):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)
