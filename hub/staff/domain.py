"""Staff: who lacks against the plan, who is not eligible, who has not signed. Pure.

Dates are calendar days on the clock of the plan's time zone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Literal

import msgspec

from hub.sites.domain import EDUCATIONS, Grid, Person, Role, SiteDocument, grid_path, leaf_codes
from hub.sites.rules import Eligibility, GridRules, SizeRule, StaffRule

What = Literal["grids", "staff", "terminals"]
ConcernKind = Literal[
    "education_unknown",
    "education_low",
    "not_registered",
    "contract_unknown",
    "contract_ends",
    "contract_over",
]
Lack = Literal["no_letter", "unsigned", "expired"]


class Reconciled(msgspec.Struct, frozen=True, kw_only=True):
    """What a grid has against what the plan's rule wants; `vacant`: how many lack."""

    grid: str
    what: What
    role: Role | None
    actual: int
    least: int | None
    most: int | None
    source: str

    @property
    def vacant(self) -> int:
        """How many lack."""
        return max((self.least or 0) - self.actual, 0)

    @property
    def over(self) -> int:
        """How many are too many."""
        return 0 if self.most is None else max(self.actual - self.most, 0)


class Concern(msgspec.Struct, frozen=True):
    """Why a member may not be, or not for long; `on`: the day on which the contract ends."""

    person: str
    kind: ConcernKind
    grids: tuple[str, ...]
    on: date | None = None


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A responsibility letter of a grid's holder to the next higher one."""

    id: int
    grid: str
    person: str
    expires: date
    signed: date | None

    def valid(self, today: date) -> bool:
        """Whether it is signed and has not expired; it is good on its last day."""
        return self.signed is not None and today <= self.expires


class Unsigned(msgspec.Struct, frozen=True):
    """A holder without a valid letter, and why."""

    grid: str
    level: int
    person: str
    lack: Lack


def reconcile(
    document: SiteDocument, rules: GridRules, households: Mapping[str, int]
) -> list[Reconciled]:
    """Every grid against each staffing rule, and each rule on how many grids lie in it.

    A grid's staff are its warden and stand-in and those who work in it by the site file, each
    counted by role, once. `households` are those of each grid with all within it.
    """
    parents = {grid.code: grid.parent for grid in document.grids}
    level = {code: len(grid_path(parents, code)) - 1 for code in parents}
    within = Counter(grid.parent for grid in document.grids)
    staff = _staff(document)
    carried = Counter(terminal.person for terminal in document.terminals)
    found: list[Reconciled] = []
    for grid in sorted(document.grids, key=lambda grid: grid.code):
        found += [
            _grids(grid.code, size, within[grid.code])
            for size in rules.sizes
            if _applies(size, grid, level[grid.code]) and _bounds_grids(size)
        ]
        for rule in rules.staff:
            if _applies(rule, grid, level[grid.code]):
                mine = [one for one in staff[grid.code] if one.role == rule.role]
                found += _people(grid.code, rule, mine, households.get(grid.code, 0), carried)
    return found


def concerns(document: SiteDocument, asked: Eligibility | None, today: date) -> list[Concern]:
    """What is wrong with the members of leaf grids by the plan, or soon will be."""
    if asked is None:
        return []
    leaves = set(leaf_codes(document))
    posts: defaultdict[str, list[str]] = defaultdict(list)
    for holding in sorted(document.holdings, key=lambda holding: holding.grid):
        for person in (holding.warden, holding.stand_in):
            if holding.grid in leaves and person is not None:
                posts[person].append(holding.grid)
    for person in document.people:
        if person.grid in leaves and person.grid not in posts[person.id]:
            posts[person.id].append(person.grid)
    return [
        Concern(person.id, kind, tuple(posts[person.id]), on)
        for person in sorted(document.people, key=lambda person: person.id)
        if posts[person.id]
        for kind, on in _concerns(person, asked, today)
    ]


def unsigned(document: SiteDocument, letters: Iterable[Letter], today: date) -> list[Unsigned]:
    """Every holder below the root without a valid letter for the grid, from the top down."""
    parents = {grid.code: grid.parent for grid in document.grids}
    by_post: defaultdict[tuple[str, str], list[Letter]] = defaultdict(list)
    for letter in letters:
        by_post[letter.grid, letter.person].append(letter)
    found: list[Unsigned] = []
    for holding in document.holdings:
        if parents.get(holding.grid) is None:
            continue
        mine = by_post[holding.grid, holding.warden]
        if any(letter.valid(today) for letter in mine):
            continue
        waits = any(letter.signed is None and today <= letter.expires for letter in mine)
        lack: Lack = "unsigned" if waits else "expired" if mine else "no_letter"
        level = len(grid_path(parents, holding.grid)) - 1
        found.append(Unsigned(holding.grid, level, holding.warden, lack))
    return sorted(found, key=lambda one: (one.level, one.grid))


def _staff(document: SiteDocument) -> dict[str, list[Person]]:
    people = {person.id: person for person in document.people}
    ids: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for holding in document.holdings:
        for person in (holding.warden, holding.stand_in):
            if person is not None:
                ids[holding.grid].setdefault(person)
    for person in document.people:
        if person.grid is not None:
            ids[person.grid].setdefault(person.id)
    return defaultdict(list, {grid: [people[id_] for id_ in mine] for grid, mine in ids.items()})


def _applies(rule: SizeRule | StaffRule, grid: Grid, level: int) -> bool:
    return rule.level in (None, level) and rule.kind in (None, grid.kind)


def _bounds_grids(rule: SizeRule) -> bool:
    return rule.grids_min is not None or rule.grids_max is not None


def _grids(code: str, rule: SizeRule, count: int) -> Reconciled:
    return Reconciled(
        grid=code,
        what="grids",
        role=None,
        actual=count,
        least=rule.grids_min,
        most=rule.grids_max,
        source=rule.source,
    )


def _people(
    code: str, rule: StaffRule, mine: list[Person], households: int, carried: Mapping[str, int]
) -> Iterator[Reconciled]:
    least = rule.at_least
    if rule.per_households is not None:
        least += max(households - 1, 0) // rule.per_households
    yield Reconciled(
        grid=code,
        what="staff",
        role=rule.role,
        actual=len(mine),
        least=least,
        most=rule.at_most,
        source=rule.source,
    )
    if rule.terminals:
        yield Reconciled(
            grid=code,
            what="terminals",
            role=rule.role,
            actual=sum(min(carried.get(one.id, 0), rule.terminals) for one in mine),
            least=rule.terminals * len(mine),
            most=None,
            source=rule.source,
        )


def _concerns(
    person: Person, asked: Eligibility, today: date
) -> Iterator[tuple[ConcernKind, date | None]]:
    if asked.education is not None:
        if person.education is None:
            yield "education_unknown", None
        elif EDUCATIONS.index(person.education) < EDUCATIONS.index(asked.education):
            yield "education_low", None
    if asked.real_name and not person.real_name:
        yield "not_registered", None
    ends = person.contract_ends
    if ends is None:
        if asked.contract:
            yield "contract_unknown", None
    elif ends < today:
        yield "contract_over", ends
    elif ends <= today + timedelta(days=asked.warn_days):
        yield "contract_ends", ends
