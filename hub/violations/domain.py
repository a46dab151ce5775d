"""A violation of duty. Pure."""

from __future__ import annotations

from typing import Literal

import msgspec

from edge.wire import Micros

ViolationKind = Literal["leak"]


class Violation(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody did against a duty; `evidence` are hashes of photos, or cases as `case:17`."""

    kind: ViolationKind
    person: str
    happened: Micros
    words: str
    evidence: tuple[str, ...]
    recorded: Micros
    recorded_by: str
