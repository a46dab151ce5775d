"""Store of the files: entries and attachments, only ever added."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from psycopg import AsyncConnection

from edge.wire import Micros
from hub import entries
from hub.files.attachments import attachment_type, content_hash
from hub.files.domain import FileEntry
from hub.files.rules import FileKind
from ingest import clock
from ingest.sql import load_queries

UNUSED_KEPT: Micros = 24 * 3600 * 1_000_000  # ours: what was sent and never written into a file

_QUERIES = load_queries("hub.files")


class Attachment(msgspec.Struct, frozen=True):
    """A stored document or photo, without its bytes; `hash` is hexadecimal."""

    hash: str
    type: str
    name: str
    size: int


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """One that is kept for good, with who sent it and when."""

    hash: str
    type: str
    name: str
    size: int
    actor: str
    at: Micros


class NoSuchAttachmentError(LookupError):
    """An attachment is referred to that was not sent, or was forgotten meanwhile."""


async def add_entries(conn: AsyncConnection[Any], added: Iterable[FileEntry]) -> None:
    """Append entries, in their order, in one transaction."""
    await entries.append(conn, _QUERIES["add"], added)


async def standing_entries(conn: AsyncConnection[Any]) -> list[FileEntry]:
    """Of each part of each file the newest entry of each source."""
    return await entries.read(conn, _QUERIES["standing"], {}, FileEntry)


async def history(conn: AsyncConnection[Any], kind: FileKind, subject: str) -> list[FileEntry]:
    """All entries of a file, oldest first."""
    return await entries.read(
        conn, _QUERIES["history"], {"kind": kind, "subject": subject}, FileEntry
    )


async def attach(
    conn: AsyncConnection[Any], content: bytes, *, name: str, actor: str, now: Micros
) -> Attachment:
    """Keep a document or photo under the hash of its content; the same content is kept once.

    Raises:
        AttachmentRefusedError: it is not of a type or size that is kept.
    """
    kind, digest = attachment_type(content), content_hash(content)
    values = {
        "hash": digest,
        "type": kind,
        "name": name,
        "bytes": content,
        "actor": actor,
        "at": clock.moment(now),
    }
    async with conn.transaction():
        await conn.execute(_QUERIES["forget_unused"], {"before": clock.moment(now - UNUSED_KEPT)})
        await conn.execute(_QUERIES["attach"], values)
    return Attachment(digest.hex(), kind, name, len(content))


async def take_up(conn: AsyncConnection[Any], hashes: Iterable[str], now: Micros) -> None:
    """Let none of these attachments be forgotten before the caller's transaction has used them."""
    values = {"hashes": [bytes.fromhex(one) for one in hashes], "at": clock.moment(now)}
    await conn.execute(_QUERIES["take_up"], values)


async def hold(conn: AsyncConnection[Any], hashes: Sequence[str]) -> list[Held]:
    """Keep some for good, as evidence of what refers to them in this transaction; in their order.

    Raises:
        NoSuchAttachmentError: one of them is not there.
    """
    values = {"hashes": [bytes.fromhex(one) for one in hashes]}
    cursor = await conn.execute(_QUERIES["hold"], values)
    found = {
        digest: Held(hash=digest, type=kind, name=name, size=size, actor=actor, at=clock.micros(at))
        for digest, kind, name, size, actor, at in await cursor.fetchall()
    }
    missing = next((one for one in hashes if one not in found), None)
    if missing is not None:
        raise NoSuchAttachmentError(f"attachment {missing} is not here: send it again")
    return [found[one] for one in dict.fromkeys(hashes)]


async def attachment(conn: AsyncConnection[Any], digest: bytes) -> tuple[str, str, bytes] | None:
    """Type, name and content of an attachment."""
    return await (await conn.execute(_QUERIES["attachment"], {"hash": digest})).fetchone()


async def described(conn: AsyncConnection[Any], hashes: Iterable[str]) -> dict[str, Attachment]:
    """What is kept under these hashes; those under which nothing is are left out."""
    values = {"hashes": [bytes.fromhex(one) for one in hashes]}
    cursor = await conn.execute(_QUERIES["described"], values)
    return {row[0]: Attachment(*row) for row in await cursor.fetchall()}
