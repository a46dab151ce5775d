from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hub.shutoffs.domain import LONGEST, Planned, ShutOff, ShutOffRefusedError, checked

KINDS = {"h1": "hydrant", "h2": "hydrant", "s1": "smoke"}
ASKED = Planned(
    start=100, until=200, hydrants=("h2", "h1", "h1"), measure=" tanker ", notice="told"
)


def test_a_shut_off_with_measure_and_notice_is_accepted() -> None:
    """SE-08"""
    tidy = checked(ASKED, KINDS, now=50)
    assert tidy.hydrants == ("h1", "h2")
    assert tidy.measure == "tanker"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"measure": "  "}, "measure"),
        ({"notice": ""}, "notice"),
        ({"hydrants": ()}, "hydrants"),
        ({"hydrants": ("h1", "h9")}, "hydrants"),
        ({"hydrants": ("s1",)}, "hydrants"),
        ({"until": 100}, "to"),
        ({"start": 10, "until": 40}, "to"),
        ({"until": 101 + LONGEST}, "to"),
    ],
)
def test_what_lacks_something_is_refused_by_its_field(changes: dict[str, Any], field: str) -> None:
    """SE-08: none without an interim measure and a notice to residents."""
    with pytest.raises(ShutOffRefusedError) as refused:
        checked(msgspec.structs.replace(ASKED, **changes), KINDS, now=50)
    assert [fault.field for fault in refused.value.faults] == [field]


def test_the_end_is_not_in_a_shut_off() -> None:
    one = ShutOff(id=1, start=100, until=200, hydrants=("h1",), measure="m", notice="n")
    assert [one.lasts(at) for at in (99, 100, 199, 200)] == [False, True, True, False]
