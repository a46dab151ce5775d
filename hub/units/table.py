"""Table of units: the register as rows of text, in both directions. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from edge.wire import Micros
from hub.sourced import Source
from hub.tables import FIRST_LINE, BadCell, day_of, write_table
from hub.units.domain import Aspect, UnitEntry, UnitRecord
from hub.units.rules import PAPERS, Post, UnitRules

POSTS: tuple[Post, ...] = ("responsible", "fire_manager")
_PEOPLE = tuple(column for post in POSTS for column in (post, f"{post}_phone"))
_PAPER_COLUMNS = tuple(column for paper in PAPERS for column in (paper, f"{paper}_until"))
NEEDED = ("unit",)
OPTIONAL = ("class", *_PEOPLE, "equipment", *_PAPER_COLUMNS)
_LONGEST = 200  # characters of a cell; ours
_PHONE = re.compile(r"^[0-9+() .\-]{0,40}$")

Row = Mapping[str, str]
Facts = tuple[Aspect, str, dict[str, Any]]  # aspect, item, data


class _CellError(ValueError):
    def __init__(self, column: str, text: str) -> None:
        self.column = column
        super().__init__(text)


def read_rows(
    rows: Iterable[Row],
    known: Mapping[str, UnitRecord],
    rules: UnitRules,
    *,
    source: Source,
    actor: str,
    now: Micros,
) -> tuple[list[UnitEntry], list[BadCell]]:
    """Entries that a table brings, and what is wrong with it; an empty cell says nothing.

    What the register says already by the same source brings no entry, so that the same table may
    be sent twice.
    """
    entries: list[UnitEntry] = []
    bad: list[BadCell] = []
    seen: set[str] = set()
    for line, row in enumerate(rows, start=FIRST_LINE):
        unit = row["unit"]
        wrong = list(_wrong(row, known, seen, rules))
        bad += [BadCell(line, error.column, _told(row, error)) for error in wrong]
        seen.add(unit)
        if wrong:
            continue
        entries += [
            UnitEntry(
                unit=unit, aspect=aspect, item=item, source=source, data=data, actor=actor, at=now
            )
            for aspect, item, data in _facts(row, known[unit], source)
            if not _says(known[unit], aspect, item, source, data)
        ]
    return entries, bad


def write_rows(found: Iterable[UnitRecord]) -> bytes:
    """The register as the CSV that `read_rows` takes."""
    columns = (*NEEDED, *OPTIONAL)
    empty = dict.fromkeys(columns, "")
    return write_table([empty | _row(one) for one in found], columns)


def _told(row: Row, error: _CellError) -> str:
    value = row[error.column]
    return f"`{value[:40]}`: {error}" if value else str(error)


def _wrong(
    row: Row, known: Mapping[str, UnitRecord], seen: set[str], rules: UnitRules
) -> Iterator[_CellError]:
    unit = row["unit"]
    if unit not in known:
        meant = _meant(unit, known)
        yield _CellError("unit", f"the site file has no unit of this id: add it there first{meant}")
    elif unit in seen:
        yield _CellError("unit", "this unit stands in the table twice: keep one row")
    for column, value in row.items():
        if len(value) > _LONGEST:
            yield _CellError(column, f"is longer than {_LONGEST} characters: shorten it")
    told = row.get("class", "")
    if told and told not in rules.classes:
        meant = _meant(told, rules.classes)
        classes = ", ".join(rules.classes)
        yield _CellError("class", f"the plan has no such class{meant}: use one of {classes}")
    for post in POSTS:
        if row.get(f"{post}_phone") and not row.get(post):
            yield _CellError(f"{post}_phone", f"is nobody's: fill in {post}, or leave it empty")
        elif not _PHONE.match(row.get(f"{post}_phone", "")):
            yield _CellError(f"{post}_phone", "is no number: write digits, spaces and + - ( ) only")
    if row.get("equipment"):
        try:
            _equipment(row["equipment"])
        except ValueError as error:
            yield _CellError("equipment", str(error))
    for paper in PAPERS:
        until = row.get(f"{paper}_until")
        if until and day_of(until) is None:
            yield _CellError(f"{paper}_until", "write the day as 2027-03-31")
        if row.get(f"{paper}_until") and not row.get(paper):
            yield _CellError(f"{paper}_until", f"has no number: fill in {paper}")


def _facts(row: Row, record: UnitRecord, source: Source) -> Iterator[Facts]:
    if row.get("class"):
        yield "class", "", {"class": row["class"]}
    people = {
        post: {"post": post, "name": row[post], "phone": row.get(f"{post}_phone", "")}
        for post in POSTS
        if row.get(post)
    }
    if people:
        before = _entry(record, "managers", "", source)
        others: list[dict[str, str]] = [] if before is None else before.data["people"]
        kept = [one for one in others if one["post"] not in people]
        yield "managers", "", {"people": [*people.values(), *kept]}
    if row.get("equipment"):
        yield "equipment", "", {"items": _equipment(row["equipment"])}
    for paper in PAPERS:
        if row.get(paper):
            until = row.get(f"{paper}_until") or None
            yield "paper", paper, {"number": row[paper], "until": until}


def _equipment(text: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    for part in (one.strip() for one in text.replace("；", ";").split(";")):
        kind, _, count = (word.strip() for word in part.partition("="))
        if not kind or not count.isascii() or not count.isdecimal() or len(count) > 6:
            raise ValueError("write kind=count;kind=count, such as extinguisher=12;hose=2")
        items.append({"kind": kind, "count": int(count)})
    return items


def _says(
    record: UnitRecord, aspect: Aspect, item: str, source: Source, data: dict[str, Any]
) -> bool:
    entry = _entry(record, aspect, item, source)
    return entry is not None and entry.data == data


def _entry(record: UnitRecord, aspect: Aspect, item: str, source: Source) -> UnitEntry | None:
    found = record.items.get((aspect, item))
    if found is None:
        return None
    return found.observed if source == "observed" else found.declared


def _row(record: UnitRecord) -> dict[str, str]:
    row = {"unit": record.unit, "class": record.unit_class or ""}
    managers, equipment = record.holds("managers"), record.holds("equipment")
    for one in () if managers is None else managers.data["people"]:
        row |= {one["post"]: one["name"], f"{one['post']}_phone": one["phone"]}
    if equipment is not None:
        row["equipment"] = ";".join(f"{i['kind']}={i['count']}" for i in equipment.data["items"])
    for paper in PAPERS:
        held = record.holds("paper", paper)
        if held is not None:
            row |= {paper: held.data["number"], f"{paper}_until": held.data.get("until") or ""}
    return row


def _meant(name: str, valid: Iterable[str]) -> str:
    close = get_close_matches(name, list(valid), n=1)
    return f"; did you mean {close[0]}?" if close else ""
