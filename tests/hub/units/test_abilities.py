from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.units.abilities import (
    ABILITIES,
    AbilitiesRefusedError,
    Ability,
    Acceptance,
    Step,
    acceptance,
    allowed,
    take,
)

ALL: dict[Ability, bool] = dict.fromkeys(ABILITIES, True)


def test_an_acceptance_goes_from_application_over_guidance_and_rectification_to_a_pass() -> None:
    """HZ-16 in part: applied, guidance, rectified, passed, look-back."""
    stages = [Acceptance()]
    for step in ("apply", "guide", "rectify"):
        stages.append(take(stages[-1], step))
    stages.append(take(stages[-1], "judge", ALL))
    stages.append(take(stages[-1], "look_back", ALL))
    assert [one.stage for one in stages] == [
        "none",
        "applied",
        "guidance",
        "rectified",
        "passed",
        "passed",
    ]
    assert stages[-1].look_backs == 1


@pytest.mark.parametrize("weak", ABILITIES)
def test_one_ability_found_wanting_sends_it_back_to_guidance(weak: Ability) -> None:
    """HZ-16 in part: all four must be there, at the look-back too."""
    found = {**ALL, weak: False}
    for state, step in (("rectified", "judge"), ("passed", "look_back")):
        after = take(Acceptance(stage=state), step, found)  # type: ignore[arg-type]
        assert (after.stage, after.failed) == ("guidance", (weak,))


def test_a_judgement_that_leaves_an_ability_out_is_refused() -> None:
    with pytest.raises(AbilitiesRefusedError, match="educate"):
        take(Acceptance(stage="rectified"), "judge", dict.fromkeys(ABILITIES[:3], True))


@given(st.lists(st.sampled_from(["apply", "guide", "rectify", "judge", "look_back"])))
def test_only_the_steps_that_are_allowed_are_taken(steps: list[Step]) -> None:
    state, taken = Acceptance(), []
    for step in steps:
        if step in allowed(state):
            state = take(state, step, ALL)
            taken.append({"step": step, "able": ALL})
        else:
            with pytest.raises(AbilitiesRefusedError):
                take(state, step, ALL)
    assert acceptance(taken) == state
