"""Tables that people bring and take away: nothing is lost, shifted, or run by a spreadsheet."""

from __future__ import annotations

import pytest

from hub.tables import TableError, read_table, write_table

CELLS = ["=1+1", "+86 10-0000", "-x", "@sum", "'=x", "''", "it's", "-12.5", "+5", "甲", ""]


def test_no_cell_is_a_formula_and_all_come_back_as_they_were() -> None:
    """A spreadsheet that opens an export runs nothing that somebody has written into a register."""
    content = write_table(
        [{"id": f"u-{n}", "text": cell} for n, cell in enumerate(CELLS)], ["id", "text"]
    )
    told = [line.split(",", 1)[1] for line in content.decode("utf-8-sig").splitlines()[1:]]
    assert [one for one in told if one[:1] in ("=", "+", "-", "@")] == ["-12.5", "+5"]
    assert [row["text"] for row in read_table(content, ["id", "text"])] == CELLS


@pytest.mark.parametrize("rows", [b"u-1,a,\n", b"u-1,a,b\nu-2,c,d\n", b"u-1,a\nu-2,b,c\n"])
def test_rows_with_more_cells_than_columns_are_refused_rather_than_shifted(rows: bytes) -> None:
    with pytest.raises(TableError):
        read_table(b"id,text\n" + rows, ["id", "text"])


def test_a_nul_character_is_refused_before_the_database_refuses_it() -> None:
    with pytest.raises(TableError, match="NUL"):
        read_table(b"id,text\nu-1,a\0b\n", ["id", "text"])
