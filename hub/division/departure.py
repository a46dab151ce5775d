"""Departure: a member who is transferred, replaced or dismissed leaves all posts. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from hub.division.domain import Division
from hub.roster.domain import DepartureKind
from hub.sites.domain import Contract, Holding, leaves_of

Seat = Literal["warden", "stand_in"]


class Departure(msgspec.Struct, frozen=True, kw_only=True):
    """Who leaves all posts, how, and who takes them; without a successor they are vacant."""

    person: str
    kind: DepartureKind
    successor: str | None = None


class Vacancy(msgspec.Struct, frozen=True):
    """A post of a grid that nobody has any more."""

    grid: str
    seat: Seat


def without(division: Division, departure: Departure) -> Division:
    """The division after somebody has left.

    The successor takes all posts. Without one, the stand-in takes the warden's post and leaves
    their own vacant; a holding without either ends, and the next higher grid answers (ours).
    """
    leaves = leaves_of(division.grids)
    held = {holding.grid: holding for holding in division.holdings}
    kept: list[Holding] = []
    for holding in division.holdings:
        after = _after(holding, departure)
        if after is None:
            continue
        if after.warden != holding.warden and _holds_another(after, held, leaves):
            why = f"for {departure.person}, {departure.kind}"
            after = msgspec.structs.replace(after, exception=after.exception or why)
        kept.append(after)
    contracts = [_contract(contract, departure) for contract in division.contracts]
    return msgspec.structs.replace(
        division,
        holdings=kept,
        contracts=[one for one in contracts if one.leader is not None or one.body is not None],
    )


def vacancies(old: Division, new: Division, departure: Departure) -> list[Vacancy]:
    """The posts that the one who left had directly or through the stand-in, and nobody has."""
    after = {holding.grid: holding for holding in new.holdings}
    found: list[Vacancy] = []
    for holding in sorted(old.holdings, key=lambda holding: holding.grid):
        if departure.person not in (holding.warden, holding.stand_in):
            continue
        now = after.get(holding.grid)
        if now is None:
            found.append(Vacancy(holding.grid, "warden"))
        elif now.stand_in is None and holding.stand_in is not None:
            found.append(Vacancy(holding.grid, "stand_in"))
    return found


def given_up(old: Division, new: Division) -> set[tuple[str, str]]:
    """Each person with a grid that they held, on either post, and hold no longer."""
    return _held(old) - _held(new)


def _held(division: Division) -> set[tuple[str, str]]:
    return {
        (person, holding.grid)
        for holding in division.holdings
        for person in (holding.warden, holding.stand_in)
        if person is not None
    }


def _after(holding: Holding, departure: Departure) -> Holding | None:
    gone, heir = departure.person, departure.successor
    tiers = {
        name: heir if getattr(holding, name) == gone else getattr(holding, name)
        for name in ("first", "main", "specific")
    }
    warden, stand_in = holding.warden, holding.stand_in
    if stand_in == gone:
        stand_in = heir
    if warden == gone:
        if heir is None and stand_in is None:
            return None
        warden, stand_in = (heir, stand_in) if heir is not None else (stand_in, None)
    assert warden is not None
    if stand_in == warden:
        stand_in = None
    return msgspec.structs.replace(holding, warden=warden, stand_in=stand_in, **tiers)


def _contract(contract: Contract, departure: Departure) -> Contract:
    gone, heir = departure.person, departure.successor
    return msgspec.structs.replace(
        contract,
        leader=heir if contract.leader == gone else contract.leader,
        supporting=heir if contract.supporting == gone else contract.supporting,
    )


def _holds_another(holding: Holding, held: Mapping[str, Holding], leaves: Sequence[str]) -> bool:
    return holding.grid in leaves and any(
        other.warden == holding.warden and code in leaves and code != holding.grid
        for code, other in held.items()
    )
