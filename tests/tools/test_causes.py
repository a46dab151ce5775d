from __future__ import annotations

from pathlib import Path

import pytest

from edge.simulate.world import build_world
from tools.causes.judge import judged

ORIGIN = 1_795_051_800_000_000


@pytest.mark.slow
def test_the_cause_of_nine_in_ten_simulated_troubles_is_told_right(tmp_path: Path) -> None:
    """SE-06: burst, leak, theft, fire flow and closed valve, from readings alone."""
    verdicts = judged(build_world(7, tmp_path), ORIGIN, hours=2, after_s=10)
    assert len(verdicts) > 10
    assert sum(one.right for one in verdicts) >= 0.9 * len(verdicts)
    assert {one.truth for one in verdicts} >= {"burst", "leak", "theft", "closed_valve"}
