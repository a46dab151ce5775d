"""Plans: rules as data, each with its limits, grade and deadline, and the source of every number.

Durations are seconds unless the key says otherwise. A value that the sources leave unset stands
in no plan that we ship: its rule is kept switched off until an operator sets it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

import msgspec

from edge.access import Reason
from edge.wire import Identifier
from hub.anomalies.domain import AnomalyKind, CauseName, Grade
from hub.cases.lifecycle import CaseRules, shipped_rules
from hub.deadlines.rules import DEFAULT_CALENDAR, DEFAULT_DEADLINES, CalendarRules, DeadlineRules
from hub.escalation.rules import DEFAULT_ESCALATION, EscalationRules
from hub.files.rules import NO_FILE_RULES, FileRules
from hub.open311.rules import NO_OPEN311, Open311Rules
from hub.plans.categories import Category, Department, Route, category_of, route_of
from hub.plans.schedule import Active
from hub.plans.stock import Equipment, Stock
from hub.registers.domain import NO_REGISTER_RULES, RegisterRules
from hub.rights.domain import RoleRights
from hub.secrecy.domain import SecrecyDuty
from hub.sites.domain import DeviceKind, Name, Titles
from hub.sites.rules import NO_RULES, GridRules
from hub.terminals.domain import NO_TERMINAL_RULES, TerminalRules
from hub.units.rules import NO_UNIT_RULES, UnitRules
from hub.watchlist.rules import DEFAULT_WATCH_RULES, WatchRules

FORMAT = 1  # of the plan file

Seconds = Annotated[float, msgspec.Meta(ge=0)]
Positive = Annotated[float, msgspec.Meta(gt=0)]
Zone = Literal["place", "building", "grid", "zone", "site"]


class PlanError(ValueError):
    """A plan that cannot be taken as it is; the text says what to mend."""


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every rule has.

    `grade` and `due_minutes` go to the case that it opens. `source` names, key by key, where each
    number comes from: a standard with its clause, a line of the source documents, or "ours".
    `supersedes` names milder kinds: while this rule is broken, they open nothing of their own.
    `active` are the times in which the rule raises; without any, always. `when` is a condition in
    CEL on the moment of raising. What is broken while the rule may not raise is raised as soon as
    it may, if it is broken still. `muted_by_shut_off`: during a planned shut-off of the device the
    rule writes to the log only (SE-08). `veto`: it costs the unit its assessment (HZ-10). With
    `pictures_within_m` the nearest cameras within so many metres are asked for a picture of the
    case that it opens (SE-15). Broken again within `relapse_minutes` of the close, it opens the
    same case again; None: as the plan's `[cases]` says.
    """

    kind: AnomalyKind
    grade: Grade
    due_minutes: Annotated[int, msgspec.Meta(gt=0)]
    source: dict[str, str]
    enabled: bool = True
    supersedes: list[AnomalyKind] = []
    active: list[Active] = []
    when: str | None = None
    muted_by_shut_off: bool = False
    veto: bool = False
    pictures_within_m: Positive | None = None
    relapse_minutes: Annotated[int, msgspec.Meta(ge=0)] | None = None


class LimitRule(Rule, frozen=True, kw_only=True, tag_field="detector", tag="limit"):
    """A quantity beyond its limit for `duration_s`; good again past `clear` for `clear_s`.

    `side = "below"` breaks the rule at value < limit and clears it at value ≥ clear,
    `side = "above"` breaks it at value ≥ limit and clears it at value < clear. With `quiet_s`
    instead of `clear` it clears when the limit has not been broken again for so long.
    A value holds until the next reading, at most one and a half report intervals.
    """

    watches: DeviceKind
    quantity: Identifier
    unit: str
    side: Literal["below", "above"]
    limit: float | None = None
    duration_s: Seconds = 0
    clear: float | None = None
    clear_s: Seconds = 0
    quiet_s: Positive | None = None


class RateRule(Rule, frozen=True, kw_only=True, tag_field="detector", tag="rate"):
    """A quantity changes by `per_minute` or more, measured over `window_s`, for `duration_s`.

    The change is that between a reading and the oldest kept one within the window, per minute.
    It clears when it has been under `clear_per_minute` for `clear_s`.
    """

    watches: DeviceKind
    quantity: Identifier
    unit: str
    side: Literal["falling", "rising", "either"]
    window_s: Positive
    per_minute: Positive | None = None
    duration_s: Seconds = 0
    clear_per_minute: Positive | None = None
    clear_s: Seconds = 0


class StuckRule(Rule, frozen=True, kw_only=True, tag_field="detector", tag="stuck"):
    """A quantity stays within `epsilon` of one value for `duration_s` while its device reports.

    It clears with the first other value. `but` are values that may stay: a contact that is shut.
    """

    watches: DeviceKind
    quantity: Identifier
    unit: str
    epsilon: Annotated[float, msgspec.Meta(ge=0)] = 0
    duration_s: Positive | None = None
    but: list[float] = []


class TrendRule(Rule, frozen=True, kw_only=True, tag_field="detector", tag="trend"):
    """A quantity drifts away from what it usually is at that hour of the day.

    Means of `sample_s` are compared with the mean and deviation learned for the hour, by `weight`
    for the newest. Once an hour has `learn` samples, the standardised differences run into a
    two-sided tabular CUSUM with slack `k` and limit `h`. It clears after `clear_samples` samples
    within `clear_sigma` deviations, and the baseline does not learn while it is raised.
    """

    watches: DeviceKind
    quantity: Identifier
    unit: str
    side: Literal["falling", "rising", "either"]
    sample_s: Positive | None = None
    k: Positive = 0.5
    h: Positive = 5
    weight: Annotated[float, msgspec.Meta(gt=0, lt=1)] = 0.05
    least_deviation: Positive | None = None
    learn: Annotated[int, msgspec.Meta(ge=2)] = 20
    clear_sigma: Positive = 1
    clear_samples: Annotated[int, msgspec.Meta(ge=1)] = 4


class StateRule(Rule, frozen=True, kw_only=True, tag_field="detector", tag="state"):
    """A device says of itself that it is in one of `states`, for `duration_s`.

    It ends with any other word, or only with those in `until` where there are any.
    """

    watches: list[DeviceKind]
    states: Annotated[list[Identifier], msgspec.Meta(min_length=1)]
    until: list[Identifier] = []
    duration_s: Seconds | None = None


class RepeatedRule(Rule, frozen=True, kw_only=True, tag_field="detector", tag="repeated"):
    """Something of one device happens `count` times within `within_s`.

    What is counted is what `rule` raises, a camera's `detection`, or a device's word `state`.
    It clears when it has not happened again for `quiet_s`.
    """

    rule: str | None = None
    detection: Identifier | None = None
    state: Identifier | None = None
    count: Annotated[int, msgspec.Meta(ge=2)] | None = None
    within_s: Positive | None = None
    quiet_s: Positive | None = None


class GroupRule(Rule, frozen=True, kw_only=True, tag_field="detector", tag="group"):
    """At least `least` devices of one `zone` break any of `rules` within `within_s`.

    What they raised becomes one case of this rule. It clears when none of them is broken. With
    `causes`, only what has most likely one of these causes counts.
    """

    rules: Annotated[list[str], msgspec.Meta(min_length=1)]
    zone: Zone
    least: Annotated[int, msgspec.Meta(ge=2)] = 2
    within_s: Positive | None = None
    causes: list[CauseName] = []


class PresenceRule(Rule, frozen=True, kw_only=True, tag_field="detector", tag="presence"):
    """A camera sees `detection` for `duration_s`; it is gone when unseen for `clear_s`.

    A sight scored under `min_score` does not count. While the camera sees `blinded_by`, it
    cannot say that anything is gone. `clear_s` also bounds the gaps within one sight.
    """

    detection: str
    min_score: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    duration_s: Seconds | None = None
    clear_s: Seconds
    blinded_by: str | None = None


class DoorRule(Rule, frozen=True, kw_only=True, tag_field="detector", tag="door"):
    """A door's contact opens although none of the door's readers granted anybody.

    A grant counts up to `grant_before_s` before the opening; one that arrives up to
    `grant_after_s` after it still explains it.
    """

    grant_before_s: Seconds | None = None
    grant_after_s: Seconds = 0


class HeldRule(Rule, frozen=True, kw_only=True, tag_field="detector", tag="held"):
    """A door's contact stays open for `open_s`; told again every `again_s`; over when it closes.

    With `grant_before_s` and `grant_after_s`, as the rule on forced doors has them, an opening
    that no grant explains is left to that rule. While the door's agent is not heard for
    `agent_gap_s`, time does not count: nobody knows whether the door was closed.
    """

    open_s: Positive | None = None
    again_s: Positive | None = None
    grant_before_s: Seconds | None = None
    grant_after_s: Seconds = 0
    agent_gap_s: Positive = 15


class ReasonRule(Rule, frozen=True, kw_only=True, tag_field="detector", tag="reason"):
    """A reader gives one of `reasons` for a swipe; over when it has given none for `quiet_s`."""

    reasons: Annotated[list[Reason], msgspec.Meta(min_length=1)]
    quiet_s: Positive | None = None


class DenialsRule(Rule, frozen=True, kw_only=True, tag_field="detector", tag="denials"):
    """`count` denials within `within_s`, at one reader or of one card anywhere.

    It is raised at the reader of the last one, and over when that has denied none for `quiet_s`.
    """

    count: Annotated[int, msgspec.Meta(ge=2)] | None = None
    within_s: Positive | None = None
    quiet_s: Positive | None = None


class PassbackRule(Rule, frozen=True, kw_only=True, tag_field="detector", tag="passback"):
    """A card is let in a second time within `reset_s` without having been let out.

    Judged are `places`; without any, all that have a door with a contact. A place where nobody is
    ever read on the way out is not judged. Within `grace_s` a card shown again is the same entry.
    A reader that says one of `reasons` itself is believed anywhere.
    """

    places: list[Identifier] = []
    reset_s: Positive | None = None
    grace_s: Seconds = 0
    reasons: list[Reason] = []
    quiet_s: Positive | None = None


class TravelRule(Rule, frozen=True, kw_only=True, tag_field="detector", tag="travel"):
    """One card at two readers farther apart than `speed_m_s` allows in the time between.

    From the distance `slack_m` is taken; within one building there is none, as plans draw floors
    and rooms apart that are not. For `quiet_s` after it was raised the card is not judged again,
    and the rule is over when the reader has seen no such card for so long.
    """

    speed_m_s: Positive | None = None
    slack_m: Seconds = 0
    quiet_s: Positive | None = None


class SilenceRule(Rule, frozen=True, kw_only=True, tag_field="detector", tag="silence"):
    """A device misses `missed` of its reports, or `silent_s`, while its agent is heard.

    An agent that is not heard for `agent_gap_s` was away; that time counts against no device.
    """

    watches: list[DeviceKind]
    missed: Positive | None = None
    silent_s: Positive | None = None
    agent_gap_s: Positive


class AgentRule(Rule, frozen=True, kw_only=True, tag_field="detector", tag="agent"):
    """An agent is not heard for `silent_s` while ingest works.

    Ingest that gives no sign for `ingest_gap_s` was down; that time counts against no agent.
    """

    silent_s: Positive | None = None
    ingest_gap_s: Positive


AnyRule: TypeAlias = (
    LimitRule
    | RateRule
    | StuckRule
    | TrendRule
    | StateRule
    | RepeatedRule
    | GroupRule
    | PresenceRule
    | DoorRule
    | HeldRule
    | ReasonRule
    | DenialsRule
    | PassbackRule
    | TravelRule
    | SilenceRule
    | AgentRule
)


class Titled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind that the page has no words for, with its title."""

    title: Name


class PositiveAlarm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Smoke alarms are first looked at: the positive alarm sequence of NFPA 72, chapter 23.

    The standard's bounds: to be acknowledged within 15 s, then investigated for 180 s at most.
    """

    acknowledge_s: Annotated[float, msgspec.Meta(gt=0, le=15)] = 15
    investigate_s: Annotated[float, msgspec.Meta(gt=0, le=180)] = 180


class Verification(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Within how many minutes somebody goes and looks at what only a sensor or camera saw (SE-23).

    None asks for no look. An emergency has its own ways and never waits for one.
    """

    within_minutes: Annotated[int, msgspec.Meta(gt=0)] | None = None
    source: str = ""

    def minutes(self, grade: Grade) -> int | None:
        """For a case of that grade."""
        return None if grade == "emergency" else self.within_minutes


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One plan: its rules by name, the titles of kinds of its own, what it asks of the territory
    and the registers, what people may report, which departments act on it, how cases are driven.

    `time_zone` (IANA, such as "Asia/Shanghai") is the clock on the site's walls, by which hours,
    weekdays and months are told. Without `positive_alarm` an alarm of smoke goes to everybody at
    once. `roles` say what a role may do, where that is not what its template says.
    """

    format: Literal[1]
    name: str
    title: Name
    note: str = ""
    time_zone: str = "UTC"
    kinds: dict[Identifier, Titled] = {}
    device_kinds: dict[Identifier, Titled] = {}
    positive_alarm: PositiveAlarm | None = None
    rules: dict[str, AnyRule]
    grids: GridRules = NO_RULES
    units: UnitRules = NO_UNIT_RULES
    files: FileRules = NO_FILE_RULES
    watch_list: WatchRules = DEFAULT_WATCH_RULES
    registers: RegisterRules = NO_REGISTER_RULES
    terminals: TerminalRules = NO_TERMINAL_RULES
    categories: dict[Identifier, Category] = {}
    departments: dict[Identifier, Department] = {}
    equipment: Equipment = Equipment()
    stock: dict[Identifier, Stock] = {}
    verification: Verification = Verification()
    open311: Open311Rules = NO_OPEN311
    secrecy: SecrecyDuty = SecrecyDuty()
    cases: CaseRules = msgspec.field(default_factory=shipped_rules)
    calendar: CalendarRules = DEFAULT_CALENDAR
    deadlines: DeadlineRules = DEFAULT_DEADLINES
    roles: dict[str, RoleRights] = {}
    escalation: EscalationRules = DEFAULT_ESCALATION

    def category(self, kind: AnomalyKind) -> str | None:
        """The category that a kind of case belongs to, if any."""
        return category_of(self.categories, kind)

    def route(self, kind: AnomalyKind) -> Route | None:
        """Which departments act on a kind of case; None: the holder of the grid alone."""
        return route_of(self.categories, kind)

    def active(self) -> dict[str, AnyRule]:
        """The rules that judge: those that are not switched off."""
        return {name: rule for name, rule in self.rules.items() if rule.enabled}

    @property
    def titles(self) -> Titles:
        """What the plan calls the kinds that it has added."""
        return Titles(
            {kind: added.title for kind, added in (self.categories | self.kinds).items()},
            {kind: added.title for kind, added in self.device_kinds.items()},
        )


def watched(rule: Any) -> tuple[DeviceKind, ...]:
    """The kinds of devices that a rule names; none: its detector knows them itself."""
    kinds = getattr(rule, "watches", ())
    return (kinds,) if isinstance(kinds, str) else tuple(kinds)
