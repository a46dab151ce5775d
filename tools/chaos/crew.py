"""Crew: the agents of a run, each of which lives many lives, and the ingest workers."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.chaos.counter import Course
from tools.chaos.ledger import Counters, read_counters
from tools.chaos.process import ChaosError, Process, until

AGENT_SETTINGS: Mapping[str, float] = {"poll_ms": 20, "resend_s": 2, "report_s": 1}
DRAIN_S = 300.0
_RESERVE_S = 60.0


@dataclass(frozen=True, slots=True)
class Nature:
    """What an agent is like: how wrong its clock is, how its link behaves, how fast it counts."""

    name: str
    per_s: int
    offset_s: float = 0.0
    link: str = "plain"
    devices: int = 20


@dataclass(slots=True)
class Life:
    """One process of an agent: its course, and how many readings it made."""

    course: Course
    made: int = 0


class CountingAgent:
    """One agent, started, killed, started again; its spool stays."""

    def __init__(
        self,
        nature: Nature,
        broker_url: str,
        folder: Path,
        settings: Mapping[str, float] = AGENT_SETTINGS,
    ) -> None:
        self.nature = nature
        self._settings = settings
        self.lives: list[Life] = []
        self.evicted = 0
        self.status: dict[str, int] = {}
        self._broker_url = broker_url
        self._folder = folder
        self._spool = folder / f"{nature.name}.spool"
        self._process: Process | None = None
        self._before = Counters()

    @property
    def pid(self) -> int:
        """The process number of the life that runs.

        Raises:
            ChaosError: none does.
        """
        if self._process is None:
            raise ChaosError(f"{self.nature.name} does not run")
        return self._process.pid

    def _start(self) -> None:
        """Begin a life; it counts on from now, by the agent's own clock."""
        nature = self.nature
        self._folder.mkdir(exist_ok=True)
        origin = int((time.time() + nature.offset_s) * 1_000_000)
        period = 1_000_000 // nature.per_s
        course = Course(nature.name, len(self.lives) + 1, origin, period, nature.devices)
        self.lives.append(Life(course))
        self.status = {}
        options: dict[str, Any] = {
            "name": nature.name, "broker-url": self._broker_url, "folder": self._folder,
            "life": course.life, "origin": origin, "period": period, "devices": nature.devices,
            "offset-s": nature.offset_s, "link": nature.link,
            "settings": json.dumps(dict(self._settings)),
        }  # fmt: skip
        words = [f"--{name}={value}" for name, value in options.items()]
        log = self._folder / f"{nature.name}.log"
        self._process = Process(["tools.chaos.agent", *words], log, hear=self._hear)

    @property
    def runs(self) -> bool:
        """Whether a life of it runs."""
        return self._process is not None and self._process.runs

    def bring_up(self) -> None:
        """Start it and wait for the life's first reading."""
        self._start()
        until(lambda: self.status.get("counted"), 60, f"{self.nature.name}'s first reading")

    def kill(self) -> bool:
        """SIGKILL; whether it ran until then."""
        assert self._process is not None
        ran = self._process.kill()
        self._bury()
        return ran

    def end(self) -> None:
        """Kill it if it still runs, without counting."""
        if self._process is not None:
            self._process.kill()

    def refuse_disk(self) -> None:
        """Let its every write to a file fail from now on."""
        _, hard = resource.prlimit(self.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (0, hard))

    def allow_disk(self) -> None:
        """Let it write again, and wait until it holds nothing in memory any more.

        Killing it earlier would be a second failure at once: what a full disk refuses is kept in
        memory, and documented to be lost with the process.
        """
        _, hard = resource.prlimit(self.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (hard, hard))
        counted = self.status.get("counted", 0)
        until(lambda: self.status["counted"] > counted, _RESERVE_S, "a reading after a full disk")
        until(
            lambda: not self.status["reserve_waiting"],
            _RESERVE_S,
            "the store for what was in memory",
        )

    def ask_to_end(self) -> None:
        """Let it stop counting, send what it has, and leave."""
        assert self._process is not None
        self._process.ask_to_end()

    def wait(self) -> None:
        """Wait until it has left.

        Raises:
            ChaosError: what it counted is not what its spool says it made.
        """
        assert self._process is not None
        self._process.wait(DRAIN_S)
        self._bury()
        life = self.lives[-1]
        if life.made != self.status["counted"]:
            raise ChaosError(f"{life} counted {self.status['counted']}: the ledger is wrong")

    def waiting(self) -> int:
        """Batches that its spool holds; for a dead agent."""
        return read_counters(self._spool).waiting

    def spool_bytes(self) -> int:
        """Size of its spool's files."""
        return sum(part.stat().st_size for part in self._folder.glob(f"{self._spool.name}*"))

    def _bury(self) -> None:
        self._process = None
        now = read_counters(self._spool)
        life = self.lives[-1]
        life.made = now.made + self.status.get("reserve_made", 0)
        if now.name == self._before.name:
            life.made -= self._before.made
        self.evicted += now.evicted - self._before.evicted
        self.evicted += self.status.get("reserve_evicted", 0)
        self._before = now

    def _hear(self, line: str) -> None:
        with suppress(json.JSONDecodeError):  # a killed process ends in the middle of a line
            self.status = json.loads(line)


class IngestWorker:
    """One `gridwarden ingest run`, whole or broken on purpose."""

    def __init__(
        self,
        number: int,
        database_url: str,
        broker_url: str,
        folder: Path,
        *,
        broken: str | None = None,
        share: str | None = None,
        client: str = "paho",
    ) -> None:
        self.ready = False
        self._log = folder / f"ingest-{number}.log"
        program = ["tools.chaos.broken", broken] if broken else ["gridwarden"]
        self._words = [*program, "ingest", "run", "--name", f"ingest-{number}"]
        self._environment = {
            "GRIDWARDEN_DATABASE__URL": database_url,
            "GRIDWARDEN_BROKER__URL": broker_url,
            "GRIDWARDEN_PERSON_KEY": "chaos" * 8,
            "GRIDWARDEN_DATA_DIR": str(folder / f"data-{number}"),
            # an agent whose clock is an hour ahead is to be stored, not set aside
            "GRIDWARDEN_INGEST__FUTURE_TOLERANCE_S": "7200",
            "GRIDWARDEN_INGEST__CLIENT": client,
        }
        if share is not None:
            self._environment["GRIDWARDEN_INGEST__SHARE"] = share
        self._process: Process | None = None

    @property
    def pid(self) -> int:
        """Its process number.

        Raises:
            ChaosError: it does not run.
        """
        if self._process is None:
            raise ChaosError("ingest does not run")
        return self._process.pid

    def bring_up(self) -> None:
        """Start it, again if it finds no database, and wait until it takes messages."""
        self.ready = False
        self._start()
        until(self._stands, 60, f"an ingest that is ready: {self._log.name}")

    def kill(self) -> bool:
        """SIGKILL; whether it ran until then."""
        assert self._process is not None
        return self._process.kill()

    def leave(self) -> None:
        """SIGTERM: it writes what has arrived and leaves."""
        assert self._process is not None
        self._process.ask_to_end()
        self._process.wait(60)

    def end(self) -> None:
        """Kill it if it still runs."""
        if self._process is not None:
            self._process.kill()

    def _start(self) -> None:
        self._process = Process(self._words, self._log, self._environment, self._hear)

    def _stands(self) -> bool:
        """Whether it is ready; one that gave up is started again, as any supervisor would."""
        if self._process is not None and not self._process.runs:
            self._start()
        return self.ready

    def _hear(self, line: str) -> None:
        with self._log.open("a") as log:
            log.write(line)
        self.ready = self.ready or "ingest is ready" in line
