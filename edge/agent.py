"""Agent: polls its drivers, spools what they read, and sends it until ingest acknowledges.

One thread does everything but the network; a poll's urgent samples are published before the
thread waits again, so that the agent adds at most one poll interval to an alarm.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path

from edge.assemble import clock_micros, open_link, open_outbox
from edge.config import ConfigError, load_agent_file
from edge.drivers.registry import devices_of, make_driver
from edge.link import Link, Will
from edge.outbox import Outbox
from edge.pack import BadSampleError
from edge.sender import Sender
from edge.settings import EdgeSettings
from edge.supervise import SupervisedDriver
from edge.window import Window
from edge.wire import AgentState, Micros, encode_agent_state, is_identifier, state_topic

DRAIN_S = 10.0  # ours: how long a stopping agent waits for acknowledgements
_LONGEST_WAIT_S = 0.25  # ours: how long a stop may go unnoticed

log = logging.getLogger(__name__)


class Agent:
    """The loop of one agent."""

    def __init__(
        self,
        name: str,
        drivers: Sequence[SupervisedDriver],
        outbox: Outbox,
        link: Link,
        settings: EdgeSettings,
        *,
        site: str,
        clock: Callable[[], Micros] = clock_micros,
        monotonic: Callable[[], float] = time.monotonic,
        drain_s: float = DRAIN_S,
        software: str = "",
    ) -> None:
        self._name = name
        self._drivers = drivers
        self._outbox = outbox
        self._link = link
        self._settings = settings
        self._clock = clock
        self._monotonic = monotonic
        self._drain_s = drain_s
        self._software = software
        self._state_topic = state_topic(site, name)
        window = Window(settings.in_flight, settings.resend_s)
        self._sender = Sender(outbox, window, link, site=site, agent=name, monotonic=monotonic)
        self._evicted = outbox.counts.evicted

    def run(self, stop: threading.Event) -> None:
        """Poll and send until `stop` is set, then drain, say goodbye and release everything."""
        self._link.start()
        try:
            self._poll_until(stop)
        finally:
            for driver in self._drivers:
                driver.close()
            self._drain()
            self._link.close(Will(self._state_topic, self._state(online=False)))
            self._outbox.close()

    def _poll_until(self, stop: threading.Event) -> None:
        next_poll = next_report = self._monotonic()
        while not stop.is_set():
            now = self._monotonic()
            if now >= next_poll:
                self._poll()
                next_poll = max(next_poll + self._settings.poll_ms / 1000, self._monotonic())
            if now >= next_report:
                self._report()
                next_report = now + self._settings.report_s
            wait = min(next_poll - self._monotonic(), _LONGEST_WAIT_S)
            if self._sender.wait(wait):
                log.info("connected: agent=%s", self._name)
                self._report()

    def _poll(self) -> None:
        for driver in self._drivers:
            now, at = self._clock(), self._monotonic()
            samples = driver.poll(now, at)
            if not samples:
                continue
            try:
                self._outbox.append(samples)
            except BadSampleError as error:
                self._outbox.append(driver.fail(error, now, at))
        self._sender.pump()

    def _report(self) -> None:
        self._link.publish(self._state_topic, self._state(online=True), retain=True)
        evicted = self._outbox.counts.evicted
        if evicted > self._evicted:
            log.warning("spool full: agent=%s evicted=%d", self._name, evicted - self._evicted)
        self._evicted = evicted

    def _drain(self) -> None:
        deadline = self._monotonic() + self._drain_s
        while not self._outbox.empty and self._monotonic() < deadline:
            self._sender.pump()
            self._sender.wait(_LONGEST_WAIT_S)
        left = self._outbox.counts
        if left.batches:
            log.warning(
                "stopped before all was acknowledged; the spool keeps it: agent=%s batches=%d",
                self._name, left.batches,
            )  # fmt: skip

    def _state(self, *, online: bool) -> bytes:
        counts = self._outbox.counts
        return encode_agent_state(
            AgentState(
                agent=self._name,
                online=online,
                time=self._clock(),
                epoch=self._outbox.epoch,
                software=self._software,
                devices=sum(driver.devices for driver in self._drivers),
                made=counts.made,
                acknowledged=counts.acknowledged,
                evicted=counts.evicted,
                spooled_batches=counts.batches,
                spooled_bytes=counts.bytes,
            )
        )


def run_agent(
    config_path: Path,
    settings: EdgeSettings,
    *,
    site: str,
    broker_url: str,
    username: str | None,
    password: str | None,
    spool_dir: Path,
    stop: threading.Event,
) -> None:
    """Run the agent that `config_path` describes until `stop` is set.

    Raises:
        ConfigError: the file, the site's name or the broker's address cannot be used.
        SpoolError: the spool is in use, or its disk is full, read-only or failing.
    """
    file = load_agent_file(config_path)
    if not is_identifier(site):
        raise ConfigError(f"site {site!r}: write 1 to 64 letters, digits, '.', '_' or '-'")
    try:
        link = open_link(
            broker_url, username, password,
            site=site, agent=file.agent, queue=2 * settings.in_flight + 8,
        )  # fmt: skip
    except ValueError as error:
        raise ConfigError(str(error)) from error
    drivers = [
        SupervisedDriver(
            f"{file.agent}-{number}-{spec.__struct_config__.tag}",
            partial(make_driver, spec, file.agent, clock_micros),
            devices=devices_of(spec),
        )
        for number, spec in enumerate(file.driver, 1)
    ]
    outbox = open_outbox(spool_dir, file.agent, settings)
    software = f"gridwarden {version('gridwarden')}"
    agent = Agent(file.agent, drivers, outbox, link, settings, site=site, software=software)
    agent.run(stop)
