"""Setting aside: entries, or items of them, that the store cannot take become dead letters."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from edge.wire import Readings, encode_agent_state, state_topic
from ingest.arrival import Arrival, DeadLetter, Entry, Message, Refusal
from ingest.rules import Rule, readable, sift


def keep_to(rule: Rule, message: Message) -> Message:
    """The message, what breaks the rule moved to its dead letters."""
    if not isinstance(message, Arrival):
        return message
    batch, refused = sift(message.batch, [rule])
    letters = tuple(
        DeadLetter(message.received, message.topic, part.reason, part.payload, part.items)
        for part in refused
    )
    return replace(message, batch=batch, letters=message.letters + letters)


def set_aside(entry: Entry, reason: str) -> Message:
    """The whole entry as a dead letter, with the identity and reply that it had.

    A refusal's payload is bytes, so that the store has no reason to refuse it again.
    """
    if isinstance(entry, Refusal):
        return replace(entry, letter=replace(entry.letter, reason=reason))
    if not isinstance(entry, Arrival):
        topic = state_topic(entry.site, entry.state.agent)
        return Refusal(DeadLetter(entry.received, topic, reason, encode_agent_state(entry.state)))
    batch = entry.batch
    letter = DeadLetter(entry.received, entry.topic, reason, readable(batch), len(batch))
    empty = msgspec.structs.replace(
        batch, readings=Readings(b"", b"", b"", b""), swipes=[], detections=[], states=[]
    )
    return replace(entry, batch=empty, letters=(*entry.letters, letter))
