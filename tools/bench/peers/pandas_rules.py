"""The rules as one writes them with pandas: batches into a window, groupby, state by device.

`python pandas_rules.py FILE.npz` prints seconds and what it found as JSON.
"""

import json
import sys
import time

import numpy as np
import pandas as pd
from detect_rules import FALL, LIMITS, STUCK_S, TREND, WINDOW_S

data = np.load(sys.argv[1])
names = pd.Index([f"h{number:04}" for number in range(data["values"].shape[1])], name="device")
found = []


def fresh(value, dtype=float):
    return pd.Series(value, index=names, dtype=dtype)


since = {rule: fresh(np.nan) for rule in LIMITS}
raised = {rule: fresh(False, bool) for rule in [*LIMITS, "stuck", "fall", "drift"]}
good = {rule: fresh(np.nan) for rule in LIMITS}
first, run = fresh(np.nan), fresh(np.nan)
window = pd.DataFrame({"device": [], "time": [], "value": []})
sums, counts, number = fresh(0.0), fresh(0.0), None
mean, variance, learned = (pd.DataFrame(0.0, index=names, columns=range(24)) for _ in range(3))
down, drift_since = fresh(0.0), fresh(np.nan)


def tell(rule, which, started):
    found.extend((rule, name, int(started[name])) for name in which[which].index)
    raised[rule] |= which


def limits(at, value):
    for rule, (limit, duration, clear, clear_s) in LIMITS.items():
        low = value < limit
        since[rule] = since[rule].where(low | raised[rule]).fillna(at).where(low | raised[rule])
        tell(rule, low & ~raised[rule] & (at - since[rule] >= duration), since[rule])
        fine = raised[rule] & (value >= clear)
        good[rule] = good[rule].where(fine).fillna(at).where(fine)
        over = fine & (at - good[rule] >= clear_s)
        raised[rule] &= ~over
        since[rule] = since[rule].mask(over)


def stuck(at, value):
    global first, run
    moved = value != first
    first, run = value, run.mask(moved, at)
    raised["stuck"] &= ~moved
    tell("stuck", ~raised["stuck"] & (at - run >= STUCK_S), run)


def fall(at, batch):
    global window
    window = pd.concat([window[window["time"] >= at - WINDOW_S], batch], ignore_index=True)
    ends = window.groupby("device").agg(
        start=("time", "first"), was=("value", "first"), value=("value", "last")
    )
    span = at - ends["start"]
    rate = ((ends["value"] - ends["was"]) / (span / 60)).where(span >= WINDOW_S / 2)
    tell("fall", (rate <= -FALL) & ~raised["fall"], fresh(at))
    raised["fall"] &= ~(rate > -FALL / 2)


def drift(at, value):
    global number, sums, counts, down, drift_since
    if number is not None and at // TREND["sample_s"] > number:
        start = number * TREND["sample_s"]
        hour = start // 3600 % 24
        x, m, v, n = sums / counts, mean[hour], variance[hour], learned[hour]
        judged = n >= TREND["learn"]
        z = (x - m) / np.sqrt(v).clip(lower=TREND["least"])
        after = (down - z - TREND["k"]).clip(lower=0).where(judged, down)
        drift_since = drift_since.mask((down == 0) & (after > 0), start)
        down = after
        tell("drift", (down > TREND["h"]) & ~raised["drift"], drift_since)
        learns = ~raised["drift"] & (down <= TREND["h"] / 2)
        w, d = (1 / (n + 1)).clip(lower=TREND["weight"]), x - m
        mean[hour] = m.mask(learns, m + w * d)
        variance[hour] = v.mask(learns, (1 - w) * (v + w * d * d))
        learned[hour] = n.mask(learns, n + 1)
        sums, counts = fresh(0.0), fresh(0.0)
    number = at // TREND["sample_s"]
    sums, counts = sums + value, counts + 1


begun = time.perf_counter()
for at, row in zip(data["times"].tolist(), data["values"], strict=True):
    batch = pd.DataFrame({"device": names, "time": at, "value": row})
    value = batch.set_index("device")["value"]
    limits(at, value)
    stuck(at, value)
    fall(at, batch)
    drift(at, value)
print(json.dumps({"seconds": time.perf_counter() - begun, "found": found}))
