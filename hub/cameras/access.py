"""Access: whose pictures may be seen by whom. The one place where that right is asked for."""

from __future__ import annotations

from collections.abc import Iterable

from hub.directory import Directory
from hub.sites.domain import Spot

CAMERA = "camera"


def visible_cameras(directory: Directory, grid: str | None = None) -> dict[str, Spot]:
    """The registered cameras that the one who asks may look at, of a grid and below.

    Until there are accounts, that is every camera of the site.
    """
    return {
        name: spot
        for name, spot in sorted(directory.spots.items())
        if spot.kind == CAMERA and (grid is None or grid in spot.grid_path)
    }


def may_look(directory: Directory, cameras: Iterable[str]) -> bool:
    """Whether the one who asks may see live pictures of all of these."""
    return set(cameras) <= set(visible_cameras(directory))
