"""Decode: an MQTT message becomes an arrival, an agent's report, or a refusal with its reason.

Nothing is dropped: whatever comes in leaves as something to be written. Pure but for the count of
simple messages without a time.
"""

from __future__ import annotations

from dataclasses import replace

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
from ingest.head import claimed_number
from ingest.mask import mask_batch, mask_json, mask_record, mask_swipe, mask_text
from ingest.person import PersonKeys
from ingest.rules import Measurable, NoNul, NotAfter, NotBefore, Rule, sift
from ingest.settings import IngestSettings
from ingest.simple import BY_CONTENT, SimpleDecoder, is_urgent

OLDEST_COURIER: Micros = 946_684_800 * SECOND  # ours: 2000-01-01, older files are misread ones
_MOST = (1 << 63) - 1  # what the store's bigint holds


class ImpostorError(WireError):
    """A message says that it is another agent's than its topic does.

    A broker that holds the agents' rights vouches for the topic, so the content is the lie.
    """


class Decoder:
    """Decodes every message that a worker is subscribed to."""

    def __init__(self, settings: IngestSettings, persons: PersonKeys, epoch: int) -> None:
        """`epoch` is drawn at random below 0 once per life of the worker."""
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
                    standing = retained and batch.epoch != BY_CONTENT
                    identity = None if standing else Identity(batch.agent, batch.epoch, batch.seq)
                    return self._sifted(identity, None, topic, batch, standing=standing)
                case _:
                    return Refusal(
                        DeadLetter(received, topic, "no topic of this contract", payload)
                    )
        except WireError as error:
            refusal = self._refusal(topic, payload, received, str(error))
            return replace(refusal, impostor=isinstance(error, ImpostorError))

    def _refusal(self, topic: str, payload: bytes, received: Micros, reason: str) -> Refusal:
        """A dead letter, with the identity of the batch where that much could be read.

        The agent sends a batch until it hears of it, so one that can never be stored must be
        acknowledged too.
        """
        identity: Identity | None = None
        reply: Reply | None = None
        match topic.split("/"):
            case [_, _, site, "agents", agent, "batch" | "rejected", *_]:
                kept = mask_batch(payload, self._persons)
                identity = _claimed_identity(site, agent, payload)
                reply = Reply(site, agent) if identity else None
            case [_, _, _, "devices", _, "swipe"]:
                kept = mask_swipe(payload, self._persons)
            case [_, _, _, "devices", _, _]:
                kept = mask_json(payload, self._persons)
            case _:
                kept = payload
        return Refusal(DeadLetter(received, topic, reason, kept), identity, reply)

    def _batch(self, reply: Reply, topic: str, payload: bytes, received: Micros) -> Arrival:
        _check_size(payload)
        batch = decode_batch(payload)
        identity = _identity(reply, batch.agent, batch.epoch, batch.seq)
        committed = self._commit_form(batch, received, urgent=is_urgent_topic(topic))
        return self._sifted(identity, reply, topic, committed)

    def _rejected(self, reply: Reply, topic: str, payload: bytes, received: Micros) -> Refusal:
        rejected = decode_rejected(payload)
        identity = _identity(reply, rejected.agent, rejected.epoch, rejected.seq)
        reason = mask_text(rejected.reason, rejected.card, self._persons)
        reason = f"{rejected.source}, line {rejected.line}: {reason}"
        record = mask_record(rejected.text, rejected.card, self._persons)
        letter = DeadLetter(received, topic, reason, record.encode())
        return Refusal(letter, identity, reply, rejected.origin)

    def _report(self, reply: Reply, payload: bytes, received: Micros, *, retained: bool) -> Report:
        _check_site(reply.site)
        state = decode_agent_state(payload)
        if state.agent != reply.agent:
            raise ImpostorError(f"state of agent {state.agent!r} on the topic of another")
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

    def _commit_form(self, batch: Batch, received: Micros, *, urgent: bool) -> CommittedBatch:
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
                CommittedSwipe(s.reader, s.time, person(s.card), s.direction, s.granted, s.reason)
                for s in batch.swipes
            ],
            detections=batch.detections,
            states=batch.states,
            made=batch.made,
            urgent=urgent,
        )

    def _sifted(
        self,
        identity: Identity | None,
        reply: Reply | None,
        topic: str,
        batch: CommittedBatch,
        *,
        standing: bool = False,
    ) -> Arrival:
        good, refused = sift(batch, self._rules(batch.origin, batch.received))
        letters = tuple(
            DeadLetter(batch.received, topic, part.reason, part.payload, part.items)
            for part in refused
        )
        return Arrival(identity, reply, topic, good, letters, standing=standing)

    def _rules(self, origin: Origin, received: Micros) -> list[Rule]:
        days, ahead = self._settings.live_oldest_days, self._settings.future_tolerance_s
        oldest = (
            NotBefore(received - days * DAY, f"event time more than {days} days old")
            if origin != "courier"
            else NotBefore(OLDEST_COURIER, "event time before 2000-01-01")
        )
        newest = NotAfter(received + ahead * SECOND, f"event time more than {ahead} s ahead")
        return [Measurable(), NoNul(), oldest, newest]


def is_urgent_topic(topic: str) -> bool:
    """Whether a message on this topic is committed without waiting for others."""
    match topic.split("/"):
        case [_, _, _, "devices", _, quantity]:
            return is_urgent(quantity)
        case parts:
            return parts[-1] in {"urgent", "state"}


def _check_site(site: str) -> None:
    if not is_identifier(site):
        raise WireError("the topic's site is not 1 to 64 of [A-Za-z0-9._-]")


def _check_size(payload: bytes) -> None:
    if len(payload) > MAX_BATCH_BYTES:
        raise WireError(
            f"{len(payload)} bytes, at most {MAX_BATCH_BYTES} allowed; send smaller batches"
        )


def _identity(reply: Reply, agent: str, epoch: int, seq: int) -> Identity:
    _check_site(reply.site)
    if agent != reply.agent:
        raise ImpostorError(f"batch of agent {agent!r} on the topic of another")
    if not _fits(epoch, seq):
        raise WireError(f"epoch {epoch} or sequence {seq} outside 1 to 2^63-1")
    return Identity(agent, epoch, seq)


def _claimed_identity(site: str, agent: str, payload: bytes) -> Identity | None:
    """Identity at the head of a batch that is wrong otherwise, under the topic's agent."""
    number = claimed_number(payload)
    if number is None or not _fits(*number) or not (is_identifier(site) and is_identifier(agent)):
        return None
    return Identity(agent, *number)


def _fits(epoch: int, seq: int) -> bool:
    return 0 < epoch <= _MOST and 0 < seq <= _MOST
