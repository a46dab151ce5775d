from __future__ import annotations

from typing import Any

import msgspec

from hub.anomalies.detectors import Finding
from hub.anomalies.detectors.worse import Worse, WorseState
from hub.anomalies.domain import Anomaly, Recovery

WORSE = Worse()


def anomaly(script: Any, second: float, kind: str, *milder: str, device: str = "s") -> Anomaly:
    return Anomaly(
        rule=kind,
        kind=kind,
        device=device,
        started=script.micros(second),
        raised=script.micros(second),
        value=None,
        limit=None,
        unit="s",
        quantity="heard",
        grade="general",
        supersedes=milder,
    )


def over(found: Anomaly, at: int) -> Recovery:
    return Recovery(
        rule=found.rule,
        kind=found.kind,
        device=found.device,
        started=found.started,
        recovered=at,
        value=None,
    )


def taken(*findings: Finding) -> list[int | None]:
    """Which finding each one is part of, after a restart behind every one."""
    state, parts = WORSE.start(), []
    for finding in findings:
        state, (told,) = WORSE.take(state, [finding])
        state = msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=WorseState)
        parts.append(told.part_of if isinstance(told, Anomaly) else None)
    return parts


def test_a_milder_kind_that_comes_later_belongs_to_the_worse(script: Any) -> None:
    fault = anomaly(script, 60, "smoke_fault", "device_silent")
    silent = anomaly(script, 180, "device_silent")
    assert taken(fault, silent) == [None, fault.key]


def test_it_stands_for_itself_once_the_worse_is_over_and_at_another_device(script: Any) -> None:
    fault = anomaly(script, 60, "smoke_fault", "device_silent")
    silent = anomaly(script, 180, "device_silent")
    other = anomaly(script, 70, "device_silent", device="t")
    assert taken(fault, other, over(fault, script.micros(100)), silent) == [None] * 4


def test_what_belongs_to_a_group_or_the_log_stays_there(script: Any) -> None:
    fault = anomaly(script, 60, "smoke_fault", "device_silent")
    silent = anomaly(script, 180, "device_silent")
    grouped = msgspec.structs.replace(silent, part_of=7)
    muted = msgspec.structs.replace(silent, muted=True)
    assert taken(fault, grouped, muted) == [None, 7, None]


def test_nothing_is_kept_of_what_is_over(script: Any) -> None:
    fault = anomaly(script, 60, "smoke_fault", "device_silent")
    state, _ = WORSE.take(WORSE.start(), [fault])
    state, _ = WORSE.take(state, [over(fault, script.micros(90))])
    assert state == WORSE.start()
