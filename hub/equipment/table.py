"""Table: the cards of fire equipment as a CSV file, there and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from math import isfinite
from re import fullmatch
from typing import Any

from hub.equipment.domain import HIGHEST, LOWEST, Card
from hub.equipment.where import Homes, What
from hub.sites.domain import Name
from hub.tables import BadCell

NEEDED = ("id", "name_en", "name_zh", "kind", "quantity")
OPTIONAL = ("bought", "valid_until", "place", "unit", "building", "x", "y", "floor", "checked")

_IDENTIFIER = r"[A-Za-z0-9._-]{1,64}"
_HOMES: tuple[What, ...] = ("place", "unit", "building")


def rows_of(cards: Iterable[Card]) -> Iterator[dict[str, Any]]:
    """The rows of an export; what was removed is left out."""
    for card in cards:
        if card.removed:
            continue
        days = {name: getattr(card, name) for name in ("bought", "valid_until", "checked")}
        yield {
            "id": card.id,
            "name_en": card.name.en,
            "name_zh": card.name.zh,
            "kind": card.kind,
            "quantity": card.quantity,
            "place": card.place or "",
            "unit": card.unit or "",
            "building": card.building or "",
            "x": card.at[0],
            "y": card.at[1],
            "floor": "" if card.floor is None else card.floor,
        } | {name: "" if day is None else day.isoformat() for name, day in days.items()}


def cards_of(
    rows: Iterable[Mapping[str, str]], known: Mapping[str, Card], homes: Homes
) -> tuple[list[Card], list[BadCell]]:
    """The cards in the rows of a file, and every cell that keeps one out.

    An item is where its place is, else its unit, else its building, unless `x` and `y` say where.
    Of a card that is `known`, an empty day keeps what is written down.
    """
    found: list[Card] = []
    bad: list[BadCell] = []
    seen: set[str] = set()
    for line, row in enumerate(rows, start=2):
        faults = list(_faults(row, seen, homes))
        seen.add(row["id"])
        bad += [BadCell(line, column, text) for column, text in faults]
        if not faults:
            found.append(_card(row, known.get(row["id"]), homes))
    return found, bad


def _faults(row: Mapping[str, str], seen: set[str], homes: Homes) -> Iterator[tuple[str, str]]:
    if not fullmatch(_IDENTIFIER, row["id"]):
        yield "id", "1 to 64 of A-Z a-z 0-9 . _ -"
    elif row["id"] in seen:
        yield "id", f"{row['id']} stands in the file twice"
    if not row["name_en"] and not row["name_zh"]:
        yield "name_en", "needs a name in one language at least"
    if not fullmatch(_IDENTIFIER, row["kind"]):
        yield "kind", "a kind, such as extinguisher"
    if (_number(row["quantity"]) or 0) <= 0:
        yield "quantity", "a number above 0"
    for column in ("bought", "valid_until", "checked"):
        if row[column] and _day(row[column]) is None:
            yield column, "a day, such as 2026-11-24"
    for what in _HOMES:
        if row[what] and (what, row[what]) not in homes:
            yield what, f"the site has no {what} {row[what]}"
    for column in ("x", "y"):
        if row[column] and _number(row[column]) is None:
            yield column, "a number"
    if row["floor"] and not _is_floor(_number(row["floor"])):
        yield "floor", f"a whole number from {LOWEST} to {HIGHEST}"
    if bool(row["x"]) != bool(row["y"]):
        yield "x", "x and y belong together"
    if not row["x"] and not any(row[what] for what in _HOMES):
        yield "place", "where is it? name a place, a unit or a building, or x and y"


def _card(row: Mapping[str, str], before: Card | None, homes: Homes) -> Card:
    def day(column: str) -> date | None:
        return _day(row[column]) or (None if before is None else getattr(before, column))

    first = next((homes[what, row[what]] for what in _HOMES if row[what]), None)
    at = (float(row["x"]), float(row["y"])) if row["x"] else None
    if at is None:
        assert first is not None  # `_faults` has asked for one
        at = first.at
    floor = int(float(row["floor"])) if row["floor"] else (first.floor if first else None)
    return Card(
        id=row["id"],
        name=Name(row["name_en"] or row["name_zh"], row["name_zh"] or row["name_en"]),
        kind=row["kind"],
        quantity=float(row["quantity"]),
        bought=day("bought"),
        valid_until=day("valid_until"),
        checked=day("checked"),
        at=at,
        floor=floor,
        place=row["place"] or None,
        unit=row["unit"] or None,
        building=row["building"] or (first.building if first else None),
    )


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None


def _is_floor(number: float | None) -> bool:
    return number is not None and number.is_integer() and LOWEST <= number <= HIGHEST


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
