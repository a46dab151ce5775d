"""Care: which body owns a device or an agent, and which repairs it.

What a device names itself goes before what the site file says of its kind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Literal

import msgspec

from hub.sites.domain import (
    AGENT,
    HEARTBEAT_S,
    KNOWN_DEVICE_KINDS,
    Agent,
    Care,
    SiteDocument,
    Spot,
    agent_spots,
)
from hub.sites.problem import Problem

Post = Literal["owner", "repair"]
POSTS: tuple[Post, ...] = ("owner", "repair")
_WORDS: dict[Post, str] = {"owner": "owned", "repair": "repaired"}


class Registered(msgspec.Struct, frozen=True, kw_only=True):
    """An agent of the site; without a place and devices it has no spot."""

    spot: Spot | None
    report_s: float = HEARTBEAT_S
    owner: str | None = None
    repair: str | None = None


def registered_agents(document: SiteDocument, spots: Mapping[str, Spot]) -> dict[str, Registered]:
    """Every agent that the site file lists or a device names; `spots` are all that rules watch."""
    care = document.care.get(AGENT, Care())
    where = agent_spots(spots)
    return {
        agent.id: Registered(
            spot=where.get(agent.id),
            report_s=agent.report_s,
            owner=agent.owner or care.owner,
            repair=agent.repair or care.repair,
        )
        for agent in _agents(document)
    }


def wrong_care(document: SiteDocument) -> Iterator[Problem]:
    """Bodies, kinds and places that owners, repairers and agents name and that are not there."""
    bodies = [body.id for body in document.bodies]
    places = {place.id for place in document.places}
    kinds = [*KNOWN_DEVICE_KINDS, *document.device_kinds, AGENT]
    for kind, care in document.care.items():
        if kind not in kinds:
            text = f"care is for unknown kind {kind}{_meant(kind, kinds)}"
            yield Problem(kind, text)
        yield from _unknown(kind, f"kind {kind}", care, bodies)
    for device in document.devices:
        own = Care(device.owner, device.repair)
        yield from _unknown(device.id, f"device {device.id}", own, bodies)
    for agent in document.agents:
        own = Care(agent.owner, agent.repair)
        yield from _unknown(agent.id, f"agent {agent.id}", own, bodies)
        if agent.place is not None and agent.place not in places:
            yield Problem(agent.id, f"agent {agent.id} stands at unknown place {agent.place}")


def uncared(document: SiteDocument) -> Iterator[Problem]:
    """Kinds of devices of which some belong to nobody or are repaired by nobody."""
    everything = [
        *((one.kind, Care(one.owner, one.repair)) for one in document.devices),
        *((AGENT, Care(one.owner, one.repair)) for one in _agents(document)),
    ]
    for post in POSTS:
        lacking = Counter(
            kind
            for kind, own in everything
            if getattr(own, post) is None and getattr(document.care.get(kind, Care()), post) is None
        )
        for kind, count in sorted(lacking.items()):
            wanted = "owner" if post == "owner" else "repairer"
            text = (
                f"no {wanted} is named for {count} of kind {kind}: "
                f"give `{post}` in care.{kind}, or for each"
            )
            yield Problem(kind, text, "uncared")


def _agents(document: SiteDocument) -> list[Agent]:
    """Those listed, and those that only devices name."""
    listed = {agent.id: agent for agent in document.agents}
    named = {device.agent for device in document.devices}
    return [listed.get(name) or Agent(name) for name in sorted({*listed, *named})]


def _unknown(subject: str, what: str, care: Care, bodies: list[str]) -> Iterator[Problem]:
    for post in POSTS:
        body: str | None = getattr(care, post)
        if body is not None and body not in bodies:
            text = f"{what} is {_WORDS[post]} by {body}, which is not among the bodies"
            yield Problem(subject, f"{text}{_meant(body, bodies)}")


def _meant(name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]}?" if close else ""
