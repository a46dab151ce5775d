from __future__ import annotations

from datetime import date

import pytest

from hub.plans.read import shipped_plan
from hub.tables import TableError, read_table
from hub.units.domain import record
from hub.units.table import NEEDED, OPTIONAL, read_rows, write_rows

RULES = shipped_plan("campus").units
TODAY = date(2027, 3, 1)
EMPTY = {unit: record(unit, (), RULES, TODAY) for unit in ("shop-01", "mill")}
GOOD = (
    "unit,class,responsible,responsible_phone,fire_manager,equipment,fire_certificate,"
    "fire_certificate_until\r\n"
    "shop-01,six_small,样本甲,000-01,样本乙,extinguisher=2;hose=1,F-1,2028-01-31\r\n"
    "mill,key_a,,,,,,\r\n"
)


def read(text: str | bytes) -> tuple[list[object], list[tuple[int, str]]]:
    body = text if isinstance(text, bytes) else text.encode()
    frame = read_table(body, NEEDED, OPTIONAL)
    entries, bad = read_rows(frame, EMPTY, RULES, source="declared", actor="p", now=1)
    return list(entries), [(cell.line, cell.column) for cell in bad]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_is_read_as_spreadsheets_write_it_and_comes_back_the_same(encoding: str) -> None:
    frame = read_table(GOOD.encode(encoding), NEEDED, OPTIONAL)
    entries, bad = read_rows(frame, EMPTY, RULES, source="declared", actor="p", now=1)
    assert bad == []
    assert [(one.unit, one.aspect) for one in entries] == [
        ("shop-01", "class"),
        ("shop-01", "managers"),
        ("shop-01", "equipment"),
        ("shop-01", "paper"),
        ("mill", "class"),
    ]
    found = {
        unit: record(unit, [one for one in entries if one.unit == unit], RULES, TODAY)
        for unit in EMPTY
    }
    again = read_table(write_rows(found.values()), NEEDED, OPTIONAL)
    assert read_rows(again, found, RULES, source="declared", actor="p", now=2) == ([], [])


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("unit,class\nshop-1,general", "unit"),
        ("unit,class\nshop-01,key_d", "class"),
        ("unit,responsible_phone\nshop-01,123", "responsible_phone"),
        ("unit,responsible,responsible_phone\nshop-01,A,call me", "responsible_phone"),
        ("unit,equipment\nshop-01,two hoses", "equipment"),
        ("unit,acceptance,acceptance_until\nshop-01,A-1,31.1.2028", "acceptance_until"),
        ("unit,acceptance,acceptance_until\nshop-01,,2028-01-31", "acceptance_until"),
    ],
)
def test_a_bad_cell_is_told_by_row_and_column_with_what_to_do(row: str, column: str) -> None:
    entries, bad = read(row)
    assert entries == []
    assert bad == [(2, column)]


def test_a_unit_that_stands_twice_is_told_at_its_second_row() -> None:
    _, bad = read("unit,class\nmill,general\nmill,key_a\n")
    assert bad == [(3, "unit")]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "CSV"),
        (b"class\ngeneral\n", "missing: unit"),
        (b"unit,colour\nmill,red\n", "unknown: colour"),
        (b"\xff\xfe\x00\xff", "GB 18030"),
    ],
)
def test_what_is_no_such_table_is_refused_whole(body: bytes, told: str) -> None:
    with pytest.raises(TableError, match=told):
        read_table(body, NEEDED, OPTIONAL)
