"""Directory: who is who and what stands where, held in memory for the API."""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection

from hub.sites.care import Registered, registered_agents
from hub.sites.domain import AGENT, Name, Spot, Terminal
from hub.sites.members import holders
from hub.sites.store import read_site, spots


class Directory:
    """Names of people and spots of devices and agents; refreshed whenever the site changes."""

    def __init__(self) -> None:
        self.spots: dict[str, Spot] = {}
        self.agents: dict[str, Registered] = {}
        self.terminals: list[Terminal] = []
        self.members: list[str] = []  # who holds a grid, as warden or stand-in
        self._people: dict[str, Name] = {}

    async def refresh(self, conn: AsyncConnection[Any]) -> None:
        """Read the stored site again."""
        document = await read_site(conn)
        self._people = {} if document is None else {p.id: p.name for p in document.people}
        self.terminals = [] if document is None else document.terminals
        self.members = [] if document is None else holders(document)
        everything = await spots(conn)
        self.spots = {name: spot for name, spot in everything.items() if spot.kind != AGENT}
        self.agents = {} if document is None else registered_agents(document, everything)

    def knows(self, person: str) -> bool:
        """Whether the site has a person of that id."""
        return person in self._people

    def name(self, person: str) -> Name:
        """What to call somebody; who has left the site is called by the id."""
        return self._people.get(person) or Name(en=person, zh=person)
