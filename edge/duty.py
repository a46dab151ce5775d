"""Duty: an agent is on trial until it has passed a link test, then on live duty for good.

What it reads on trial is spooled and sent like everything, marked `trial`: the store keeps it and
no rule judges it. Once passed, the agent stays on duty over restarts and outages, so that an alarm
read while the link is down is never taken for a test; later tests are reported only.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec

import edge.wire
from edge.link import Link
from edge.replies import write_whole
from edge.trial import Trial
from edge.wire import Ack, LinkTest, Origin, batch_topic

log = logging.getLogger(__name__)


class Marked(Protocol):
    """What gives batches their origin."""

    def mark(self, origin: Origin) -> None:
        """What is made from here on bears this origin."""
        ...


class _Passed(msgspec.Struct, frozen=True):
    site: str
    test: LinkTest


class Duty:
    """Runs the link tests of one agent and says what it is on; used by the agent's thread."""

    def __init__(
        self,
        trial: Trial,
        link: Link,
        outbox: Marked,
        *,
        site: str,
        agent: str,
        monotonic: Callable[[], float],
        record: Path | None = None,
    ) -> None:
        """`record` is the file that remembers a passed test; it counts for its site only."""
        self.newest: LinkTest | None = None
        self._trial = trial
        self._link = link
        self._outbox = outbox
        self._site = site
        self._agent = agent
        self._topic = batch_topic(site, agent, "urgent")
        self._monotonic = monotonic
        self._record = record
        self._admitted = _admitted(record, site)
        outbox.mark("live" if self._admitted else "trial")

    @property
    def state(self) -> edge.wire.Duty:
        """Whether rules judge what the agent reads."""
        return "live" if self._admitted else "testing"

    def begin(self) -> None:
        """Test the link now."""
        self._trial.begin(self._monotonic())

    def lost(self) -> None:
        """There is no link to test."""
        self._trial.stop()

    def note(self, ack: Ack) -> LinkTest | None:
        """Take in an acknowledgement; the result when it ends a test."""
        return self._conclude(self._trial.note(ack, self._monotonic()))

    def step(self) -> LinkTest | None:
        """Publish what is due; the result when time has ended a test."""
        now = self._monotonic()
        ended = self._conclude(self._trial.expired(now))
        payload = self._trial.due(now)
        if payload is not None:
            # A link that takes nothing now is full or lost: the round's time runs all the same.
            self._link.publish(self._topic, payload)
        return ended

    def _conclude(self, result: LinkTest | None) -> LinkTest | None:
        if result is None:
            return None
        self.newest = result
        if not result.passed:
            log.warning("link test failed: agent=%s reason=%s", self._agent, result.reason)
        elif not self._admitted:
            log.info(
                "link test passed, on live duty: agent=%s median_ms=%.1f slowest_ms=%.1f",
                self._agent, result.median_ms, result.slowest_ms,
            )  # fmt: skip
            self._admitted = True
            self._outbox.mark("live")
            self._remember(result)
        return result

    def _remember(self, result: LinkTest) -> None:
        if self._record is None:
            return
        try:
            write_whole(self._record, msgspec.json.encode(_Passed(self._site, result)))
        except OSError as error:
            log.warning("the next start tests again: path=%s error=%s", self._record, error)


def _admitted(record: Path | None, site: str) -> bool:
    if record is None or not record.exists():
        return False
    try:
        return msgspec.json.decode(record.read_bytes(), type=_Passed).site == site
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        log.warning("tested again: path=%s error=%s", record, error)
        return False
