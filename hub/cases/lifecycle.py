"""Lifecycle: which actions a plan allows from which stage, by whom, and what they need.

What a plan leaves out of its `[cases]` is that of the shipped `lifecycle.toml`, key by key and
action by action. What an action does to a case is fixed in `hub.cases.deeds`; the plan decides
whether, when and by whom.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal

import msgspec

from hub.anomalies.domain import Grade
from hub.cases.vocabulary import Action, Audience, Field, Level, Right, Stage
from hub.sites.domain import Role

Occasion = Literal["reported", "coordination", "approval", "escalated", "listed", "always"]


class Transition(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"from_": "from"},
):
    """When an action is possible: from these stages, by who has the right and one of the roles.

    No roles: any. No grades: all. `needs` are what the request must bring beyond what the action
    needs by itself. `enabled = false`: never.
    """

    from_: list[Stage]
    right: Right
    roles: list[Role] = []
    grades: list[Grade] = []
    needs: list[Field] = []
    enabled: bool = True


class CaseRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the cases of a plan are driven.

    `screening`: what people report and is no emergency counts when a second role has confirmed it
    (HZ-09). Cases of the grades in `another_rechecks` are rechecked by another person than the
    solver (CA-19), those in `measured` need an interim protective measure (CA-10). A danger that
    shows again within `relapse_minutes` of the close reopens its case; 0: never. Before the archive
    those of `feedback` must have been told (CA-20), and cases of `revisit` visited again (CA-21).
    An approval is published at all of `levels` (HZ-06). The `matters` in `excluded` are not given
    to the roles in `grid_staff` (CA-17).
    """

    actions: dict[Action, Transition]
    screening: bool
    another_rechecks: list[Grade]
    measured: list[Grade]
    relapse_minutes: Annotated[int, msgspec.Meta(ge=0)]
    feedback: dict[Occasion, list[Audience]]
    revisit: list[Occasion]
    levels: list[Level]
    grid_staff: list[Role]
    excluded: list[str]
    source: dict[str, str]

    def transition(self, action: Action) -> Transition | None:
        """The entry of an action; None: the plan does not have it."""
        entry = self.actions.get(action)
        return entry if entry is not None and entry.enabled else None


@cache
def shipped_rules() -> CaseRules:
    """The lifecycle that comes with Gridwarden."""
    return msgspec.convert(_shipped(), CaseRules)


def with_shipped(own: Mapping[str, Any]) -> dict[str, Any]:
    """A plan's `[cases]`, filled up with what is shipped: key by key, action by action.

    Raises:
        TypeError: a table is something else.
    """
    shipped = _shipped()
    merged = {**shipped, **own}
    for key in ("actions", "feedback", "source"):
        merged[key] = {**shipped[key], **own.get(key, {})}
    actions: dict[str, Any] = own.get("actions", {})
    for name, entry in actions.items():
        merged["actions"][name] = {**shipped["actions"].get(name, {}), **entry}
    return merged


def _shipped() -> dict[str, Any]:
    text = files("hub.cases").joinpath("lifecycle.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
