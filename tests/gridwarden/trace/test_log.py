"""Access logs of other systems, in every form that is read, and what is told of them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from gridwarden.errors import GridwardenError
from gridwarden.trace.log import kinds_of_places, read_access_log

ROWS: list[dict[str, Any]] = [
    {"time": "2026-03-02 08:00:00", "card": "c-2", "room": "Lab", "direction": "in"},
    {"time": "2026-03-02 09:30:00", "card": "c-2", "room": "Lab", "direction": "out"},
    {"time": "2026-03-02 08:10:00", "card": "c-1", "room": "自习室", "direction": ""},
]


def micros(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp()) * 1_000_000  # type: ignore[misc, arg-type]


def write(folder: Path, ending: str, rows: list[dict[str, Any]] = ROWS) -> Path:
    file, table = folder / f"log.{ending}", pd.DataFrame(rows)
    match ending:
        case "csv":
            table.to_csv(file, index=False)
        case "xlsx":
            table.assign(time=pd.to_datetime(table["time"])).to_excel(file, index=False)
        case _:
            table.assign(time=pd.to_datetime(table["time"])).to_parquet(file)
    return file


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_csv_excel_and_parquet_say_the_same_in_local_time(tmp_path: Path, ending: str) -> None:
    """EP-01 in part: logs of other systems come in."""
    log = read_access_log(write(tmp_path, ending), time_zone="Asia/Shanghai")
    assert (log.cards, log.places) == (["c-1", "c-2"], ["Lab", "自习室"])
    assert log.swipes.person.tolist() == [1, 1, 0]
    assert log.swipes.place.tolist() == [0, 0, 1]
    assert log.swipes.direction.tolist() == [1, 2, 0]
    assert log.swipes.time[:2].tolist() == [micros(2026, 3, 2), micros(2026, 3, 2, 1, 30)]
    assert log.problems == []
    assert list(kinds_of_places(log.swipes).values()) == [1, 1]


def test_records_that_are_no_swipes_are_left_out_counted_and_shown(tmp_path: Path) -> None:
    bad = [
        {"time": "yesterday", "card": "c-1", "room": "Lab", "direction": "in"},
        {"time": "2026-03-02 08:00:00", "card": " ", "room": "Lab", "direction": "in"},
        {"time": "2026-03-02 08:00:00", "card": "c-1", "room": "", "direction": "in"},
        {"time": "2026-03-02 08:00:00", "card": "c-1", "room": "Lab", "direction": "sideways"},
    ]
    log = read_access_log(write(tmp_path, "csv", ROWS + bad))
    assert (log.records, len(log.swipes)) == (7, 3)
    assert [(problem.records, problem.lines) for problem in log.problems] == [
        (1, (5,)),
        (1, (6,)),
        (1, (7,)),
        (1, (8,)),
    ]


def test_offsets_count_and_times_that_the_clocks_skip_are_none(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text(
        "time,card,place\n2026-03-29T02:30:00,a,x\n2026-03-29T02:30:00Z,a,x\n"
        "2026-10-25T02:30:00,a,x\n2026-06-01 12:00+02:00,a,x\n"
    )
    log = read_access_log(file, time_zone="Europe/Berlin")
    assert log.swipes.time.tolist() == [
        micros(2026, 3, 29, 2, 30),
        micros(2026, 10, 25, 0, 30),
        micros(2026, 6, 1, 10),
    ]
    assert [problem.lines for problem in log.problems] == [(2,)]


def test_columns_are_named_with_a_place_of_several_and_a_form_of_time(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text("when, who, floor, zone\n02.03.2026 08:05, c, 3, Server Room\n")
    log = read_access_log(file, "time=when,card=who,place=floor+zone", time_format="%d.%m.%Y %H:%M")
    assert log.places == ["3-Server Room"]
    assert log.swipes.time.tolist() == [micros(2026, 3, 2, 8, 5)]


@pytest.mark.parametrize(
    ("name", "text", "columns", "zone", "told"),
    [
        ("log.csv", "a,b\n1,2\n", None, "UTC", "say with --columns"),
        ("log.csv", "a,b\n1,2\n", "time=x,card=a,place=b", "UTC", "no column 'x'"),
        ("log.csv", "time,card,place\n", None, "Moon/Crater", "time zone 'Moon/Crater'"),
        ("log.txt", "", None, "UTC", "must end in .csv"),
        ("log.xlsx", "no workbook", None, "UTC", "save it as UTF-8 CSV"),
        ("log.parquet", "no parquet", None, "UTC", "save it as UTF-8 CSV"),
        ("log.csv", "", None, "UTC", "can't be read as csv"),
    ],
)
def test_what_is_wrong_says_what_to_change(
    tmp_path: Path, name: str, text: str, columns: str | None, zone: str, told: str
) -> None:
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(GridwardenError, match=told):
        read_access_log(file, columns, time_zone=zone)
    with pytest.raises(GridwardenError, match="No such file"):
        read_access_log(tmp_path / "absent.csv")
