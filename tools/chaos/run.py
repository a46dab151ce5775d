"""Run: the whole system under faults, then everything healed, drained, and counted."""

from __future__ import annotations

import logging
import os
import random
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psutil

from gridwarden.embedded.broker import EmbeddedBroker
from gridwarden.embedded.brokers import BrokerKind
from gridwarden.embedded.postgres import EmbeddedPostgres
from gridwarden.store import migrate_store
from ingest.link import ClientKind
from tools.chaos.broken import BREAKS
from tools.chaos.crew import CountingAgent, IngestWorker, Nature
from tools.chaos.plan import PARTS, Fault, Part, make_plan
from tools.chaos.process import ChaosError
from tools.chaos.proxy import Proxy
from tools.chaos.recorder import Recorder
from tools.chaos.verdict import Verdict, judge

EDGE_BREAK = "drop-when-published"
ALL_BREAKS = (*BREAKS, EDGE_BREAK)
HOUR_S = 3600.0
_REPLAYED_AT_ONCE = 150
_WARM_UP_S = 2.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Options:
    """What a run is to be like. `per_s` is the readings per second of all agents together."""

    kills: int = 20
    seed: int = 1
    parts: tuple[Part, ...] = PARTS
    broken: str | None = None
    workers: int = 1
    client: ClientKind = "paho"
    per_s: int = 4500
    broker: BrokerKind | None = None
    pause_s: float = 1.2


@dataclass(slots=True)
class Outcome:
    """What a run found, and what was done to the system."""

    verdict: Verdict
    broker: BrokerKind
    kills: Counter[str] = field(default_factory=Counter[str])
    faults: Counter[str] = field(default_factory=Counter[str])
    replayed: int = 0
    evicted: int = 0
    left_in_spools: int = 0
    seconds: float = 0.0
    drain_s: float = 0.0


def natures(per_s: int, link: str = "plain") -> list[Nature]:
    """Three agents: one right, one an hour behind that shuffles, one an hour ahead."""
    each = per_s // 3
    return [
        Nature("true", each, link=link),
        Nature("behind", each, -HOUR_S, "shuffling" if link == "plain" else link),
        Nature("ahead", each, HOUR_S, link=link),
    ]


def run_chaos(options: Options) -> Outcome:
    """One run.

    Raises:
        ChaosError: a part could not be started again, or never came to rest.
    """
    began = time.monotonic()
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="gw-chaos-"))
        stack.push(partial(_tidy, folder))
        folder.chmod(0o711)
        scene = _Scene(stack, folder, options)
        scene.start()
        for fault in make_plan(options.kills, options.seed, options.parts, options.pause_s):
            time.sleep(fault.pause_s)
            scene.suffer(fault)
        outcome = scene.rest()
    outcome.seconds = time.monotonic() - began
    return outcome


def _tidy(folder: Path, kind: type[BaseException] | None, *_: object) -> None:
    """Remove the folder of a run that came to its end; keep one whose logs will be asked for."""
    if kind is None:
        shutil.rmtree(folder)
    else:
        log.error("the logs of this run stay in %s", folder)


class _Scene:
    """All parts of one run, each a process of its own."""

    def __init__(self, stack: ExitStack, folder: Path, options: Options) -> None:
        self._chance = random.Random(options.seed)
        self._pool = stack.enter_context(ThreadPoolExecutor())
        self._restarts: dict[str, Future[None]] = {}
        self._kills: Counter[str] = Counter()
        self._faults: Counter[str] = Counter()
        self._server = stack.enter_context(EmbeddedPostgres(folder / "postgres"))
        self._database_url = self._server.url
        migrate_store(self._database_url)
        self._broker = stack.enter_context(EmbeddedBroker(folder / "broker", kind=options.broker))
        self._networks = {name: Proxy(self._broker.port) for name in ("agents", "ingest")}
        for proxy in self._networks.values():
            stack.callback(proxy.close)
        self._recorder = Recorder(self._broker.url, random.Random(options.seed))
        stack.callback(self._recorder.close)
        link = "forgetful" if options.broken == EDGE_BREAK else "plain"
        broken = options.broken if options.broken in BREAKS else None
        share = "chaos" if options.workers > 1 else None
        self._workers = [
            IngestWorker(
                number,
                self._database_url,
                self._networks["ingest"].url,
                folder,
                broken=broken,
                share=share,
                client=options.client,
            )
            for number in range(1, options.workers + 1)
        ]
        self._agents = [
            CountingAgent(nature, self._networks["agents"].url, folder / "spools")
            for nature in natures(options.per_s, link)
        ]

        for part in (*self._workers, *self._agents):
            stack.callback(part.end)

    def start(self) -> None:
        """Start workers and agents, and let them run in."""
        for part in (*self._workers, *self._agents):
            part.bring_up()
        time.sleep(_WARM_UP_S)

    def suffer(self, fault: Fault) -> None:
        """Let one fault happen. What was killed is started again while the next fault comes."""
        log.info("%s %s for %.1f s", fault.kind, fault.target, fault.length_s)
        if fault.kind == "kill":
            if not self._kill(fault):
                raise ChaosError(f"{fault.target} had ended before it was killed; see its log")
            self._kills[fault.target] += 1
            return
        if fault.kind == "full_disk":
            self._fill_disk(fault.length_s)
        elif fault.kind == "replay":
            self._recorder.replay(_REPLAYED_AT_ONCE)
        else:
            self._networks[fault.target].disturb(fault.kind, 2 * fault.length_s)
        self._faults[fault.kind] += 1

    def rest(self) -> Outcome:
        """Heal everything, let it come to rest, stop it, and count."""
        for proxy in self._networks.values():
            proxy.heal()
        self._wait_for_restarts()
        began = time.monotonic()
        for agent in self._agents:
            agent.ask_to_end()
        for agent in self._agents:
            agent.wait()
        drain_s = time.monotonic() - began
        for worker in self._workers:
            worker.leave()
        lives = [life for agent in self._agents for life in agent.lives]
        return Outcome(
            verdict=judge(self._database_url, lives),
            broker=self._broker.kind,
            kills=self._kills,
            faults=self._faults,
            replayed=self._recorder.replayed,
            evicted=sum(agent.evicted for agent in self._agents),
            left_in_spools=sum(agent.waiting() for agent in self._agents),
            drain_s=drain_s,
        )

    def _kill(self, fault: Fault) -> bool:
        """SIGKILL one part; whether it ran until then."""
        match fault.target:
            case "broker":
                self._wait_for_restart("broker")
                ran = self._broker.pid is not None
                self._broker.kill()
                self._restart_later("broker", self._broker.start, fault.length_s)
            case "postgres":
                self._wait_for_restart("postgres")
                ran = self._kill_postgres()
                self._restart_later("postgres", self._server.start, fault.length_s)
            case "ingest":
                place = self._chance.randrange(len(self._workers))
                worker = self._workers[place]
                self._wait_for_restart(f"ingest {place}")
                ran = worker.kill()
                self._restart_later(f"ingest {place}", worker.bring_up, fault.length_s)
            case "agent":
                agent = self._chance.choice(self._agents)
                self._wait_for_restart(agent.nature.name)
                ran = agent.kill()
                self._restart_later(agent.nature.name, agent.bring_up, fault.length_s)
            case other:
                raise AssertionError(other)
        return ran

    def _fill_disk(self, seconds: float) -> None:
        self._wait_for_restarts()
        agent = self._chance.choice(self._agents)
        agent.refuse_disk()
        time.sleep(seconds)
        agent.allow_disk()

    def _restart_later(self, name: str, start: Callable[[], object], seconds: float) -> None:
        def restart() -> None:
            time.sleep(seconds)
            start()

        self._restarts[name] = self._pool.submit(restart)

    def _wait_for_restart(self, name: str) -> None:
        if name in self._restarts:
            self._restarts.pop(name).result()

    def _wait_for_restarts(self) -> None:
        for name in list(self._restarts):
            self._wait_for_restart(name)

    def _kill_postgres(self) -> bool:
        """The server alone, so that its backends find themselves orphaned, or all at once."""
        pid = self._server.pid
        if pid is None:
            return False
        victims: Sequence[int] = [pid]
        if self._chance.random() < 0.5:
            victims = [pid, *(child.pid for child in psutil.Process(pid).children())]
        for victim in victims:
            try:
                os.kill(victim, signal.SIGKILL)
            except ProcessLookupError:
                continue
        until_dead = time.monotonic() + 10
        while self._server.pid is not None and time.monotonic() < until_dead:
            time.sleep(0.01)
        return True
