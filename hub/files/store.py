"""Store of the files: entries and attachments, only ever added."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb

from edge.wire import Micros
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


async def add_entries(conn: AsyncConnection[Any], entries: Iterable[FileEntry]) -> None:
    """Append entries, in their order, in one transaction."""
    values = [
        msgspec.structs.asdict(entry)
        | {
            "data": Jsonb(entry.data),
            "attachments": list(entry.attachments),
            "at": clock.moment(entry.at),
        }
        for entry in entries
    ]
    async with conn.transaction(), conn.cursor() as cursor:
        await cursor.executemany(_QUERIES["add"], values)


async def standing_entries(conn: AsyncConnection[Any]) -> list[FileEntry]:
    """Of each part of each file the newest entry of each source."""
    return await _entries(conn, "standing", {})


async def history(conn: AsyncConnection[Any], kind: FileKind, subject: str) -> list[FileEntry]:
    """All entries of a file, oldest first."""
    return await _entries(conn, "history", {"kind": kind, "subject": subject})


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


async def attachment(conn: AsyncConnection[Any], digest: bytes) -> tuple[str, str, bytes] | None:
    """Type, name and content of an attachment."""
    return await (await conn.execute(_QUERIES["attachment"], {"hash": digest})).fetchone()


async def described(conn: AsyncConnection[Any], hashes: Iterable[str]) -> dict[str, Attachment]:
    """What is kept under these hashes; those under which nothing is are left out."""
    values = {"hashes": [bytes.fromhex(one) for one in hashes]}
    cursor = await conn.execute(_QUERIES["described"], values)
    return {row[0]: Attachment(*row) for row in await cursor.fetchall()}


async def _entries(
    conn: AsyncConnection[Any], query: str, values: dict[str, Any]
) -> list[FileEntry]:
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES[query], values)
        return [_from_row(row) async for row in cursor]


def _from_row(row: DictRow) -> FileEntry:
    return msgspec.convert({**row, "at": clock.micros(row["at"])}, FileEntry)
