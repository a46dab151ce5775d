"""Pack: samples and unreadable records as the payloads that the spool keeps and the link sends."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Literal, NamedTuple, TypeAlias

import msgspec

from edge.sample import Sample, cut_batch
from edge.wire import (
    MAX_BATCH_BYTES,
    MAX_REJECTED_TEXT,
    VERSION,
    Micros,
    Origin,
    Rejected,
    WireError,
    decode_batch,
    encode_batch,
    encode_rejected,
)

Channel: TypeAlias = Literal["urgent", "bulk", "rejected"]

_MAX_ITEMS = 60_000  # device and quantity indexes are 16 bits wide
_MAX_SOURCE = 255
_MAX_REASON = 1000
_ORIGIN_ROOM = 8  # bytes by which another origin may lengthen a batch that is carried by hand

log = logging.getLogger(__name__)


class BadSampleError(ValueError):
    """A driver handed over what the wire contract does not allow."""


class Unreadable(NamedTuple):
    """A record that could not be read: `line` counts from 1, `reason` is for people.

    `text` is what of it may leave the edge. `card` is the card in it as it stands in `text`, empty
    where none can be told.
    """

    source: str
    line: int
    text: str
    reason: str
    card: str = ""


class Packed(NamedTuple):
    """One payload, where it goes, and how many items it holds."""

    channel: Channel
    items: int
    payload: bytes


def pack(
    sample: Sample,
    *,
    agent: str,
    epoch: int,
    first_seq: int,
    made: Micros,
    origin: Origin = "live",
    max_bytes: int = MAX_BATCH_BYTES - _ORIGIN_ROOM,
) -> list[Packed]:
    """The batches that carry one sample, numbered from `first_seq` in the list's order.

    A sample that would pass `max_bytes` is halved until its parts fit. A single detection that
    is larger still goes without its snapshot.

    Raises:
        BadSampleError: the sample breaks the wire contract, so that ingest would refuse it.
    """
    channel: Channel = "urgent" if sample.urgent else "bulk"
    packed: list[Packed] = []
    waiting = [sample] if len(sample) else []
    while waiting:
        part = waiting.pop()
        payload = b""
        if len(part) <= _MAX_ITEMS:
            payload = _encode(part, agent, epoch, first_seq + len(packed), made, origin)
        if len(part) > _MAX_ITEMS or (len(payload) > max_bytes and len(part) > 1):
            waiting.extend(reversed(_halves(part)))
            continue
        if len(payload) > max_bytes and part.detections and part.detections[0].snapshot:
            log.warning("snapshot left out: it alone passes a batch's %d bytes", max_bytes)
            bare = msgspec.structs.replace(part.detections[0], snapshot=None)
            waiting.append(replace(part, detections=[bare]))
            continue
        packed.append(Packed(channel, len(part), payload))
    return packed


def pack_unreadable(record: Unreadable, *, agent: str, epoch: int, seq: int) -> Packed:
    """The message that hands an unreadable record on to ingest's dead letters."""
    rejected = Rejected(
        version=VERSION,
        agent=agent,
        epoch=epoch,
        seq=seq,
        source=record.source[-_MAX_SOURCE:],
        line=record.line,
        text=record.text[:MAX_REJECTED_TEXT],
        reason=record.reason[:_MAX_REASON],
        card=record.card[:MAX_REJECTED_TEXT],
    )
    return Packed("rejected", 1, encode_rejected(rejected))


def _encode(
    sample: Sample, agent: str, epoch: int, seq: int, made: Micros, origin: Origin
) -> bytes:
    try:
        batch = cut_batch(sample, agent=agent, epoch=epoch, seq=seq, made=made, origin=origin)
        payload = encode_batch(batch)
        decode_batch(payload)
    except (WireError, OverflowError, TypeError, ValueError, msgspec.MsgspecError) as error:
        raise BadSampleError(f"a driver's sample breaks the wire contract: {error}") from error
    return payload


def _halves(sample: Sample) -> tuple[Sample, Sample]:
    """Two samples, neither empty, with the earlier items of every kind in the first."""
    columns = (sample.readings, sample.swipes, sample.detections, sample.states)
    cuts = [(len(column) + 1) // 2 for column in columns]
    if sum(cuts) == len(sample):  # no kind has more than one item
        cuts[max(index for index, cut in enumerate(cuts) if cut)] = 0
    starts, ends = [0, 0, 0, 0], [len(column) for column in columns]
    return _slice(sample, starts, cuts), _slice(sample, cuts, ends)


def _slice(sample: Sample, starts: list[int], ends: list[int]) -> Sample:
    readings, swipes, detections, states = map(slice, starts, ends)
    return Sample(
        readings=sample.readings[readings],
        swipes=sample.swipes[swipes],
        detections=sample.detections[detections],
        states=sample.states[states],
        urgent=sample.urgent,
    )
