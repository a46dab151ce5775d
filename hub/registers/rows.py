"""Rows: what the tables of all registers of things with an id and a name have in common. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from edge.wire import is_identifier
from hub.sites.domain import Name

Row = Mapping[str, str]
Fault = tuple[str, str]  # a column, and what is wrong in it

OUTSIDE = "lies outside of the site, or of the grids that you may write in"
TAKEN = "is something else already: use another id"

NAMED = ("id", "name_en", "name_zh")


def named_faults(row: Row, seen: Collection[str]) -> Iterator[Fault]:
    """What is wrong with the id and the name of a row; `seen` are the ids of earlier rows."""
    if not is_identifier(row["id"]):
        yield "id", "1 to 64 of A-Z a-z 0-9 . _ -"
    elif row["id"] in seen:
        yield "id", f"{row['id']} stands in the file twice"
    if not row["name_en"] and not row["name_zh"]:
        yield "name_en", "needs a name in one language at least"


def named_cells(id_: str, name: Name) -> dict[str, str]:
    """The cells of an id and a name."""
    return {"id": id_, "name_en": name.en, "name_zh": name.zh}


def name_of(row: Row) -> Name:
    """The name in a row; one language stands for both."""
    return Name(row["name_en"] or row["name_zh"], row["name_zh"] or row["name_en"])
