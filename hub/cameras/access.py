"""Access: whose pictures may be seen by whom. The one place where that right is asked for."""

from __future__ import annotations

from collections.abc import Iterable

from hub.directory import Directory
from hub.rights.domain import Actor
from hub.rights.sight import seen_spots
from hub.sites.domain import Spot

CAMERA = "camera"


def visible_cameras(directory: Directory, actor: Actor, grid: str | None = None) -> dict[str, Spot]:
    """The registered cameras that somebody may look at, of a grid and below."""
    return {
        name: spot
        for name, spot in seen_spots(actor, "cameras.look", directory.spots).items()
        if spot.kind == CAMERA and (grid is None or grid in spot.grid_path)
    }


def may_look(directory: Directory, actor: Actor, cameras: Iterable[str]) -> bool:
    """Whether somebody may see live pictures of all of these."""
    return set(cameras) <= set(visible_cameras(directory, actor))
