"""Agent: the real agent's loop, spool and link around the counter, as a process of its own.

Once a fifth of a second, and at its end, it prints what it has made as one line of JSON. Its
clock may be wrong and its link may shuffle; `--break drop-when-published` makes it forget a batch
as soon as it has been handed to the broker.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from edge.agent import Agent
from edge.assemble import clock_micros, open_outbox
from edge.link import Address, Link, Will
from edge.outbox import Outbox
from edge.settings import EdgeSettings
from edge.supervise import SupervisedDriver
from edge.wire import Ack, AgentState, ack_topic, decode_batch, encode_agent_state, state_topic
from tools.chaos.counter import CounterDriver, Course

SITE = "chaos"
STATUS_S = 0.2
DRAIN_S = 600.0
_HELD = 12  # messages that the shuffling link may hold back


class ShufflingLink(Link):
    """Hands batches over late and in random order."""

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self._held: list[tuple[str, bytes]] = []

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        """Keep a batch back, and now and then hand over all that were, shuffled."""
        if retain:
            return super().publish(topic, payload, retain=True)
        self._held.append((topic, payload))
        if len(self._held) >= _HELD or random.random() < 1 / _HELD:
            random.shuffle(self._held)
            while self._held:
                super().publish(*self._held.pop())
        return True


class ForgetfulLink(Link):
    """Takes the hand-over for the store's commit: the protocol broken on purpose."""

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        """Publish, and acknowledge in the store's name."""
        published = super().publish(topic, payload, retain=retain)
        if published and not retain:
            batch = decode_batch(payload)
            self._events.put(Ack(batch.epoch, [batch.seq]))
        return published


def main() -> None:
    """Run one life of one agent until SIGTERM."""
    options = _parse()
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    settings = EdgeSettings.model_validate(json.loads(options.settings))
    offset = int(options.offset_s * 1_000_000)

    def clock() -> int:
        return clock_micros() + offset

    course = Course(options.name, options.life, options.origin, options.period, options.devices)
    driver = CounterDriver(course)
    outbox = open_outbox(options.folder, options.name, settings, clock)
    kind = {"shuffling": ShufflingLink, "forgetful": ForgetfulLink}.get(options.link, Link)
    lost = encode_agent_state(AgentState(agent=options.name, online=False))
    link = kind(
        Address.parse(options.broker_url),
        client_id=f"{SITE}-{options.name}",
        ack_topic=ack_topic(SITE, options.name),
        will=Will(state_topic(SITE, options.name), lost),
        queue=2 * settings.in_flight + 8,
    )
    supervised = SupervisedDriver("counter", lambda: driver)
    agent = Agent(
        options.name, [supervised], outbox, link, settings,
        site=SITE, clock=clock, drain_s=DRAIN_S,
    )  # fmt: skip
    teller = threading.Thread(target=_tell_until, args=(stop, driver, outbox), daemon=True)
    teller.start()
    agent.run(stop)
    teller.join()
    _tell(driver, outbox)


def _tell_until(stop: threading.Event, driver: CounterDriver, outbox: Outbox) -> None:
    while not stop.wait(STATUS_S):
        _tell(driver, outbox)


def _tell(driver: CounterDriver, outbox: Outbox) -> None:
    reserve = outbox._reserve.counts  # pyright: ignore[reportPrivateUsage]: only its sum with the disk's is public
    line = {
        "counted": driver.last,
        "reserve_made": reserve.made,
        "reserve_waiting": reserve.batches,
        "reserve_evicted": reserve.evicted,
        "waiting": outbox.counts.batches,
        "waiting_bytes": outbox.counts.bytes,
    }
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--name", required=True)
    parser.add_argument("--broker-url", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--life", type=int, required=True)
    parser.add_argument("--origin", type=int, required=True)
    parser.add_argument("--period", type=int, required=True)
    parser.add_argument("--devices", type=int, required=True)
    parser.add_argument("--offset-s", type=float, default=0.0)
    parser.add_argument("--link", choices=("plain", "shuffling", "forgetful"), default="plain")
    parser.add_argument("--settings", default="{}")
    return parser.parse_args()


if __name__ == "__main__":
    main()
