from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.sites.check import check
from hub.sites.codes import CodeError, check_code, next_code
from hub.sites.domain import GridKind, Name, SiteDocument
from hub.sites.rules import GridRules

SIX = GridRules(codes="six_digit")


@given(st.integers(0, 999), st.sampled_from(("ordinary", "dedicated")), st.integers(1, 99))
def test_generated_codes_are_valid_and_never_twice(
    village: int, kind: GridKind, count: int
) -> None:
    """GR-03: 3 digits village, 1 type, 2 sequence; generated codes pass their own check."""
    taken: set[str] = set()
    for _ in range(count):
        code = next_code(village, kind, taken)
        check_code(code, kind)
        assert code not in taken
        assert (code[:3], code[3]) == (f"{village:03}", "1" if kind == "ordinary" else "2")
        taken.add(code)


def test_a_hundredth_grid_of_a_village_has_no_code() -> None:
    """GR-03: the sequence has two digits."""
    taken = {f"0071{number:02}" for number in range(1, 100)}
    with pytest.raises(CodeError, match="no code is left"):
        next_code(7, "ordinary", taken)
    assert next_code(7, "dedicated", taken) == "007201"


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        ("00110", "ordinary", "six digits are wanted"),
        ("00a101", "ordinary", "six digits are wanted"),
        ("００１１０１", "ordinary", "six digits are wanted"),
        ("001301", "ordinary", "type 3 is unknown"),
        ("001201", "ordinary", "says dedicated, the grid is ordinary"),
        ("001100", "ordinary", "begins with 01"),
    ],
)
def test_a_wrong_code_is_told_apart(code: str, kind: GridKind, said: str) -> None:
    """GR-03: unknown types and other forms are rejected."""
    with pytest.raises(CodeError, match=said):
        check_code(code, kind)


def test_a_plan_with_six_digit_codes_refuses_others_and_duplicates(document: SiteDocument) -> None:
    """GR-01, GR-03: the numbering is the plan's; leaf grids are numbered, duplicates rejected."""
    assert check(document) == []
    found = [problem.text for problem in check(document, SIX)]
    assert len(found) == 4
    assert all("six digits are wanted" in text for text in found)
    twice = msgspec.structs.replace(document, grids=[*document.grids, document.grids[-1]])
    assert "grid C-2-02 stands in the file 2 times" in [p.text for p in check(twice, SIX)]


def test_a_plan_names_the_levels(document: SiteDocument) -> None:
    """GR-01: the site uses the level names that its plan sets, any number of them."""
    same = GridRules(levels=list(document.levels))
    assert check(document, same) == []
    other = GridRules(levels=[Name("Town", "镇"), Name("Village", "村")])
    assert [p.text for p in check(document, other)] == [
        "the plan names the levels Town (镇), Village (村): use the same"
    ]
