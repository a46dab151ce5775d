"""Tables: CSV files that people bring and take away, with every bad cell named.

A file is UTF-8 (with or without a byte order mark) or GB 18030, as spreadsheets write them. Every
cell is a text without spaces around it; an empty one is "".

A text that a spreadsheet would run as a formula is written with an apostrophe before it, which is
taken away again where it is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from io import BytesIO, StringIO
from math import isfinite

import msgspec
import pandas as pd

FIRST_LINE = 2  # of the rows, as a spreadsheet counts: the header is line 1
MOST_ROWS = 20_000  # ours: a county's hydrants; bounds what one request may hold in memory
FORMULA = ("=", "+", "-", "@")  # what a cell begins with that a spreadsheet runs (OWASP)


class TableError(ValueError):
    """The file is no table of these columns; the text says what to mend."""


class BadCell(msgspec.Struct, frozen=True):
    """What is wrong in one line of the file; the header is line 1."""

    line: int
    column: str
    text: str


def read_table(
    content: bytes, needed: Sequence[str], optional: Sequence[str] = ()
) -> list[dict[str, str]]:
    """The rows of a CSV file by column; what is left out of `optional` is "".

    Raises:
        TableError: no such encoding, no CSV, too many rows, a column is missing, unknown or there
            twice, a row is longer than the header.
    """
    try:
        frame = pd.read_csv(
            StringIO(_text(content)), dtype=str, keep_default_na=False, skip_blank_lines=False
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise TableError(f"not a CSV file: {error}") from error
    if not isinstance(frame.index, pd.RangeIndex):  # pandas takes what is too much as row labels
        raise TableError("a row has more cells than the header: quote cells with commas in them")
    frame.columns = [str(column).strip() for column in frame.columns]
    if not frame.columns.is_unique:
        raise TableError("a column stands in the header twice")
    missing = [column for column in needed if column not in frame.columns]
    unknown = [column for column in frame.columns if column not in (*needed, *optional)]
    if missing or unknown:
        asked = ", ".join((*needed, *(f"[{column}]" for column in optional)))
        named = ", ".join(missing or unknown)
        raise TableError(
            f"column {'missing' if missing else 'unknown'}: {named}; there are {asked}"
        )
    if len(frame) > MOST_ROWS:
        raise TableError(f"{len(frame)} rows: bring {MOST_ROWS} at most at a time")
    frame = frame.reindex(columns=[*needed, *optional], fill_value="").astype(str)
    for column in frame.columns:
        frame[column] = frame[column].str.strip()
    return [
        {str(key): _plain(str(cell)) for key, cell in row.items()}
        for row in frame.to_dict("records")
    ]


def write_table(rows: Iterable[Mapping[str, object]], columns: Sequence[str]) -> bytes:
    """A CSV file in UTF-8 with a byte order mark, so that spreadsheets read Chinese in it."""
    safe = [{key: _quoted(cell) for key, cell in row.items()} for row in rows]
    frame = pd.DataFrame.from_records(safe, columns=list(columns))
    buffer = BytesIO()
    frame.to_csv(buffer, index=False, encoding="utf-8-sig", lineterminator="\r\n")
    return buffer.getvalue()


def number_of(cell: str) -> float | None:
    """The finite number that a cell holds, if it does."""
    try:
        number = float(cell)
    except ValueError:
        return None
    return number if isfinite(number) else None


def day_of(cell: str) -> date | None:
    """The day that a cell holds as ISO 8601, such as 2027-03-31, if it does."""
    try:
        return date.fromisoformat(cell)
    except ValueError:
        return None


def _quoted(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def _plain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:  # PostgreSQL keeps none
            raise TableError("there is a NUL character in it: save the file as CSV (UTF-8)")
        return text
    raise TableError("neither UTF-8 nor GB 18030: save the file as CSV (UTF-8)")
