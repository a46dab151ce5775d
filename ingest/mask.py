"""Masking: dead letters keep whole payloads, but no card numbers where these can be told.

A payload that was refused need not have the right form, so it is read without a schema here.
What cannot be read at all stays as it came.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ingest.person import PersonKeys

_SWIPES = 9  # place of `Batch.swipes` in the array
_CARD = 2  # place of `Swipe.card` in the array


def mask_batch(payload: bytes, persons: PersonKeys) -> bytes:
    """A batch's MessagePack with every card that stands at its place replaced."""
    try:
        parts = msgspec.msgpack.decode(payload, type=list[Any])
        swipes = msgspec.convert(parts[_SWIPES], list[list[Any]])
    except (msgspec.MsgspecError, IndexError, RecursionError):
        return payload
    for swipe in swipes:
        swipe[_CARD : _CARD + 1] = [persons.mask(str(card)) for card in swipe[_CARD : _CARD + 1]]
    parts[_SWIPES] = swipes
    return msgspec.msgpack.encode(parts)


def mask_json(payload: bytes, persons: PersonKeys) -> bytes:
    """A simple device's JSON object with its `card` replaced."""
    try:
        message = msgspec.json.decode(payload, type=dict[str, Any])
    except (msgspec.MsgspecError, RecursionError):
        return payload
    if "card" not in message:
        return payload
    message["card"] = persons.mask(str(message["card"]))
    return msgspec.json.encode(message)
