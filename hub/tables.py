"""Tables that people send: read into text cells, with what is wrong told by row and column."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO

import msgspec
import pandas as pd
from pandas.errors import EmptyDataError, ParserError

MOST_ROWS = 20_000  # ours: more is sent in parts
_SEPARATORS = (",", ";", "\t")  # which one a spreadsheet writes depends on its language
FIRST_ROW = 2  # as a spreadsheet counts: the first row names the columns


class TableError(ValueError):
    """The table can't be read at all; the text says what to do."""


class BadCell(msgspec.Struct, frozen=True):
    """What is wrong with a cell, and what to do about it; `row` as a spreadsheet counts."""

    row: int
    column: str
    value: str
    text: str


def read_csv(body: bytes, known: Sequence[str], needed: Sequence[str]) -> pd.DataFrame:
    """The table in a CSV, every cell a text without blanks around it; an empty one is "".

    The text is UTF-8, or GB 18030, which spreadsheets in China write. The index is the row.

    Raises:
        TableError: it is no CSV, has too many rows, lacks a column that is `needed`, or has one
            that is not `known`.
    """
    text = _text(body)
    heading = text.split("\n", 1)[0]
    separator = max(_SEPARATORS, key=heading.count)
    try:
        frame = pd.read_csv(StringIO(text), dtype=str, keep_default_na=False, sep=separator)
    except (EmptyDataError, ParserError, ValueError) as error:
        raise TableError(f"this is no CSV with a first row of column names: {error}") from error
    frame.columns = pd.Index([str(name).strip() for name in frame.columns])
    missing = [name for name in needed if name not in frame.columns]
    if missing:
        raise TableError(
            f"the table lacks {', '.join(missing)}; its columns may be {', '.join(known)}"
        )
    strange = [name for name in frame.columns if name not in known]
    if strange:
        raise TableError(
            f"the table has {', '.join(strange)}, which is not known here; its columns may be "
            f"{', '.join(known)}"
        )
    if len(frame) > MOST_ROWS:
        raise TableError(f"the table has {len(frame)} rows: send at most {MOST_ROWS} at once")
    for name in frame.columns:
        frame[name] = frame[name].str.strip()
    frame.index = pd.RangeIndex(FIRST_ROW, FIRST_ROW + len(frame))
    return frame


def _text(body: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableError("the text is neither UTF-8 nor GB 18030: save it as CSV UTF-8")
