"""Balance: how the load is spread over sibling grids, and who has too much."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from statistics import median
from typing import Literal

import msgspec

from hub.sites.domain import SiteDocument
from hub.sites.sizes import Size

Measure = Literal["people", "households", "area_m2", "open_cases"]
TIMES_MEDIAN = 2  # requirement GR-17, ours
MEASURES: tuple[Measure, ...] = ("people", "households", "area_m2", "open_cases")


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What one grid carries; `heavy`: where that is more than twice the siblings' median."""

    people: int
    households: int
    area_m2: float
    open_cases: int
    heavy: tuple[Measure, ...] = ()


def balance(
    document: SiteDocument, size: Mapping[str, Size], case_paths: Iterable[tuple[str, ...]]
) -> dict[str, Load]:
    """The load of every grid with all within it; `case_paths` are the open cases' grid paths.

    Where the median of the siblings is 0 nothing is flagged: twice nothing says nothing.
    """
    cases: defaultdict[str, int] = defaultdict(int)
    for path in case_paths:
        for code in path:
            cases[code] += 1
    plain = {
        code: Load(
            people=one.people,
            households=one.households,
            area_m2=one.area_m2,
            open_cases=cases[code],
        )
        for code, one in size.items()
    }
    siblings: defaultdict[str | None, list[str]] = defaultdict(list)
    for grid in document.grids:
        siblings[grid.parent].append(grid.code)
    for group in siblings.values():
        middle = {
            measure: median(getattr(plain[code], measure) for code in group) for measure in MEASURES
        }
        for code in group:
            heavy = tuple(
                measure
                for measure in MEASURES
                if 0 < TIMES_MEDIAN * middle[measure] < getattr(plain[code], measure)
            )
            plain[code] = msgspec.structs.replace(plain[code], heavy=heavy)
    return plain
