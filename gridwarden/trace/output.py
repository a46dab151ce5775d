"""Output: a trace as CSV, Excel or JSON, by the file's ending."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from gridwarden.errors import GridwardenError
from gridwarden.trace.run import Names, Traced
from hub.tracing.columns import integers
from hub.tracing.stays import FoldCounts

ENDINGS = (".csv", ".xlsx", ".json")
_MINUTES_SHOWN = 2  # decimals


def check_writable(file: Path, endings: tuple[str, ...]) -> None:
    """Refuse a file that can't be written, before the work is done.

    Raises:
        GridwardenError: its ending is none of these, or its folder does not let us.
    """
    if file.suffix.lower() not in endings:
        raise GridwardenError(f"{file}: the name must end in {', '.join(endings)}")
    try:
        file.open("a", encoding="utf-8").close()
    except OSError as error:
        raise GridwardenError(f"{file}: {error.strerror}; name another file") from error


def write_trace(file: Path, traced: Traced, header: dict[str, Any]) -> None:
    """CSV: the contact list. Excel and JSON: also encounters, venues, presence after, and header.

    Cells that a spreadsheet would take for formulas are written as text.
    """
    match file.suffix.lower():
        case ".csv":
            _safe(traced.contacts).to_csv(file, index=False, encoding="utf-8-sig")
        case ".xlsx":
            _write_excel(file, traced, header)
        case _:
            tables = {name: _records(table) for name, table in _tables(traced).items()}
            text = json.dumps(header | tables, ensure_ascii=False, indent=1, default=str)
            file.write_text(text, encoding="utf-8")


def about(
    log: Path,
    index: list[str],
    traced: Traced,
    names: Names,
    counts: FoldCounts,
    over_long: str,
    longest_hours: float,
) -> dict[str, Any]:
    """What was asked, by which rules, and what became of the swipes."""
    first, last = names.times(integers([traced.asked.window.start, traced.asked.window.end]))
    return {
        "log": log.name,
        "index": index,
        "from": first.isoformat(),
        "to": last.isoformat(),
        "rules": asdict(traced.asked.rules),
        "over_long_stays": over_long,
        "longest_hours": longest_hours,
        "counts": asdict(counts),
    }


def _tables(traced: Traced) -> dict[str, pd.DataFrame]:
    return {
        "contacts": traced.contacts,
        "encounters": traced.meetings,
        "venues": traced.venues,
        "presence_after": traced.after,
    }


def _write_excel(file: Path, traced: Traced, header: dict[str, Any]) -> None:
    told = pd.DataFrame(
        [(name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False,
                                                                default=str))
         for name, value in header.items()],
        columns=["", "value"],
    )  # fmt: skip
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    # One moment for each trace, so that the same trace makes the same file.
    with pd.ExcelWriter(file, engine="xlsxwriter", engine_kwargs={"options": options}) as book:
        book.book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)})
        for name, table in {**_tables(traced), "about": told}.items():
            _rounded(_plain_times(table)).to_excel(book, sheet_name=name, index=False)
            book.sheets[name].autofit()


def _plain_times(table: pd.DataFrame) -> pd.DataFrame:
    """Excel knows no time zones: local clock times."""
    zoned = table.select_dtypes("datetimetz").columns
    return table.assign(**{name: table[name].dt.tz_localize(None) for name in zoned})


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    zoned = table.select_dtypes("datetimetz").columns
    told = table.assign(
        **{name: [at.isoformat() for at in table[name].to_list()] for name in zoned}
    )
    return _rounded(told).to_dict("records")  # type: ignore[return-value]


def _safe(table: pd.DataFrame) -> pd.DataFrame:
    texts = [name for name in table.columns if pd.api.types.is_string_dtype(table[name])]
    guarded = {
        name: table[name].map(lambda text: f"'{text}" if str(text)[:1] in "=+-@\t" else text)
        for name in texts
    }
    return _rounded(table.assign(**guarded))


def _rounded(table: pd.DataFrame) -> pd.DataFrame:
    return table.round(dict.fromkeys(table.select_dtypes("float").columns, _MINUTES_SHOWN))
