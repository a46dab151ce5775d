"""Commands that run one part of the system in the foreground until Ctrl-C or SIGTERM."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from gridwarden.context import context_of
from gridwarden.errors import told
from gridwarden.kept_key import account_key, person_key
from gridwarden.store import migrate_store

hub = typer.Typer(no_args_is_help=True, help="The hub: cases, API and the desk page.")
ingest = typer.Typer(no_args_is_help=True, help="Ingest: from MQTT into the store.")
edge = typer.Typer(no_args_is_help=True, help="Edge: an agent that reads sensors.")


def stop_on_signal() -> threading.Event:
    """An event that Ctrl-C and SIGTERM set."""
    stop = threading.Event()

    def handle(number: int, frame: FrameType | None) -> None:
        del number, frame
        stop.set()

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)
    return stop


def migrate(context: typer.Context) -> None:
    """Bring the database's schema up to date."""
    applied = migrate_store(context_of(context).database_url)
    typer.echo("\n".join(applied) if applied else "the schema is up to date")


@hub.command("run")
def hub_run(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address to listen on")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one")] = None,
) -> None:
    """Follow the store, raise cases, serve API and page."""
    from edge.tls import TlsError
    from hub.cameras.link import Broker
    from hub.plans.domain import PlanError
    from hub.serve import ServeError, run_hub

    ours = context_of(context)
    chosen = {"host": host, "port": port}
    settings = ours.settings.hub.model_copy(
        update={name: value for name, value in chosen.items() if value is not None}
    )
    with told(ServeError, PlanError, TlsError):
        url, broker = ours.broker_if_any, None
        if url is not None:
            ours.broker_tls.context()  # refuses files that can't be used before anything starts
            broker = Broker(
                url, ours.settings.broker.username, ours.broker_password, ours.broker_tls
            )
        run_hub(
            settings,
            database_url=ours.database_url,
            broker=broker,
            keep_days=ours.settings.ingest.keep_swipes_days,
            account_key=account_key(ours.settings),
            ready=typer.echo,
        )


@ingest.command("run")
def ingest_run(
    context: typer.Context,
    name: Annotated[
        str, typer.Option(help="This worker's for ever, and no other's; see ingest.share")
    ] = "ingest-1",
) -> None:
    """Run one worker: store each batch once, acknowledge."""
    from ingest.link import LinkError
    from ingest.migrate import MigrationError
    from ingest.worker import WorkerError, run_worker

    ours = context_of(context)
    with told(WorkerError, LinkError, MigrationError):
        run_worker(
            ours.settings.ingest,
            database_url=ours.database_url,
            broker_url=ours.broker_url,
            username=ours.settings.broker.username,
            password=ours.broker_password,
            tls=ours.broker_tls,
            person_key=person_key(ours.settings),
            stop=stop_on_signal(),
            ready=lambda: typer.echo("ingest is ready"),
            name=name,
        )


@edge.command("run")
def edge_run(
    context: typer.Context,
    file: Annotated[Path, typer.Option("--config", help="The agent's file (TOML)")],
) -> None:
    """Run one agent: poll, spool, publish, drop what is stored."""
    from edge.agent import run_agent
    from edge.config import ConfigError
    from edge.spool import SpoolError

    ours = context_of(context)
    with told(ConfigError, SpoolError):
        run_agent(
            file,
            ours.settings.edge,
            site=ours.settings.site,
            broker_url=ours.broker_url,
            username=ours.settings.broker.username,
            password=ours.broker_password,
            tls=ours.broker_tls,
            spool_dir=ours.settings.data_dir / "spools",
            stop=stop_on_signal(),
        )
