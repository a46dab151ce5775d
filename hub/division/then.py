"""Then: who held a grid at a time, as the API and the command tell it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from psycopg import AsyncConnection
from pydantic import BaseModel, Field

from edge.wire import Micros
from hub.sites.domain import GridKind, Name, Point, grid_path
from hub.sites.history import GridThen, names_at, territory_at
from hub.sites.responsible import Responsible, responsible
from hub.sites.routes import NameView
from hub.views import Instant, PersonRef, instant, name_view
from ingest import clock


class NoSuchGridError(LookupError):
    """There was no grid of that code at that time."""


class DutyView(BaseModel):
    """What a post of a grid has to do."""

    id: str
    name: NameView
    post: str
    every: str | None


class ResponsibleView(BaseModel):
    """The three tiers of responsible persons."""

    first: PersonRef | None
    main: PersonRef | None
    specific: PersonRef | None


class ContractView(BaseModel):
    """Who contracts a grid from above, and who supports and supervises."""

    leader: PersonRef | None
    body: NameView | None
    supporting: PersonRef | None
    supervising_unit: NameView | None
    responsible_unit: NameView | None


class GridAt(BaseModel):
    """A grid as it was at `at`: `since` to `until` its boundary, `held_*` its holder."""

    code: str
    at: Instant
    parent: str | None
    name: NameView
    kind: GridKind
    live: bool
    boundary: list[Point]
    since: Instant
    until: Instant | None = Field(description="None: still so")
    warden: PersonRef | None
    stand_in: PersonRef | None
    responsible: ResponsibleView
    held_since: Instant | None
    held_until: Instant | None
    duties: list[DutyView]
    contract: ContractView | None


async def grid_at(
    conn: AsyncConnection[Any],
    code: str,
    at: Micros,
    told: Callable[[Sequence[str]], bool] = lambda _: True,
) -> GridAt:
    """The grid as it was then; `told` says by its path of then whether it is there for who asks.

    Raises:
        NoSuchGridError: there was none of that code.
    """
    then = await territory_at(conn, at)
    if code not in then:
        raise NoSuchGridError(code)
    found = then[code]
    path = grid_path({name: one.grid.parent for name, one in then.items()}, code)
    if not told(path):
        raise NoSuchGridError(code)
    holdings = {name: one.holding for name, one in then.items() if one.holding is not None}
    tiers = responsible(path, holdings)
    holding = found.holding
    people = {tiers.first, tiers.main, tiers.specific}
    if holding is not None:
        people |= {holding.warden, holding.stand_in}
    if found.contract is not None:
        people |= {found.contract.leader, found.contract.supporting}
    names = await names_at(conn, sorted(person for person in people if person is not None), at)
    return _view(found, tiers, names, at)


def _view(then: GridThen, tiers: Responsible, names: dict[str, Name], at: Micros) -> GridAt:
    def person(id_: str | None) -> PersonRef | None:
        if id_ is None:
            return None
        return PersonRef(id=id_, name=name_view(names.get(id_) or Name(en=id_, zh=id_)))

    def unit(name: Name | None) -> NameView | None:
        return None if name is None else name_view(name)

    grid, holding, contract = then.grid, then.holding, then.contract
    return GridAt(
        code=grid.code,
        at=clock.moment(at),
        parent=grid.parent,
        name=name_view(grid.name),
        kind=grid.kind,
        live=grid.live,
        boundary=grid.boundary,
        since=clock.moment(then.since),
        until=instant(then.until),
        warden=person(None if holding is None else holding.warden),
        stand_in=person(None if holding is None else holding.stand_in),
        responsible=ResponsibleView(
            first=person(tiers.first), main=person(tiers.main), specific=person(tiers.specific)
        ),
        held_since=instant(then.held_since),
        held_until=instant(then.held_until),
        contract=None
        if contract is None
        else ContractView(
            leader=person(contract.leader),
            body=unit(contract.body),
            supporting=person(contract.supporting),
            supervising_unit=unit(contract.supervising_unit),
            responsible_unit=unit(contract.responsible_unit),
        ),
        duties=[
            DutyView(id=duty.id, name=name_view(duty.name), post=duty.post, every=duty.every)
            for duty in then.duties
        ],
    )
