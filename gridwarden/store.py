"""Store: the few steps on the database that commands and the demo share."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import msgspec
import psycopg

from edge.wire import Micros
from gridwarden.errors import GridwardenError, told
from hub.division.departure import Departure
from hub.division.proposals import (
    Proposal,
    Verdict,
    decide,
    list_proposals,
    propose,
    propose_departure,
    refuse_unproposed,
)
from hub.roster import leave as roster
from hub.roster.domain import Decision, Leave
from hub.roster.leave import LeaveError
from hub.roster.store import FiledLeave, list_leaves
from hub.sites.check import check
from hub.sites.codes import next_code
from hub.sites.domain import GridKind, SiteDocument, SiteError, read_document
from hub.sites.geojson import export_geojson, import_geojson
from hub.sites.rules import NO_RULES, GridRules
from hub.sites.sizes import warn
from hub.sites.store import load_site, read_site
from ingest import clock
from ingest.migrate import MigrationError, migrate

if TYPE_CHECKING:
    from hub.division.then import GridAt

T = TypeVar("T")

PACKAGES = ("ingest", "hub")  # in this order: the hub's tables refer to the store's


def migrate_store(database_url: str) -> list[str]:
    """Apply what is missing of every package's migrations; names what was applied.

    Raises:
        GridwardenError: the database can't be reached or the migrations don't fit it.
    """
    try:
        with psycopg.connect(database_url, autocommit=True) as connection:
            return [
                f"{package}: {name}"
                for package in PACKAGES
                for name in migrate(connection, package)
            ]
    except psycopg.OperationalError as error:
        raise _unreachable(error) from error
    except MigrationError as error:
        raise GridwardenError(str(error)) from error
    except psycopg.Error as error:  # such as one of too few rights
        raise GridwardenError(f"the database refuses our tables: {error}") from error


def check_site_file(file: Path, rules: GridRules = NO_RULES) -> tuple[list[str], list[str]]:
    """What is wrong with a site's file, and of a sound one what is worth a look; a line each.

    Raises:
        GridwardenError: the file can't be read at all.
    """
    document = read_site_file(file)
    problems = [problem.text for problem in check(document, rules)]
    return problems, [] if problems else [warning.text for warning in warn(document, rules)]


def load_site_file(
    database_url: str,
    file: Path,
    rules: GridRules = NO_RULES,
    *,
    unfinished: bool = False,
    divide_anew: bool = False,
) -> SiteDocument:
    """Make a site's file the site in force.

    Once a site is in force its division and its holders are fixed: a file with others is refused,
    but for `divide_anew`.

    Raises:
        GridwardenError: the file can't be read or has problems, or the database is away or
            lacks our tables; nothing was changed.
    """
    document = read_site_file(file)

    async def load(conn: psycopg.AsyncConnection[Any]) -> None:
        if not divide_anew:
            await refuse_unproposed(conn, document)
        await load_site(conn, document, rules=rules, unfinished=unfinished)

    try:
        on_store(database_url, load)
    except SiteError as error:
        raise GridwardenError(f"{file}: {error}") from error
    return document


def holder_at(database_url: str, code: str, at: Micros | None = None) -> GridAt:
    """A grid as it was at a time, now if None.

    Raises:
        GridwardenError: there was no such grid, or the database is away or lacks our tables.
    """
    # It speaks the API's language and brings in FastAPI, which no other command needs to start.
    from hub.division.then import NoSuchGridError, grid_at

    when = clock.now() if at is None else at
    try:
        return on_store(database_url, lambda conn: grid_at(conn, code, when))
    except NoSuchGridError as error:
        told = clock.moment(when).astimezone().isoformat(timespec="seconds")
        raise GridwardenError(
            f"there was no grid {code} at {told}; `gridwarden site export` lists today's"
        ) from error


def export_site(database_url: str, form: Literal["json", "geojson"]) -> bytes:
    """The site in force as a site file, or its division as GeoJSON.

    Raises:
        GridwardenError: no site is loaded, or the database is away or lacks our tables.
    """
    document = _in_force(database_url)
    if form == "geojson":
        return export_geojson(document)
    return msgspec.json.format(msgspec.json.encode(document), indent=1)


def free_code(database_url: str, village: int, kind: GridKind) -> str:
    """The first six-digit code of a village that no grid in force has.

    Raises:
        GridwardenError: none is left, or the database is away or lacks our tables.
    """
    document = on_store(database_url, read_site)
    taken = [] if document is None else [grid.code for grid in document.grids]
    with told(SiteError):
        return next_code(village, kind, taken)


def propose_file(
    database_url: str, file: Path, rules: GridRules, *, by: str, reason: str
) -> Proposal:
    """Propose the division in a site's file or a GeoJSON file (by its ending).

    Raises:
        GridwardenError: the file or the proposal can't be taken; the text says why.
    """
    current = _in_force(database_url)
    with told(SiteError):
        if file.suffix == ".geojson":
            document = import_geojson(current, _text(file))
        else:
            document = read_site_file(file)
        return on_store(
            database_url,
            lambda conn: propose(
                conn, document, by=by, reason=reason, rules=rules, now=clock.now()
            ),
        )


def decide_proposal(
    database_url: str, proposal: int, verdict: Verdict, rules: GridRules, *, by: str, note: str
) -> Proposal:
    """Approve, refuse or withdraw a proposal.

    Raises:
        GridwardenError: it can't be decided so; the text says why.
    """
    with told(SiteError):
        return on_store(
            database_url,
            lambda conn: decide(
                conn, proposal, verdict, by=by, note=note, rules=rules, now=clock.now()
            ),
        )


def propose_departure_of(
    database_url: str, departure: Departure, rules: GridRules, *, by: str, reason: str
) -> Proposal:
    """Propose that a member leaves all posts.

    Raises:
        GridwardenError: it can't be proposed so; the text says why.
    """
    with told(SiteError):
        return on_store(
            database_url,
            lambda conn: propose_departure(
                conn, departure, by=by, reason=reason, rules=rules, now=clock.now()
            ),
        )


def all_proposals(database_url: str) -> list[Proposal]:
    """The newest proposals.

    Raises:
        GridwardenError: the database is away or lacks our tables.
    """
    return on_store(database_url, list_proposals)


def file_leave(database_url: str, leave: Leave, *, by: str, reason: str) -> FiledLeave:
    """File leave.

    Raises:
        GridwardenError: it can't be filed so; the text says why.
    """
    with told(LeaveError):
        return on_store(
            database_url,
            lambda conn: roster.file(conn, leave, reason=reason, by=by, now=clock.now()),
        )


def decide_leave(database_url: str, leave: int, decision: Decision, *, by: str) -> FiledLeave:
    """Approve, refuse or withdraw leave.

    Raises:
        GridwardenError: it can't be decided so; the text says why.
    """
    with told(LeaveError):
        return on_store(
            database_url, lambda conn: roster.decide(conn, leave, decision, by=by, now=clock.now())
        )


def leaves_since(database_url: str, since: Micros) -> list[FiledLeave]:
    """Leave of any state that ends after a time.

    Raises:
        GridwardenError: the database is away or lacks our tables.
    """
    return on_store(database_url, lambda conn: list_leaves(conn, since))


def on_store(database_url: str, work: Callable[[psycopg.AsyncConnection[Any]], Awaitable[T]]) -> T:
    """Run some work on one connection in one transaction.

    Raises:
        GridwardenError: the database is away or lacks our tables.
    """

    async def run() -> T:
        async with await psycopg.AsyncConnection[Any].connect(database_url) as connection:
            return await work(connection)

    try:
        return asyncio.run(run())
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName) as error:
        raise GridwardenError(
            "the database lacks our tables: run `gridwarden migrate` first"
        ) from error
    except psycopg.OperationalError as error:
        raise _unreachable(error) from error


def read_site_file(file: Path) -> SiteDocument:
    """The document in a site's file.

    Raises:
        GridwardenError: the file can't be read.
    """
    try:
        return read_document(_text(file))
    except SiteError as error:
        raise GridwardenError(f"{file}: {error}") from error


def _text(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise GridwardenError(f"{file}: {error.strerror}; name the site's file") from error


def _in_force(database_url: str) -> SiteDocument:
    document = on_store(database_url, read_site)
    if document is None:
        raise GridwardenError("no site is loaded yet: run `gridwarden site load FILE`")
    return document


def _unreachable(error: psycopg.OperationalError) -> GridwardenError:
    reason = " ".join(str(error).split())
    return GridwardenError(
        f"the database does not answer: {reason}; start it, or correct database.url"
    )
