"""Courier: a spool's batches in one file that a person carries to the hub while the link is down.

The file is a stream of MessagePack `bin 32` objects. The first holds the `Manifest`, each of the
others a `Parcel`: one payload as the spool has it, under its own identity. The manifest's digest
covers everything behind it, so that a damaged or shortened file is refused before anything of it
is used. In files of version 1 all parcels are of one epoch, which the manifest names.

The file holds card numbers, as the spool does: it is written for its owner's eyes only, and what
carries it should be encrypted.
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, BinaryIO, Literal

import msgspec

from edge.pack import Channel
from edge.window import Key
from edge.wire import Identifier, Micros, WireError, decode_batch, decode_rejected

FORMAT = "gridwarden spool"
VERSION = 2

_HEAD = struct.Struct(">BI")  # MessagePack's bin 32: its mark, and the length that follows
_BIN32 = 0xC6
_LONGEST = 16 << 20  # ours: far above the largest batch; what claims more is not ours
_DIGEST = 32
_TRY_AGAIN = "copy it again, or export it again: the spool keeps its batches until they are stored"


class CourierError(ValueError):
    """A carried file that cannot be written or used; the text says why and what to do."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a carried file says of itself; `size` counts the bytes behind the manifest.

    `epoch` stands in files of version 1 only.
    """

    format: str = FORMAT
    version: int = VERSION
    site: Identifier
    agent: Identifier
    epoch: int | msgspec.UnsetType = msgspec.UNSET
    exported: Micros
    batches: int
    items: int
    size: int
    sha256: Annotated[bytes, msgspec.Meta(min_length=_DIGEST, max_length=_DIGEST)]


class Parcel(msgspec.Struct, frozen=True, array_like=True):
    """One payload of the spool, where it is published, and how many items it holds."""

    seq: Annotated[int, msgspec.Meta(ge=1)]
    channel: Literal["urgent", "bulk", "rejected"]
    items: Annotated[int, msgspec.Meta(ge=0)]
    payload: bytes


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where in the file a parcel stands, without its payload."""

    epoch: int
    seq: int
    channel: Channel
    items: int
    offset: int
    size: int

    @property
    def key(self) -> Key:
        """The batch's identity within its agent."""
        return self.epoch, self.seq


def write_courier(
    path: Path, parcels: Iterable[Parcel], *, site: str, agent: str, exported: Micros
) -> Manifest:
    """Write parcels to a new file that is there whole or not at all; what it says of itself.

    Raises:
        CourierError: the file is there already, or cannot be written.
    """
    if path.exists():
        raise CourierError(f"{path} is there already: name another file, or remove it")
    partial = path.with_name(path.name + ".partial")
    body = partial.with_name(partial.name + ".body")
    try:
        with _created(body) as written:
            batches, items, digest = _write_body(written, parcels)
        manifest = Manifest(
            site=site,
            agent=agent,
            exported=exported,
            batches=batches,
            items=items,
            size=body.stat().st_size,
            sha256=digest,
        )
        with _created(partial) as whole, body.open("rb") as part:
            whole.write(_framed(msgspec.msgpack.encode(manifest)))
            while piece := part.read(1 << 20):
                whole.write(piece)
            whole.flush()
            os.fsync(whole.fileno())
        partial.rename(path)
    except OSError as error:
        raise CourierError(f"{path}: {error.strerror}; name a place that can be written") from error
    finally:
        body.unlink(missing_ok=True)
        partial.unlink(missing_ok=True)
    return manifest


def check_courier(file: BinaryIO, name: str) -> tuple[Manifest, list[Place]]:
    """Read a carried file to its end and check every batch in it.

    Raises:
        CourierError: not a carried file, of a later version, cut short, damaged, or with a batch
            that is not the manifest's agent's; nothing of it may be used.
    """
    manifest = _manifest(file, name)
    digest = hashlib.sha256()
    places: list[Place] = []
    seen: set[Key] = set()
    for offset, record in _records(file, name):
        digest.update(_framed(record))
        parcel, epoch = _parcel(record, manifest, name)
        place = Place(epoch, parcel.seq, parcel.channel, parcel.items, offset, len(record))
        if place.key in seen:
            raise CourierError(f"{name}: batch {parcel.seq} stands in it twice; {_TRY_AGAIN}")
        seen.add(place.key)
        places.append(place)
    if digest.digest() != manifest.sha256:
        raise CourierError(
            f"{name} is damaged: {len(places)} of {manifest.batches} batches, and the checksum "
            f"is not the one it was written with; {_TRY_AGAIN}"
        )
    return manifest, places


def read_parcel(file: BinaryIO, place: Place) -> Parcel:
    """The parcel at a place of a checked file."""
    file.seek(place.offset)
    return _parcel_decoder.decode(file.read(place.size))


_manifest_decoder = msgspec.msgpack.Decoder(Manifest)
_parcel_decoder = msgspec.msgpack.Decoder(Parcel)


def _created(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _framed(content: bytes) -> bytes:
    return _HEAD.pack(_BIN32, len(content)) + content


def _write_body(file: BinaryIO, parcels: Iterable[Parcel]) -> tuple[int, int, bytes]:
    digest = hashlib.sha256()
    batches = items = 0
    for parcel in parcels:
        record = _framed(msgspec.msgpack.encode(parcel))
        digest.update(record)
        file.write(record)
        batches += 1
        items += parcel.items
    return batches, items, digest.digest()


def _manifest(file: BinaryIO, name: str) -> Manifest:
    found = _next(file)
    try:
        manifest = _manifest_decoder.decode(found or b"")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise CourierError(
            f"{name} is no exported spool, or its head is damaged; {_TRY_AGAIN}"
        ) from error
    if manifest.format != FORMAT:
        raise CourierError(f"{name} is no exported spool but {manifest.format!r}")
    if manifest.version not in (1, VERSION):
        raise CourierError(
            f"{name} is of version {manifest.version}, this Gridwarden reads {VERSION}: "
            "import it with the newer one"
        )
    start = file.tell()
    size = file.seek(0, os.SEEK_END) - start
    file.seek(start)
    if size != manifest.size:
        raise CourierError(
            f"{name} was not copied whole: {size} of {manifest.size} bytes; {_TRY_AGAIN}"
        )
    return manifest


def _records(file: BinaryIO, name: str) -> Iterator[tuple[int, bytes]]:
    """Offsets and contents of the parcels."""
    while True:
        offset = file.tell() + _HEAD.size
        record = _next(file)
        if record is None:
            return
        if not record:
            raise CourierError(f"{name} is damaged at byte {offset}; {_TRY_AGAIN}")
        yield offset, record


def _next(file: BinaryIO) -> bytes | None:
    """The next object's content; None at the end, empty where there is none of our form."""
    head = file.read(_HEAD.size)
    if not head:
        return None
    if len(head) < _HEAD.size:
        return b""
    mark, length = _HEAD.unpack(head)
    if mark != _BIN32 or length > _LONGEST:
        return b""
    content = file.read(length)
    return content if len(content) == length else b""


def _parcel(record: bytes, manifest: Manifest, name: str) -> tuple[Parcel, int]:
    """A parcel and the epoch of its batch."""
    try:
        parcel = _parcel_decoder.decode(record)
        decode = decode_rejected if parcel.channel == "rejected" else decode_batch
        inner = decode(parcel.payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, WireError) as error:
        raise CourierError(f"{name} holds what is no batch: {error}; {_TRY_AGAIN}") from error
    epoch = inner.epoch if manifest.epoch is msgspec.UNSET else manifest.epoch
    if (inner.agent, inner.epoch, inner.seq) != (manifest.agent, epoch, parcel.seq):
        raise CourierError(
            f"{name} says it is agent {manifest.agent}'s and holds batch {inner.seq} of "
            f"{inner.agent}; {_TRY_AGAIN}"
        )
    return parcel, epoch
