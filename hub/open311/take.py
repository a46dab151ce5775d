"""Taking: a service request becomes a report, with its photos, once."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from psycopg import AsyncConnection

from edge.wire import Micros
from hub.cases.reported import PASSER_BY
from hub.open311 import store
from hub.open311.domain import Open311Error, Sent, services_of, told_lines
from hub.open311.form import Form
from hub.open311.place import where_of
from hub.open311.views import Reply, notice
from hub.photos import store as photos
from hub.photos.domain import MOST, Photo, PhotoRefusedError, checked_photo
from hub.photos.views import photo_path
from hub.replies.store import Asked, once
from hub.reporters.domain import Reporter, is_hidden, unlinked
from hub.reporters.store import hide
from hub.reports.domain import Filed, ReportRefusedError
from hub.reports.store import file
from hub.sealing import canonical
from hub.sites.store import read_site
from hub.wiring import Parts

_OURS = re.compile(r"/api/photos/([0-9a-f]{64})$")


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """A request with who sent it (None: nobody gave a name) and its Idempotency-Key."""

    sent: Sent
    form: Form
    person: str | None
    key: str | None
    base_url: str

    @property
    def hides(self) -> bool:
        """Whether it stays unknown who reports (PR-07): a client's key is not who left the name."""
        told = bool(self.sent.name or self.sent.contact)
        return is_hidden(self.person, asked=told, told=told)


async def take(conn: AsyncConnection[Any], incoming: Incoming, parts: Parts, now: Micros) -> Reply:
    """File the report in a transaction of its own.

    Raises:
        Open311Error: it is not taken.
        ProblemError: the key belongs to another request of the last 24 hours.
    """
    sent, rules = incoming.sent, parts.plan.open311
    pictures = [_photo(content) for content in incoming.form.files][:MOST]
    hashes = [picture.hash for picture in pictures]
    known = _OURS.search(sent.media_url)
    if known is not None:
        hashes.append(known[1])
        sent = msgspec.structs.replace(sent, media_url="")

    async def work() -> Reply:
        for picture in pictures:
            await photos.put(conn, picture, now)
        number, token = await _file(conn, sent, hashes, incoming, parts, now)
        category = parts.plan.categories[sent.service]
        return Reply(
            service_request_id=None if rules.tokens else str(number),
            token=token if rules.tokens else None,
            service_notice=notice(category, parts.plan.departments, rules),
        )

    fields = {name: text for name, text in incoming.form.fields.items() if name != "api_key"}
    what = canonical({"open311": fields, "photos": hashes}).decode()
    who = incoming.person or PASSER_BY
    if incoming.hides:
        who = unlinked(who, incoming.key)
    asked = Asked(person=who, key=incoming.key, what=what, now=now)
    return await once(conn, asked, Reply, work)


async def _file(
    conn: AsyncConnection[Any],
    sent: Sent,
    hashes: list[str],
    incoming: Incoming,
    parts: Parts,
    now: Micros,
) -> tuple[int, str]:
    site = await read_site(conn)
    if site is None:
        raise Open311Error(404, "no site is loaded yet")
    category = services_of(parts.plan.categories)[sent.service]
    where = await where_of(conn, sent, category, site, parts.directory.spots)
    actor = incoming.person or PASSER_BY
    if incoming.hides:
        told = Reporter(at=now, person=incoming.person, name=sent.name, contact=sent.contact)
        actor = await hide(conn, told)
    filed = Filed(
        category=sent.service,
        where=where,
        actor=actor,
        seen=now,
        words="\n".join(told_lines(sent)),
        photos=tuple(dict.fromkeys(hashes)),
    )
    try:
        taken = await file(conn, filed, parts.plan, now)
    except ReportRefusedError as error:
        raise Open311Error(400, *(f"{one.field}: {one.text}" for one in error.faults)) from None
    except photos.NoSuchPhotoError as error:
        raise Open311Error(400, f"media_url: {error}") from None
    at = sent.point
    if at is None:
        at = (0.0, 0.0) if taken.case is None else taken.case.at
    media = f"{incoming.base_url}{photo_path(hashes[0])}" if hashes else sent.media_url
    return taken.id, await store.put(conn, taken, sent, at=at, media=media, now=now)


def _photo(content: bytes) -> Photo:
    try:
        return checked_photo(content)
    except PhotoRefusedError as error:
        raise Open311Error(400, f"media: {error}") from None
