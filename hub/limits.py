"""Limits: how often one may ask, held in memory: so much at once, then so much per minute."""

from __future__ import annotations

from collections import OrderedDict

from starlette.requests import Request

from edge.wire import Micros
from hub.problems import ProblemError

MOST_CALLERS = 20_000  # ours: bounds the memory; who asked longest ago is forgotten first
_MINUTE: Micros = 60_000_000


class Limit:
    """A bucket per caller: `burst` requests at once, refilled by `per_minute`."""

    def __init__(self, *, burst: int, per_minute: float) -> None:
        self._burst, self._per_minute = burst, per_minute
        self._left: OrderedDict[str, tuple[float, Micros]] = OrderedDict()

    def wait_s(self, caller: str, now: Micros) -> int | None:
        """Take one from the caller's bucket; if it is empty, the seconds until there is one."""
        left, at = self._left.pop(caller, (float(self._burst), now))
        left = min(float(self._burst), left + max(0, now - at) / _MINUTE * self._per_minute)
        taken = left >= 1
        self._left[caller] = (left - 1 if taken else left, now)
        if len(self._left) > MOST_CALLERS:
            self._left.popitem(last=False)
        return None if taken else max(1, round((1 - left) / self._per_minute * 60))


class Limits:
    """What a caller without an account may do: reports and photos, each by a bucket of its own."""

    def __init__(self) -> None:
        self._reports = Limit(burst=10, per_minute=2)  # ours: somebody who walks a building
        self._photos = Limit(burst=30, per_minute=6)  # ours: some to each report, tried twice

    def refuse_flood(self, request: Request, now: Micros) -> None:
        """Check that a caller without an account does not report too often.

        Raises:
            ProblemError: a 429, if so.
        """
        _refuse(self._reports, request, now)

    def refuse_photo_flood(self, request: Request, now: Micros) -> None:
        """Check that a caller without an account does not send too many photos.

        Raises:
            ProblemError: a 429, if so.
        """
        _refuse(self._photos, request, now)


def _refuse(limit: Limit, request: Request, now: Micros) -> None:
    wait_s = limit.wait_s("" if request.client is None else request.client.host, now)
    if wait_s is not None:
        raise too_many(wait_s)


def too_many(wait_s: int) -> ProblemError:
    """The problem of one who asks too often."""
    return ProblemError(
        429,
        "too-many-requests",
        "Too many requests from one address without an account",
        f"Wait {wait_s} s, or sign in.",
        headers={"Retry-After": str(wait_s)},
    )
