"""Masking: dead letters keep payloads, but no card numbers.

A payload that was refused need not have the right form, so it is read without a schema here. Where
cards can be told from the rest they alone are replaced, by what still tells persons apart. Where
they cannot, and there may be some, the letters and digits go and the form stays.
"""

from __future__ import annotations

import re
import string
from typing import Any, cast

import msgspec

from edge.access import is_reason
from edge.blot import blot
from edge.wire import MALFORMED
from ingest.person import PersonKeys

_SWIPES = 9  # place of `Batch.swipes` in the array
_CARD = 2  # place of `Swipe.card` in the array
_REASON = 5  # place of `Swipe.reason` in the array
_WITHHELD = "withheld: no swipe of the contract's form"
_WITHHELD_REASON = "withheld: no reason of the contract's form"
_READABLE = (string.ascii_letters + string.digits).encode()
_BLOT = bytes.maketrans(_READABLE, b"#" * len(_READABLE))
_CREDENTIALS = re.compile(r"(?<=://)[^\s/\"]*@")


def mask_batch(payload: bytes, persons: PersonKeys) -> bytes:
    """A batch's MessagePack without its cards; blotted where it cannot be read."""
    try:
        parts = msgspec.msgpack.decode(payload, type=list[Any])
    except MALFORMED:
        return payload.translate(_BLOT)
    if len(parts) <= _SWIPES:
        return payload
    swipes = parts[_SWIPES]
    if isinstance(swipes, list):
        parts[_SWIPES] = [_masked_swipe(swipe, persons) for swipe in cast("list[Any]", swipes)]
    else:
        parts[_SWIPES] = _WITHHELD
    return msgspec.msgpack.encode(parts)


def mask_json(payload: bytes, persons: PersonKeys) -> bytes:
    """A simple device's JSON object with its `card` replaced; all else stays as it came."""
    return _with_card_masked(payload, persons) or payload


def mask_swipe(payload: bytes, persons: PersonKeys) -> bytes:
    """A simple reader's JSON object with its `card` replaced; blotted where there is none."""
    return _with_card_masked(payload, persons) or blot(payload.decode(errors="replace")).encode()


def mask_record(text: str, card: str, persons: PersonKeys) -> str:
    """A record of a file with its card replaced; blotted where the card cannot be told."""
    return mask_text(text, card, persons) if card and card in text else blot(text)


def mask_text(text: str, card: str, persons: PersonKeys) -> str:
    """The text with a card, if it is known and stands there, replaced."""
    return text.replace(card, persons.mask(card)) if card else text


def mask_urls(text: str) -> str:
    """The text without names and passwords in the addresses it tells, as a camera's may have."""
    return _CREDENTIALS.sub("…@", text)


def _masked_swipe(swipe: Any, persons: PersonKeys) -> Any:
    if not isinstance(swipe, list):
        return _WITHHELD
    fields = cast("list[Any]", swipe)
    masked = [
        persons.mask(str(field)) if place == _CARD else field for place, field in enumerate(fields)
    ]
    if len(masked) > _REASON and not is_reason(masked[_REASON]):
        masked[_REASON] = _WITHHELD_REASON  # it may be a card in the wrong place
    return masked


def _with_card_masked(payload: bytes, persons: PersonKeys) -> bytes | None:
    try:
        message = msgspec.json.decode(payload, type=dict[str, Any])
    except MALFORMED:
        return None
    if "card" not in message:
        return None
    message["card"] = persons.mask(str(message["card"]))
    if not is_reason(message.get("reason", "")):
        message["reason"] = _WITHHELD_REASON
    return msgspec.json.encode(message)
