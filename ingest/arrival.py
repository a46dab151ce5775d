"""Arrivals: what one MQTT message turned out to be, ready to be written. Pure values.

Times are int64 microseconds since 1970-01-01 UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from edge.wire import AgentState, Micros, Origin
from ingest.feed import CommittedBatch


class Identity(NamedTuple):
    """Names a message for ever: the store takes each identity once.

    Batches and rejected records count `seq` from 1 within the agent's `epoch`, which is positive.
    Simple devices' messages stand under the device's name: those that carry a time at epoch 0 by
    what they say, others below 0, by the life of the worker that took them.
    """

    agent: str
    epoch: int
    seq: int


class Reply(NamedTuple):
    """The agent that waits for the store's word."""

    site: str
    agent: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """What could not be stored, and why; `items` counts it as far as it could be told apart."""

    received: Micros
    topic: str
    reason: str
    payload: bytes
    items: int = 1


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that can be stored: `batch` holds what passed the checks, `letters` the rest.

    Without an identity it is one of two. Many simple messages in one that carry a time are
    `known_by_content`: a reading that the store has already is the same one told again. What the
    broker had retained, told without a time, is `standing`: it is news only where it differs from
    the last that the store has.
    """

    identity: Identity | None
    reply: Reply | None
    topic: str
    batch: CommittedBatch
    letters: tuple[DeadLetter, ...] = ()
    known_by_content: bool = False
    standing: bool = False

    @property
    def received(self) -> Micros:
        """When it came."""
        return self.batch.received

    @property
    def origin(self) -> Origin:
        """How it came."""
        return self.batch.origin

    @property
    def refused(self) -> int:
        """How many of its items are dead letters."""
        return sum(letter.items for letter in self.letters)

    @property
    def items(self) -> int:
        """How many items came, stored and refused together."""
        return len(self.batch) + self.refused


@dataclass(frozen=True, slots=True)
class Refusal:
    """A message of which nothing can be stored but its dead letter.

    With an identity it is taken once, like any batch, and the agent is told so that it stops
    sending it; without one, every delivery leaves a dead letter.
    """

    letter: DeadLetter
    identity: Identity | None = None
    reply: Reply | None = None
    origin: Origin = "live"
    impostor: bool = False  # it says that it is another agent than the one its topic is of

    @property
    def received(self) -> Micros:
        """When it came."""
        return self.letter.received

    @property
    def letters(self) -> tuple[DeadLetter, ...]:
        """Its one dead letter."""
        return (self.letter,)

    @property
    def refused(self) -> int:
        """How many items are dead letters: all of them."""
        return self.letter.items

    @property
    def items(self) -> int:
        """How many items came, as far as they could be told apart."""
        return self.letter.items


@dataclass(frozen=True, slots=True)
class Report:
    """An agent's own state, or its last will; `retained` when the broker told it once more."""

    site: str
    state: AgentState
    received: Micros
    retained: bool


Message: TypeAlias = Arrival | Refusal
Entry: TypeAlias = Message | Report
