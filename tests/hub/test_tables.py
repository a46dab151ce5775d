"""Tables: what is no table is refused as a whole, and nothing in one is run by a spreadsheet."""

from __future__ import annotations

from datetime import date

import pytest

from hub.tables import TableError, day_of, number_of, read_table, write_table


def test_a_row_and_a_header_may_be_shorter_than_the_columns() -> None:
    assert read_table(b"id,name,note\n1,a\n", ("id", "name"), ("note", "more")) == [
        {"id": "1", "name": "a", "note": "", "more": ""}
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"id,name\n1,a,b\n", "more cells"),
        (b"id,name\n1,a,\n2,b,\n", "more cells"),
        (b"id,name, name\n1,a,b\n", "twice"),
        (b"id,name\n1,a\0b\n", "NUL"),
        (b"id\n1\n", "missing: name"),
        (b"id,name,other\n1,a,b\n", "unknown: other"),
        (b"", "not a CSV"),
        (b"id,name\n1,\xff\xff\n", "neither UTF-8"),
    ],
)
def test_what_is_no_such_table_is_refused(content: bytes, told: str) -> None:
    with pytest.raises(TableError, match=told):
        read_table(content, ("id", "name"))


@pytest.mark.parametrize("text", ["=1+1", "+86 10", "-x", "@sum(a1)"])
def test_no_cell_is_a_formula_and_it_comes_back_the_same(text: str) -> None:
    written = write_table([{"id": text, "name": -3.5}], ("id", "name"))
    assert written.decode("utf-8-sig") == f"id,name\r\n'{text},-3.5\r\n"
    assert read_table(written, ("id", "name")) == [{"id": text, "name": "-3.5"}]


def test_an_apostrophe_before_anything_else_stays() -> None:
    assert read_table(b"id\n'tis\n", ("id",)) == [{"id": "'tis"}]


@pytest.mark.parametrize(
    ("cell", "number"), [("1.5", 1.5), ("-2", -2.0), ("", None), ("inf", None), ("many", None)]
)
def test_a_cell_holds_a_finite_number_or_none(cell: str, number: float | None) -> None:
    assert number_of(cell) == number


def test_a_cell_holds_a_day_or_none() -> None:
    assert day_of("2027-03-31") == date(2027, 3, 31)
    assert (day_of("31.3.2027"), day_of("")) == (None, None)
