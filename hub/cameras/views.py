"""Views of the cameras: the models of the API."""

from __future__ import annotations

from pydantic import BaseModel, Field

from hub.sites.routes import NameView
from hub.views import Instant


class Camera(BaseModel):
    """A registered camera and the newest picture that it sent."""

    device: str = Field(examples=["camera-1"])
    place: str
    place_name: NameView
    grid: str
    grid_path: list[str]
    agent: str
    picture: str | None = Field(description="Path of its newest stored picture, of seven days")
    taken: Instant | None = Field(description="When that was taken")


class Relayed(BaseModel):
    """What live pictures cost, since the hub started."""

    linked: bool = Field(description="Whether the hub has a broker: without one nothing is live")
    viewers: int
    most_viewers: int
    watched: int = Field(description="Cameras that somebody looks at")
    frames: int
    bytes: int
    dropped_by_agents: int
    dropped_for_viewers: int = Field(description="Frames that a slow page missed")
    refused_viewers: int


class CameraList(BaseModel):
    """Cameras of a grid, and the relay's counters."""

    items: list[Camera]
    relay: Relayed
