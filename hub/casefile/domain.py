"""The archive of a case: what its manifest and its log say. Pure.

Every file of the archive stands in the manifest with its SHA-256. The log is one JSON object per
line, each the sealed event exactly as it was hashed, so that the chain can be worked out again by
anybody (see `hub.sealing`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

import msgspec

from edge.wire import Micros
from hub.cases.chain import Sealed
from hub.cases.state import Event

FORMAT = "gridwarden-case/1"
MANIFEST, LOG = "manifest.json", "log.jsonl"

What = Literal[
    "readme", "log", "file", "paper", "readings", "plot", "snapshot", "picture", "photo",
    "document", "letter",
]  # fmt: skip


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One file: `event` is the number of the log's entry that brought it, `actor` who did."""

    path: str
    what: What
    sha256: str
    bytes: int
    event: int | None = None
    actor: str | None = None
    at: Micros | None = None
    type: str | None = None


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """How the log is sealed; `head` is the hash of its last entry."""

    events: int
    head: str
    algorithm: str = "sha256(previous hash, canonical JSON of the entry)"


class About(msgspec.Struct, frozen=True, kw_only=True):
    """Which case this is, and when it was taken out."""

    case: int
    number: str
    exported: str
    language: str
    chain: Chain


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Everything in the archive but the manifest itself, in its order."""

    format: str
    about: About
    files: list[Entry]


class _Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    case: int
    seq: int
    event: str
    at: Micros
    actor: str
    note: str
    data: dict[str, Any]
    prev_hash: str
    hash: str


def log_lines(log: Iterable[Sealed]) -> bytes:
    """The log as JSON lines."""
    lines = [
        _Line(
            case=one.case,
            seq=one.seq,
            prev_hash=one.prev_hash.hex(),
            hash=one.hash.hex(),
            **msgspec.structs.asdict(one.event),
        )
        for one in log
    ]
    return msgspec.json.Encoder().encode_lines(lines)


def read_line(line: bytes) -> Sealed:
    """A sealed event of the log.

    Raises:
        ValueError: the line is none.
    """
    found = msgspec.json.decode(line, type=_Line)
    event: Any = found.event  # a name that a later version has added is sealed like any other
    return Sealed(
        case=found.case,
        seq=found.seq,
        event=Event(event=event, at=found.at, actor=found.actor, note=found.note, data=found.data),
        prev_hash=bytes.fromhex(found.prev_hash),
        hash=bytes.fromhex(found.hash),
    )


def named_evidence(log: Sequence[Sealed]) -> Iterator[tuple[int, str]]:
    """Entry and SHA-256 of everything that a log names as evidence."""
    for sealed in log:
        data = sealed.event.data
        if sealed.event.event == "pictured":
            yield sealed.seq, data["sha256"]
        for photo in data.get("photos", ()):
            yield sealed.seq, photo
        for document in data.get("documents", ()):
            yield sealed.seq, document["sha256"]
