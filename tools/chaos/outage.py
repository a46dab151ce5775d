"""Outage: database or broker are away for an hour's worth of data; what fills, and how it drains.

`python -m tools.chaos.outage --away database`. The agents make an hour's readings faster than
life, with the batches and the repetitions that a real hour would bring. The last line is one JSON
object like a bench's.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from gridwarden.embedded.broker import EmbeddedBroker
from gridwarden.embedded.postgres import EmbeddedPostgres
from gridwarden.store import migrate_store
from tools.bench.result import Goal, Result
from tools.chaos.crew import CountingAgent, IngestWorker, Nature
from tools.chaos.process import until
from tools.chaos.verdict import judge

HOUR_S = 3600.0
AGENTS = 3
SITE_PER_S = 100  # ours: a campus makes about so many readings a second
STEADY_S = 10.0
MIB = 1 << 20
# Bounds of growth while away, MiB; docs/reliability.md says where they come from.
BOUNDS_MIB = {"ingest": 160.0, "agent": 48.0, "broker": 320.0}

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Watch:
    """The highest resident memory of each part, and of all spools on disk, in bytes."""

    pids: Callable[[], dict[str, int]]
    spools: Callable[[], int]
    highest: dict[str, int] = field(default_factory=dict[str, int])

    def look(self) -> dict[str, int]:
        """Sizes now; of several agents the largest."""
        sizes = {"spools": self.spools()}
        for name, pid in self.pids().items():
            part = name.partition(" ")[0]
            with suppress(psutil.NoSuchProcess):
                sizes[part] = max(sizes.get(part, 0), psutil.Process(pid).memory_info().rss)
        for part, size in sizes.items():
            self.highest[part] = max(self.highest.get(part, 0), size)
        return sizes

    def over(self, seconds: float) -> dict[str, int]:
        """Look for so long; the last sizes."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.look()
            time.sleep(0.5)
        return self.look()


def measure(away: str, speed: float) -> Result:
    """One outage of `away`, "database" or "broker", `speed` times as fast as life."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gw-outage-")))
        folder.chmod(0o711)
        server = stack.enter_context(EmbeddedPostgres(folder / "postgres"))
        url = server.url
        migrate_store(url)
        broker = stack.enter_context(EmbeddedBroker(folder / "broker"))
        worker = IngestWorker(1, url, broker.url, folder)
        settings = {
            "poll_ms": max(10, int(100 / speed)),
            "resend_s": max(2.0, 10 / speed),
            "report_s": 5 / speed,
        }
        natures = [
            Nature(f"agent-{number}", int(SITE_PER_S * speed / AGENTS))
            for number in range(1, AGENTS + 1)
        ]
        agents = [CountingAgent(n, broker.url, folder / "spools", settings) for n in natures]
        for part in (worker, *agents):
            stack.callback(part.end)
            part.bring_up()

        def pids() -> dict[str, int]:
            found = {a.nature.name.replace("-", " "): a.pid for a in agents if a.runs}
            found["ingest"] = worker.pid
            return found | ({"broker": broker.pid} if broker.pid else {})

        def waiting() -> int:
            return sum(agent.status.get("waiting", 0) for agent in agents)

        watch = Watch(pids, lambda: sum(agent.spool_bytes() for agent in agents))
        before = watch.over(STEADY_S)
        log.info("%s leaves", away)
        watch.highest.clear()
        made = sum(agent.status["counted"] for agent in agents)
        if away == "database":
            _kill(server.pid)
            until(lambda: server.pid is None, 10, "the server's death")
        else:
            broker.kill()
        watch.over(HOUR_S / speed)
        during = dict(watch.highest)
        backlog = sum(agent.status["counted"] for agent in agents) - made
        batches = waiting()
        log.info("%s comes back; %d batches wait", away, batches)
        (server if away == "database" else broker).start()
        began = time.monotonic()
        for agent in agents:  # in life they would go on, at a fraction of the backlog's rate
            agent.ask_to_end()
        while any(agent.runs for agent in agents) and time.monotonic() - began < HOUR_S / speed:
            watch.look()
            time.sleep(0.1)
        drain_s = time.monotonic() - began
        for agent in agents:
            agent.wait()
        after = watch.over(STEADY_S)
        worker.leave()
        verdict = judge(url, [life for agent in agents for life in agent.lives])
        evicted = sum(agent.evicted for agent in agents)
    figures = {
        "away_s": HOUR_S / speed,
        "speed": speed,
        "backlog_readings": backlog,
        "backlog_batches": batches,
        "drain_s": round(drain_s, 1),
        "drained_batches_per_s": round(batches / drain_s, 1),
        "made": verdict.made,
        "stored": verdict.stored,
        "lost": verdict.lost,
        "doubled": verdict.doubled,
        "evicted": evicted,
    }
    for moment, sizes in (("before", before), ("away", during), ("peak", watch.highest),
                          ("after", after)):  # fmt: skip
        figures |= {f"{part}_{moment}_mib": round(sizes.get(part, 0) / MIB, 1) for part in before}
    goals = {
        f"{part}_growth_mib": Goal(
            bound, round((watch.highest[part] - before[part]) / MIB, 1), at_least=False
        )
        for part, bound in BOUNDS_MIB.items()
    }
    goals |= {
        "drain_s": Goal(HOUR_S / speed, round(drain_s, 1), at_least=False),
        "lost": Goal(0, verdict.lost, at_least=False),
        "doubled": Goal(0, verdict.doubled, at_least=False),
    }
    return Result(bench=f"outage_{away}_{broker.kind}", figures=figures, goals=goals)


def _kill(pid: int | None) -> None:
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


def main() -> int:
    """One outage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--away", choices=("database", "broker"), default="database")
    parser.add_argument("--speed", type=float, default=10.0, help="times as fast as life")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    result = measure(given.away, given.speed)
    result.show()
    return 0 if all(goal.met for goal in result.goals.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
