from __future__ import annotations

from pathlib import Path

import pytest

from edge.config import CameraSpec, ConfigError, SimulatedSpec, load_agent_file

GOOD = """
agent = "cameras"
[[driver]]
kind = "camera"
device = "camera-1"
source = "gate.mp4"
loop = true
memory = "gate.png"
zones = [{name="fire lane", kind="fire_lane", polygon=[[0.1,0.5],[0.9,0.5],[1,1]]}]
[[driver]]
kind = "camera"
device = "camera-2"
source = "rtsp://10.0.0.8/stream"
[[driver]]
kind = "simulated"
seed = 9
speed = 2
origin = 1760000000000000
cache_dir = "cache"
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "agent.toml"
    file.write_text(text)
    return file


def test_an_agents_file_becomes_typed_with_paths_beside_it(tmp_path: Path) -> None:
    file = load_agent_file(written(tmp_path, GOOD))
    gate, street, campus = file.driver
    assert file.agent == "cameras"
    assert isinstance(gate, CameraSpec)
    assert (gate.source, gate.loop) == (str(tmp_path / "gate.mp4"), True)
    assert gate.memory == str(tmp_path / "gate.png")
    assert gate.zones[0].polygon == [(0.1, 0.5), (0.9, 0.5), (1.0, 1.0)]
    assert isinstance(street, CameraSpec)
    assert (street.source, street.loop) == ("rtsp://10.0.0.8/stream", False)
    assert street.memory is None
    assert campus == SimulatedSpec(9, 2.0, 1_760_000_000_000_000, str(tmp_path / "cache"))


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("loop = true", "lop = true", r"driver\[0\]\.lop is unknown; write 'loop'"),
        ("speed = 2", "colour = 2", r"driver\[2\]\.colour is unknown; known here: kind, seed"),
        ('agent = "cameras"', "", "agent is missing; add it"),
        ('device = "camera-1"', "", r"driver\[0\]\.device is missing"),
        ('kind = "simulated"', 'kind = "magic"', r"'magic' is unknown; write 'camera' or"),
        ("polygon=", "poligon=", r"zones\[0\]\.poligon is unknown; write 'polygon'"),
        ("[0.1,0.5]", "[1.1,0.5]", r"driver\[0\]\.zones\[0\]\.polygon\[0\]\[0\]: .*<= 1"),
        ("speed = 2", "speed = 0", r"driver\[2\]\.speed: .*> 0"),
        ('agent = "cameras"', 'agent = "my cameras"', "agent: "),
        ('agent = "cameras"', "agent = ", "not a TOML file"),
    ],
)
def test_a_mistake_is_named_with_file_key_and_remedy(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    assert old in GOOD
    file = written(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(ConfigError, match=complaint) as caught:
        load_agent_file(file)
    assert str(file) in str(caught.value)


def test_a_missing_file_and_an_agent_without_drivers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        load_agent_file(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="driver"):
        load_agent_file(written(tmp_path, 'agent = "a"\ndriver = []'))
