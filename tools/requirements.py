"""`make requirements`: which requirement is proven by which tests, as the tests themselves say.

A test proves a row by naming its ID in its docstring (Python) or in its name (TypeScript), such as
`CA-02`; `GR-05 in part` proves some of the row's sentence. The rows are in `docs/requirements.tsv`.
Where the full table lies beside the checkout, IDs and priorities are held against it.
"""

from __future__ import annotations

import argparse
import ast
import csv
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

from rich.console import Console
from rich.table import Column, Table

ROOT = Path(__file__).resolve().parents[1]
ROWS = ROOT / "docs" / "requirements.tsv"
FULL_TABLE = ROOT.parent / "shared" / "requirements.md"

_ID = re.compile(r"\b((?:GR|SE|HZ|CA|EP|PA|AS|RE|PR)-\d+)\b(\s+in\s+part\b)?")
_FULL_ROW = re.compile(r"^\| ([A-Z]{2}-\d\d) \|.*\| ([MSL]) \|$", re.MULTILINE)
_TS_NAME = re.compile(r"""\b(?:test|it|describe)\(\s*(["'`])((?:\\.|(?!\1).)*)\1""", re.DOTALL)

State = Literal["proven", "part", "open"]


class RequirementsError(ValueError):
    """The table and the tests don't fit together; the text says where."""


class Row(NamedTuple):
    """One requirement; `priority` is M(ust), S(hould) or L(ater)."""

    id: str
    priority: str
    area: str
    text: str


class Quote(NamedTuple):
    """One test that names a requirement; `part` if it says that it proves only some of it."""

    id: str
    test: str
    part: bool


class Line(NamedTuple):
    """One requirement with the tests that name it."""

    row: Row
    quotes: list[Quote]

    @property
    def state(self) -> State:
        """`proven` by one test that proves the whole, `part` by others, `open` without any."""
        if not self.quotes:
            return "open"
        return "part" if all(quote.part for quote in self.quotes) else "proven"


def read_rows(file: Path = ROWS, full: Path = FULL_TABLE) -> list[Row]:
    """The rows of our file, in its order.

    Raises:
        RequirementsError: the full table is there and has other IDs or priorities.
    """
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [Row(**row) for row in csv.DictReader(lines, delimiter="\t", quoting=3)]
    if full.exists():
        theirs = dict(_FULL_ROW.findall(full.read_text(encoding="utf-8")))
        ours = {row.id: row.priority for row in rows}
        other = sorted({id_ for id_, _ in ours.items() ^ theirs.items()})
        if other:
            raise RequirementsError(f"{file.name} differs from {full.name} in {', '.join(other)}")
    return rows


def quotes_in(tests: Path) -> Iterator[Quote]:
    """What the tests below a folder say that they prove."""
    for file in sorted(tests.rglob("test_*.py")):
        yield from _in_python(file.relative_to(tests), file.read_text(encoding="utf-8"))
    for file in sorted(tests.rglob("*.test.ts")):
        yield from _in_typescript(file.relative_to(tests), file.read_text(encoding="utf-8"))


def matched(rows: Iterable[Row], quotes: Iterable[Quote]) -> list[Line]:
    """Each row with the tests that name it.

    Raises:
        RequirementsError: a test names an ID that no row has.
    """
    lines = {row.id: Line(row, []) for row in rows}
    strange: list[Quote] = []
    for quote in quotes:
        if quote.id in lines:
            lines[quote.id].quotes.append(quote)
        else:
            strange.append(quote)
    if strange:
        told = "; ".join(f"{quote.test} names {quote.id}" for quote in strange)
        raise RequirementsError(f"no such requirement: {told}")
    return list(lines.values())


def totals(lines: Iterable[Line]) -> dict[str, dict[str, int]]:
    """How many rows of each area and priority are in which state; `all` sums the areas."""
    counts: dict[str, dict[str, int]] = {}
    for line in lines:
        for area in (line.row.area, "all"):
            own = counts.setdefault(area, {})
            for name in ("rows", line.state, f"{line.row.priority} rows"):
                own[name] = own.get(name, 0) + 1
            if line.state == "proven":
                proven = f"{line.row.priority} proven"
                own[proven] = own.get(proven, 0) + 1
    return {area: own for area, own in counts.items() if area != "all"} | {"all": counts["all"]}


def as_dict(lines: list[Line]) -> dict[str, Any]:
    """The same for programs."""
    return {
        "rows": [
            line.row._asdict()
            | {"state": line.state, "tests": sorted({quote.test for quote in line.quotes})}
            for line in lines
        ],
        "totals": totals(lines),
    }


def show(lines: list[Line], console: Console, *, proven_only: bool = False) -> None:
    """Print the table and a total per area."""
    tests_column = Column("tests", overflow="fold", ratio=3)
    text_column = Column("requirement", ratio=2)
    table = Table("row", "P", "state", tests_column, text_column, box=None, header_style="bold")
    colours = {"proven": "green", "part": "yellow", "open": "dim"}
    for line in lines:
        if proven_only and not line.quotes:
            continue
        tests = "\n".join(sorted({quote.test for quote in line.quotes}))
        state = f"[{colours[line.state]}]{line.state}[/]"
        table.add_row(line.row.id, line.row.priority, state, tests, line.row.text)
    console.print(table)
    columns = ("rows", "proven", "part", "open", "M rows", "M proven")
    sums = Table("area", *columns, box=None, header_style="bold")
    for area, counts in totals(lines).items():
        sums.add_row(area, *(str(counts.get(name, 0)) for name in columns))
    console.print(sums)


def _in_python(file: Path, text: str) -> Iterator[Quote]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith(
            "test_"
        ):
            said = ast.get_docstring(node) or ""
            yield from _named(said, f"{file.as_posix()}::{node.name}")


def _in_typescript(file: Path, text: str) -> Iterator[Quote]:
    for _, name in _TS_NAME.findall(text):
        yield from _named(name, f"{file.as_posix()}: {name}")


def _named(text: str, test: str) -> Iterator[Quote]:
    for id_, part in _ID.findall(text):
        yield Quote(id_, test, bool(part))


def main(arguments: list[str] | None = None) -> int:
    """Print the table; 1 when table and tests don't fit together."""
    parser = argparse.ArgumentParser(prog="make requirements ARGS=…", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print as JSON")
    parser.add_argument("--proven", action="store_true", help="leave out the open rows")
    given = parser.parse_args(arguments)
    try:
        lines = matched(read_rows(), quotes_in(ROOT / "tests"))
    except RequirementsError as error:
        print(f"requirements: {error}", file=sys.stderr)
        return 1
    if given.json:
        print(json.dumps(as_dict(lines), ensure_ascii=False, indent=1))
        return 0
    show(lines, Console(), proven_only=given.proven)
    return 0


if __name__ == "__main__":
    sys.exit(main())
