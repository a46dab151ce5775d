"""Settings of the hub; filled by the composition root."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class HubSettings(BaseModel):
    """Where the hub listens, and by which plan it judges."""

    model_config = ConfigDict(extra="forbid")

    host: str = Field("127.0.0.1", description="Address to listen on")
    port: int = Field(8080, ge=0, le=65_535, description="Port to listen on; 0 takes a free one")
    allow_remote: bool = Field(
        default=False,
        description="Listen beyond loopback: only with a proxy in front of it that does TLS",
    )
    tracing: bool = Field(
        default=False,
        description="Keep stays and serve investigations",
    )
    plan: Path | None = Field(None, description="Plan file; without one, the campus plan we ship")
