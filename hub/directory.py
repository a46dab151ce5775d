"""Directory: who is who and what stands where, held in memory for the API."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Any

from psycopg import AsyncConnection

from hub.rights.resolve import NOWHERE, Territory, territory
from hub.roster.store import approved_leaves
from hub.sites.care import Registered, registered_agents
from hub.sites.domain import AGENT, Name, SiteDocument, Spot, Terminal
from hub.sites.members import holders
from hub.sites.store import read_site, spots
from ingest import clock

REFRESH_S = 1.0  # ours: how soon the site is read again for somebody it does not have


class Directory:
    """Names of people and spots of devices and agents; refreshed whenever the site changes."""

    def __init__(self) -> None:
        self.spots: dict[str, Spot] = {}
        self.agents: dict[str, Registered] = {}
        self.terminals: list[Terminal] = []
        self.members: list[str] = []  # who holds a grid, as warden or stand-in
        self.territory: Territory = NOWHERE  # who works where and holds what, for their rights
        self._people: dict[str, Name] = {}
        self._document: SiteDocument | None = None
        self._read = -REFRESH_S

    async def refresh(self, conn: AsyncConnection[Any]) -> None:
        """Read the stored site again."""
        self._read = time.monotonic()
        document = self._document = await read_site(conn)
        await self.refresh_leaves(conn)
        self._people = {} if document is None else {p.id: p.name for p in document.people}
        self.terminals = [] if document is None else document.terminals
        self.members = [] if document is None else holders(document)
        everything = await spots(conn)
        self.spots = {name: spot for name, spot in everything.items() if spot.kind != AGENT}
        self.agents = {} if document is None else registered_agents(document, everything)

    async def refresh_if_old(self, conn: AsyncConnection[Any]) -> None:
        """Read the stored site again unless that was done within the last second."""
        if time.monotonic() - self._read >= REFRESH_S:
            await self.refresh(conn)

    async def refresh_leaves(self, conn: AsyncConnection[Any]) -> None:
        """Read the approved leaves again: rights of stand-ins rest on them."""
        leaves = await approved_leaves(conn, clock.now())
        self.territory = territory(self._document, leaves)

    @property
    def people(self) -> Collection[str]:
        """The ids of all people of the site."""
        return self._people.keys()

    def knows(self, person: str) -> bool:
        """Whether the site has a person of that id."""
        return person in self._people

    def name(self, person: str) -> Name:
        """What to call somebody; who has left the site is called by the id."""
        return self._people.get(person) or Name(en=person, zh=person)
