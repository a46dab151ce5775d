"""Imports of tables over the API: what a table brings or would bring, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, Field

from hub.problems import FieldError, ProblemError, invalid
from hub.tables import BadCell, TableError, read_table

SHOWN = 500  # bad cells that a report names; ours


class BadCellView(BaseModel):
    """What is wrong with a cell of a table, and what to do."""

    line: int = Field(description="As a spreadsheet counts: the header is line 1")
    column: str
    text: str


class ImportReport(BaseModel):
    """What a table brings, or would bring."""

    rows: int
    entries: int = Field(description="What is new; what is known already counts nothing")
    written: bool
    bad: list[BadCellView]


def as_table(
    body: bytes, needed: Sequence[str], optional: Sequence[str] = ()
) -> list[dict[str, str]]:
    """The rows of the table that was sent.

    Raises:
        ProblemError: a 422, if it can't be read.
    """
    try:
        return read_table(body, needed, optional)
    except TableError as error:
        raise ProblemError(422, "unreadable-table", "The table can't be read", str(error)) from None


def reported(rows: int, entries: int, bad: Sequence[BadCell], *, dry_run: bool) -> ImportReport:
    """The report of an import.

    Raises:
        ProblemError: a 422 that names the bad cells, if this is no dry run and there are any.
    """
    if bad and not dry_run:
        raise invalid([_field(cell) for cell in bad[:SHOWN]])
    return ImportReport(
        rows=rows,
        entries=entries,
        written=not dry_run,
        bad=[
            BadCellView(line=cell.line, column=cell.column, text=cell.text) for cell in bad[:SHOWN]
        ],
    )


def _field(cell: BadCell) -> FieldError:
    return FieldError(field=f"line {cell.line}, {cell.column}", message=cell.text)
