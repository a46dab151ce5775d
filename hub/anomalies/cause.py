"""Cause: what most likely took a hydrant's pressure, from what is seen around it. Pure.

Naive Bayes over a few facts: each fact that is known multiplies each cause by how often that
cause shows it. No document gives such shares; all of the table are ours, coarse on purpose, and
`python -m tools.causes` measures them against the simulated truth. What is not measured (no flow
meter, no neighbours) counts for nothing, and leaves the confidence lower.

Facts, as `evidence` names them: `pressure` and `usual` in MPa, `fall_s` in seconds, `flow` in L/s,
`outlets` (the opening that passes this flow at this pressure, in full DN65 outlets),
`neighbours` and `fallen` (of these), `fire_m` in metres, `cap_off` 0 or 1, `tilt` in degrees,
`hour` of the site's clock.
"""

from __future__ import annotations

from math import pi, sqrt
from typing import TypeAlias

import msgspec

from hub.anomalies.domain import Cause, CauseName

CAUSES: tuple[CauseName, ...] = ("burst", "leak", "theft", "fire_flow", "closed_valve")

NO_FLOW = 0.3  # L/s; ours: under what a meter of a hydrant's size tells from none
DRY_MPA = 0.02  # ours: two metres of water, nothing that a pump could lift
SUDDEN_S = 5.0  # ours: longer than a valve or a break takes, shorter than a leak grows
TILTED_DEGREES = 15.0  # ours: no hydrant is set so crooked
NIGHT = (22, 6)  # ours: hours in which nobody has business at a hydrant

_METRES_PER_MPA = 1 / 0.00980665  # of water, at standard gravity
# L/s per metre^0.5 through a DN65 outlet without any loss, 1000 · A · sqrt(2 g): no real one,
# with a discharge coefficient of about 0.9, passes more.
_OUTLET = 1000 * pi / 4 * 0.065**2 * sqrt(2 * 9.80665)
_DRIP = 0.25  # of an outlet; ours: a garden hose or a crack, no open outlet
_MORE_THAN_ONE = 1.05  # of an outlet; ours: the bound and the gauge's error

Shares: TypeAlias = tuple[float, float, float, float, float]

# How often each of CAUSES shows the fact.
_FLOW: dict[str, Shares] = {
    "none": (0.25, 0.50, 0.05, 0.03, 0.90),  # a break of the main passes no hydrant's meter
    "drip": (0.02, 0.45, 0.20, 0.03, 0.08),
    "outlet": (0.10, 0.04, 0.70, 0.70, 0.01),
    "more": (0.63, 0.01, 0.05, 0.24, 0.01),
}
_DRY: Shares = (0.25, 0.01, 0.05, 0.05, 0.70)
_SUDDEN: Shares = (0.90, 0.15, 0.90, 0.90, 0.90)
_FALLEN: dict[str, Shares] = {
    "none": (0.35, 0.80, 0.70, 0.70, 0.85),
    "some": (0.25, 0.15, 0.20, 0.20, 0.10),
    "most": (0.40, 0.05, 0.10, 0.10, 0.05),
}
_FIRE: Shares = (0.03, 0.03, 0.03, 0.90, 0.03)
_CAP_OFF: Shares = (0.03, 0.02, 0.80, 0.95, 0.02)
_TILTED: Shares = (0.30, 0.02, 0.01, 0.01, 0.01)
_AT_NIGHT: Shares = (0.33, 0.33, 0.55, 0.33, 0.33)


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What is known around one hydrant in trouble; None: not measured.

    `fall_s` is how long the pressure fell; `neighbours` are the nearest hydrants that are heard,
    `fallen` those that fell with it; `fire_m` is how far the nearest open fire case is.
    """

    pressure: float | None = None
    usual: float | None = None
    fall_s: float | None = None
    flow: float | None = None
    neighbours: int = 0
    fallen: int = 0
    fire_m: float | None = None
    cap_off: bool | None = None
    tilt: float | None = None
    hour: int | None = None


def likeliest(seen: Seen) -> Cause:
    """The likeliest cause, with its share and the facts it rests on."""
    shares = [1.0] * len(CAUSES)
    for fact in _facts(seen):
        shares = [share * one for share, one in zip(shares, fact, strict=True)]
    whole = sum(shares)
    ranked = sorted(zip(shares, CAUSES, strict=True), key=lambda pair: -pair[0])
    (first, name), (next_to_it, second) = ranked[:2]
    return Cause(
        name=name,
        confidence=round(first / whole, 2),
        second=second,
        second_confidence=round(next_to_it / whole, 2),
        evidence=_evidence(seen),
    )


def outlets(flow: float, pressure: float) -> float | None:
    """The opening that passes `flow` L/s at `pressure` MPa, in full DN65 outlets; None: no head."""
    head = pressure * _METRES_PER_MPA
    return flow / (_OUTLET * sqrt(head)) if head > 0.1 else None


def _facts(seen: Seen) -> list[Shares]:
    facts: list[Shares] = []
    if seen.flow is not None:
        facts.append(_FLOW[_flow_word(seen.flow, seen.pressure)])
    if seen.pressure is not None:
        facts.append(_if(_DRY, seen.pressure < DRY_MPA))
    if seen.fall_s is not None:
        facts.append(_if(_SUDDEN, seen.fall_s <= SUDDEN_S))
    if seen.neighbours > 1:
        most = 2 * seen.fallen >= seen.neighbours
        facts.append(_FALLEN["most" if most else "some" if seen.fallen else "none"])
    facts.append(_if(_FIRE, seen.fire_m is not None))
    if seen.cap_off is not None:
        facts.append(_if(_CAP_OFF, seen.cap_off))
    if seen.tilt is not None:
        facts.append(_if(_TILTED, seen.tilt >= TILTED_DEGREES))
    if seen.hour is not None:
        facts.append(_if(_AT_NIGHT, seen.hour >= NIGHT[0] or seen.hour < NIGHT[1]))
    return facts


def _flow_word(flow: float, pressure: float | None) -> str:
    if flow < NO_FLOW:
        return "none"
    opening = None if pressure is None else outlets(flow, pressure)
    if opening is None:
        return "outlet"  # it flows, and how wide the opening is cannot be told
    return "drip" if opening < _DRIP else "outlet" if opening <= _MORE_THAN_ONE else "more"


def _if(shown: Shares, holds: bool) -> Shares:
    if holds:
        return shown
    a, b, c, d, e = (1 - share for share in shown)
    return (a, b, c, d, e)


def _evidence(seen: Seen) -> dict[str, float]:
    known: dict[str, float] = {}
    for name in ("pressure", "usual", "fall_s", "flow", "fire_m", "tilt", "hour"):
        value = getattr(seen, name)
        if value is not None:
            known[name] = round(float(value), 3)
    if seen.neighbours:
        known |= {"neighbours": float(seen.neighbours), "fallen": float(seen.fallen)}
    if seen.cap_off is not None:
        known["cap_off"] = float(seen.cap_off)
    if seen.flow is not None and seen.flow >= NO_FLOW and seen.pressure is not None:
        opening = outlets(seen.flow, seen.pressure)
        if opening is not None:
            known["outlets"] = round(opening, 2)
    return known
