"""Access: what a reader says of a card that it denied or noticed, and a door of itself.

The words are those of BACnet (ASHRAE 135: BACnetAccessEvent, BACnetDoorAlarmState). A maker's own
begin with `x-`. A reason has no digits, so that no card number can stand in it.

Part of the contract of `edge.wire`.
"""

from __future__ import annotations

import re
from typing import Annotated

import msgspec

_REASON = r"^([a-z]+(-[a-z]+)*)?\Z"
Reason = Annotated[str, msgspec.Meta(pattern=_REASON, max_length=64)]
"""A reader's word, or nothing."""

OWN = "x-"  # how a maker's own words begin

NOTICED: frozenset[Reason] = frozenset(
    (
        "granted",
        "muster",
        "passback-detected",
        "duress",
        "trace",
        "lockout-max-attempts",
        "lockout-other",
        "lockout-relinquished",
        "locked-by-higher-priority",
        "out-of-service",
        "out-of-service-relinquished",
        "accompaniment-by",
        "authentication-factor-read",
        "authorization-delayed",
        "verification-required",
        "no-entry-after-grant",
    )
)

DENIED: frozenset[Reason] = frozenset(
    f"denied-{why}"
    for why in (
        "deny-all",
        "unknown-credential",
        "authentication-unavailable",
        "authentication-factor-timeout",
        "incorrect-authentication-factor",
        "zone-no-access-rights",
        "point-no-access-rights",
        "no-access-rights",
        "out-of-time-range",
        "threat-level",
        "passback",
        "unexpected-location-usage",
        "max-attempts",
        "lower-occupancy-limit",
        "upper-occupancy-limit",
        "authentication-factor-lost",
        "authentication-factor-stolen",
        "authentication-factor-damaged",
        "authentication-factor-destroyed",
        "authentication-factor-disabled",
        "authentication-factor-error",
        "credential-unassigned",
        "credential-not-provisioned",
        "credential-not-yet-active",
        "credential-expired",
        "credential-manual-disable",
        "credential-lockout",
        "credential-max-days",
        "credential-max-uses",
        "credential-inactivity",
        "credential-disabled",
        "no-accompaniment",
        "incorrect-accompaniment",
        "lockout",
        "verification-failed",
        "verification-timeout",
        "other",
    )
)

REASONS = NOTICED | DENIED


def is_reason(text: object) -> bool:
    """Whether something may be a reader's word: small letters and hyphens, or empty."""
    return isinstance(text, str) and len(text) <= 64 and re.search(_REASON, text) is not None
