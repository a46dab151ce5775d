"""Table: the cards of fire equipment as a CSV file, there and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from edge.wire import is_identifier
from hub.equipment.domain import HIGHEST, LOWEST, REMOVED, Card
from hub.equipment.where import Homes, What
from hub.registers.rows import NAMED, Fault, Row, name_of, named_cells, named_faults
from hub.tables import FIRST_LINE, BadCell, day_of, number_of

NEEDED = (*NAMED, "kind", "quantity")
OPTIONAL = ("bought", "valid_until", "place", "unit", "building", "x", "y", "floor", "checked")

_HOMES: tuple[What, ...] = ("place", "unit", "building")


def rows_of(cards: Iterable[Card]) -> Iterator[dict[str, Any]]:
    """The rows of an export; what was removed is left out."""
    for card in cards:
        if card.removed:
            continue
        days = {name: getattr(card, name) for name in ("bought", "valid_until", "checked")}
        yield {
            **named_cells(card.id, card.name),
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
    rows: Iterable[Row], known: Mapping[str, Card], homes: Homes
) -> tuple[list[Card], list[BadCell]]:
    """The cards in the rows of a file, and every cell that keeps one out.

    An item is where its place is, else its unit, else its building, unless `x` and `y` say where.
    Of a card that is `known`, an empty day keeps what is written down; a removed one stays removed.
    """
    found: list[Card] = []
    bad: list[BadCell] = []
    seen: set[str] = set()
    for line, row in enumerate(rows, start=FIRST_LINE):
        before = known.get(row["id"])
        faults = list(_faults(row, seen, homes))
        if before is not None and before.removed:
            faults.append(("id", f"{before.id} {REMOVED}"))
        seen.add(row["id"])
        bad += [BadCell(line, column, text) for column, text in faults]
        if not faults:
            found.append(_card(row, before, homes))
    return found, bad


def _faults(row: Row, seen: set[str], homes: Homes) -> Iterator[Fault]:
    yield from named_faults(row, seen)
    if not is_identifier(row["kind"]):
        yield "kind", "a kind, such as extinguisher"
    if (number_of(row["quantity"]) or 0) <= 0:
        yield "quantity", "a number above 0"
    for column in ("bought", "valid_until", "checked"):
        if row[column] and day_of(row[column]) is None:
            yield column, "a day, such as 2026-11-24"
    for what in _HOMES:
        if row[what] and (what, row[what]) not in homes:
            yield what, f"the site has no {what} {row[what]}"
    for column in ("x", "y"):
        if row[column] and number_of(row[column]) is None:
            yield column, "a number"
    if row["floor"] and not _is_floor(number_of(row["floor"])):
        yield "floor", f"a whole number from {LOWEST} to {HIGHEST}"
    if bool(row["x"]) != bool(row["y"]):
        yield "x", "x and y belong together"
    if not row["x"] and not any(row[what] for what in _HOMES):
        yield "place", "where is it? name a place, a unit or a building, or x and y"


def _card(row: Row, before: Card | None, homes: Homes) -> Card:
    def day(column: str) -> date | None:
        return day_of(row[column]) or (None if before is None else getattr(before, column))

    first = next((homes[what, row[what]] for what in _HOMES if row[what]), None)
    at = (float(row["x"]), float(row["y"])) if row["x"] else None
    if at is None:
        assert first is not None  # `_faults` has asked for one
        at = first.at
    floor = int(float(row["floor"])) if row["floor"] else (first.floor if first else None)
    return Card(
        id=row["id"],
        name=name_of(row),
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


def _is_floor(number: float | None) -> bool:
    return number is not None and number.is_integer() and LOWEST <= number <= HIGHEST
