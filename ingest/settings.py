"""Settings of an ingest worker; filled by the composition root."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class IngestSettings(BaseModel):
    """What an ingest worker accepts, and how long it may gather before it commits."""

    model_config = ConfigDict(extra="forbid")

    share: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9._-]{1,64}$",
        description="Workers of one group share the messages; without one, one worker",
    )
    client: Literal["paho", "lean"] = Field(
        "paho", description="MQTT client: paho, or ours that takes more messages per second"
    )
    flush_ms: int = Field(200, ge=1, description="Longest that bulk batches wait for a commit")
    max_queue: int = Field(10_000, ge=1, description="Messages held in memory, uncommitted")
    live_oldest_days: int = Field(90, ge=1, description="Older live items are dead letters")
    future_tolerance_s: int = Field(300, ge=0, description="Items further ahead are dead letters")
    max_unregistered: int = Field(10_000, ge=0, description="Unregistered devices stored at most")
    feed_days: int = Field(7, ge=1, description="How long committed batches stay to be followed")
    feed_max_days: int = Field(30, ge=1, description="A follower that rests longer holds no feed")
    feed_max_mb: int = Field(20_480, ge=1, description="Feed kept at most, followed or not")
    batch_days: int = Field(7, ge=1, description="How long each batch has a row of its own")
    command_days: int = Field(30, ge=1, description="How long ended commands to agents are kept")
    dead_letter_days: int = Field(30, ge=1, description="How long dead letters are kept")
    dead_letter_max_mb: int = Field(1024, ge=1, description="Dead letters kept at most")
