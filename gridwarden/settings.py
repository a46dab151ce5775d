"""Settings: one typed place, filled from flags, environment, file and defaults, in that order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from edge.settings import EdgeSettings
from hub.settings import HubSettings
from ingest.settings import IngestSettings


class DatabaseSettings(BaseModel):
    """Which database to use."""

    url: SecretStr | None = Field(
        None, description="postgresql://… of a PostgreSQL or TimescaleDB; without one, embedded"
    )


class BrokerSettings(BaseModel):
    """Which MQTT broker to use."""

    url: str | None = Field(None, description="mqtt://host:port; without one, embedded")
    username: str | None = Field(None, description="User name for the broker")
    password: SecretStr | None = Field(None, description="Password for the broker")


class Settings(BaseSettings):
    """Everything that can be set. Environment: `GRIDWARDEN_HUB__PORT=9000`; file: `[hub] port`."""

    model_config = SettingsConfigDict(
        env_prefix="GRIDWARDEN_", env_nested_delimiter="__", extra="forbid"
    )

    site: str = Field("campus", description="Identifier of the site on the wire")
    data_dir: Path = Field(Path(".gridwarden"), description="All data of this machine")
    person_key: SecretStr | None = Field(
        None, description="Key that hashes card numbers; without one, made once in data_dir"
    )
    database: DatabaseSettings = DatabaseSettings()
    broker: BrokerSettings = BrokerSettings()
    edge: EdgeSettings = EdgeSettings()  # pyright: ignore[reportCallIssue]
    ingest: IngestSettings = IngestSettings()  # pyright: ignore[reportCallIssue]
    hub: HubSettings = HubSettings()  # pyright: ignore[reportCallIssue]
