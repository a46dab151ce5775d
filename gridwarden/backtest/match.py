"""Match: what was claimed, held against what was true, kind by kind. Pure.

Times are int64 microseconds UTC. What matters for a match is when a thing happened by its own
clock; when it was found decides the delay only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from edge.simulate.truth import TruthLine
from edge.wire import Micros

EARLY: Micros = 1_000_000  # ours: a rule and the truth may round the same moment differently
# What else a kind of true event shows itself by: a milder or a worse stage of it, or the word of
# the device itself.
EXPLAINS: Mapping[str, tuple[str, ...]] = {
    "hydrant_low_pressure": ("hydrant_critical_pressure", "hydrant_pressure_trend"),
    "hydrant_no_water": (
        "hydrant_low_pressure",
        "hydrant_critical_pressure",
        "hydrant_pressure_trend",
    ),
    "smoke_alarm": ("fire_confirmed",),
    "camera_fire": ("fire_confirmed",),
    "device_silent": ("smoke_fault", "equipment_shut_down", "devices_silent"),
}

SLACK_S = 3.0  # ours: one report of the slowest watched sensor is 5 s apart, most are 2


@dataclass(frozen=True, slots=True)
class Claim:
    """An anomaly that rules raised: when the breach began, when it was due, when it was found.

    `over` is when the device was good again, None while it is not.
    """

    key: int
    kind: str
    device: str
    grid: str | None
    started: Micros
    raised: Micros
    found: Micros
    over: Micros | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A true event and the claim that tells of it; `due` is when it could be known at best.

    `held`: its agent was away when it fell due, so that its data had to come out of a spool first.
    """

    truth: TruthLine
    claim: Claim
    due: Micros
    held: bool = False

    @property
    def delay_s(self) -> float:
        """From when it could be known to when it was found."""
        return (self.claim.found - self.due) / 1e6


@dataclass(frozen=True, slots=True)
class Matched:
    """True events found and missed; claims that are false, doubled or at the wrong grid.

    `joined` are true events that fell into an anomaly of their device and kind that was not over:
    the case is open already. `short` are those that ended before the rule's own wait was over, or
    began so late that the end came first: nobody can expect them.
    """

    hits: list[Hit] = field(default_factory=list[Hit])
    missed: list[TruthLine] = field(default_factory=list[TruthLine])
    joined: list[TruthLine] = field(default_factory=list[TruthLine])
    short: list[TruthLine] = field(default_factory=list[TruthLine])
    false: list[Claim] = field(default_factory=list[Claim])
    twice: list[Claim] = field(default_factory=list[Claim])
    misplaced: list[Claim] = field(default_factory=list[Claim])

    def kinds(self) -> list[str]:
        """Every kind that anything is said about."""
        truths = [*(hit.truth for hit in self.hits), *self.missed, *self.joined, *self.short]
        claims = [*self.false, *self.twice, *self.misplaced]
        return sorted({one.kind for one in (*truths, *claims)})

    def of_kind(self, kind: str) -> Matched:
        """The same of one kind."""
        return Matched(
            hits=[hit for hit in self.hits if hit.truth.kind == kind],
            missed=[line for line in self.missed if line.kind == kind],
            joined=[line for line in self.joined if line.kind == kind],
            short=[line for line in self.short if line.kind == kind],
            false=[claim for claim in self.false if claim.kind == kind],
            twice=[claim for claim in self.twice if claim.kind == kind],
            misplaced=[claim for claim in self.misplaced if claim.kind == kind],
        )


def match(
    truth: Iterable[TruthLine],
    claims: Sequence[Claim],
    *,
    end: Micros,
    waits_s: Mapping[str, float],
    worse: Mapping[str, frozenset[str]] | None = None,
    grids: Mapping[str, str] | None = None,
    knowable: Callable[[str, Micros], Micros] = lambda _device, time: time,
) -> Matched:
    """Hold claims against the truth.

    `waits_s` is how long each judged kind's rule waits on purpose; true events of other kinds only
    explain. `worse` names, by kind, the kinds that tell of it too. `grids` is each device's true
    leaf grid. `knowable` says when the hub could first know what happened at a device at a time:
    later than that, while its agent was away.
    """

    def telling(kind: str) -> frozenset[str]:
        return frozenset((kind,)) | (worse or {}).get(kind, frozenset())

    lines = sorted(truth, key=lambda line: (line.since, line.device, line.kind))
    by_device: dict[str, list[int]] = {}
    for index, line in enumerate(lines):
        by_device.setdefault(line.device, []).append(index)
    told: dict[int, list[Claim]] = {}
    result = Matched()
    seen: set[int] = set()
    for claim in sorted(claims, key=lambda claim: (claim.raised, claim.key)):
        wait = _micros(waits_s.get(claim.kind, 0.0))
        near = [
            index
            for index in by_device.get(claim.device, ())
            if _may_tell(claim, lines[index], wait + _micros(SLACK_S), end)
        ]
        exact = [index for index in near if claim.kind in telling(lines[index].kind)]
        if exact:
            best = min(exact, key=lambda i: abs(claim.raised - lines[i].since - wait))
            told.setdefault(best, []).append(claim)
        if not near:
            result.false.append(claim)
        if claim.key in seen:
            result.twice.append(claim)
        seen.add(claim.key)
        if grids is not None and grids.get(claim.device) != claim.grid:
            result.misplaced.append(claim)
    for index, line in enumerate(lines):
        mine = told.get(index, [])
        kinds = [claim.kind for claim in mine]
        result.twice.extend(one for n, one in enumerate(mine) if one.kind in kinds[:n])
        if not line.expect_case or line.kind not in waits_s:
            continue
        due = line.since + _micros(waits_s[line.kind])
        known = knowable(line.device, due)
        if mine:
            result.hits.append(Hit(line, mine[0], max(due, known), held=known > due))
        elif any(_open_at(claim, line) for claim in claims):
            result.joined.append(line)
        elif (line.until or end) < due + _micros(SLACK_S) or known + _micros(SLACK_S) > end:
            result.short.append(line)
        else:
            result.missed.append(line)
    return result


def _may_tell(claim: Claim, line: TruthLine, wait: Micros, end: Micros) -> bool:
    """Whether a claim may be of a true event: raised in it, or for another stage of it begun in it.

    A group is raised when its second member is, by when the first may be over.
    """
    if claim.kind != line.kind and claim.kind not in EXPLAINS.get(line.kind, ()):
        return False
    shown = claim.raised if claim.kind == line.kind else claim.started
    return line.since - EARLY <= claim.raised and shown <= (line.until or end) + wait


def _open_at(claim: Claim, line: TruthLine) -> bool:
    """Whether a claim of the same trouble was raised before and is not over."""
    same = claim.device == line.device and claim.kind == line.kind
    return same and claim.raised < line.since and (claim.over is None or claim.over > line.since)


def _micros(seconds: float) -> Micros:
    return round(seconds * 1_000_000)
