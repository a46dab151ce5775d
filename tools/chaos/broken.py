"""Broken: `gridwarden` with the protocol broken on purpose, to prove that chaos finds it.

Run as `python -m tools.chaos.broken BREAK ingest run`. The product has no switch for this: its
parts are replaced here, in this process only.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from threading import Event
from types import ModuleType
from typing import Any

from gridwarden.cli import main
from ingest import write as write_module
from ingest.inbox import Delivery, Inbox
from ingest.link import Link
from ingest.write import Writer

_LEISURE_S = 0.5  # so that a kill always finds something that was acknowledged too early


def acknowledge_early() -> None:
    """Acknowledge what arrives, and commit at leisure."""
    links: list[Link] = []
    born, acknowledge, put = Link.__init__, Link.acknowledge, Inbox.put
    write = Writer.write

    def init(self: Link, *args: Any, **options: Any) -> None:
        born(self, *args, **options)
        links.append(self)

    def put_acknowledged(self: Inbox, deliveries: Sequence[Delivery], stop: Event) -> bool:
        for link in links:
            acknowledge(link, deliveries)
        return put(self, deliveries, stop)

    def say_nothing(_link: Link, _lot: Any) -> None:
        """The agents have heard it already."""

    def write_later(self: Writer, conn: Any, entries: Sequence[Any]) -> Any:
        time.sleep(_LEISURE_S)
        return write(self, conn, entries)

    _replace(Writer, "write", write_later)
    _replace(Link, "__init__", init)
    _replace(Link, "acknowledge", say_nothing)
    _replace(Inbox, "put", put_acknowledged)


def forget_identity() -> None:
    """Take every delivery for a new one."""

    def claim(_conn: Any, messages: Sequence[Any]) -> list[Any]:
        return list(messages)

    _replace(write_module, "claim", claim)


BREAKS: dict[str, Callable[[], None]] = {
    "acknowledge-early": acknowledge_early,
    "forget-identity": forget_identity,
}


def _replace(owner: type | ModuleType, name: str, value: object) -> None:
    if name not in vars(owner):
        raise AttributeError(f"{owner.__name__} has no {name} any more: mend this break")
    setattr(owner, name, value)


if __name__ == "__main__":
    BREAKS[sys.argv.pop(1)]()
    main()
