from __future__ import annotations

from hashlib import sha256

import msgspec

from hub.pictures.domain import Asked, Near, came, failed, nearest_cameras
from hub.sites.domain import Spot
from tests.hub.make import SPOT

ASKED = Asked("k1", 7, "camera-01", "agent-1", "system:cameras", 12.0)


def camera(name: str, x: float, grid: str = "C-1") -> Spot:
    return msgspec.structs.replace(SPOT, device=name, kind="camera", at=(x, 50), grid=grid)


def test_the_nearest_cameras_of_the_own_grid_come_first() -> None:
    """SE-15 in part: which cameras picture a case by rule."""
    spots = [
        camera("far", 120),
        camera("other-grid", 52, "C-2"),
        camera("second", 70),
        camera("first", 60),
        msgspec.structs.replace(SPOT, device="door", kind="door", at=(50, 50)),
    ]
    assert nearest_cameras(SPOT, spots, 60, 3) == [
        Near("first", "agent-1", 10.0),
        Near("second", "agent-1", 20.0),
        Near("other-grid", "agent-1", 2.0),
    ]
    assert [near.device for near in nearest_cameras(SPOT, spots, 60)] == ["first", "second"]
    assert nearest_cameras(SPOT, spots, 1) == []


def test_a_camera_is_not_asked_for_its_own_case() -> None:
    own = msgspec.structs.replace(SPOT, kind="camera")
    assert nearest_cameras(own, [own], 60) == []


def test_events_say_whose_picture_it_is_and_prove_it() -> None:
    event = came(ASKED, b"jpeg", 5, 9)
    assert (event.event, event.at, event.actor) == ("pictured", 9, "system:cameras")
    assert event.data == {
        "command": "k1",
        "device": "camera-01",
        "time": 5,
        "distance_m": 12.0,
        "sha256": sha256(b"jpeg").hexdigest(),
    }
    assert failed(ASKED, "gave no picture", 9).data["reason"] == "gave no picture"
