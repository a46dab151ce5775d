"""When: a condition in CEL on the moment at which a rule would raise, compiled once.

It is asked with `value`, `quantity`, `device` (id, kind, place, building, zone, grid, agent), and
the site's local `hour`, `minute`, `weekday` (1 is Monday), `day` and `month`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

_FAILS = (RuntimeError, TypeError, ValueError, KeyError)
_DEVICE: dict[str, str] = dict.fromkeys(
    ("id", "kind", "place", "building", "zone", "grid", "agent"), "x"
)
_CLOCK = {"hour": 12, "minute": 0, "weekday": 1, "day": 1, "month": 1}
_TRIAL: dict[str, Any] = {"value": 0.5, "quantity": "x", "device": _DEVICE} | _CLOCK


_log = logging.getLogger(__name__)


class WhenError(ValueError):
    """A condition that cannot be used; the text says what to mend."""


class When:
    """A compiled condition.

    Raises:
        WhenError: the text is not CEL, asks for what there is not, or gives no yes or no.
    """

    def __init__(self, text: str) -> None:
        import cel  # its terminal program takes a quarter of a command's start

        self.text = text
        try:
            self._program = cel.compile(text)
        except ValueError as error:
            raise WhenError(str(error).splitlines()[0]) from error
        unknown = [
            name
            for name in self._program.variables()
            if name not in _TRIAL and not re.search(rf"\(\s*{name}\s*,", text)  # of a macro
        ]
        if unknown:
            raise WhenError(f"there is no {unknown[0]}; there are {', '.join(_TRIAL)}")
        try:
            answer = self._program.execute(_TRIAL)
        except _FAILS as error:
            raise WhenError(str(error).splitlines()[0]) from error
        if not isinstance(answer, bool):
            raise WhenError(f"it gives {answer!r} instead of true or false")

    def holds(
        self, value: float | None, quantity: str, device: Mapping[str, str], at: datetime
    ) -> bool:
        """Whether the condition is true; a value that is not known counts as 0."""
        asked: dict[str, Any] = {
            "value": 0.0 if value is None else float(value),
            "quantity": quantity,
            "device": dict(device),
            "hour": at.hour,
            "minute": at.minute,
            "weekday": at.isoweekday(),
            "day": at.day,
            "month": at.month,
        }
        try:
            return self._program.execute(asked) is True
        except _FAILS as error:
            _log.warning("condition %s failed and counts as true: %s", self.text, error)
            return True  # it must hide no danger


@cache
def compiled(text: str) -> When:
    """The condition of a text; the same object for the same text."""
    return When(text)
