"""Store of the reports: a report and what it does to the cases, in one transaction."""

from __future__ import annotations

from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from edge.wire import Micros
from hub.cases.intake import take_report
from hub.cases.reported import Report
from hub.cases.store import StoredCase
from hub.cases.terms import first_measure
from hub.equipment.consent import Consent, consents
from hub.equipment.store import LOG
from hub.photos.store import hold
from hub.plans.categories import Category
from hub.plans.domain import Plan
from hub.reports.domain import Filed, checked
from hub.reports.where import consented_subject, spot_of
from hub.roster.store import is_direct
from hub.sites.alarm_list import Told, alarm_list, with_partners
from hub.sites.domain import Spot
from hub.sites.store import read_site
from ingest import clock
from ingest.sql import load_queries

_QUERIES = load_queries("hub.reports")


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a report: the case that it opened or joined, or the consent it fell under."""

    id: int
    case: StoredCase | None = None
    opened: bool = False
    consent: Consent | None = None


async def file(conn: AsyncConnection[Any], filed: Filed, plan: Plan, now: Micros) -> Taken:
    """Take a report, in the caller's transaction.

    Raises:
        ReportRefusedError: it cannot be taken.
        NoSuchPhotoError: a photo was not sent before.
    """
    category = checked(filed, plan.categories, now)
    spot = await spot_of(conn, filed.where)
    await hold(conn, filed.photos)
    number = await _put(conn, filed, spot, now)
    if category.consent and (given := await _consent(conn, filed)):
        await _note_move(conn, filed, given, now)
        return Taken(id=number, consent=given)
    report = Report(
        id=number,
        kind=filed.category,
        subject=spot.device,
        grade=category.grade,
        due_minutes=category.due_minutes,
        actor=filed.actor,
        seen=filed.seen,
        words=filed.words.strip(),
        photos=filed.photos,
        role=filed.role,
        dissuaded=filed.dissuaded,
    )
    case, opened = await take_report(
        conn,
        report,
        spot,
        now,
        akin=category.joins,
        acknowledge_s=plan.grids.acknowledge_s(category.grade),
        notify=await _told_at_once(conn, category, spot),
        route=plan.route(filed.category),
        screening=plan.cases.screening,
        measure_by=first_measure(plan, spot.grid_path, filed.category, category.grade, now),
    )
    return Taken(id=number, case=case, opened=opened)


async def _consent(conn: AsyncConnection[Any], filed: Filed) -> Consent | None:
    """What the fire office agreed to beforehand, if it holds when this was seen (SE-10)."""
    subject = await consented_subject(conn, filed.where)
    if subject is None:
        return None
    given = await consents(conn, subject=subject, at=filed.seen)
    return next((one for one in given if one.at <= filed.seen), None)


async def _note_move(conn: AsyncConnection[Any], filed: Filed, given: Consent, now: Micros) -> None:
    """A move with consent is a line in the item's log, and nothing more."""
    if filed.where.equipment is None:
        return
    await LOG.note(
        conn,
        filed.where.equipment,
        "moved",
        actor=filed.actor,
        now=now,
        words=filed.words.strip(),
        data={"consent": given.id},
    )


async def _put(conn: AsyncConnection[Any], filed: Filed, spot: Spot, now: Micros) -> int:
    values = {
        "at": clock.moment(now),
        "seen": clock.moment(filed.seen),
        "actor": filed.actor,
        "category": filed.category,
        "subject": spot.device,
        "spot": Jsonb(list(spot.at)),
        "grid": spot.grid,
        "words": filed.words.strip(),
        "photos": list(filed.photos),
    }
    cursor = await conn.execute(_QUERIES["put"], values)
    row = await cursor.fetchone()
    assert row is not None
    return row[0]


async def _told_at_once(
    conn: AsyncConnection[Any], category: Category, spot: Spot
) -> tuple[Told, ...]:
    """Of an emergency everybody (HZ-07), and an affected unit's partners whatever the grade."""
    site = await read_site(conn)
    if site is None:
        return ()
    emergency = category.grade == "emergency"
    told = alarm_list(site, spot.grid, direct=await is_direct(conn)) if emergency else ()
    return with_partners(site, told, spot.place)
