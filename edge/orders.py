"""Orders: carries out what is asked of an agent, each command once, and answers.

What takes time, a picture or a link test, is answered when it is there. Used by the agent's thread.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple, Protocol, TypeAlias

from edge.command import (
    MAX_REASON,
    Command,
    Configure,
    Detail,
    Reply,
    ReportNow,
    Snapshot,
    TryLink,
    UnknownCommand,
)
from edge.config import ConfigError
from edge.configure import RolledBackError
from edge.replies import Replies
from edge.sample import Sample
from edge.wire import LinkTest, Micros

SNAPSHOT = "snapshot"  # the kind of detection that carries a picture which was asked for
PATIENCE: Micros = 15_000_000  # ours: a camera that opens, or a link test, takes no longer

_State: TypeAlias = Literal["done", "refused", "failed"]

log = logging.getLogger(__name__)


class Hands(Protocol):
    """What an agent can do when it is told to."""

    def report(self) -> None:
        """Report the state at once."""
        ...

    def try_link(self) -> None:
        """Begin a link test; its result comes to `Orders.tested`."""
        ...

    def take_snapshot(self, device: str) -> bool:
        """Ask a camera for its next picture; False if there is no such camera."""
        ...

    def configure(self, text: str) -> int:
        """Put an agent's file into force; the number that the replaced one is kept under.

        Raises:
            ConfigError: the file cannot be used; nothing was changed.
            RolledBackError: it could not be put into force; the old one is.
        """
        ...


class _Waiting(NamedTuple):
    until: Micros
    device: str | None  # None waits for a link test


class Orders:
    """The commands of one agent."""

    def __init__(
        self,
        agent: str,
        hands: Hands,
        replies: Replies,
        publish: Callable[[Reply], object],
        clock: Callable[[], Micros],
    ) -> None:
        """`publish` may lose a reply: the command comes again and is answered again."""
        self._agent = agent
        self._hands = hands
        self._replies = replies
        self._publish = publish
        self._clock = clock
        self._waiting: dict[str, _Waiting] = {}

    def take(self, command: Command | UnknownCommand) -> None:
        """Carry a command out, unless that was done before."""
        answered = self._replies.get(command.id)
        if answered is not None:
            self._publish(answered)
        elif command.id in self._waiting:
            return
        elif isinstance(command, UnknownCommand):
            self._answer(command.id, "refused", f"this agent does not know it: {command.reason}")
        elif self._clock() > command.valid_until:
            self._answer(command.id, "refused", "it came too late, by this agent's clock")
        else:
            log.info("command: agent=%s id=%s order=%r", self._agent, command.id, _name(command))
            self._carry_out(command)

    def look_for_pictures(self, samples: Iterable[Sample]) -> None:
        """Answer those whose picture is among what a driver has just read."""
        if not self._waiting:
            return
        for sample in samples:
            for seen in sample.detections:
                if seen.kind == SNAPSHOT:
                    self._settle(seen.device, "done", "", {"time": seen.time})

    def tested(self, result: LinkTest) -> None:
        """Answer those that wait for a link test."""
        detail: Detail = {
            "rounds": result.rounds,
            "median_ms": result.median_ms,
            "slowest_ms": result.slowest_ms,
        }
        self._settle(None, "done" if result.passed else "failed", result.reason, detail)

    def step(self) -> None:
        """Give up what has waited for too long."""
        if not self._waiting:
            return
        now = self._clock()
        late = [name for name, waiting in self._waiting.items() if now > waiting.until]
        for name in late:
            device = self._waiting.pop(name).device
            what = "the link test did not end" if device is None else f"{device} gave no picture"
            self._answer(name, "failed", f"{what} in time")

    def _carry_out(self, command: Command) -> None:
        name, until = command.id, min(command.valid_until, self._clock() + PATIENCE)
        match command.order:
            case ReportNow():
                self._hands.report()
                self._answer(name, "done")
            case TryLink():
                self._waiting[name] = _Waiting(until, None)
                self._hands.try_link()
            case Snapshot(device=device):
                if self._hands.take_snapshot(device):
                    self._waiting[name] = _Waiting(until, device)
                else:
                    self._answer(name, "refused", f"{device} is no camera that this agent reads")
            case Configure(file=text):
                self._configure(name, text)

    def _configure(self, name: str, text: str) -> None:
        try:
            replaced = self._hands.configure(text)
        except ConfigError as error:
            self._answer(name, "refused", str(error))
        except RolledBackError as error:
            self._answer(name, "failed", str(error))
        else:
            self._answer(name, "done", "", {"replaced": replaced})

    def _settle(self, device: str | None, state: _State, reason: str, detail: Detail) -> None:
        names = [name for name, waiting in self._waiting.items() if waiting.device == device]
        for name in names:
            del self._waiting[name]
            self._answer(name, state, reason, detail)

    def _answer(
        self, name: str, state: _State, reason: str = "", detail: Detail | None = None
    ) -> None:
        reply = Reply(name, self._agent, self._clock(), state, reason[:MAX_REASON], detail or {})
        self._replies.add(reply)
        self._publish(reply)


def _name(command: Command) -> str:
    return type(command.order).__name__
