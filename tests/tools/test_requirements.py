"""The table of requirements is made of what the tests themselves say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.requirements import (
    ROOT,
    Line,
    Quote,
    RequirementsError,
    Row,
    main,
    matched,
    quotes_in,
    read_rows,
    totals,
)

ROWS = [Row("SE-01", "M", "sensing", "one"), Row("SE-02", "S", "sensing", "two")]


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


def test_our_tests_name_no_requirement_that_does_not_exist() -> None:
    lines = matched(read_rows(), quotes_in(ROOT / "tests"))
    assert len(lines) == 217
    assert any(line.state == "proven" for line in lines)


def test_python_names_rows_in_docstrings_and_typescript_in_test_names(tmp_path: Path) -> None:
    write(
        tmp_path,
        "test_a.py",
        'def test_x():\n    """Held. SE-01, SE-02 in part."""\n\n'
        'async def test_y():\n    """SE-02"""\n\ndef helper():\n    """SE-77"""\n',
    )
    write(tmp_path, "b.test.ts", 'describe(\'SE-01: all\', () => { test("says \\"so\\""); });')
    assert list(quotes_in(tmp_path)) == [
        Quote("SE-01", "test_a.py::test_x", part=False),
        Quote("SE-02", "test_a.py::test_x", part=True),
        Quote("SE-02", "test_a.py::test_y", part=False),
        Quote("SE-01", "b.test.ts: SE-01: all", part=False),
    ]


def test_a_row_is_proven_by_one_whole_test_and_part_by_others() -> None:
    half, whole = (Quote("SE-01", "t", part) for part in (True, False))
    states = [Line(ROWS[0], quotes).state for quotes in ([], [half], [half, whole])]
    assert states == ["open", "part", "proven"]


def test_an_unknown_row_is_refused_with_the_test_that_names_it() -> None:
    with pytest.raises(RequirementsError, match="test_a names SE-99"):
        matched(ROWS, [Quote("SE-99", "test_a", part=False)])


def test_totals_count_by_area_and_over_all() -> None:
    counts = totals(matched(ROWS, [Quote("SE-01", "t", part=False)]))
    assert counts["sensing"] == counts["all"]
    assert counts["all"] == {
        "rows": 2, "proven": 1, "open": 1, "M rows": 1, "M proven": 1, "S rows": 1,
    }  # fmt: skip


def test_a_table_that_differs_from_the_full_one_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "ours.tsv", "id\tpriority\tarea\ttext\nSE-01\tM\tsensing\tone\n")
    write(tmp_path, "full.md", "| ID | R | N | S | P |\n| SE-01 | a | - | b | S |\n")
    assert read_rows(tmp_path / "ours.tsv", tmp_path / "none.md")[0].text == "one"
    with pytest.raises(RequirementsError, match="in SE-01"):
        read_rows(tmp_path / "ours.tsv", tmp_path / "full.md")


def test_the_table_is_printed_for_people_and_for_programs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["totals"]["all"]["rows"] == len(told["rows"]) == 217
    assert main(["--proven"]) == 0
    assert "M proven" in capsys.readouterr().out
