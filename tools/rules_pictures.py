"""`python -m tools.rules_pictures`: draw each detector at work, by the real one on made data.

One SVG per detector in `docs/images/rules/`: what was measured, or dots for what happened, with
its limit; a bar from the start of a breach to its end, darker once it was raised.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from edge.sample import Reading, pack_readings
from edge.wire import Detection, DeviceState, Direction
from hub.anomalies.detectors import Finding
from hub.anomalies.domain import Anomaly
from hub.anomalies.engine import Engine
from hub.plans.domain import (
    AgentRule,
    AnyRule,
    DoorRule,
    GroupRule,
    LimitRule,
    Plan,
    PresenceRule,
    RateRule,
    RepeatedRule,
    SilenceRule,
    StateRule,
    StuckRule,
    TrendRule,
)
from hub.sites.domain import Name, Spot
from ingest.feed import CommittedBatch, CommittedSwipe

FOLDER = Path("docs/images/rules")
WIDTH, HEIGHT, LEFT, RIGHT = 640, 200, 16, 16
TOP, BOTTOM, BAR = 28, 150, 162
DAY = 86_400
_BASE: dict[str, Any] = {"grade": "general", "due_minutes": 60, "source": {}}
_PRESSURE: dict[str, Any] = {"watches": "hydrant", "quantity": "pressure", "unit": "MPa"} | _BASE

Happening = Reading | Detection | DeviceState | CommittedSwipe


@dataclass
class Scene:
    """What happens by the second, to which devices, under which rules; the last rule is shown."""

    title: str
    rules: dict[str, AnyRule]
    kinds: dict[str, str]
    story: list[Happening]
    until: float
    limits: tuple[float, ...] = ()
    report_s: float = 5
    agents: dict[str, str] = field(default_factory=dict[str, str])


def scenes() -> dict[str, Scene]:
    """A scene for each detector, by the detector's name."""
    rng = np.random.default_rng(3)

    def pressures(values: Iterable[float], step: float = 5, device: str = "h") -> list[Happening]:
        return [
            _reading(number * step, device, "pressure", value)
            for number, value in enumerate(values)
        ]

    noise = rng.normal(0, 0.003, 4000)
    low = np.r_[np.full(20, 0.3), np.full(4, 0.12), np.full(12, 0.28), np.full(30, 0.11)]
    low = np.r_[low, np.linspace(0.11, 0.2, 10), np.full(24, 0.2)] + noise[:100]
    fall = np.r_[np.full(30, 0.4), np.linspace(0.4, 0.2, 14), np.full(40, 0.2)] + noise[:84] / 3
    still = np.r_[0.3 + noise[:30], np.full(40, 0.302), 0.3 + noise[:20]]
    hours = np.arange(0, 30 * 48)
    swing = 0.35 + 0.03 * np.cos(hours / 48 * 2 * np.pi) + noise[: len(hours)]
    leak = np.where((hours > 18 * 48) & (hours < 25 * 48), (hours - 18 * 48) / 48 * 0.008, 0)
    alarms = {"s1": (20, 150), "s2": (60, 150), "s3": (110, 190)}
    beats = [s for s in range(0, 241, 5) if not 60 < s < 190]
    alarm = LimitRule(
        kind="smoke_alarm", watches="smoke", quantity="alarm", unit="1", side="above", limit=1,
        clear=0.5, clear_s=5, **_BASE,
    )  # fmt: skip
    return {
        "limit": Scene(
            "limit: below 0.14 MPa for 60 s; good again above 0.15 for 60 s",
            {"low": LimitRule(
                kind="hydrant_low_pressure", side="below", limit=0.14, duration_s=60, clear=0.15,
                clear_s=60, **_PRESSURE,
            )},
            {"h": "hydrant"}, pressures(low), 500, (0.14, 0.15),
        ),
        "rate": Scene(
            "rate: falls by 0.1 MPa a minute or more, over a window of 60 s",
            {"fall": RateRule(
                kind="hydrant_pressure_trend", side="falling", window_s=60, per_minute=0.1,
                clear_per_minute=0.05, clear_s=20, **_PRESSURE,
            )},
            {"h": "hydrant"}, pressures(fall), 420,
        ),
        "stuck": Scene(
            "stuck: the same value for 100 s while the sensor reports",
            {"stuck": StuckRule(kind="sensor_stuck", duration_s=100, **_PRESSURE)},
            {"h": "hydrant"}, pressures(still), 450,
        ),
        "trend": Scene(
            "trend: 30 days; a leak grows from day 18 and is mended on day 25",
            {"trend": TrendRule(
                kind="hydrant_pressure_trend", side="falling", sample_s=1800, h=8, learn=10,
                least_deviation=0.005, **_PRESSURE,
            )},
            {"h": "hydrant"}, pressures(swing - leak, step=1800), 30 * DAY, report_s=1800,
        ),
        "state": Scene(
            "state: the detector calls itself faulty for 60 s",
            {"fault": StateRule(
                kind="smoke_fault", watches=["smoke"], states=["fault"], duration_s=60, **_BASE
            )},
            {"s": "smoke"},
            [_word(s, "s", w) for s, w in ((20, "fault"), (50, "online"), (90, "fault"),
                                           (220, "online"))],
            240,
        ),
        "repeated": Scene(
            "repeated: three faults within 60 s; over after 80 s without one",
            {"again": RepeatedRule(
                kind="smoke_fault", state="fault", count=3, within_s=60, quiet_s=80, **_BASE
            )},
            {"s": "smoke"}, [_word(s, "s", "fault") for s in (10, 80, 100, 125, 160)], 280,
        ),
        "group": Scene(
            "group: two detectors of one zone within 60 s are one event",
            {"alarm": alarm, "group": GroupRule(
                kind="fire_confirmed", rules=["alarm"], zone="building", within_s=60, **_BASE
            )},
            dict.fromkeys(alarms, "smoke"),
            sorted((_reading(s, name, "alarm", float(on <= s < off))
                    for name, (on, off) in alarms.items() for s in range(0, 241, 5)),
                   key=lambda one: one.time),
            240,
        ),
        "presence": Scene(
            "presence: something stands in the lane for 60 s; gone when unseen for 15 s",
            {"lane": PresenceRule(
                kind="lane_blocked", detection="lane_occupied", min_score=0.2, duration_s=60,
                clear_s=15, **_BASE,
            )},
            {"c": "camera"},
            sorted((one for s in range(0, 241, 5) for one in (
                [_reading(s, "c", "luminance", 0.5)]
                + ([_seen(s, "c")] if 20 <= s < 40 or 80 <= s < 190 else []))),
                key=lambda one: one.time),
            240,
        ),
        "door": Scene(
            "door: opened without a grant in the 8 s before",
            {"forced": DoorRule(kind="door_forced", grant_before_s=8, grant_after_s=0.5, **_BASE)},
            {"d": "door", "r": "reader"},
            sorted([_reading(s, "d", "open", float(30 <= s < 50 or 100 <= s < 140))
                    for s in range(0, 181, 5)] + [_grant(27)], key=lambda one: one.time),
            180,
        ),
        "silence": Scene(
            "silence: misses three reports of 5 s while its agent is heard",
            {"silent": SilenceRule(
                kind="device_silent", watches=["hydrant"], missed=3, agent_gap_s=15, **_BASE
            )},
            {"h": "hydrant", "other": "smoke"},
            sorted([*(_reading(s, "h", "pressure", 0.3) for s in beats),
                    *(_reading(s, "other", "alarm", 0) for s in range(0, 241, 5))],
                   key=lambda one: one.time),
            240,
        ),
        "agent": Scene(
            "agent: not heard for 60 s while ingest works; its devices stay unblamed",
            {"away": AgentRule(kind="agent_silent", silent_s=60, ingest_gap_s=30, **_BASE)},
            {"h": "hydrant", "other": "smoke"},
            sorted([*(_reading(s, "h", "pressure", 0.3) for s in beats),
                    *(_reading(s, "other", "alarm", 0) for s in range(0, 241, 5))],
                   key=lambda one: one.time),
            240, agents={"other": "edge-2"},
        ),
    }  # fmt: skip


def play(scene: Scene) -> list[Finding]:
    """What the real engine finds in a scene."""
    plan = Plan(format=1, name="picture", title=Name("p", "p"), rules=scene.rules)
    spots = {
        name: Spot(
            device=name, kind=kind, place="p", place_name=Name("p", "p"), at=(0, 0), grid="C",
            grid_path=("C",), warden=None, stand_in=None, agent=scene.agents.get(name, "edge-1"),
            report_s=scene.report_s, building="b",
        )
        for name, kind in scene.kinds.items()
    }  # fmt: skip
    engine = Engine(plan, spots)
    state, found = engine.start(), list[Finding]()
    for one in scene.story:
        device = one.reader if isinstance(one, CommittedSwipe) else one.device
        state, more = engine.step(state, _batch(one, scene.agents.get(device, "edge-1")))
        found += more
    state, more = engine.due(state, round(scene.until * 1e6))
    return [one for one in [*found, *more] if one.rule == list(scene.rules)[-1]]


def draw(scene: Scene) -> str:
    """The picture of a scene."""
    measured = [one for one in scene.story if isinstance(one, Reading) and one.device in ("h", "c")]
    lined = [one for one in measured if one.quantity == "pressure"] if scene.limits else measured
    lines = len(scene.kinds) == 1 and len(lined) > 1 and lined[0].quantity == "pressure"
    body = _line(scene, lined) if lines else _dots(scene)
    bars = "".join(_bars(scene, play(scene)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
        f"<title>{escape(scene.title)}</title>"
        "<style>text{font:12px sans-serif;fill:#445}.l{fill:none;stroke:#2563a8;stroke-width:1.5}"
        ".m{stroke:#b45309;stroke-dasharray:4 3}.b{fill:#f3c6a5}.r{fill:#c2410c}"
        ".d{fill:#2563a8}</style>"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
        f'<text x="{LEFT}" y="18">{escape(scene.title)}</text>{body}{bars}'
        f'<text x="{LEFT}" y="196">0</text><text x="{WIDTH - RIGHT}" y="196" text-anchor="end">'
        f"{_span(scene.until)}</text></svg>\n"
    )


def main() -> None:
    """Draw them all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, scene in scenes().items():
        (FOLDER / f"{name}.svg").write_text(draw(scene), encoding="utf-8")


def _x(scene: Scene, second: float) -> float:
    return round(LEFT + (WIDTH - LEFT - RIGHT) * min(second / scene.until, 1), 1)


def _line(scene: Scene, readings: list[Reading]) -> str:
    values = [one.value for one in readings]
    least, most = min([*values, *scene.limits]), max([*values, *scene.limits])

    def y(value: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * (value - least) / (most - least), 1)

    points = " ".join(f"{_x(scene, one.time / 1e6)},{y(one.value)}" for one in readings)
    limits = "".join(
        f'<line class="m" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(v)}" y2="{y(v)}"/>'
        for v in scene.limits
    )
    return f'{limits}<polyline class="l" points="{points}"/>'


def _dots(scene: Scene) -> str:
    rows = {name: TOP + 24 + 30 * number for number, name in enumerate(scene.kinds)}
    names = "".join(f'<text x="{LEFT}" y="{y - 8}">{name}</text>' for name, y in rows.items())
    dots: list[str] = []
    for one in scene.story:
        device = one.reader if isinstance(one, CommittedSwipe) else one.device
        x, y = _x(scene, one.time / 1e6), rows[device]
        big = not isinstance(one, Reading) or one.value >= 1
        dots.append(f'<circle class="d" cx="{x}" cy="{y}" r="{4 if big else 1.5}"/>')
        if isinstance(one, DeviceState):
            dots.append(f'<text x="{x}" y="{y + 18}">{one.state}</text>')
    return names + "".join(dots)


def _bars(scene: Scene, found: list[Finding]) -> Iterable[str]:
    ends = {one.key: one.recovered / 1e6 for one in found if not isinstance(one, Anomaly)}
    for one in found:
        if isinstance(one, Anomaly):
            start, raised = one.started / 1e6, one.raised / 1e6
            end = ends.get(one.key, scene.until)
            for kind, since, until in (("b", start, raised), ("r", raised, end)):
                left, right = _x(scene, since), _x(scene, until)
                yield (
                    f'<rect class="{kind}" x="{left}" y="{BAR}" '
                    f'width="{max(right - left, 0.5):.1f}" height="12"/>'
                )
            yield f'<text x="{_x(scene, raised)}" y="{BAR + 26}">raised</text>'


def _span(seconds: float) -> str:
    return f"{seconds / DAY:g} days" if seconds >= DAY else f"{seconds:g} s"


def _reading(second: float, device: str, quantity: str, value: float) -> Reading:
    return Reading(device, quantity, round(second * 1e6), float(value))


def _word(second: float, device: str, state: str) -> DeviceState:
    return DeviceState(device, round(second * 1e6), state)


def _seen(second: float, device: str) -> Detection:
    return Detection(device, round(second * 1e6), "lane_occupied", "", 0.9, None, None)


def _grant(second: float) -> CommittedSwipe:
    return CommittedSwipe("r", round(second * 1e6), 7, Direction.IN, granted=True)


def _batch(one: Happening, agent: str) -> CommittedBatch:
    devices, quantities, readings = pack_readings([one] if isinstance(one, Reading) else [])
    return CommittedBatch(
        agent=agent, epoch=1, seq=1, origin="live", received=one.time, devices=devices,
        quantities=quantities, readings=readings,
        swipes=[one] if isinstance(one, CommittedSwipe) else [],
        detections=[one] if isinstance(one, Detection) else [],
        states=[one] if isinstance(one, DeviceState) else [],
    )  # fmt: skip


if __name__ == "__main__":
    main()
