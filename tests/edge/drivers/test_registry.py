from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from edge.config import CameraSpec, SimulatedSpec, ZoneSpec
from edge.drivers.registry import devices_of, make_driver

LANE = ZoneSpec("fire lane", "fire_lane", [(0.1, 0.5), (0.9, 0.5), (0.9, 1.0)])


def test_a_camera_is_made_from_its_specification(tmp_path: Path) -> None:
    spec = CameraSpec("camera-1", str(tmp_path / "none.mp4"), zones=[LANE])
    assert devices_of(spec) == ("camera-1",)
    driver = make_driver(spec, "cameras", lambda: 1)
    assert driver.devices == 1
    driver.close()


def test_a_share_of_the_simulated_campus_is_made(tmp_path: Path) -> None:
    spec = SimulatedSpec(seed=7, origin=1_760_000_000_000_000, cache_dir=str(tmp_path))
    assert devices_of(spec) == ()
    driver = make_driver(spec, "west", lambda: 1)
    assert driver.devices > 50
    driver.close()


def test_an_agent_without_cameras_does_not_load_opencv() -> None:
    program = "import sys, edge.agent; raise SystemExit('cv2' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
