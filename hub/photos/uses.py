"""Uses: what refers to a photo or document, and who may therefore see it.

Evidence lies where lies what refers to it. What nothing refers to yet is seen by who sent it, where
that is kept, and by who reaches the whole site.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from hub.equipment import store as equipment
from hub.equipment.where import things_of as cards_as_things
from hub.files.subjects import home_paths
from hub.hydrants import store as hydrants
from hub.hydrants.now import things_of as hydrants_as_things
from hub.rights.domain import EVERYWHERE, SITE_WIDE, Actor, Path, Right, may
from hub.sites.coverage import Thing, paths_among
from hub.sites.store import read_grids, read_site
from ingest.sql import load_queries

FILES: Final = ("building", "yard", "unit", "enterprise", "household")

_RIGHTS: Final[dict[str, Right]] = {
    "case": "cases.read",
    "report": "cases.read",
    "complaint": "complaints.read",
    "hydrant": "registers.read",
    "equipment": "registers.read",
    **dict.fromkeys(FILES, "registers.read"),
}
_QUERIES = load_queries("hub.photos")


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """Something that refers to evidence: its grids from the root, and to whom it is known anyway.

    `what` is `case`, `report`, `complaint`, `hydrant`, `equipment`, a kind of file, or `sent`.
    """

    what: str
    thing: str
    path: tuple[str, ...]
    people: tuple[str, ...]


async def may_see_photo(conn: AsyncConnection[Any], photo: str, actor: Actor) -> bool:
    """Whether somebody may see a photo, there or not."""
    return await _may_see(conn, "of_photo", photo, actor)


async def may_see_document(conn: AsyncConnection[Any], digest: str, actor: Actor) -> bool:
    """Whether somebody may see an attachment, there or not."""
    return await _may_see(conn, "of_document", digest, actor)


def shows(actor: Actor, use: Use) -> bool:
    """Whether somebody sees evidence because of what refers to it. Pure."""
    right = _RIGHTS.get(use.what)
    if right is not None and may(actor, right, use.path):
        return True
    return actor.person in use.people


async def _may_see(conn: AsyncConnection[Any], query: str, digest: str, actor: Actor) -> bool:
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES[query], {"hash": digest})
        uses = msgspec.convert(await cursor.fetchall(), list[Use])
    if any(shows(actor, one) for one in uses):
        return True
    if all(one.what == "sent" for one in uses):
        return actor.reach("cases.read") is actor.reach("registers.read") is EVERYWHERE
    return any(shows(actor, one) for one in await _placed(conn, uses))


async def _placed(conn: AsyncConnection[Any], uses: Sequence[Use]) -> list[Use]:
    """Those that lie where the site as it is now says, with their grids."""
    found: dict[tuple[str, str], Path] = {}
    things: dict[str, list[Thing]] = {"hydrant": [], "equipment": []}
    for use in uses:
        if use.what == "hydrant" and (source := await hydrants.find(conn, use.thing)) is not None:
            things["hydrant"] += hydrants_as_things([source])
        if use.what == "equipment" and (card := await equipment.find(conn, use.thing)) is not None:
            things["equipment"] += cards_as_things([card])
    grids = await read_grids(conn) if any(things.values()) else []
    for what, wanted in things.items():
        if wanted:
            paths = paths_among(grids, wanted)
            found |= {(what, id_): path for id_, path in paths.items()}
    if any(use.what in FILES for use in uses):
        document = await read_site(conn)
        if document is not None:  # in a thread: geometry, and the streams share this one
            found |= await asyncio.to_thread(home_paths, document)
    return [
        msgspec.structs.replace(use, path=tuple(found.get(_key(use), SITE_WIDE)))
        for use in uses
        if not use.path
    ]


def _key(use: Use) -> tuple[str, str]:
    return ("unit" if use.what == "enterprise" else use.what, use.thing)
