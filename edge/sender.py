"""Sender: moves batches from the outbox over the link and drops what ingest acknowledges."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Protocol

from edge.command import Command, UnknownCommand
from edge.link import Connected, Event, Link, Lost
from edge.look import Look
from edge.window import Key, Ticket, Window
from edge.wire import Ack, batch_topic, rejected_topic


class Outgoing(Protocol):
    """What waits to be sent: an outbox, or a carried file."""

    def tickets(self, limit: int, exclude: Collection[Key] = ()) -> list[Ticket]:
        """The first `limit` batches but those in `exclude`: urgent first, then the oldest."""
        ...

    def load(self, tickets: Iterable[Ticket]) -> dict[Key, bytes]:
        """Payloads by key; those that are gone meanwhile are left out."""
        ...

    def acknowledge(self, acks: Iterable[Ack]) -> None:
        """Drop what ingest has committed."""
        ...


class Sender:
    """Outbox, window and link of one agent; used by the thread of its loop only."""

    def __init__(
        self,
        outbox: Outgoing,
        window: Window,
        link: Link,
        *,
        site: str,
        agent: str,
        monotonic: Callable[[], float],
    ) -> None:
        self._outbox = outbox
        self._window = window
        self._link = link
        self._site = site
        self._agent = agent
        self._monotonic = monotonic
        self._online = False

    def pump(self) -> None:
        """Publish what is due, urgent first, as far as window and link have room."""
        if not self._online:
            return
        heads = self._outbox.tickets(self._window.reach, self._window.in_flight)
        chosen = self._window.choose(heads, self._monotonic())
        if not chosen:
            return
        payloads = self._outbox.load(chosen)
        gone = [ticket for ticket in chosen if ticket.key not in payloads]
        self._window.settle(ticket.key for ticket in gone)
        waiting = [ticket for ticket in chosen if ticket.key in payloads]
        for place, ticket in enumerate(waiting):
            if not self._link.publish(self._topic(ticket), payloads[ticket.key]):
                self._window.withdraw(waiting[place:])
                return

    def wait(self, timeout: float) -> list[Event]:
        """Handle what happens within `timeout` seconds, at least what has; what it was.

        Returns as soon as something was handled. Acknowledgements that wait together are one
        transaction of the spool.
        """
        events: list[Event] = []
        event = self._link.next_event(timeout)
        while event is not None:
            events.append(event)
            self._note(event)
            event = self._link.next_event(0)
        acks = [event for event in events if isinstance(event, Ack)]
        if acks:
            self._outbox.acknowledge(acks)
        if events:
            self.pump()
        return events

    def _note(self, event: Event) -> None:
        match event:
            case Connected():
                self._window.reconnect()
                self._online = True
            case Lost():
                self._online = False
            case Ack():
                self._window.settle((event.epoch, seq) for seq in event.seqs)
            case Command() | UnknownCommand() | Look():
                pass  # the agent's

    def _topic(self, ticket: Ticket) -> str:
        if ticket.channel == "rejected":
            return rejected_topic(self._site, self._agent)
        return batch_topic(self._site, self._agent, ticket.channel)
