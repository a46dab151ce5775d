"""Settings of an ingest worker; filled by the composition root."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


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
    keep_readings_days: int = Field(90, ge=3, description="How long raw readings are kept")
    keep_minutes_days: int = Field(400, ge=3, description="How long roll-ups by minute are kept")
    keep_hours_days: int = Field(3650, ge=3, description="How long roll-ups by hour are kept")
    keep_swipes_days: int = Field(30, ge=1, description="How long swipes are kept")
    keep_detections_days: int = Field(90, ge=1, description="How long detections are kept")
    keep_device_states_days: int = Field(400, ge=1, description="How long device states are kept")
    feed_max_days: int = Field(30, ge=1, description="A follower that rests longer holds no feed")
    feed_max_mb: int = Field(20_480, ge=1, description="Feed kept at most, followed or not")
    batch_days: int = Field(7, ge=1, description="How long each batch has a row of its own")
    command_days: int = Field(30, ge=1, description="How long ended commands to agents are kept")
    dead_letter_days: int = Field(30, ge=1, description="How long dead letters are kept")
    dead_letter_max_mb: int = Field(1024, ge=1, description="Dead letters kept at most")

    @model_validator(mode="after")
    def _accepts_no_more_than_it_keeps(self) -> Self:
        if self.keep_readings_days < self.live_oldest_days:
            raise ValueError(
                f"keep_readings_days = {self.keep_readings_days} would drop what "
                f"live_oldest_days = {self.live_oldest_days} still takes: raise or lower one"
            )
        return self
