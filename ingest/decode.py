"""Decode: an MQTT message becomes an arrival, an agent's report, or a refusal with its reason.

Nothing is dropped: whatever comes in leaves as something to be written. Pure but for the count of
simple messages without a time.
"""

from __future__ import annotations

from typing import Any

import msgspec

from edge.wire import (
    MAX_BATCH_BYTES,
    Batch,
    Micros,
    Origin,
    WireError,
    decode_agent_state,
    decode_batch,
    decode_rejected,
    is_identifier,
)
from ingest.arrival import Arrival, DeadLetter, Entry, Identity, Refusal, Reply, Report
from ingest.clock import DAY, SECOND
from ingest.feed import CommittedBatch, CommittedSwipe
from ingest.mask import mask_batch, mask_json
from ingest.person import PersonKeys
from ingest.rules import Measurable, NoNul, NotAfter, NotBefore, Rule, sift
from ingest.settings import IngestSettings
from ingest.simple import SimpleDecoder, is_urgent

OLDEST_COURIER: Micros = 946_684_800 * SECOND  # ours: 2000-01-01, older files are misread ones
_MOST = (1 << 63) - 1  # what the store's bigint holds


class Decoder:
    """Decodes every message that a worker is subscribed to."""

    def __init__(self, settings: IngestSettings, persons: PersonKeys, epoch: int) -> None:
        """`epoch` is drawn at random once per life of the worker."""
        self._settings = settings
        self._persons = persons
        self._simple = SimpleDecoder(persons, epoch)

    def decode(
        self, topic: str, payload: bytes, received: Micros, *, retained: bool = False
    ) -> Entry:
        """What a message is. Never raises for what a sender can do wrong."""
        try:
            match topic.split("/"):
                case [_, _, site, "agents", agent, "batch", "urgent" | "bulk"]:
                    return self._batch(Reply(site, agent), topic, payload, received)
                case [_, _, site, "agents", agent, "rejected"]:
                    return self._rejected(Reply(site, agent), topic, payload, received)
                case [_, _, site, "agents", agent, "state"]:
                    return self._report(Reply(site, agent), payload, received, retained=retained)
                case [_, _, _, "devices", device, quantity]:
                    batch = self._device(
                        device, quantity, topic, payload, received, retained=retained
                    )
                    return self._sifted(
                        Identity(batch.agent, batch.epoch, batch.seq), None, topic, batch
                    )
                case _:
                    return Refusal(
                        DeadLetter(received, topic, "no topic of this contract", payload)
                    )
        except WireError as error:
            masked = mask_batch if "/agents/" in topic else mask_json
            letter = DeadLetter(received, topic, str(error), masked(payload, self._persons))
            return self._refusal(letter, topic, payload)

    def _refusal(self, letter: DeadLetter, topic: str, payload: bytes) -> Refusal:
        """A dead letter, with the identity of the batch where that much could be read.

        The agent sends a batch until it hears of it, so one that can never be stored must be
        acknowledged too.
        """
        match topic.split("/"):
            case [_, _, site, "agents", agent, "batch", _] | [
                _,
                _,
                site,
                "agents",
                agent,
                "rejected",
            ]:
                identity = _claimed_identity(agent, payload)
                return Refusal(letter, identity, Reply(site, agent) if identity else None)
            case _:
                return Refusal(letter)

    def _batch(self, reply: Reply, topic: str, payload: bytes, received: Micros) -> Arrival:
        _check_size(payload)
        batch = decode_batch(payload)
        identity = _identity(reply, batch.agent, batch.epoch, batch.seq)
        committed = self._commit_form(batch, received)
        return self._sifted(identity, reply, topic, committed)

    def _rejected(self, reply: Reply, topic: str, payload: bytes, received: Micros) -> Refusal:
        rejected = decode_rejected(payload)
        identity = _identity(reply, rejected.agent, rejected.epoch, rejected.seq)
        reason = f"{rejected.source}, line {rejected.line}: {rejected.reason}"
        letter = DeadLetter(received, topic, reason, rejected.text.encode())
        return Refusal(letter, identity, reply)

    def _report(self, reply: Reply, payload: bytes, received: Micros, *, retained: bool) -> Report:
        state = decode_agent_state(payload)
        if state.agent != reply.agent:
            raise WireError(f"state of agent {state.agent!r} on the topic of another")
        return Report(reply.site, state, received, retained)

    def _device(
        self,
        device: str,
        quantity: str,
        topic: str,
        payload: bytes,
        received: Micros,
        *,
        retained: bool,
    ) -> CommittedBatch:
        if not (is_identifier(device) and is_identifier(quantity)):
            raise WireError("the topic's device or quantity is not 1 to 64 of [A-Za-z0-9._-]")
        _check_size(payload)
        return self._simple.decode(device, quantity, topic, payload, received, retained=retained)

    def _commit_form(self, batch: Batch, received: Micros) -> CommittedBatch:
        person = self._persons.of
        return CommittedBatch(
            agent=batch.agent,
            epoch=batch.epoch,
            seq=batch.seq,
            origin=batch.origin,
            received=received,
            devices=batch.devices,
            quantities=batch.quantities,
            readings=batch.readings,
            swipes=[
                CommittedSwipe(s.reader, s.time, person(s.card), s.direction, s.granted)
                for s in batch.swipes
            ],
            detections=batch.detections,
            states=batch.states,
        )

    def _sifted(
        self, identity: Identity, reply: Reply | None, topic: str, batch: CommittedBatch
    ) -> Arrival:
        good, refused = sift(batch, self._rules(batch.origin, batch.received))
        letters = tuple(
            DeadLetter(batch.received, topic, part.reason, part.payload, part.items)
            for part in refused
        )
        return Arrival(identity, reply, topic, good, letters)

    def _rules(self, origin: Origin, received: Micros) -> list[Rule]:
        days, ahead = self._settings.live_oldest_days, self._settings.future_tolerance_s
        oldest = (
            NotBefore(received - days * DAY, f"event time more than {days} days old")
            if origin == "live"
            else NotBefore(OLDEST_COURIER, "event time before 2000-01-01")
        )
        newest = NotAfter(received + ahead * SECOND, f"event time more than {ahead} s ahead")
        return [Measurable(), NoNul(), oldest, newest]


def is_urgent_topic(topic: str) -> bool:
    """Whether a message on this topic is committed without waiting for others."""
    parts = topic.split("/")
    if "agents" in parts:
        return parts[-1] in {"urgent", "state"}
    return is_urgent(parts[-1])


def _check_size(payload: bytes) -> None:
    if len(payload) > MAX_BATCH_BYTES:
        raise WireError(
            f"{len(payload)} bytes, at most {MAX_BATCH_BYTES} allowed; send smaller batches"
        )


def _identity(reply: Reply, agent: str, epoch: int, seq: int) -> Identity:
    if agent != reply.agent:
        raise WireError(f"batch of agent {agent!r} on the topic of another")
    if not _fits(epoch, seq):
        raise WireError(f"epoch {epoch} or sequence {seq} outside 1 to 2^63-1")
    return Identity(agent, epoch, seq)


def _claimed_identity(agent: str, payload: bytes) -> Identity | None:
    """Identity at the head of a batch that is wrong otherwise, under the topic's agent."""
    try:
        head = msgspec.msgpack.decode(payload, type=list[Any])[:4]
    except (msgspec.MsgspecError, RecursionError):
        return None
    match head:
        case [int(), str(), int(epoch), int(seq)] if _fits(epoch, seq) and is_identifier(agent):
            return Identity(agent, epoch, seq)
        case _:
            return None


def _fits(epoch: int, seq: int) -> bool:
    return 0 < epoch <= _MOST and 0 < seq <= _MOST
