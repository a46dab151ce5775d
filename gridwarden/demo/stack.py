"""Stack: the database, the broker and the processes of one demo, started and stopped in order."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import psycopg

from gridwarden.embedded.broker import EmbeddedBroker
from gridwarden.embedded.datadir import DataDir
from gridwarden.embedded.guard import Guard
from gridwarden.embedded.memory import Memory, tree_memory
from gridwarden.embedded.postgres import EmbeddedPostgres
from gridwarden.embedded.processes import Command, Processes
from gridwarden.errors import GridwardenError
from gridwarden.kept_key import account_key, person_key
from gridwarden.settings import FILE_VARIABLE, Settings
from hub.settings import HubSettings

READY_S = 60.0  # ours: how long a part may take to come up on a busy machine
AGENT_GRACE_S = 15.0  # more than an agent's own drain, so that it is never cut short
LOOPBACK = "127.0.0.1"


@dataclass
class Stack:
    """What runs: addresses, the supervisor of our processes, the embedded services' guard.

    `page` is empty until the hub listens; `page_ports` are the ports it may take, in order.
    """

    data: DataDir
    database_url: str
    broker_url: str
    simple_port: int | None
    page_ports: Sequence[int]
    processes: Processes
    environment: Mapping[str, str]
    services: Mapping[str, EmbeddedPostgres | EmbeddedBroker]
    guard: Guard
    page: str = ""

    def start(self, name: str, *words: str) -> None:
        """Start one of our commands and keep it running."""
        command = (sys.executable, "-m", "gridwarden", "--verbose", *words)
        self.processes.start(Command(name, command, self.environment, Path.cwd()))

    def wait(self, name: str, ready: Callable[[], bool]) -> None:
        """Wait until a part is ready.

        Raises:
            GridwardenError: it was not within 30 s, or was given up; its last words are shown.
        """
        deadline = time.monotonic() + READY_S
        while not ready():
            states = {status.name: status.state for status in self.processes.status()}
            if states.get(name) == "given_up" or time.monotonic() > deadline:
                words = self.processes.log_tail(name)
                raise GridwardenError(f"{name} does not come up; it said:\n{words}")
            time.sleep(0.05)

    def start_hub(self) -> None:
        """Start the hub on the first of its ports that it gets, and wait until the page answers.

        A port that was free a moment ago may be another demo's by now, whose page would answer.

        Raises:
            GridwardenError: it gets none of them, or does not come up.
        """
        for port in self.page_ports:
            self.environment = {**self.environment, "GRIDWARDEN_HUB__PORT": str(port)}
            self.start("hub", "hub", "run")
            if self._hub_gets(port):
                self.page = f"http://{LOOPBACK}:{port}/"
                self.data.remember_port("page", port)
                self.wait("hub", self.page_answers)
                return
            self.processes.stop("hub")
        raise GridwardenError(
            f"the hub does not come up; it said:\n{self.processes.log_tail('hub')}"
        )

    def _hub_gets(self, port: int) -> bool:
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            (hub,) = (status for status in self.processes.status() if status.name == "hub")
            if hub.restarts or hub.state != "running":
                return False
            if hub.pid is not None and _listens(hub.pid, port):
                return True
            time.sleep(0.05)
        return False

    def page_answers(self) -> bool:
        """Whether the desk page and the API answer."""
        return all(_answers(self.page.rstrip("/") + path) for path in ("/", "/api/health"))

    def ingest_beats(self, since: float) -> bool:
        """Whether an ingest worker has given a sign of life since a time (epoch seconds)."""
        with psycopg.connect(self.database_url) as connection:
            query = "select exists (select from workers where beat >= to_timestamp(%s))"
            row = connection.execute(query, [since]).fetchone()
        return bool(row and row[0])

    def memory(self) -> dict[str, Memory]:
        """Memory of every part, by name; a process counts with its descendants."""
        pids = {name: service.pid for name, service in self.services.items()}
        found = {name: tree_memory(pid) for name, pid in pids.items() if pid is not None}
        found |= {status.name: status.memory for status in self.processes.status()}
        return {name: memory for name, memory in found.items() if memory is not None}

    def restarts(self) -> dict[str, int]:
        """How often each part died and was started again.

        Raises:
            GridwardenError: one dies so often that it was given up.
        """
        counts = dict(self.guard.restarts)
        for status in self.processes.status():
            counts[status.name] = status.restarts
            if status.state == "given_up":
                words = self.processes.log_tail(status.name)
                raise GridwardenError(f"{status.name} keeps dying; it said:\n{words}")
        for name in self.guard.given_up:
            raise GridwardenError(f"{name} keeps dying; see the logs in {self.data.path}")
        return counts


@contextmanager
def started_services(settings: Settings, plan: Path, config: Path | None) -> Generator[Stack]:
    """Take the data folder, start database and broker (or use those in the settings).

    Everything that was started is stopped at the end, the last first.

    Raises:
        EmbeddedError: the folder is in use, or a service does not start.
    """
    with ExitStack() as stack:
        data = stack.enter_context(DataDir(settings.data_dir))
        services: dict[str, EmbeddedPostgres | EmbeddedBroker] = {}
        if settings.database.url is None:
            postgres = stack.enter_context(EmbeddedPostgres(data.postgres))
            services["postgres"] = postgres
            database_url = postgres.url
        else:
            database_url = settings.database.url.get_secret_value()
        simple_port: int | None = None
        if settings.broker.url is None:
            broker = stack.enter_context(_broker(settings, data))
            services["broker"] = broker
            broker_url, simple_port = broker.url, broker.port_v3
        else:
            broker_url = settings.broker.url
        guard = stack.enter_context(Guard(services))
        environment = {
            **os.environ,
            "GRIDWARDEN_DATA_DIR": str(data.path),
            "GRIDWARDEN_SITE": settings.site,
            "GRIDWARDEN_DATABASE__URL": database_url,
            "GRIDWARDEN_BROKER__URL": broker_url,
            "GRIDWARDEN_HUB__PLAN": str(plan),
        }
        if config is not None:
            environment[FILE_VARIABLE] = str(config.absolute())
        account_key(settings)
        person_key(settings)  # made before several processes could make it
        processes = stack.enter_context(Processes(data.logs))
        yield Stack(
            data=data,
            database_url=database_url,
            broker_url=broker_url,
            simple_port=simple_port,
            page_ports=page_ports(settings, data),
            processes=processes,
            environment=environment,
            services=services,
            guard=guard,
        )


def _broker(settings: Settings, data: DataDir) -> EmbeddedBroker:
    """A broker on the ports of the last start, where they are free, so that devices find it."""
    remembered = {name: data.port(name) for name in ("broker", "broker_v3")}
    free = {name: port for name, port in remembered.items() if port and is_free(port)}
    kind = None if settings.broker.kind == "auto" else settings.broker.kind
    broker = EmbeddedBroker(data.broker, free.get("broker"), kind, port_v3=free.get("broker_v3"))
    data.remember_port("broker", broker.port)
    data.remember_port("broker_v3", broker.port_v3)
    return broker


def page_ports(settings: Settings, data: DataDir) -> list[int]:
    """The ports for the page: the one that was asked for, else the last, the usual, free ones."""
    usual: int = HubSettings.model_fields["port"].default
    if settings.hub.port not in (usual, 0):
        return [settings.hub.port]
    remembered = data.port("page")
    first = [remembered] if remembered else []
    return [port for port in (*first, usual) if is_free(port)] + [_any_free() for _ in range(3)]


def is_free(port: int) -> bool:
    """Whether nothing listens on a loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _any_free() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _listens(pid: int, port: int) -> bool:
    try:
        sockets = psutil.Process(pid).net_connections("tcp")
    except psutil.NoSuchProcess:
        return False
    return any(one.status == psutil.CONN_LISTEN and one.laddr.port == port for one in sockets)


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=2) as answer:  # noqa: S310  # our own page on loopback
            return answer.status == 200
    except (URLError, TimeoutError, ConnectionError):
        return False
