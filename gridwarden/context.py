"""Context: what the command's root options give to every command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import typer

from edge.tls import Tls
from gridwarden.errors import GridwardenError
from gridwarden.running import Running, find_running
from gridwarden.settings import Settings, SettingsError, load_settings


@dataclass(frozen=True)
class Context:
    """Root options; settings are read when a command first asks for them."""

    config: Path | None
    flags: Mapping[str, Any]

    @cached_property
    def settings(self) -> Settings:
        """The settings in force.

        Raises:
            GridwardenError: they can't be used.
        """
        try:
            return load_settings(self.config, self.flags)
        except SettingsError as error:
            raise GridwardenError(str(error)) from error

    @property
    def database_url(self) -> str:
        """The database that the settings name, else the one of a demo that runs in data_dir.

        Raises:
            GridwardenError: there is neither.
        """
        url = self.settings.database.url
        if url is not None:
            return url.get_secret_value()
        if self._running is not None:
            return self._running.database_url
        raise GridwardenError(
            "no database: set GRIDWARDEN_DATABASE__URL=postgresql://…, "
            "or start `gridwarden demo`, which brings an embedded one"
        )

    @property
    def broker_url(self) -> str:
        """The MQTT broker that the settings name, else the one of a demo that runs in data_dir.

        Raises:
            GridwardenError: there is neither.
        """
        url = self.broker_if_any
        if url is not None:
            return url
        raise GridwardenError(
            "no broker: set GRIDWARDEN_BROKER__URL=mqtt://host:port, "
            "or start `gridwarden demo`, which brings an embedded one"
        )

    @property
    def broker_if_any(self) -> str | None:
        """The broker that the settings name, else that of a demo that runs in data_dir, if any."""
        if self.settings.broker.url is not None:
            return self.settings.broker.url
        return None if self._running is None else self._running.broker_url

    @cached_property
    def _running(self) -> Running | None:
        return find_running(self.settings.data_dir)

    @property
    def broker_tls(self) -> Tls:
        """By which files the broker knows us and we know it."""
        broker = self.settings.broker
        return Tls(broker.ca_file, broker.certificate, broker.key)

    @property
    def broker_password(self) -> str | None:
        """The broker's password in clear, for the client."""
        password = self.settings.broker.password
        return None if password is None else password.get_secret_value()


def context_of(context: typer.Context) -> Context:
    """The root's context of a running command."""
    found = context.find_object(Context)
    if found is None:
        raise AssertionError("the root callback sets the context before any command runs")
    return found
