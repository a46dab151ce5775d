"""Detect: readings through the rules on one core, beside plain pandas and river's per-reading loop.

First all rules of the campus plan over made readings of a campus, then the rules of one quantity
(two limits, stuck, fall, drift) in all three programs. What they find is compared before any
figure is given. The peers live in `.bench/`, never among the dependencies.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.wire import Readings
from hub.anomalies.domain import Anomaly
from hub.anomalies.engine import Engine
from hub.plans.domain import AnyRule, LimitRule, Plan, RateRule, StuckRule, TrendRule
from hub.plans.read import shipped_plan
from hub.sites.domain import Name, Spot
from ingest.feed import CommittedBatch, decode_committed, encode_committed
from tools.bench.peers import detect_rules as numbers
from tools.bench.result import Goal, Result

HYDRANTS, DAYS = 500, 3
CAMPUS = {"hydrant": (60, 2), "smoke": (150, 5), "door": (8, 5)}  # how many, report every … s
CAMPUS_S = 1800
GOAL = 10
ORIGIN_S = 1_789_948_800  # a full day, UTC
PEERS = Path(".bench/peers-detect")
PINNED = ("pandas==3.1.1", "river==0.26.1")
_COMMON: dict[str, Any] = {"watches": "hydrant", "quantity": "pressure", "unit": "MPa"}


def run(*arguments: str) -> Result:
    """Readings per second; `--alone` leaves the peers out."""
    campus = _campus_rate()
    times, values = _pressures()
    ours_s, ours = _ours(times, values)
    readings = values.size
    figures = {
        "campus_plan_readings_per_s": campus,
        "readings": float(readings),
        "found": float(len(ours)),
        "ours_readings_per_s": readings / ours_s,
    }
    ratios: dict[str, float] = {}
    goals: dict[str, Goal] = {}
    if "--alone" not in arguments:
        for peer in ("pandas", "river"):
            seconds, found = _peer(peer, times, values)
            if found != ours:
                raise SystemExit(f"{peer} differs: {sorted(found ^ ours)[:10]}")
            figures[f"{peer}_readings_per_s"] = readings / seconds
            ratios[f"ours/{peer}"] = seconds / ours_s
            goals[f"{peer}_ratio"] = Goal(GOAL, seconds / ours_s)
    note = f"{HYDRANTS} hydrants, a report a minute, {DAYS} days; a batch is one minute"
    return Result("detect", figures, ratios, goals, [note])


def _pressures() -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Times (s) and pressures, a column per hydrant: a daily swing, noise, and some troubles."""
    rng = np.random.default_rng(7)
    steps = DAYS * 86_400 // numbers.REPORT_S
    times = ORIGIN_S + np.arange(steps) * numbers.REPORT_S
    swing = 0.35 + 0.03 * np.cos((times % 86_400) / 86_400 * 2 * np.pi)
    values = np.round(swing[:, None] + rng.normal(0, 0.004, (steps, HYDRANTS)), 6)
    half = steps * 5 // 6
    for number in range(0, HYDRANTS, 10):
        begin = int(rng.integers(half, steps - 400))
        match number // 10 % 4:
            case 0:
                values[begin : begin + 30, number] = 0.12
            case 1:
                values[begin : begin + 30, number] = 0.05
            case 2:
                values[begin : begin + 390, number] = values[begin, number]
            case _:
                values[half:, number] -= np.linspace(0, 0.06, steps - half)
    return times, values


def _ours(
    times: NDArray[np.int64], values: NDArray[np.float64]
) -> tuple[float, set[tuple[str, str, int]]]:
    names = [f"h{number:04}" for number in range(values.shape[1])]
    engine = Engine(_plan(), {name: _spot(name, "hydrant", numbers.REPORT_S) for name in names})
    payloads = [
        encode_committed(_batch(names, ["pressure"], int(time), row, None))
        for time, row in zip(times, values, strict=True)
    ]
    batches = [decode_committed(payload) for payload in payloads]  # strings of their own, as live
    state, found = engine.start(), []
    begun = time.perf_counter()
    for batch in batches:
        state, more = engine.step(state, batch)
        found += more
    seconds = time.perf_counter() - begun
    raised = {(f.rule, f.device, f.started // 1_000_000) for f in found if isinstance(f, Anomaly)}
    return seconds, raised


def _campus_rate() -> float:
    """All rules of the campus plan, over half an hour of a campus in good order."""
    rng = np.random.default_rng(8)
    spots = {
        f"{kind}-{number:03}": _spot(f"{kind}-{number:03}", kind, every)
        for kind, (count, every) in CAMPUS.items()
        for number in range(count)
    }
    quantities = ["pressure", "flow", "alarm", "obscuration", "open"]
    measured = {"hydrant": (0, 1), "smoke": (2, 3), "door": (4,)}
    engine = Engine(shipped_plan("campus"), spots)
    batches: list[CommittedBatch] = []
    for second in range(CAMPUS_S):
        devices: list[str] = []
        columns: list[tuple[int, int, float]] = []
        for kind, (count, every) in CAMPUS.items():
            for number in range(count):
                if (second + number) % every == 0:
                    devices.append(f"{kind}-{number:03}")
                    for quantity in measured[kind]:
                        value = 0.3 + rng.normal(0, 0.004) if kind == "hydrant" else 0.0
                        columns.append((len(devices) - 1, quantity, value))
        batch = _batch(devices, quantities, ORIGIN_S + second, None, columns)
        batches.append(decode_committed(encode_committed(batch)))
    state, found = engine.start(), []
    begun = time.perf_counter()
    for batch in batches:
        state, more = engine.step(state, batch)
        found += more
    seconds = time.perf_counter() - begun
    if found:
        raise SystemExit(f"a campus in good order raised {found[0]}")
    return sum(len(batch.readings) for batch in batches) / seconds


def _plan() -> Plan:
    campus = shipped_plan("campus")
    common: dict[str, Any] = {"grade": "general", "due_minutes": 60, "source": {}} | _COMMON
    trend = dict(numbers.TREND)
    rules: dict[str, AnyRule] = {
        name: LimitRule(
            kind="hydrant_low_pressure", side="below", limit=limit, duration_s=duration,
            clear=clear, clear_s=clear_s, **common,
        )
        for name, (limit, duration, clear, clear_s) in numbers.LIMITS.items()
    }  # fmt: skip
    rules["stuck"] = StuckRule(kind="sensor_stuck", duration_s=numbers.STUCK_S, **common)
    rules["fall"] = RateRule(
        kind="hydrant_pressure_trend", side="falling", window_s=numbers.WINDOW_S,
        per_minute=numbers.FALL, clear_per_minute=numbers.FALL / 2, **common,
    )  # fmt: skip
    rules["drift"] = TrendRule(
        kind="hydrant_pressure_trend", side="falling", least_deviation=trend.pop("least"),
        clear_sigma=1e-9, clear_samples=1_000_000, **trend, **common,
    )  # fmt: skip
    return Plan(format=1, name="bench", title=campus.title, rules=rules)


def _spot(device: str, kind: str, report_s: float) -> Spot:
    here: dict[str, Any] = {"place": device, "place_name": Name("n", "n"), "at": (0, 0)}
    held: dict[str, Any] = {"grid": "C", "grid_path": ("C",), "warden": None, "stand_in": None}
    return Spot(device=device, kind=kind, agent="edge-1", report_s=report_s, **here, **held)


def _batch(
    devices: list[str],
    quantities: list[str],
    second: int,
    values: NDArray[np.float64] | None,
    columns: list[tuple[int, int, float]] | None,
) -> CommittedBatch:
    """One reading of each device, or those in `columns`: device, quantity, value."""
    table = columns or []
    if values is not None:
        table = [(number, 0, value) for number, value in enumerate(values.tolist())]
    device, quantity, value = (np.array(column) for column in zip(*table, strict=True))
    at = np.full(len(table), second * 1_000_000, "<i8")
    readings = Readings(
        device.astype("<u2").tobytes(),
        quantity.astype("<u2").tobytes(),
        at.tobytes(),
        value.astype("<f8").tobytes(),
    )
    return CommittedBatch(
        agent="edge-1", epoch=1, seq=1, origin="live", received=second * 1_000_000,
        devices=devices, quantities=quantities, readings=readings, swipes=[], detections=[],
        states=[],
    )  # fmt: skip


def _peer(
    name: str, times: NDArray[np.int64], values: NDArray[np.float64]
) -> tuple[float, set[tuple[str, str, int]]]:
    python = PEERS / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", PEERS], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PINNED], check=True)
    script = Path(__file__).parent / f"peers/{name}_rules.py"
    with tempfile.TemporaryDirectory(prefix="gw-bench-") as folder:
        file = Path(folder, "pressures.npz")
        np.savez(file, times=times, values=values)
        told = subprocess.run([python, script, file], check=True, capture_output=True, text=True)
    answer = json.loads(told.stdout)
    return answer["seconds"], {(rule, device, at) for rule, device, at in answer["found"]}
