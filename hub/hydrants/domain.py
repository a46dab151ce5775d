"""Hydrants: what the register says of each water source, and in which state it is (SE-05). Pure.

Times are int64 microseconds UTC, positions planar metres.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal, get_args

import msgspec

from edge.wire import Micros
from hub.sites.domain import Name, Point

SourceKind = Literal["hydrant", "indoor_hydrant", "pond", "tank", "river", "well"]
State = Literal[
    "in_order", "low_pressure", "damaged", "no_water", "shut_off", "out_for_repair", "removed"
]
EventName = Literal["registered", "corrected", "census"]

KINDS: tuple[SourceKind, ...] = get_args(SourceKind)
STATES: tuple[State, ...] = get_args(State)

KIND_NAMES: dict[SourceKind, Name] = {
    "hydrant": Name("hydrant", "消火栓"),
    "indoor_hydrant": Name("indoor hydrant", "室内消火栓"),
    "pond": Name("pond", "水池"),
    "tank": Name("tank", "水箱"),
    "river": Name("river intake", "河道取水口"),
    "well": Name("well", "水井"),
}
STATE_NAMES: dict[State, Name] = {
    "in_order": Name("in order", "完好"),
    "low_pressure": Name("low pressure", "压力不足"),
    "damaged": Name("damaged", "损坏"),
    "no_water": Name("no water", "无水"),
    "shut_off": Name("shut off", "停水"),
    "out_for_repair": Name("out for repair", "维修中"),
    "removed": Name("removed", "已拆除"),
}


class Hydrant(msgspec.Struct, frozen=True, kw_only=True):
    """A water source as it is written down; `told` is what a person said last, at `told_at`.

    `device` is the sensor that watches it: hydrant and device are then one thing.
    """

    id: str
    name: Name
    kind: SourceKind
    at: Point
    owner: str
    device: str | None = None
    told: State = "in_order"
    told_at: Micros = 0
    censused: date | None = None

    @property
    def subjects(self) -> tuple[str, ...]:
        """By which names cases may know it; the first is what a report gets."""
        own = f"hydrant:{self.id}"
        return (own,) if self.device is None else (self.device, own)


def looked_at(hydrant: Hydrant, state: State, day: date, until: Micros) -> Hydrant:
    """The hydrant after somebody has looked at it on a day, at `until` at the latest.

    A look that is told late does not take the place of what was told since. That a hydrant which
    nobody has looked at yet is in order was only taken for granted: any look takes its place.
    """
    assumed = hydrant.censused is None and hydrant.told == "in_order"
    if assumed or until >= hydrant.told_at:
        hydrant = msgspec.structs.replace(hydrant, told=state, told_at=until)
    newest = day if hydrant.censused is None else max(day, hydrant.censused)
    return msgspec.structs.replace(hydrant, censused=newest)


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """A case of a hydrant: what it makes of the state, from `opened` until `closed`."""

    state: State
    opened: Micros
    closed: Micros | None = None


def state_of(hydrant: Hydrant, troubles: Sequence[Trouble], *, shut_off: bool = False) -> State:
    """The state that the register shows: the newest word counts.

    While a case is open, that is its state, the graver of several, unless a person has told since
    how it stands. A closed case puts the hydrant in order. A planned shut-off shows in one that is
    in order otherwise. What was removed stays so until somebody tells otherwise.
    """
    if hydrant.told == "removed":
        return "removed"
    lasting = [trouble for trouble in troubles if trouble.closed is None]
    if lasting:
        if hydrant.told != "in_order" and hydrant.told_at > max(one.opened for one in lasting):
            return hydrant.told
        return max((one.state for one in lasting), key=_gravity)
    over = max((one.closed for one in troubles if one.closed is not None), default=-1)
    state: State = "in_order" if over > hydrant.told_at else hydrant.told
    return "shut_off" if state == "in_order" and shut_off else state


def _gravity(state: State) -> int:
    return STATES.index(state)
