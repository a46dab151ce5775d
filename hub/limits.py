"""Limits: how much one account or address may send, in bounded memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

MOST_KEYS = 10_000  # accounts and addresses remembered; ours: some 2 MB
BURST = 1_500  # requests at once; ours: a page that opens asks some 30
PER_S = 100.0  # requests a second for long; ours
STRANGER_BURST = 120  # of an address that names no account; ours
STRANGER_PER_S = 10.0
REPORTS_BURST = 10  # reports of an address that names no account: who walks a building; ours
REPORTS_PER_S = 2 / 60
PHOTOS_BURST = 30  # photos of such an address: some to each report, tried twice; ours
PHOTOS_PER_S = 6 / 60


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Limits:
    """A token bucket for each key; the longest unused is forgotten when there are too many."""

    def __init__(
        self, clock: Callable[[], float], *, burst: int, per_s: float, most: int = MOST_KEYS
    ) -> None:
        """`clock` counts seconds and never goes back."""
        self._clock = clock
        self._burst = burst
        self._per_s = per_s
        self._most = most
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self.refused = 0

    def __len__(self) -> int:
        """How many keys are remembered."""
        return len(self._buckets)

    def take(self, key: str) -> float:
        """Take one request; how many seconds to wait if there is none left, else 0."""
        now = self._clock()
        bucket = self._buckets.pop(key, None) or _Bucket(self._burst, now)
        self._buckets[key] = bucket
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        bucket.left = min(self._burst, bucket.left + (now - bucket.at) * self._per_s)
        bucket.at = now
        if bucket.left < 1:
            self.refused += 1
            return (1 - bucket.left) / self._per_s
        bucket.left -= 1
        return 0
