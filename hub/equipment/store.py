"""Store of the fire equipment; every change is noted with who made it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb

from edge.wire import Micros
from hub.cases.intake import note_recovery, take_up
from hub.equipment.domain import EXPIRES, REMOVED, Card, EventName, Work, expiry, renewal
from hub.logbooks.store import Logbook
from hub.plans.domain import Plan
from hub.sites.domain import Spot
from hub.sites.store import point_spot
from ingest import clock
from ingest.sql import load_queries

CALENDAR = "system:calendar"  # who acts when a day has come

LOG: Logbook[EventName] = Logbook("equipment_events", "equipment")

_QUERIES = load_queries("hub.equipment")


class RemovedError(ValueError):
    """The item of a card was removed; the text says what to do."""


async def lock(conn: AsyncConnection[Any]) -> None:
    """Be the only one who changes cards until the transaction ends."""
    await conn.execute(_QUERIES["lock"])


async def read_all(conn: AsyncConnection[Any]) -> list[Card]:
    """All cards, ordered by id."""
    return await _cards(conn, "all", {})


async def find(conn: AsyncConnection[Any], card: str) -> Card | None:
    """The card with that id; who means to change it takes the `lock` first."""
    found = await _cards(conn, "one", {"id": card})
    return found[0] if found else None


async def spot_of(conn: AsyncConnection[Any], card: Card) -> Spot | None:
    """Where the item is and who answers there; None: outside of the site as it is now."""
    return await point_spot(
        conn,
        card.subject,
        card.at,
        name=card.name,
        floor=card.floor,
        kind="equipment",
        building=card.building,
    )


async def put(
    conn: AsyncConnection[Any], cards: Sequence[Card], *, actor: str, now: Micros
) -> tuple[int, int]:
    """Write cards, in the caller's transaction; returns how many are new, how many changed.

    One that is the same already is noted nowhere. A later validity ends the warning.

    Raises:
        RemovedError: an item was removed: what stands there now is another one.
    """
    await lock(conn)
    known = {one.id: one for one in await read_all(conn)}
    new = changed = 0
    for card in cards:
        before = known.get(card.id)
        if before is not None and before.removed:
            raise RemovedError(f"{card.id} {REMOVED}")
        wanted = card if before is None else _kept(before, card)
        if wanted == before:
            continue
        await _write(conn, before, wanted, now)
        event: EventName = "registered" if before is None else "corrected"
        await LOG.note(conn, card.id, event, actor=actor, now=now, data=_facts(wanted))
        new, changed = (new + 1, changed) if before is None else (new, changed + 1)
    return new, changed


async def log_work(
    conn: AsyncConnection[Any],
    card: Card,
    work: Work,
    *,
    day: date,
    actor: str,
    now: Micros,
    valid_until: date | None = None,
    words: str = "",
    photos: Sequence[str] = (),
) -> Card:
    """Note a check, maintenance, renewal or removal, in the caller's transaction.

    A renewal moves the validity; it and a removal end the warning.
    """
    after = msgspec.structs.replace(
        card,
        checked=day if card.checked is None else max(day, card.checked),
        valid_until=valid_until if work == "renewed" else card.valid_until,
        removed=card.removed or work == "removed",
    )
    await _write(conn, card, after, now)
    data: dict[str, Any] = {"day": day.isoformat(), "photos": list(photos)}
    if work == "renewed" and valid_until is not None:
        data["valid_until"] = valid_until.isoformat()
    await LOG.note(conn, card.id, work, actor=actor, now=now, words=words, data=data)
    return after


async def warn_due(conn: AsyncConnection[Any], now: Micros, *, plan: Plan) -> int:
    """Open a case at the holder for everything that expires soon, once per date of validity.

    The day is that of the plan's time zone. Returns how many were warned of. Each in a transaction
    of its own, so that an alarm waits for one case at most; nothing is warned of twice.
    """
    category = plan.categories.get(EXPIRES)
    today = clock.moment(now).astimezone(ZoneInfo(plan.time_zone)).date()
    days = plan.equipment.warning_days
    until = {"until": today + timedelta(days=days)}
    if category is None:
        return 0
    warned = 0
    for listed in await _cards(conn, "due", until):
        async with conn.transaction():
            await lock(conn)
            card = await find(conn, listed.id)
            if card is None or card != listed:
                continue  # changed meanwhile; the next round sees to it
            spot = await spot_of(conn, card)
            if spot is None:
                continue  # the site was cut since; its card is listed without a grid
            found = msgspec.structs.replace(expiry(card, today, days, now), grade=category.grade)
            await take_up(
                conn,
                found,
                spot,
                now,
                due_minutes=category.due_minutes,
                acknowledge_s=plan.grids.acknowledge_s(category.grade),
                route=plan.route(EXPIRES),
                actor=CALENDAR,
            )
            await conn.execute(_QUERIES["warned"], {"id": card.id})
            warned += 1
    return warned


def _kept(before: Card, wanted: Card) -> Card:
    """What a correction does not say stays."""
    checked = wanted.checked or before.checked
    return msgspec.structs.replace(wanted, warned=before.warned, checked=checked)


async def _write(conn: AsyncConnection[Any], before: Card | None, after: Card, now: Micros) -> None:
    warned = None if before is None else before.warned
    later = warned is not None and (after.valid_until is None or after.valid_until > warned)
    over = later or (warned is not None and after.removed)
    if over:  # should it expire on the same day after all, somebody is warned anew
        after = msgspec.structs.replace(after, warned=None)
    await conn.execute(_QUERIES["put"], _row(after))
    if before is not None and over:
        await note_recovery(conn, renewal(before, now), now, actor=CALENDAR)


async def _cards(conn: AsyncConnection[Any], query: str, values: dict[str, Any]) -> list[Card]:
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES[query], values)
        return [_from_row(row) async for row in cursor]


def _facts(card: Card) -> dict[str, Any]:
    facts = msgspec.to_builtins(card)
    del facts["id"], facts["warned"]
    return facts


def _row(card: Card) -> dict[str, Any]:
    plain = {name: getattr(card, name) for name in card.__struct_fields__}
    return plain | {"name": Jsonb(msgspec.to_builtins(card.name)), "at": Jsonb(list(card.at))}


def _from_row(row: DictRow) -> Card:
    return msgspec.convert({name: row[name] for name in Card.__struct_fields__}, Card)
