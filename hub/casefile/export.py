"""Export: a case as PDF, or as an archive with everything that belongs to it."""

from __future__ import annotations

import asyncio
from importlib.resources import files
from typing import IO, Any

from psycopg import AsyncConnection

from edge.wire import Micros
from hub.casefile.archive import Archive
from hub.casefile.domain import LOG, About, Chain, log_lines
from hub.casefile.excerpt import plot, table
from hub.casefile.fonts import NoChineseFontError
from hub.casefile.gather import Gathered, Piece, evidence, gather
from hub.casefile.pdf import pdf
from hub.casefile.sheet import Listed, Names, Shown, caption, sheet
from hub.casefile.shrink import shrunk
from hub.casefile.words import Language, Words
from hub.cases.scene import doer_of
from hub.cases.sight import find_seen
from hub.cases.store import StoredCase
from hub.letters.document import document
from hub.rights.domain import Actor
from hub.wiring import Parts
from ingest import clock

MOST_SHOWN = 60  # pictures in the PDF; ours: thirty pages


class _Paper:
    """The printed file, as its evidence comes by."""

    def __init__(self, gathered: Gathered, words: Words, names: Names) -> None:
        self._gathered, self._words, self._names = gathered, words, names
        self._images: dict[str, bytes] = {}
        self._pictures: list[Shown] = []
        self._documents: list[Listed] = []
        self._left_out = 0

    async def take(self, piece: Piece) -> None:
        """Show a picture, list a document."""
        if piece.what == "document":
            assert piece.actor is not None
            self._documents.append(
                Listed(
                    name=piece.name,
                    actor=piece.actor,
                    at=piece.at,
                    bytes=len(piece.content),
                    sha256=piece.sha256,
                )
            )
            return
        if len(self._pictures) >= MOST_SHOWN:
            self._left_out += 1
            return
        small = await asyncio.to_thread(shrunk, piece.content)
        image = None if small is None else f"picture-{len(self._pictures)}.jpg"
        if image is not None and small is not None:
            self._images[image] = small
        by = piece.actor if piece.device is None else piece.device
        told = caption(self._words, self._names, piece.what, piece.at, by, piece.sha256)
        self._pictures.append(Shown(image=image, caption=told))

    async def printed(self, plots: list[bytes], exported: Micros) -> bytes:
        """The PDF.

        Raises:
            NoChineseFontError: it has Chinese text, and the machine no font for it.
        """
        drawn = {f"plot-{number}.svg": svg for number, svg in enumerate(plots)}
        content = sheet(
            self._gathered,
            self._words,
            self._names,
            plots=list(drawn),
            pictures=self._pictures,
            left_out=self._left_out,
            documents=self._documents,
            exported=exported,
        )
        return await asyncio.to_thread(pdf, content, self._images | drawn, exported)


async def export_pdf(
    parts: Parts, case: int, language: Language, by: Actor
) -> tuple[StoredCase, bytes]:
    """The printed file of a case.

    Raises:
        ProblemError: there is no such case for `by`, or they may not export it.
        NoChineseFontError: it has Chinese text, and the machine no font for it.
    """
    now = parts.clock()
    async with parts.exporting:
        async with parts.pool.connection() as conn:
            gathered = await _gathered(conn, case, parts, by, now)
            paper = _Paper(gathered, _words(parts, language), _names(parts))
            async for piece in evidence(conn, gathered):
                await paper.take(piece)
        return gathered.case, await paper.printed(await _plots(gathered, parts), now)


async def export_archive(
    parts: Parts, case: int, language: Language, by: Actor, out: IO[bytes]
) -> tuple[StoredCase, str]:
    """Write the archive of a case; returns its seal. Without a Chinese font it has no PDF.

    Raises:
        ProblemError: there is no such case for `by`, or they may not export it.
    """
    now = parts.clock()
    async with parts.exporting:
        async with parts.pool.connection() as conn:
            gathered = await _gathered(conn, case, parts, by, now)
        with Archive(out) as archive:
            _add_file(archive, gathered, parts, language)
            paper = _Paper(gathered, _words(parts, language), _names(parts))
            async with parts.pool.connection() as conn:
                async for piece in evidence(conn, gathered):
                    archive.add(
                        piece.path, piece.content, piece.what, event=piece.event,
                        actor=piece.actor, at=piece.at, type=piece.type,
                    )  # fmt: skip
                    await paper.take(piece)
            await _add_paper(archive, gathered, paper, parts, now)
            return gathered.case, archive.seal(_about(gathered, language, now))


async def _gathered(
    conn: AsyncConnection[Any], case: int, parts: Parts, by: Actor, now: Micros
) -> Gathered:
    found = await find_seen(conn, case, by, "exports.read")
    doer = doer_of(by, found, parts.directory.territory)
    return await gather(conn, found, parts.directory, parts.plan.cases, now, doer)


def _add_file(archive: Archive, gathered: Gathered, parts: Parts, language: Language) -> None:
    archive.add("README.txt", files("hub.casefile").joinpath("README.txt").read_bytes(), "readme")
    archive.add(LOG, log_lines(gathered.log), "log")
    file = gathered.file.model_dump_json(by_alias=True, indent=1)
    archive.add("case.json", file.encode(), "file")
    people = {one.actor for letter in gathered.letters for one in letter.receipts}
    called = {person: parts.directory.name(person) for person in people}
    for letter in gathered.letters:
        page = document(letter, language, parts.plan.time_zone, called)
        archive.add(f"letters/{letter.id}.html", page, "letter")


async def _add_paper(
    archive: Archive, gathered: Gathered, paper: _Paper, parts: Parts, now: Micros
) -> None:
    plots = await _plots(gathered, parts)
    for excerpt, svg in zip(gathered.excerpts, plots, strict=True):
        content = await asyncio.to_thread(table, excerpt)
        archive.add(f"readings/{excerpt.name}.csv", content, "readings")
        archive.add(f"readings/{excerpt.name}.svg", svg, "plot")
    try:
        archive.add("case.pdf", await paper.printed(plots, now), "paper")
    except NoChineseFontError as error:
        archive.add("no-pdf.txt", f"{error}\n".encode(), "readme")


def _about(gathered: Gathered, language: Language, now: Micros) -> About:
    return About(
        case=gathered.case.id,
        number=gathered.case.number,
        exported=clock.moment(now).isoformat(timespec="seconds"),
        language=language,
        chain=Chain(events=len(gathered.log), head=gathered.case.head.hex()),
    )


async def _plots(gathered: Gathered, parts: Parts) -> list[bytes]:
    return [await asyncio.to_thread(plot, one, parts.zone) for one in gathered.excerpts]


def _words(parts: Parts, language: Language) -> Words:
    return Words(language, parts.plan.titles.kinds)


def _names(parts: Parts) -> Names:
    directory = parts.directory
    return Names(
        person=lambda person: directory.name(person) if directory.knows(person) else None,
        departments={name: one.title for name, one in parts.plan.departments.items()},
        zone=parts.zone,
    )
