"""Store: the few steps on the database that commands and the demo share."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psycopg

from gridwarden.errors import GridwardenError
from hub.sites.check import check
from hub.sites.domain import SiteDocument, SiteError, read_document
from hub.sites.store import load_site
from ingest.migrate import MigrationError, migrate

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


def check_site_file(file: Path) -> list[str]:
    """What is wrong with a site's file, a line each.

    Raises:
        GridwardenError: the file can't be read at all.
    """
    return [problem.text for problem in check(_read(file))]


def load_site_file(database_url: str, file: Path) -> SiteDocument:
    """Make a site's file the site in force.

    Raises:
        GridwardenError: the file can't be read or has problems, or the database is away or
            lacks our tables; nothing was changed.
    """
    document = _read(file)
    try:
        asyncio.run(_load(database_url, document))
    except SiteError as error:
        raise GridwardenError(f"{file}: {error}") from error
    except psycopg.errors.UndefinedTable as error:
        raise GridwardenError(
            "the database lacks our tables: run `gridwarden migrate` first"
        ) from error
    except psycopg.OperationalError as error:
        raise _unreachable(error) from error
    return document


async def _load(database_url: str, document: SiteDocument) -> None:
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        await load_site(connection, document)


def _read(file: Path) -> SiteDocument:
    try:
        return read_document(file.read_bytes())
    except OSError as error:
        raise GridwardenError(f"{file}: {error.strerror}; name the site's file") from error
    except SiteError as error:
        raise GridwardenError(f"{file}: {error}") from error


def _unreachable(error: psycopg.OperationalError) -> GridwardenError:
    reason = " ".join(str(error).split())
    return GridwardenError(
        f"the database does not answer: {reason}; start it, or correct database.url"
    )
