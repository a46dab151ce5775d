"""Gathering: everything that belongs to a case, as the store holds it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any

import msgspec
from psycopg import AsyncConnection

from edge.wire import Micros
from hub.casefile.domain import What
from hub.casefile.excerpt import Excerpt
from hub.cases.chain import Sealed
from hub.cases.deed import Doer
from hub.cases.file import case_file
from hub.cases.lifecycle import CaseRules
from hub.cases.snapshots import read_snapshot
from hub.cases.store import StoredCase, read_log
from hub.cases.views import CaseFile
from hub.directory import Directory
from hub.files.store import attachment
from hub.letters.domain import Letter
from hub.letters.store import read_letters
from hub.live.domain import UNITS
from hub.live.series import RAW_SPAN, read_rolled_up, read_series, step_for
from hub.photos import store as photos
from hub.pictures.store import read_picture
from ingest import clock

MOST_SERIES = 24  # ours: a group of detectors in one building; bounds what an archive holds
MOST_LETTERS = 100  # ours
STRETCHES = 20_000  # ours: as many as a day of readings every 5 s
_SUFFIX = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """A case without the bytes of its evidence."""

    case: StoredCase
    file: CaseFile
    log: list[Sealed]
    excerpts: list[Excerpt]
    letters: list[Letter]


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of evidence with its bytes; `path` is its place in the archive."""

    path: str
    what: What
    content: bytes
    type: str
    at: Micros
    event: int | None = None
    actor: str | None = None
    device: str | None = None
    name: str = ""

    @property
    def sha256(self) -> str:
        """Of its bytes, hexadecimal."""
        return sha256(self.content).hexdigest()


async def gather(
    conn: AsyncConnection[Any],
    case: StoredCase,
    directory: Directory,
    rules: CaseRules,
    now: Micros,
    by: Doer,
) -> Gathered:
    """The case as it is at `now`, true for exactly the events that `case` has."""
    file = await case_file(conn, case, directory, now, rules, by)
    log = await read_log(conn, case)
    return Gathered(
        case=case,
        file=file,
        log=log,
        excerpts=[one async for one in _excerpts(conn, file, log, now)],
        letters=await read_letters(conn, case=case.id, limit=MOST_LETTERS),
    )


async def evidence(conn: AsyncConnection[Any], gathered: Gathered) -> AsyncIterator[Piece]:
    """Pictures and documents, one after the other, so that one is in memory at a time."""
    for path in gathered.file.evidence.snapshots:
        device, time = PurePosixPath(path).parent.name, int(PurePosixPath(path).stem)
        content = await read_snapshot(conn, device, time)
        if content is not None:
            yield Piece(
                path=f"snapshots/{device}-{time}.jpg",
                what="snapshot",
                content=content,
                type="image/jpeg",
                at=time,
                device=device,
            )
    for sealed in gathered.log:
        async for piece in _named(conn, gathered.case.id, sealed):
            yield piece


async def _named(conn: AsyncConnection[Any], case: int, sealed: Sealed) -> AsyncIterator[Piece]:
    event, data = sealed.event, sealed.event.data
    who: dict[str, Any] = {"event": sealed.seq, "actor": event.actor}
    if event.event == "pictured":
        content = await read_picture(conn, case, data["command"])
        if content is not None:
            yield Piece(
                path=f"pictures/{data['command']}.jpg",
                what="picture",
                content=content,
                type="image/jpeg",
                at=data["time"],
                device=data["device"],
                **who,
            )
    for digest in data.get("photos", ()):
        photo = await photos.read(conn, digest)
        if photo is not None:
            path = f"photos/{digest}.{_SUFFIX[photo.type]}"
            yield Piece(
                path=path, what="photo", content=photo.data, type=photo.type, at=event.at, **who
            )
    for one in data.get("documents", ()):
        found = await attachment(conn, bytes.fromhex(one["sha256"]))
        if found is not None:
            kind, name, content = found
            path = f"documents/{one['sha256'][:12]}-{_plain(name)}"
            yield Piece(
                path=path,
                what="document",
                content=content,
                type=kind,
                at=event.at,
                name=name,
                **who,
            )


async def _excerpts(
    conn: AsyncConnection[Any], file: CaseFile, log: Sequence[Sealed], now: Micros
) -> AsyncIterator[Excerpt]:
    """What each device that broke a limit has measured: readings up to a day, else stretches."""
    shown = file.evidence
    start = clock.micros(shown.from_)
    until = max(start, min(clock.micros(shown.to), now))
    limits = dict(_measured(file, log))
    for (device, quantity), limit in list(limits.items())[:MOST_SERIES]:
        about: dict[str, Any] = {
            "device": device,
            "quantity": quantity,
            "unit": UNITS.get(quantity, ""),
            "limit": limit,
        }
        if until - start <= RAW_SPAN.total_seconds() * 1e6:
            time, value = await read_series(conn, device, quantity, start, until)
            yield Excerpt(time=time, value=value, **about)
        else:
            step_s = step_for(clock.moment(until) - clock.moment(start), STRETCHES)
            rolled = await read_rolled_up(conn, device, quantity, start, until, step_s)
            yield Excerpt(
                time=rolled.time,
                value=rolled.mean,
                low=rolled.low,
                high=rolled.high,
                step_s=rolled.step_s,
                **about,
            )


def _measured(
    file: CaseFile, log: Sequence[Sealed]
) -> Iterator[tuple[tuple[str, str], float | None]]:
    """Device and quantity of all that broke a limit, in the order in which they did."""
    for sealed in log:
        data = sealed.event.data
        if data.get("quantity"):
            yield (data.get("device", file.case.device), data["quantity"]), data.get("limit")


def _plain(name: str) -> str:
    """A name that any file system takes."""
    kept = "".join(mark if mark.isalnum() or mark in "-_." else "_" for mark in name)
    return kept.lstrip(".")[-80:] or "document"
