"""`python -m tools.evaluate`: hours of the simulated campus at speed, judged with its truth.

The last line is one JSON object. Exit code 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from rich.progress import Progress

from edge.simulate.recipe import RECIPES
from hub.plans.check import accepted
from hub.plans.read import read_plan_file, shipped_plan
from tools.evaluate.result import result_of
from tools.evaluate.run import ORIGIN, Options, evaluate

_SHOW_EVERY = 1000


def main() -> int:
    """One run."""
    parser = argparse.ArgumentParser(prog="python -m tools.evaluate", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hours", type=float, default=24.0, help="of event time")
    parser.add_argument("--world", choices=tuple(RECIPES), default="first")
    parser.add_argument("--plan", default="campus", help="a shipped plan's name, or a file")
    parser.add_argument("--bulk-s", type=float, default=0.1, help="how often bulk is cut")
    parser.add_argument("--no-outages", action="store_true", help="links and ingest never fail")
    parser.add_argument("--no-cameras", action="store_true", help="leave the cameras out")
    parser.add_argument("--replay", action="store_true", help="judge what was stored once more")
    parser.add_argument("--cache", type=Path, default=Path(".gridwarden/evaluate"))
    given = parser.parse_args()
    file = Path(given.plan)
    plan = accepted(read_plan_file(file) if file.suffix == ".toml" else shipped_plan(given.plan))
    given.cache.mkdir(parents=True, exist_ok=True)
    options = Options(
        seed=given.seed,
        hours=given.hours,
        recipe=given.world,
        outages=not given.no_outages,
        cameras=not given.no_cameras,
        bulk_s=given.bulk_s,
        replay=given.replay,
    )
    begun = time.process_time()
    with Progress(disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("playing", total=options.hours)

        def watch(steps: Iterable[Any]) -> Iterator[Any]:
            for number, step in enumerate(steps):
                if number % _SHOW_EVERY == 0:
                    progress.update(task, completed=(step.at - ORIGIN) / 3.6e9)
                yield step

        run = evaluate(options, plan, given.cache, watch=watch)
    result = result_of(run, time.process_time() - begun)
    result.show()
    return 0 if all(goal.met for goal in result.goals.values()) else 1


sys.exit(main())
