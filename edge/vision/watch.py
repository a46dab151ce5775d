"""Watch: everything that vision looks for in the pictures of one camera."""

from __future__ import annotations

from dataclasses import dataclass

from edge.vision.background import Background
from edge.vision.finding import Finding
from edge.vision.fire import Flames
from edge.vision.frames import Picture, grey, shrink
from edge.vision.frozen import Freeze
from edge.vision.lane import Lanes
from edge.vision.lens import Lens
from edge.vision.zone import Zone, fire_lanes

ANALYSIS_WIDTH = 320  # ours: a person at 30 m is still 10 pixels high, at 3 ms a picture


@dataclass(frozen=True, slots=True)
class View:
    """What one frame shows: findings, mean luma (0 to 1), and whether the picture is frozen."""

    findings: list[Finding]
    luminance: float
    frozen: bool


class Watch:
    """The analyses of one camera with their memories; feed it frames in the order of time.

    Raises:
        ZoneError: a zone that can't be watched.
    """

    def __init__(self, zones: list[Zone], remembered: Picture | None = None) -> None:
        self._lens, self._flames, self._freeze = Lens(), Flames(), Freeze()
        self._lanes = Lanes(fire_lanes(zones), Background(remembered))

    def background(self) -> Picture | None:
        """What the camera sees when nothing is there, to be `remembered` after a restart.

        None without lanes, and while it can't be told.
        """
        learnt = self._lanes.background
        return learnt.picture() if learnt.settled else None

    def see(self, frame: Picture, time_s: float) -> View:
        """What holds in this BGR frame. Nothing else is judged while the lens is covered."""
        picture = shrink(frame, ANALYSIS_WIDTH)
        luma = grey(picture)
        covered = self._lens.see(luma, time_s)
        if covered:
            findings = [covered]
        else:
            fire = self._flames.see(picture, time_s)
            findings = [*([fire] if fire else []), *self._lanes.see(picture, time_s)]
        return View(findings, float(luma.mean()) / 255.0, self._freeze.see(luma, time_s))
