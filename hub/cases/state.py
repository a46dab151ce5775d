"""State: what the events of one case amount to. Times are int64 microseconds UTC."""

from __future__ import annotations

from typing import Any

import msgspec

from edge.wire import Micros
from hub.anomalies.domain import AnomalyKind, Grade
from hub.cases.vocabulary import (
    ENDED,
    Audience,
    Body,
    EventName,
    Level,
    Look,
    Outcome,
    Path,
    PersonId,
    Stage,
    TaskChange,
    UnitId,
)


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to a case. `actor` is a person's id or `system:…`."""

    event: EventName
    at: Micros
    actor: str
    note: str = ""
    data: dict[str, Any] = {}


class Task(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One part of a case that several departments share (CA-13); `state` None: to be done."""

    id: int
    title: str
    lead: UnitId | None = None
    to: PersonId | None = None
    due: Micros | None = None
    state: TaskChange | None = None

    @property
    def pending(self) -> bool:
        """Whether somebody must still work on it."""
        return self.state not in ("done", "dropped")


class Progress(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far the work is, beyond the stage.

    `reporters` are who reported it, by id, with the role that each had then. `screening` is None
    where no second role is asked for (HZ-09). `units` are its lead, cooperating and implementing
    ones (CA-14). `proof` is what the last recheck rests on: the sensor, or a person. `held` is the
    stage at which the work was suspended, `held_at` since when. The counts are over the whole life
    of the case.
    """

    reporters: dict[PersonId, str | None] = {}
    screening: str | None = None  # needed, upheld, rejected
    path: Path | None = None
    on_site: bool = False
    lead: UnitId | None = None
    cooperating: tuple[UnitId, ...] = ()
    implementing: UnitId | None = None
    dispatcher: PersonId | None = None
    triage_by: Micros | None = None
    handler: PersonId | None = None
    dissuaded: bool = False
    proof: str | None = None
    photos: int = 0
    measures: int = 0
    measure_by: Micros | None = None
    measure_until: Micros | None = None
    tracked: int = 0
    receiver: str | None = None
    receipt: bool = False
    extension: Micros | None = None
    extension_by: PersonId | None = None
    held: Stage | None = None
    held_at: Micros | None = None
    held_until: Micros | None = None
    unsolvable: str = ""
    tasks: tuple[Task, ...] = ()
    coordinator: PersonId | None = None
    decided: dict[Body, bool] = {}
    published: tuple[Level, ...] = ()
    outcome: Outcome | None = None
    ended: Micros | None = None
    into: str | None = None
    feedback_by: Micros | None = None
    fed_back: tuple[Audience, ...] = ()
    revisit_by: Micros | None = None
    satisfied: bool | None = None
    rating: int | None = None
    returns: int = 0
    reworks: int = 0
    transfers: int = 0
    escalations: int = 0
    extensions: int = 0
    reopenings: int = 0
    urged: int = 0
    listed: bool = False


NEW = Progress()


class CaseState(msgspec.Struct, frozen=True, kw_only=True):
    """What the events of one case amount to.

    `breaches` are the rules that are known to be broken still (`RULE`, or `RULE@DEVICE` of another
    device): the sensors agree that the danger is over when none is left. `owner` is who must act,
    and must accept the case until `acknowledge_by`; else the stand-in gets it. `look` is how far
    the look on site is that a remote detection asks for, due `look_by`; None: none (SE-23).
    `assist` are the holders of grids beside it who were told so that they help, `coming` those who
    are on the way.
    """

    kind: AnomalyKind
    device: str
    grade: Grade
    stage: Stage
    opened: Micros
    updated: Micros
    due: Micros | None
    warden: PersonId | None
    owner: PersonId | None
    breaches: frozenset[str]
    recurrences: int
    value: float | None
    limit: float | None
    unit: str
    quantity: str
    acknowledge_by: Micros | None = None
    look: Look | None = None
    look_by: Micros | None = None
    assist: frozenset[PersonId] = frozenset()
    coming: frozenset[PersonId] = frozenset()
    progress: Progress = NEW

    @property
    def recovered(self) -> bool:
        """Whether the sensor says that the danger is over."""
        return not self.breaches

    @property
    def open(self) -> bool:
        """Whether the case still asks for work on the hazard; feedback and revisit come after."""
        return self.stage not in ENDED

    @property
    def unscreened(self) -> bool:
        """Whether a second role must still say that the report is true (HZ-09)."""
        return self.progress.screening == "needed" and self.grade != "emergency"


def breach_in(state: CaseState, data: dict[str, Any]) -> str:
    """The rule of an event's data, and the device if it is not the case's own."""
    device = data.get("device", state.device)
    return data["rule"] if device == state.device else f"{data['rule']}@{device}"
