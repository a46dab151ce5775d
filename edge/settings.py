"""Settings of an agent; filled by the composition root."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class EdgeSettings(BaseModel):
    """How an agent polls, spools and publishes."""

    model_config = ConfigDict(extra="forbid")

    poll_ms: int = Field(100, ge=10, le=60_000, description="Time between two polls of the drivers")
    spool_max_mb: int = Field(1024, ge=1, description="Size bound of the spool on disk")
    spool_max_days: int = Field(14, ge=1, description="Age bound of the spool")
    in_flight: int = Field(64, ge=1, description="Batches published and not yet acknowledged")
    resend_s: float = Field(
        10, gt=0, description="Publish a batch again when unacknowledged so long"
    )
    frames_kb_s: int = Field(
        500, ge=41, description="Live pictures of all cameras together, kB/s; more are left out"
    )
    report_s: float = Field(
        5, gt=0, description="Time between two reports of the agent's own state"
    )
