"""Carried: a spool's batches out to a file, and a carried file into the store, counted."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import psycopg

from edge.carry import CarryError
from edge.courier import CourierError, Manifest, Place, check_courier, write_courier
from edge.deliver import deliver
from edge.spool_file import SpoolError
from edge.spool_view import SpoolFacts, SpoolView, opened, spooled_agents
from edge.window import Key
from edge.wire import Micros
from gridwarden.context import Context
from gridwarden.errors import GridwardenError, told
from gridwarden.replay import progress_bar
from ingest.identities import Taken, taken
from ingest.patience import connect


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a carried file; `stored` and `refused` count items, the others batches."""

    batches: int
    already: int
    stored: int
    refused: int


def spools_of(context: Context) -> Path:
    """Where this machine's agents keep their spools."""
    return context.settings.data_dir / "spools"


def export_spool(
    context: Context, file: Path, agent: str | None, clock: Callable[[], Micros]
) -> Manifest:
    """Write what waits in an agent's spool to a file; the spool keeps it.

    Raises:
        GridwardenError: no such spool, the agent runs, nothing waits, or no place to write.
    """
    folder = spools_of(context)
    chosen = agent or _only(folder)
    with told(SpoolError, CourierError), opened(folder, chosen) as spool:
        facts = spool.facts()
        if not facts.batches:
            raise GridwardenError(f"nothing waits in the spool of {chosen}: nothing to carry")
        return _write(file, spool, facts, context.settings.site, clock())


def import_courier(context: Context, file: Path) -> Imported:
    """Bring a carried file into the store and wait until it is there; what became of it.

    Raises:
        GridwardenError: the file is damaged or another site's, or broker or store are away. Of a
            damaged file nothing is imported; after anything else the same again goes on.
    """
    settings = context.settings
    try:
        with told(CourierError, CarryError, ValueError), file.open("rb") as opened_file:
            manifest, places = check_courier(opened_file, file.name)
            if manifest.site != settings.site:
                raise GridwardenError(
                    f"{file.name} is of site {manifest.site}, this one is {settings.site}: "
                    "carry it to its own hub"
                )
            before = _taken(context, manifest, places)
            new = [place for place in places if place.key not in before]
            with progress_bar() as bar:
                task = bar.add_task(file.name, total=sum(place.items for place in new))
                deliver(
                    opened_file,
                    manifest,
                    new,
                    settings.edge,
                    broker_url=context.broker_url,
                    username=settings.broker.username,
                    password=context.broker_password,
                    tls=context.broker_tls,
                    progress=lambda done: bar.update(task, completed=done),
                )
            return _counted(before, _taken(context, manifest, new), places)
    except OSError as error:
        raise GridwardenError(f"{file}: {error.strerror}") from error


def _counted(
    before: Collection[Key], after: dict[Key, Taken], places: Collection[Place]
) -> Imported:
    """Batches that came live while the file was being imported were there already, too."""
    ours = [batch for batch in after.values() if batch.origin == "courier"]
    refused = sum(batch.refused for batch in ours)
    return Imported(
        batches=len(places),
        already=len(before) + len(after) - len(ours),
        stored=sum(batch.items for batch in ours) - refused,
        refused=refused,
    )


def _taken(context: Context, manifest: Manifest, places: Collection[Place]) -> dict[Key, Taken]:
    keys = [place.key for place in places]
    try:
        with connect(context.database_url, "gridwarden-import") as conn:
            return taken(conn, manifest.agent, keys)
    except psycopg.OperationalError as error:
        raise GridwardenError(
            f"the database does not answer: {' '.join(str(error).split())}; start it, or correct "
            "database.url"
        ) from error
    except psycopg.errors.UndefinedTable as error:
        raise GridwardenError("the database lacks our tables: run `gridwarden migrate`") from error


def _write(
    file: Path, spool: SpoolView, facts: SpoolFacts, site: str, exported: Micros
) -> Manifest:
    with progress_bar() as bar:
        task = bar.add_task(file.name, total=facts.batches)
        parcels = bar.track(spool.parcels(), total=facts.batches, task_id=task)
        return write_courier(file, parcels, site=site, agent=facts.agent, exported=exported)


def _only(folder: Path) -> str:
    agents = spooled_agents(folder)
    if len(agents) == 1:
        return agents[0]
    if not agents:
        raise GridwardenError(f"{folder} holds no spool; check data_dir")
    raise GridwardenError(f"several agents have a spool here: say --agent {' or '.join(agents)}")
