"""Rows of the raw tables become batches again, those that had overtaken others marked as urgent."""

from __future__ import annotations

import numpy as np

from edge.wire import DeviceState
from hub.anomalies.rebatch import ReadingRows, Stretch, rebatch


def test_what_came_before_older_events_had_overtaken_them() -> None:
    received, time = np.array([100, 200, 201, 202]), np.array([90, 180, 110, 190])
    rows = ReadingRows(
        devices=["a"],
        quantities=["q"],
        received=received,
        device=np.zeros(4, dtype=np.int64),
        quantity=np.zeros(4, dtype=np.int64),
        time=time,
        value=np.ones(4),
    )
    note = (150, DeviceState("edge", 150, "offline"))
    batches = list(rebatch(Stretch(rows, [], [], [note], {}), {"a": "edge"}))
    assert [(one.received, one.urgent) for one in batches] == [
        (100, False),
        (150, False),
        (200, True),
        (201, False),
        (202, False),
    ]
