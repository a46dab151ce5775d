"""Log: an access log (CSV, Parquet or Excel) as columns of swipes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from edge.swipe_log import DIRECTIONS, GRANTS, SwipeColumns
from gridwarden.errors import GridwardenError
from gridwarden.replay import parse_columns
from hub.tracing import columns as tracing

# Names under which access systems export; small letters. Of several the first that is there.
_TIME = ("timestamp", "time", "datetime", "date_time", "event_time", "时间", "刷卡时间", "通行时间")
_CARD = (
    "card",
    "card_id",
    "cardno",
    "card_no",
    "prox-id",
    "badge",
    "person",
    "卡号",
    "学号",
    "工号",
)
_PLACE = ("place", "room", "location", "reader", "door", "地点", "位置", "门禁点", "读卡器")
_DIRECTION = ("direction", "in_out", "inout", "io", "方向", "进出", "进出方向")
_GRANTED = ("granted", "result", "结果", "是否允许")
_FLOOR_AND_ZONE = ("floor", "zone")

_PROBLEMS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Problem:
    """Records that are no swipes for one reason: how many, and the lines of the first few."""

    reason: str
    records: int
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AccessLog:
    """A log's swipes with the names behind their numbers; `line` is where each stands in the file.

    Persons and places are numbered in the order of their names.
    """

    swipes: tracing.SwipeColumns
    line: tracing.Integers
    cards: list[str]
    places: list[str]
    chosen: SwipeColumns
    records: int
    problems: list[Problem]

    def person(self, card: str) -> int:
        """The number of a card.

        Raises:
            GridwardenError: the log has no such card.
        """
        try:
            return self.cards.index(card.strip())
        except ValueError:
            some = ", ".join(self.cards[:3])
            raise GridwardenError(
                f"card {card!r} is nowhere in the log; its cards look like {some}"
            ) from None


def read_access_log(
    file: Path,
    columns: str | None = None,
    *,
    time_format: str | None = None,
    time_zone: str = "UTC",
) -> AccessLog:
    """Read a log; `columns` as `gridwarden replay swipes` takes it, with `place` for `reader`.

    Without `columns` they are guessed from the header. Times without an offset are in `time_zone`.
    Records that are no swipes are left out and counted.

    Raises:
        GridwardenError: no such file, form, column or time zone; the text says what to change.
    """
    table = _table(file)
    table.columns = [str(name).strip() for name in table.columns]
    chosen = _chosen(file, list(table.columns), columns, time_format, time_zone)
    text = {name: _text(table[name]) for name in dict.fromkeys(chosen.names())}
    time, no_time = _times(table[chosen.time], text[chosen.time], chosen)
    card = text[chosen.card]
    place = _joined([text[name] for name in chosen.reader])
    direction, no_direction = _words(text, chosen.direction, DIRECTIONS)
    granted, no_granted = _words(text, chosen.granted, GRANTS)
    faults = {
        "time: " + (chosen.time_format or "ISO 8601") + " expected": no_time,
        "no card": card == "",
        "no place": place == "",
        "direction: in, out or nothing expected": no_direction,
        "granted: yes or no expected": no_granted,
    }
    bad = np.zeros(len(table), dtype=bool)
    problems: list[Problem] = []
    for reason, fault in faults.items():
        mine = fault & ~bad
        bad |= mine
        if mine.any():
            lines = (np.flatnonzero(mine)[:_PROBLEMS_SHOWN] + 2).tolist()
            problems.append(Problem(reason, int(mine.sum()), tuple(lines)))
    good = np.flatnonzero(~bad)
    cards, person = np.unique(card[good].astype(str), return_inverse=True)
    places, where = np.unique(place[good].astype(str), return_inverse=True)
    swipes = tracing.SwipeColumns(
        time[good],
        person.astype(np.int64),
        where.astype(np.int64),
        direction[good],
        granted[good].astype(bool),
    )
    return AccessLog(
        swipes, good + 2, cards.tolist(), places.tolist(), chosen, len(table), problems
    )


def kinds_of_places(swipes: tracing.SwipeColumns) -> dict[str, int]:
    """How many places have readers for both ways, for entries or exits only, or no direction."""
    ways, places = (1, 2), int(swipes.place.max(initial=-1)) + 1
    has = [np.bincount(swipes.place[swipes.direction == way], minlength=places) > 0 for way in ways]
    kinds = {
        "with entry and exit readers": int((has[0] & has[1]).sum()),
        "with entry readers only": int((has[0] & ~has[1]).sum()),
        "with exit readers only": int((~has[0] & has[1]).sum()),
        "whose readers tell no direction": int((~has[0] & ~has[1]).sum()),
    }
    return {kind: count for kind, count in kinds.items() if count}


def _table(file: Path) -> pd.DataFrame:
    readers: dict[str, Callable[[], pd.DataFrame]] = {
        ".csv": lambda: pd.read_csv(
            file, dtype=str, skipinitialspace=True, keep_default_na=False, encoding="utf-8-sig"
        ),
        ".parquet": lambda: pd.read_parquet(file),
        ".xlsx": lambda: _excel(file),
        ".xls": lambda: _excel(file),
    }
    reader = readers.get(file.suffix.lower())
    if reader is None:
        raise GridwardenError(f"{file}: the name must end in {', '.join(readers)}")
    try:
        return reader()
    except OSError as error:
        raise GridwardenError(f"{file}: {error.strerror or error}") from error
    except ImportError as error:
        raise GridwardenError(
            f"{file}: Parquet needs pyarrow; install gridwarden[parquet], or export CSV"
        ) from error
    except Exception as error:  # each library has errors of its own
        raise GridwardenError(
            f"{file} can't be read as {file.suffix[1:]}: {error}; save it as UTF-8 CSV"
        ) from error


def _excel(file: Path) -> pd.DataFrame:
    return pd.read_excel(file, engine="calamine", keep_default_na=False)


def _chosen(
    file: Path, header: Sequence[str], columns: str | None, time_format: str | None, zone: str
) -> SwipeColumns:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise GridwardenError(
            f"time zone {zone!r} is unknown; write one like Asia/Shanghai"
        ) from error
    asked = _guess(file, header) if columns is None else _as_replay(columns)
    chosen = parse_columns(asked, time_format=time_format, time_zone=zone)
    for name in chosen.names():
        if name not in header:
            raise GridwardenError(f"{file} has no column {name!r}; it has {', '.join(header)}")
    return chosen


def _as_replay(columns: str) -> str:
    parts = [part.strip() for part in columns.split(",")]
    return ",".join(
        "reader=" + part.removeprefix("place=") if part.startswith("place=") else part
        for part in parts
    )


def _guess(file: Path, header: Sequence[str]) -> str:
    by_name = {name.lower(): name for name in header}

    def first(names: Sequence[str]) -> str | None:
        return next((by_name[name] for name in names if name in by_name), None)

    found = {"time": first(_TIME), "card": first(_CARD), "reader": first(_PLACE)}
    if found["reader"] is None and all(name in by_name for name in _FLOOR_AND_ZONE):
        found["reader"] = "+".join(by_name[name] for name in _FLOOR_AND_ZONE)
    missing = [role for role, name in found.items() if name is None]
    if missing:
        raise GridwardenError(
            f"{file}: say with --columns time=…,card=…,place=… which column is what; "
            f"it has {', '.join(header)}"
        )
    found |= {"direction": first(_DIRECTION), "granted": first(_GRANTED)}
    return ",".join(f"{role}={name}" for role, name in found.items() if name is not None)


def _text(column: pd.Series[Any]) -> np.ndarray[Any, Any]:
    return column.fillna("").astype(str).str.strip().to_numpy(dtype=object)


def _joined(parts: list[np.ndarray[Any, Any]]) -> np.ndarray[Any, Any]:
    """Parts of a place's name joined by `-`; nothing where one of them is missing."""
    place = parts[0]
    for part in parts[1:]:
        place = np.where((place == "") | (part == ""), "", place + "-" + part)
    return place


def _words(
    text: dict[str, np.ndarray[Any, Any]], column: str | None, words: Any
) -> tuple[Any, tracing.Booleans]:
    """Numbers of the words in a column, and where there is no such word."""
    some = next(iter(text.values()))
    values = np.full(len(some), "", dtype=object) if column is None else text[column]
    spelt, at = np.unique(values.astype(str), return_inverse=True)
    known = np.array([word.lower() in words for word in spelt], dtype=bool)
    numbers = np.array([int(words.get(word.lower(), 0)) for word in spelt], dtype=np.int64)
    if not len(spelt):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=bool)
    return numbers[at], ~known[at]


def _times(
    column: pd.Series[Any], text: np.ndarray[Any, Any], chosen: SwipeColumns
) -> tuple[tracing.Integers, tracing.Booleans]:
    """Microseconds UTC, and where there is no such time.

    Of a time that the clocks showed twice the first counts; one that they skipped is none.
    """
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        moments = pd.DatetimeIndex(column)
        moments = _utc(moments, chosen) if moments.tz is None else moments.tz_convert("UTC")
    else:
        form = chosen.time_format or "ISO8601"
        texts = pd.Series(text, dtype=object)
        offset = texts.str.contains(r"(?:Z|[+-]\d\d:?\d\d)$", regex=True).to_numpy(bool)
        plain = pd.to_datetime(texts.where(~offset, ""), format=form, errors="coerce")
        told = pd.to_datetime(texts.where(offset, ""), format=form, errors="coerce", utc=True)
        local = _utc(pd.DatetimeIndex(plain), chosen).to_series(index=texts.index)
        moments = pd.DatetimeIndex(local.where(~offset, told))
    missing = np.asarray(moments.isna(), dtype=bool)
    micros = moments.tz_localize(None).to_numpy("datetime64[us]").astype(np.int64)
    return np.where(missing, 0, micros), missing


def _utc(moments: pd.DatetimeIndex, chosen: SwipeColumns) -> pd.DatetimeIndex:
    first = np.ones(len(moments), dtype=bool)
    zoned = moments.tz_localize(ZoneInfo(chosen.time_zone), ambiguous=first, nonexistent="NaT")
    return zoned.tz_convert("UTC")
