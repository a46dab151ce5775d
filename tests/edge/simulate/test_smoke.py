from __future__ import annotations

import numpy as np
import pytest

from edge.simulate.clock import SECOND
from edge.simulate.smoke import (
    ALARM_PERCENT_PER_M,
    CLEAR_PERCENT_PER_M,
    SmokeDetectors,
    alarm_span,
    smoke,
)
from edge.simulate.troubles import SmokeCause, Trouble
from edge.simulate.world import World


@pytest.mark.parametrize("cause", ["fire", "cooking"])
def test_the_alarm_goes_on_and_off_where_the_smoke_crosses_its_limits(cause: SmokeCause) -> None:
    trouble = Trouble(cause, 3, 10 * SECOND, 50 * SECOND)
    span = alarm_span(trouble)
    at = np.array([span.on, span.off])
    assert smoke(trouble, at) == pytest.approx([ALARM_PERCENT_PER_M, CLEAR_PERCENT_PER_M], abs=0.01)
    assert trouble.start < span.on < trouble.end < span.off < trouble.end + 60 * SECOND


@pytest.mark.parametrize("cause", ["fire", "cooking"])
def test_smoke_grows_while_it_burns_and_clears_afterwards(cause: SmokeCause) -> None:
    trouble = Trouble(cause, 3, 10 * SECOND, 50 * SECOND)
    rising = smoke(trouble, np.arange(0, 50, 1) * SECOND)
    clearing = smoke(trouble, np.arange(50, 170, 1) * SECOND)
    assert (np.diff(rising) >= 0).all()
    assert (np.diff(clearing) < 0).all()
    assert rising[:10].max() == 0
    assert clearing[-1] < 0.01


def test_clean_air_is_far_below_the_alarm(world: World) -> None:
    detectors = SmokeDetectors(world.seed, world.troubles)
    before_any_trouble = detectors.beats.due(-1, SECOND)
    values = detectors.obscuration(before_any_trouble)
    assert values.min() >= 0
    assert values.max() < 1
