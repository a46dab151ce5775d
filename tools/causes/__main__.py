"""Print the table of true causes against those judged: `python -m tools.causes`.

The simulated campus knows what ails each hydrant. So long after each trouble has shown in full
(`--after`), the hub's own code is asked for the cause, from the readings alone. A hose on an
outlet counts as theft. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from pathlib import Path

import msgspec

from edge.simulate.world import build_world
from hub.anomalies.cause import CAUSES
from tools.causes.judge import Verdict, judged

ORIGIN = 1_795_051_800_000_000  # Thursday 2026-11-19, 09:30 on the campus's clock
_BANDS = ((0.0, 0.6), (0.6, 0.8), (0.8, 0.95), (0.95, 1.01))


def main() -> None:
    """Simulate, ask, count."""
    parser = argparse.ArgumentParser(prog="python -m tools.causes", description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--hours", type=float, default=12, help="of event time per seed")
    parser.add_argument("--after", type=float, default=10, help="seconds after it shows in full")
    parser.add_argument(
        "--without", nargs="*", default=[], choices=["flow", "cap", "tilt"], help="sensors left out"
    )
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "gridwarden")
    asked = parser.parse_args()
    verdicts: list[Verdict] = []
    for seed in asked.seeds:
        world = build_world(seed, asked.cache)
        verdicts += judged(world, ORIGIN, asked.hours, asked.after, frozenset(asked.without))
    _print_table(verdicts)
    _print_bands(verdicts)
    right = sum(one.right for one in verdicts)
    report = {
        "seeds": asked.seeds,
        "hours": asked.hours,
        "without": asked.without,
        "troubles": len(verdicts),
        "right": right,
        "share": round(right / max(1, len(verdicts)), 3),
    }
    print(msgspec.json.encode(report).decode())


def _print_table(verdicts: list[Verdict]) -> None:
    counts = Counter((one.truth, one.cause.name) for one in verdicts)
    print(f"{'truth':14}" + "".join(f"{name:>14}" for name in CAUSES) + f"{'right':>10}")
    for truth in sorted({one.truth for one in verdicts}):
        row = [counts[truth, name] for name in CAUSES]
        right = sum(one.right for one in verdicts if one.truth == truth)
        print(f"{truth:14}" + "".join(f"{n:14}" for n in row) + f"{right / sum(row):10.1%}")


def _print_bands(verdicts: list[Verdict]) -> None:
    """Whether what is told with a confidence is true as often as it says."""
    for low, high in _BANDS:
        mine = [one for one in verdicts if low <= one.cause.confidence < high]
        if mine:
            told = sum(one.cause.confidence for one in mine) / len(mine)
            right = sum(one.right for one in mine) / len(mine)
            print(f"confidence {told:4.0%} on average: right {right:4.0%} of {len(mine)}")


main()
