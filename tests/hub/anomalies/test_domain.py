from __future__ import annotations

from hub.anomalies.domain import Anomaly, Recovery


def anomaly(**changes: object) -> Anomaly:
    fields: dict[str, object] = {
        "rule": "low",
        "kind": "hydrant_low_pressure",
        "device": "h",
        "started": 1,
        "raised": 2,
        "value": 0.1,
        "limit": 0.14,
        "unit": "MPa",
        "quantity": "pressure",
        "grade": "serious",
    }
    return Anomaly(**(fields | changes))  # type: ignore[arg-type]


def test_the_same_breach_has_the_same_key_however_it_is_found() -> None:
    assert anomaly().key == anomaly(raised=9, value=0.05, grade="major").key
    assert 0 <= anomaly().key < 1 << 63


def test_another_start_device_or_rule_is_another_breach() -> None:
    keys = {anomaly(**c).key for c in ({}, {"started": 2}, {"device": "i"}, {"rule": "dry"})}
    assert len(keys) == 4


def test_a_recovery_has_the_key_of_its_anomaly() -> None:
    over = Recovery(
        rule="low",
        kind="hydrant_low_pressure",
        device="h",
        started=1,
        recovered=8,
        value=0.3,
    )
    assert over.key == anomaly().key
