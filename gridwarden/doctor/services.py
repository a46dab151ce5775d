"""Looking at database and broker: those of the settings, else embedded ones on trial.

A trial runs in a temporary folder, so that nothing of a running instance is touched.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import LiteralString
from urllib.parse import urlsplit

import psycopg

from edge.tls import Tls, TlsError
from gridwarden.devices.authority import read_certificate
from gridwarden.doctor.check import Check, judge_certificate, judge_database, judge_timescale
from gridwarden.embedded.broker import EmbeddedBroker
from gridwarden.embedded.errors import EmbeddedError
from gridwarden.embedded.postgres import EmbeddedPostgres
from gridwarden.embedded.probe import BrokerProbeError, probe_broker
from gridwarden.settings import BrokerSettings, DatabaseSettings

_TIMEOUT_S = 5
_TIMESCALE: LiteralString = (
    "SELECT installed_version, default_version"
    " FROM pg_available_extensions WHERE name = 'timescaledb'"
)


@dataclass(frozen=True)
class DatabaseReport:
    """Checks of the database, and how many seconds its clock is ahead of ours when it answers."""

    checks: list[Check]
    ahead_s: float | None = None


def check_database(settings: DatabaseSettings, trial: Path) -> DatabaseReport:
    """Connect and ask for version, extension and time; `trial` is an empty folder to use."""
    if settings.url is not None:
        return _ask(settings.url.get_secret_value(), "the one in the settings")
    try:
        with EmbeddedPostgres(trial, settings={"fsync": "off"}) as server:
            return _ask(server.url, "embedded")
    except EmbeddedError as error:
        remedy = "mend that, or set GRIDWARDEN_DATABASE__URL to a server"
        return DatabaseReport([Check("database", "fail", str(error), remedy)])


def check_broker(settings: BrokerSettings, trial: Path) -> Check:
    """Connect with MQTT 5; `trial` is an empty folder to use."""
    if settings.url is None:
        return _try_embedded_broker(trial)
    address = urlsplit(settings.url)
    assert address.hostname is not None  # the settings refuse such an address
    tls = address.scheme == "mqtts"
    password = settings.password.get_secret_value() if settings.password else None
    try:
        probe_broker(
            address.hostname,
            address.port or (8883 if tls else 1883),
            timeout_s=_TIMEOUT_S,
            tls=tls,
            username=settings.username,
            password=password,
            trust=Tls(settings.ca_file, settings.certificate, settings.key),
        )
    except (BrokerProbeError, TlsError) as error:
        remedy = "start it, or correct broker.url, broker.username and broker.password"
        return Check("broker", "fail", str(error), remedy)
    return Check("broker", "ok", f"MQTT 5 at {address.hostname}")


def check_certificate(certificate: Path) -> Check:
    """How long our own certificate for the broker is good."""
    try:
        until = read_certificate(certificate.read_bytes()).until
    except (OSError, ValueError) as error:
        return Check("certificate", "fail", str(error), "correct broker.certificate")
    left = until - datetime.now(UTC)
    return judge_certificate(left / timedelta(days=1), f"{until:%Y-%m-%d}")


def _try_embedded_broker(trial: Path) -> Check:
    try:
        with EmbeddedBroker(trial) as broker:
            return Check("broker", "ok", f"MQTT 5, embedded: {broker.kind}")
    except EmbeddedError as error:
        remedy = "mend that, or set GRIDWARDEN_BROKER__URL to a broker"
        return Check("broker", "fail", str(error), remedy)


def _ask(url: str, which: str) -> DatabaseReport:
    try:
        with psycopg.connect(url, connect_timeout=_TIMEOUT_S, autocommit=True) as connection:
            timescale = connection.execute(_TIMESCALE).fetchone()
            before = time.time()
            row = connection.execute("SELECT extract(epoch FROM clock_timestamp())").fetchone()
            middle = (before + time.time()) / 2
            version = connection.info.server_version
    except psycopg.Error as error:
        remedy = "start the server, or correct database.url"
        return DatabaseReport([Check("database", "fail", str(error).strip(), remedy)])
    assert row is not None
    installed, available = timescale or (None, None)
    checks = [judge_database(version, which), judge_timescale(installed, available)]
    return DatabaseReport(checks, float(row[0]) - middle)
