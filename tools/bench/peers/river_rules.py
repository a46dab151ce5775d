"""The rules as one writes them with river: one object per device, one reading at a time.

`python river_rules.py FILE.npz` prints seconds and what it found as JSON.
"""

import json
import sys
import time

import numpy as np
from detect_rules import FALL, LIMITS, STUCK_S, TREND, WINDOW_S
from river import stats


class Limit:
    def __init__(self, name, limit, duration, clear, clear_s):
        self.name, self.limit, self.duration = name, limit, duration
        self.clear, self.clear_s = clear, clear_s
        self.since = self.good = None
        self.raised = False

    def learn_one(self, at, value):
        if value < self.limit:
            self.good = None
            if self.since is None:
                self.since = at
            if not self.raised and at - self.since >= self.duration:
                self.raised = True
                return self.name, self.since
        elif not self.raised:
            self.since = None
        elif value >= self.clear:
            if self.good is None:
                self.good = at
            if at - self.good >= self.clear_s:
                self.raised, self.since, self.good = False, None, None
        else:
            self.good = None
        return None


class Stuck:
    def __init__(self):
        self.first, self.since, self.raised = None, 0, False

    def learn_one(self, at, value):
        if value != self.first:
            self.first, self.since, self.raised = value, at, False
        elif not self.raised and at - self.since >= STUCK_S:
            self.raised = True
            return "stuck", self.since
        return None


class Fall:
    def __init__(self):
        self.kept, self.raised = [], False

    def learn_one(self, at, value):
        while self.kept and at - self.kept[0][0] > WINDOW_S:
            self.kept.pop(0)
        told = None
        if self.kept and at - self.kept[0][0] >= WINDOW_S / 2:
            rate = (value - self.kept[0][1]) / ((at - self.kept[0][0]) / 60)
            if rate <= -FALL and not self.raised:
                self.raised, told = True, ("fall", at)
            elif rate > -FALL / 2:
                self.raised = False
        self.kept.append((at, value))
        return told


class Trend:
    def __init__(self):
        self.hours = {}
        self.number, self.mean = None, stats.Mean()
        self.down, self.since, self.raised = 0.0, None, False

    def learn_one(self, at, value):
        number = at // TREND["sample_s"]
        told = None
        if self.number is not None and number > self.number:
            told = self.judge(self.number, self.mean.get())
            self.mean = stats.Mean()
        self.number = number
        self.mean.update(value)
        return told

    def judge(self, number, x):
        start = number * TREND["sample_s"]
        hour = start // 3600 % 24
        mean, variance, learned = self.hours.get(hour, (0.0, 0.0, 0))
        told = None
        if learned >= TREND["learn"]:
            z = (x - mean) / max(variance**0.5, TREND["least"])
            before = self.down
            self.down = max(0.0, self.down - z - TREND["k"])
            if before == 0 and self.down > 0:
                self.since = start
            if self.down > TREND["h"] and not self.raised:
                self.raised = True
                told = "drift", self.since
        if told is None and not self.raised and self.down <= TREND["h"] / 2:
            w, d = max(TREND["weight"], 1 / (learned + 1)), x - mean
            self.hours[hour] = (mean + w * d, (1 - w) * (variance + w * d * d), learned + 1)
        return told


def rules():
    return [*(Limit(name, *numbers) for name, numbers in LIMITS.items()), Stuck(), Fall(), Trend()]


data = np.load(sys.argv[1])
names = [f"h{number:04}" for number in range(data["values"].shape[1])]
devices, found = {}, []
begun = time.perf_counter()
for at, row in zip(data["times"].tolist(), data["values"].tolist(), strict=True):
    for name, value in zip(names, row, strict=True):
        if name not in devices:
            devices[name] = rules()
        for rule in devices[name]:
            told = rule.learn_one(at, value)
            if told is not None:
                found.append((told[0], name, told[1]))
print(json.dumps({"seconds": time.perf_counter() - begun, "found": found}))
