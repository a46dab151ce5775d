"""Evidence: photos and documents that people bring to a case, named in its log by their hashes.

The bytes are kept for good by `hub.photos` and `hub.files`, which refuse every change; author and
time are those of the event, and of a document also who sent it first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from psycopg import AsyncConnection

from edge.wire import Micros
from hub.cases.state import Event
from hub.files import store as files
from hub.photos import store as photos


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """What comes with a step: hashes of photos and documents sent before, hexadecimal."""

    photos: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()


async def keep(conn: AsyncConnection[Any], brought: Brought) -> dict[str, Any]:
    """Keep evidence for good in the caller's transaction; returns what an event says of it.

    Raises:
        NoSuchPhotoError: a photo was not sent before.
        NoSuchAttachmentError: nor a document.
    """
    await photos.hold(conn, brought.photos)
    found = await files.hold(conn, brought.documents)
    facts: dict[str, Any] = {}
    if brought.photos:
        facts["photos"] = list(brought.photos)
    if found:
        facts["documents"] = [
            {"sha256": one.hash, "type": one.type, "name": one.name, "bytes": one.size,
             "actor": one.actor, "at": one.at}
            for one in found
        ]  # fmt: skip
    return facts


def with_evidence(events: Sequence[Event], actor: str, facts: dict[str, Any]) -> list[Event]:
    """The events of a step, the last of `actor` with what `keep` says of the evidence."""
    own = max((place for place, event in enumerate(events) if event.actor == actor), default=None)
    if not facts or own is None:
        return list(events)
    told = msgspec.structs.replace(events[own], data=events[own].data | facts)
    return [*events[:own], told, *events[own + 1 :]]


def added(actor: str, now: Micros, note: str, facts: dict[str, Any]) -> Event:
    """Somebody adds evidence to a case, whatever its stage."""
    return Event(event="noted", at=now, actor=actor, note=note.strip(), data=facts)
