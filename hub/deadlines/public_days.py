"""Public days: a country's days off and its working days on weekends, year by year.

The package `holidays` knows them. Where a government moves working days to weekends, it announces
each year late in the one before; until the package knows that, a year is an estimate.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import cast

import holidays
import msgspec


class Arrangement(msgspec.Struct, frozen=True):
    """One year of a country: days `off`, and weekend days that are `worked` instead."""

    off: frozenset[date]
    worked: frozenset[date]


def countries() -> frozenset[str]:
    """The codes of the countries that are known (ISO 3166-1, two letters)."""
    return frozenset(holidays.list_supported_countries(include_aliases=False))


@lru_cache(maxsize=1024)
def arrangement(country: str, year: int) -> Arrangement:
    """What is off and worked in a year; that of the next year may move the last days of this one.

    Raises:
        NotImplementedError: the country is unknown.
    """
    known = holidays.country_holidays(country, years=(year, year + 1))
    return Arrangement(
        off=frozenset(day for day in known if day.year == year),
        worked=frozenset(day for day in known.weekend_workdays if day.year == year),
    )


@lru_cache(maxsize=64)
def announced_until(country: str) -> int | None:
    """The last year whose moved working days are known; None: the country moves none."""
    table: dict[int, tuple[object, ...]] = getattr(
        holidays.country_holidays(country), "special_public_holidays", {}
    )
    moved = [year for year, days in table.items() if any(_is_moved(day) for day in _listed(days))]
    return max(moved, default=None)


def _listed(days: tuple[object, ...]) -> tuple[object, ...]:
    """One entry of a year may stand without the brackets of a list."""
    return days if days and isinstance(days[0], tuple) else (days,)


def _is_moved(day: object) -> bool:
    """Whether an entry is (month, day off, month, day worked instead), with a year perhaps."""
    if not isinstance(day, tuple):
        return False
    parts = cast(tuple[object, ...], day)
    return len(parts) > 3 and all(isinstance(part, int) for part in parts)
