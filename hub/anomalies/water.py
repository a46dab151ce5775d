"""Water: what each hydrant's sensors told lately, so that a cause can be judged when a rule breaks.

Per hydrant the usual pressure is learned slowly and stands still while the pressure is away from
it. Works in event time, as the limit rules do. Flow, cap and tilt are asked for when a rule
breaks, as they were told last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
from numpy.typing import NDArray

from edge.wire import Micros
from hub.anomalies.cause import Seen, likeliest
from hub.anomalies.detectors import Finding
from hub.anomalies.detectors.ordered import NEVER, Ordered
from hub.anomalies.domain import Anomaly, AnomalyKind
from hub.anomalies.roster import Column, Columns, Roster, Table, packed, roster_of
from hub.anomalies.row import Row
from hub.plans.schedule import local
from hub.sites.domain import Spot

EXPLAINED: frozenset[AnomalyKind] = frozenset(
    (
        "hydrant_low_pressure",
        "hydrant_critical_pressure",
        "hydrant_no_water",
        "hydrant_pressure_trend",
    )
)
FIRES: frozenset[AnomalyKind] = frozenset(("smoke_alarm", "camera_fire", "fire_confirmed"))

AWAY_MPA = 0.01  # ours: twice the error of a gauge of class 0.5 that ends at 1 MPa
GROWS = 1.2  # ours: the drop has to grow by a fifth to count as falling on
USUAL_S = 300.0  # ours: the usual pressure follows the day's demand, not a trouble of seconds
SMOOTH_S = 4.0  # ours: takes a gauge's noise away, in two reports
RESIGNED: Micros = 6 * 3_600_000_000  # ours: what has been away so long is the usual now
LEARNED = 10  # readings; ours: before these nothing is usual
NEIGHBOURS = 6  # ours
REACH_M = 500.0  # ours: four spacings of hydrants (GB 50974-2014, 7.2.5: at most 120 m)
FIRE_M = 150.0  # GB 50974-2014, 7.2.5: what a municipal hydrant protects
EMBERS: Micros = 600_000_000  # ours: so long after an alarm has ended the brigade still draws
TOGETHER: Micros = 60_000_000  # ours: what fell within a minute fell together
FRESH: Micros = 60_000_000  # ours: an older word of a neighbour or a meter tells nothing
BODY_FRESH: Micros = 86_400_000_000  # ours: cap and tilt are told seldom, and at once when amiss

_PRESSURE = {
    "last": Column(np.int64, NEVER),
    "usual": Column(np.float64, np.nan),
    "smooth": Column(np.float64, np.nan),
    "value": Column(np.float64, np.nan),
    "known": Column(np.int64, 0),
    "left": Column(np.int64, NEVER),
    "deepest": Column(np.float64, 0),
    "deep_at": Column(np.int64, NEVER),
}
_OTHERS = ("flow", "cap", "tilt")
_OTHER = {
    name: column
    for quantity in _OTHERS
    for name, column in (
        (quantity, Column(np.float64, np.nan)),
        (f"{quantity}_at", Column(np.int64, NEVER)),
    )
}


class Fire(msgspec.Struct, frozen=True, array_like=True):
    """An alarm of fire at a device, and when it was over."""

    device: str
    over: Micros | None = None


class WaterState(msgspec.Struct, frozen=True):
    """Columns of all hydrants, and fires by the keys of their anomalies."""

    pressure: Table = Table()
    other: Table = Table()
    fires: dict[int, Fire] = {}


class Water:
    """Watches the hydrants of a site."""

    state_type = WaterState

    def __init__(self, spots: Mapping[str, Spot], time_zone: str) -> None:
        self._spots = roster_of(spots)
        self._zone = ZoneInfo(time_zone)
        self._roster = Roster({n: spot for n, spot in spots.items() if spot.kind == "hydrant"})
        self._watched = self._roster.of_kinds(["hydrant"])
        # The slot here of each slot of the whole roster, -1 of what is no hydrant.
        self._own = self._roster.slots([*self._spots.names, ""])

    def step(self, state: WaterState, row: Row) -> WaterState:
        """Take in one committed batch."""
        if not self._roster:
            return state
        pressure = self._pressures(state.pressure, row)
        other = self._others(state.other, row)
        if pressure is state.pressure and other is state.other:
            return state
        return WaterState(pressure, other, state.fires)

    def explain(
        self, state: WaterState, found: Iterable[Finding]
    ) -> tuple[WaterState, list[Finding]]:
        """The findings, hydrants' with their causes; alarms of fire are remembered."""
        fires, told = dict(state.fires), list[Finding]()
        for finding in found:
            if finding.kind in FIRES:
                _note(fires, finding)
            if isinstance(finding, Anomaly) and finding.kind in EXPLAINED and not finding.cause:
                seen = self.seen(WaterState(state.pressure, state.other, fires), finding)
                if seen is not None:
                    finding = msgspec.structs.replace(finding, cause=likeliest(seen))
            told.append(finding)
        if fires == state.fires:
            return state, told
        return WaterState(state.pressure, state.other, fires), told

    def seen(self, state: WaterState, anomaly: Anomaly) -> Seen | None:
        """What is known around the hydrant of an anomaly; None: it is no hydrant of the site."""
        slot = self._roster.number.get(anomaly.device)
        if slot is None:
            return None
        water = state.pressure.open(self._roster, _PRESSURE)
        other = state.other.open(self._roster, _OTHER)
        at = anomaly.raised
        away = water["left"][slot] != NEVER
        fall = float(water["deep_at"][slot] - water["left"][slot]) / 1e6 if away else None
        if anomaly.kind == "hydrant_pressure_trend":
            fall = (at - anomaly.started) / 1e6
        neighbours, fallen = self._neighbours(water, slot, at)
        cap = _fresh(other, "cap", slot, at, BODY_FRESH)
        known = water["known"][slot] >= LEARNED
        # What the rule was broken by is the same whoever looks first; the newest reading is not.
        pressure = float(water["value"][slot])
        if anomaly.value is not None and anomaly.kind != "hydrant_pressure_trend":
            pressure = anomaly.value
        return Seen(
            pressure=None if np.isnan(pressure) else pressure,
            usual=float(water["usual"][slot]) if known else None,
            fall_s=fall,
            flow=_fresh(other, "flow", slot, at, FRESH),
            neighbours=neighbours,
            fallen=fallen,
            fire_m=self._fire(state, anomaly.device, at),
            cap_off=None if cap is None else cap >= 1,
            tilt=_fresh(other, "tilt", slot, at, BODY_FRESH),
            hour=local(at, self._zone).hour,
        )

    def _pressures(self, table: Table, row: Row) -> Table:
        series = row.series("pressure")
        if series is None:
            return table
        columns = table.open(self._roster, _PRESSURE)
        before = columns["last"].copy()
        slots = self._own[series.slots(self._spots)]
        news = Ordered.take(series, slots, columns["last"], self._watched)
        for devices, at in series.rounds():
            good = news.known[devices] & news.timely[at]
            mine = news.slots[devices[good]]
            _advance(columns, mine, series.time[at[good]], series.value[at[good]], before)
        return packed(self._roster, columns)

    def _others(self, table: Table, row: Row) -> Table:
        columns: Columns | None = None
        for quantity in _OTHERS:
            series = row.series(quantity)
            if series is None:
                continue
            columns = columns or table.open(self._roster, _OTHER)
            slots = self._own[series.slots(self._spots)]
            for devices, at in series.rounds():
                good = self._watched[slots[devices]]
                mine, times = slots[devices[good]], series.time[at[good]]
                newer = times >= columns[f"{quantity}_at"][mine]
                columns[quantity][mine[newer]] = series.value[at[good]][newer]
                columns[f"{quantity}_at"][mine[newer]] = times[newer]
        return table if columns is None else packed(self._roster, columns)

    def _neighbours(self, water: Columns, slot: int, at: Micros) -> tuple[int, int]:
        """How many of the nearest hydrants are heard, and how many of these fell with it."""
        near = self._near[slot]
        heard = near[(water["last"][near] > at - FRESH) & (water["known"][near] >= LEARNED)]
        low = water["usual"][heard] - water["smooth"][heard] > AWAY_MPA
        left = water["left"][slot]
        if left != NEVER:
            low &= np.abs(water["left"][heard].astype(np.float64) - float(left)) <= TOGETHER
        return len(heard), int(low.sum())

    def _fire(self, state: WaterState, device: str, at: Micros) -> float | None:
        here = self._roster[device].at
        away = [
            float(np.hypot(spot.at[0] - here[0], spot.at[1] - here[1]))
            for fire in state.fires.values()
            if (spot := self._spots.get(fire.device)) is not None
            and (fire.over is None or at <= fire.over + EMBERS)
        ]
        return min((one for one in away if one <= FIRE_M), default=None)

    @cached_property
    def _near(self) -> list[NDArray[np.int64]]:
        """The nearest other hydrants of each, nearest first."""
        at = np.array([self._roster[name].at for name in self._roster.names])
        near: list[NDArray[np.int64]] = []
        for slot in range(len(at)):
            away = np.hypot(*(at - at[slot]).T)
            away[slot] = np.inf
            order = np.argsort(away, kind="stable")[:NEIGHBOURS]
            near.append(order[away[order] <= REACH_M])
        return near


def _advance(
    columns: Columns,
    slots: NDArray[np.int64],
    times: NDArray[np.int64],
    values: NDArray[np.float64],
    before: NDArray[np.int64],
) -> None:
    """One reading each of some hydrants; `before` holds their last times and is moved on."""
    known, usual = columns["known"][slots], columns["usual"][slots]
    new = known == 0
    passed = np.where(new, 0, times - np.where(new, times, before[slots])) / 1e6
    usual = np.where(new, values, usual)
    smooth = np.where(new, values, columns["smooth"][slots])
    smooth = smooth + (1 - np.exp(-passed / SMOOTH_S)) * (values - smooth)
    drop = usual - values
    left = columns["left"][slots]
    resigned = (left != NEVER) & (times - np.where(left == NEVER, times, left) > RESIGNED)
    away = (known >= LEARNED) & (drop > AWAY_MPA) & ~resigned
    begins = away & (left == NEVER)
    deepest = np.where(begins, 0, columns["deepest"][slots])
    deeper = away & (drop > np.maximum(GROWS * deepest, deepest + AWAY_MPA / 2))
    weight = np.maximum(1 - np.exp(-passed / USUAL_S), 1 / (known + 1))
    learned = np.where(resigned, values, usual + weight * (values - usual))
    columns["usual"][slots] = np.where(away, usual, learned)
    columns["smooth"][slots], columns["value"][slots] = smooth, values
    columns["known"][slots] = known + 1
    columns["left"][slots] = np.where(away, np.where(begins, times, left), NEVER)
    columns["deepest"][slots] = np.where(deeper, drop, np.where(away, deepest, 0))
    columns["deep_at"][slots] = np.where(deeper, times, columns["deep_at"][slots])
    before[slots] = times


def _fresh(
    columns: Columns, quantity: str, slot: int, at: Micros, patience: Micros
) -> float | None:
    told = int(columns[f"{quantity}_at"][slot])
    return float(columns[quantity][slot]) if told > at - patience else None


def _note(fires: dict[int, Fire], finding: Finding) -> None:
    if isinstance(finding, Anomaly):
        fires[finding.key] = Fire(finding.device)
    elif finding.key in fires:
        fires[finding.key] = Fire(finding.device, finding.recovered)
    at = finding.raised if isinstance(finding, Anomaly) else finding.recovered
    for key, fire in list(fires.items()):
        if fire.over is not None and fire.over + EMBERS < at:
            del fires[key]
