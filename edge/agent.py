"""Agent: polls its drivers, spools what they read, and sends it until ingest acknowledges.

One thread does everything but the network; a poll's urgent samples are published before the
thread waits again, so that the agent adds at most one poll interval to an alarm.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from edge.assemble import clock_micros, open_link, open_outbox
from edge.budget import Budget
from edge.command import Command, Reply, UnknownCommand, encode_reply, reply_topic
from edge.config import ConfigError, load_agent_file
from edge.configure import Configuration, RolledBackError, make_drivers
from edge.duty import Duty
from edge.link import Connected, Event, Link, Lost, Will
from edge.look import Look, encode_frame, frame_topic
from edge.orders import Orders
from edge.outbox import Outbox
from edge.pack import BadSampleError
from edge.replies import Replies
from edge.sender import Sender
from edge.settings import EdgeSettings
from edge.supervise import SupervisedDriver
from edge.tls import SYSTEM, Tls
from edge.trial import Trial
from edge.window import Window
from edge.wire import (
    Ack,
    AgentState,
    LinkTest,
    Micros,
    encode_agent_state,
    is_identifier,
    state_topic,
)

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
        records: Path | None = None,
        configuration: Configuration | None = None,
    ) -> None:
        """`records` is the folder that remembers what was passed and answered over a restart.

        Without a `configuration` the drivers cannot be exchanged while it runs.
        """
        self._name = name
        self._site = site
        self._drivers = drivers
        self._outbox = outbox
        self._link = link
        self._settings = settings
        self._clock = clock
        self._monotonic = monotonic
        self._drain_s = drain_s
        self._software = software
        self._configuration = configuration
        self._state_topic = state_topic(site, name)
        self._reply_topic = reply_topic(site, name)
        window = Window(settings.in_flight, settings.resend_s)
        self._sender = Sender(outbox, window, link, site=site, agent=name, monotonic=monotonic)
        self._evicted = outbox.counts.evicted
        self._duty = Duty(
            Trial(name, clock),
            link,
            outbox,
            site=site,
            agent=name,
            monotonic=monotonic,
            record=records / f"{name}.duty" if records else None,
        )
        self._shown = Budget(settings.frames_kb_s * 1000)
        replies = Replies(records / f"{name}.replies" if records else None)
        self._orders = Orders(name, self, replies, self._reply, clock)

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
                next_poll = max(next_poll + self._poll_s, self._monotonic())
            if now >= next_report:
                self.report()
                next_report = now + self._report_s
            self._orders.step()
            self._tested(self._duty.step())
            wait = min(next_poll - self._monotonic(), _LONGEST_WAIT_S)
            for event in self._sender.wait(wait):
                self._heed(event)

    def _heed(self, event: Event) -> None:
        match event:
            case Connected():
                log.info("connected: agent=%s", self._name)
                self._duty.begin()
                self.report()
            case Lost():
                self._duty.lost()
            case Ack():
                self._tested(self._duty.note(event))
            case Command() | UnknownCommand():
                self._orders.take(event)
            case Look(device=device, for_s=seconds):
                if not any(driver.look(device, seconds) for driver in self._drivers):
                    log.debug("looked for a camera of none here: device=%s", device)

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
            self._orders.look_for_pictures(samples)
        self._sender.pump()
        self._show()

    def _show(self) -> None:
        for driver in self._drivers:
            for device, frame in driver.take_frames():
                payload = encode_frame(frame)
                sent = self._shown.allows(len(payload), self._monotonic()) and (
                    self._link.publish_lossy(frame_topic(self._site, self._name, device), payload)
                )
                if not sent:
                    driver.drop_frame(device)

    def try_link(self) -> None:
        """Test the link to ingest again."""
        self._duty.begin()

    def take_snapshot(self, device: str) -> bool:
        """Ask a camera for its next picture; False if no driver has it."""
        return any(driver.take_snapshot(device) for driver in self._drivers)

    def configure(self, text: str) -> int:
        """Put an agent's file into force; the number that the one before is kept under.

        Raises:
            ConfigError: the file cannot be used; nothing was changed.
            RolledBackError: it could not be put into force; the old one is.
        """
        if self._configuration is None:
            raise RolledBackError("this agent runs without a file")
        number, self._drivers = self._configuration.replace(text, self._drivers)
        return number

    def report(self) -> None:
        """Publish the agent's state now."""
        self._link.publish(self._state_topic, self._state(online=True), retain=True)
        evicted = self._outbox.counts.evicted
        if evicted > self._evicted:
            log.warning("spool full: agent=%s evicted=%d", self._name, evicted - self._evicted)
        self._evicted = evicted

    @property
    def _poll_s(self) -> float:
        own = self._configuration and self._configuration.file.poll_ms
        return (own or self._settings.poll_ms) / 1000

    @property
    def _report_s(self) -> float:
        own = self._configuration and self._configuration.file.report_s
        return own or self._settings.report_s

    def _tested(self, result: LinkTest | None) -> None:
        if result is not None:
            self.report()
            self._orders.tested(result)

    def _reply(self, reply: Reply) -> None:
        self._link.publish(self._reply_topic, encode_reply(reply))

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
                held=self._outbox.held,
                duty=self._duty.state,
                link_test=self._duty.newest,
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
    tls: Tls = SYSTEM,
) -> None:
    """Run the agent that `config_path` describes until `stop` is set.

    Raises:
        ConfigError: the file, the site's name, the broker's address or a file for TLS cannot
            be used.
        SpoolError: the spool is in use, or its disk is full, read-only or failing.
    """
    file = load_agent_file(config_path)
    if not is_identifier(site):
        raise ConfigError(f"site {site!r}: write 1 to 64 letters, digits, '.', '_' or '-'")
    try:
        link = open_link(
            broker_url, username, password,
            site=site, agent=file.agent, queue=2 * settings.in_flight + 8, tls=tls,
        )  # fmt: skip
    except ValueError as error:
        raise ConfigError(str(error)) from error
    agent = Agent(
        file.agent,
        make_drivers(file, clock_micros),
        open_outbox(spool_dir, file.agent, settings),
        link,
        settings,
        site=site,
        software=f"gridwarden {version('gridwarden')}",
        records=spool_dir,
        configuration=Configuration(config_path.absolute(), file, clock_micros),
    )
    agent.run(stop)
