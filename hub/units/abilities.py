"""Four abilities (四个能力): how a unit's acceptance goes, from application to look-back (HZ-16).

    none ─apply─▶ applied ─guide─▶ guidance ─rectify─▶ rectified ─judge─▶ passed ─look back─▶ passed
                                      ▲                    │                  │
                                      └──── not all able ──┴──────────────────┘

Pure. A judgement names each ability with yes or no; all four yes is a pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args

import msgspec

Ability = Literal["find_and_remove", "fight_initial_fire", "evacuate", "educate"]
ABILITIES: tuple[Ability, ...] = get_args(Ability)  # requirement HZ-16
Stage = Literal["none", "applied", "guidance", "rectified", "passed"]
Step = Literal["apply", "guide", "rectify", "judge", "look_back"]

_FROM: dict[Step, tuple[Stage, ...]] = {
    "apply": ("none",),
    "guide": ("applied",),
    "rectify": ("guidance",),
    "judge": ("rectified",),
    "look_back": ("passed",),
}
_AFTER: dict[Step, Stage] = {"apply": "applied", "guide": "guidance", "rectify": "rectified"}


class Acceptance(msgspec.Struct, frozen=True, kw_only=True):
    """Where a unit's acceptance stands; `failed` are the abilities last found wanting."""

    stage: Stage = "none"
    failed: tuple[Ability, ...] = ()
    look_backs: int = 0


class AbilitiesRefusedError(ValueError):
    """The step is not possible now; `allowed` are those that are."""

    def __init__(self, text: str, allowed: tuple[Step, ...]) -> None:
        self.allowed = allowed
        super().__init__(text)


def allowed(state: Acceptance) -> tuple[Step, ...]:
    """The steps that are possible now."""
    return tuple(step for step, stages in _FROM.items() if state.stage in stages)


def take(state: Acceptance, step: Step, able: Mapping[Ability, bool] | None = None) -> Acceptance:
    """The acceptance after a step; `able` is what a judgement or look-back found.

    Raises:
        AbilitiesRefusedError: it is not that step's turn, or a judgement leaves an ability out.
    """
    possible = allowed(state)
    if step not in possible:
        raise AbilitiesRefusedError(
            f"the acceptance is at {state.stage}; possible: {', '.join(possible)}", possible
        )
    if step in _AFTER:
        return Acceptance(stage=_AFTER[step], failed=state.failed, look_backs=state.look_backs)
    judged = able or {}
    left_out = [ability for ability in ABILITIES if ability not in judged]
    if left_out:
        raise AbilitiesRefusedError(f"say yes or no to each: {', '.join(left_out)}", possible)
    failed: tuple[Ability, ...] = tuple(ability for ability in ABILITIES if not judged[ability])
    return Acceptance(
        stage="guidance" if failed else "passed",
        failed=failed,
        look_backs=state.look_backs + (step == "look_back"),
    )


def acceptance(steps: Iterable[Mapping[str, Any]]) -> Acceptance:
    """Fold the steps as they were stored, oldest first."""
    state = Acceptance()
    for one in steps:
        state = take(state, one["step"], one.get("able"))
    return state
