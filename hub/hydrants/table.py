"""Table: the register of hydrants as a CSV file, there and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from hub.hydrants.domain import KINDS, STATES, Hydrant, SourceKind, State
from hub.hydrants.now import Standing
from hub.registers.rows import NAMED, Fault, Row, name_of, named_cells, named_faults
from hub.sites.coverage import Thing, locate_among
from hub.sites.domain import Grid
from hub.tables import FIRST_LINE, BadCell, day_of, number_of

NEEDED = (*NAMED, "kind", "x", "y", "owner")
OPTIONAL = ("device", "state", "census_date", "told", "grid")


def rows_of(standings: Iterable[Standing]) -> Iterator[dict[str, Any]]:
    """The rows of an export; `told` is what a person said, `state` what cases make of it."""
    for one in standings:
        hydrant = one.hydrant
        yield {
            **named_cells(hydrant.id, hydrant.name),
            "kind": hydrant.kind,
            "x": hydrant.at[0],
            "y": hydrant.at[1],
            "owner": hydrant.owner,
            "device": hydrant.device or "",
            "state": one.state,
            "census_date": "" if hydrant.censused is None else hydrant.censused.isoformat(),
            "told": hydrant.told,
            "grid": one.grid or "",
        }


def hydrants_of(
    rows: Iterable[Row],
    known: Mapping[str, Hydrant],
    device_kinds: Mapping[str, str],
    grids: list[Grid],
) -> tuple[list[Hydrant], list[BadCell]]:
    """The hydrants in the rows of a file, and every cell that keeps one out.

    What a person told (`told`) goes before what the register makes of it (`state`). `known` are
    those of the register: a row without `device`, `state` or `census_date` keeps what is
    written down. `device_kinds` are the kinds of the site's devices.
    """
    found: list[Hydrant] = []
    bad: list[BadCell] = []
    taken = {one.device: one.id for one in known.values() if one.device is not None}
    seen: set[str] = set()
    for line, row in enumerate(rows, start=FIRST_LINE):
        faults = list(_faults(row, seen, taken, device_kinds))
        seen.add(row["id"])
        if row.get("device"):
            taken.setdefault(row["device"], row["id"])
        if faults:
            bad += [BadCell(line, column, text) for column, text in faults]
            continue
        hydrant = _hydrant(row, known.get(row["id"]))
        if not locate_among(grids, [Thing("place", hydrant.id, hydrant.at)]):
            bad.append(BadCell(line, "x", "lies outside of the site"))
            continue
        found.append(hydrant)
    return found, bad


def _faults(
    row: Row,
    seen: set[str],
    taken: Mapping[str, str],
    device_kinds: Mapping[str, str],
) -> Iterator[Fault]:
    yield from named_faults(row, seen)
    if row["kind"] not in KINDS:
        yield "kind", f"one of {', '.join(KINDS)}"
    for column in ("x", "y"):
        if number_of(row[column]) is None:
            yield column, "a number of metres"
    if not row["owner"]:
        yield "owner", "whose is it?"
    device = row.get("device", "")
    if device and device_kinds.get(device) != "hydrant":
        yield "device", f"the site has no hydrant {device}"
    elif device and taken.get(device, row["id"]) != row["id"]:
        yield "device", f"{device} watches {taken[device]} already"
    for column in ("state", "told"):
        if row.get(column, "") not in ("", *STATES):
            yield column, f"one of {', '.join(STATES)}"
    if row.get("census_date", "") and day_of(row["census_date"]) is None:
        yield "census_date", "a day, such as 2026-11-24"


def _hydrant(row: Row, before: Hydrant | None) -> Hydrant:
    written = row.get("told") or row.get("state")
    told = cast(State, written or ("in_order" if before is None else before.told))
    day = day_of(row.get("census_date", ""))
    return Hydrant(
        id=row["id"],
        name=name_of(row),
        kind=cast(SourceKind, row["kind"]),
        at=(float(row["x"]), float(row["y"])),
        owner=row["owner"],
        device=row.get("device") or (None if before is None else before.device),
        told=told,
        censused=day if day is not None or before is None else before.censused,
    )
