from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.config import ConfigError, load_agent_file
from edge.configure import Configuration, RolledBackError, make_drivers
from edge.supervise import SupervisedDriver

FILE = 'agent = "north"\n[[driver]]\nkind = "camera"\ndevice = "{}"\nsource = "none.mp4"\n'
ONE, TWO = FILE.format("camera-1"), FILE.format("camera-2")
# A zone of a kind nobody watches: the file has the right form, its driver does not start.
DEAD = TWO + 'zones = [{name = "z", kind = "garden", polygon = [[0, 0], [1, 1], [0, 1]]}]\n'


class Running:
    def __init__(self, folder: Path) -> None:
        self.path = folder / "north.toml"
        self.path.write_text(ONE)
        file = load_agent_file(self.path)
        self.configuration = Configuration(self.path, file, lambda: 1)
        self.drivers = make_drivers(file, lambda: 1)
        for driver in self.drivers:
            driver.start()

    def replace(self, text: str) -> int:
        number, self.drivers = self.configuration.replace(text, self.drivers)
        return number

    def reads(self, device: str) -> bool:
        """Whether the drivers that run read this camera."""
        for driver in self.drivers:
            driver.poll(1, 0.0)
        return any(driver.take_snapshot(device) for driver in self.drivers)

    def files(self) -> dict[str, str]:
        return {path.name: path.read_text() for path in self.path.parent.iterdir()}


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    made = Running(tmp_path)
    yield made
    for driver in made.drivers:
        driver.close()


def test_a_new_file_takes_effect_and_the_old_ones_stay(running: Running) -> None:
    assert running.reads("camera-1")
    assert running.replace(TWO) == 1
    assert running.reads("camera-2")
    assert not running.reads("camera-1")
    assert running.replace(ONE) == 2
    assert running.files() == {"north.toml": ONE, "north.toml.1": ONE, "north.toml.2": TWO}
    assert running.configuration.file.driver[0].device == "camera-1"  # type: ignore[union-attr]


def test_the_file_that_is_in_force_changes_nothing(running: Running) -> None:
    before = running.drivers
    assert running.replace(ONE) == 0
    assert running.drivers == before
    assert running.files() == {"north.toml": ONE}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("agent = ", "not a TOML file"),
        (ONE + "colour = 1\n", "colour is unknown"),
        (ONE.replace("north", "south"), "an agent keeps its name"),
        ("poll_ms = 1\n" + ONE, "poll_ms"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(running: Running, text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        running.replace(text)
    assert running.reads("camera-1")
    assert running.files() == {"north.toml": ONE}


def test_a_file_whose_driver_does_not_start_is_rolled_back(running: Running) -> None:
    with pytest.raises(RolledBackError, match=r"does not start.*rolled back"):
        running.replace(DEAD)
    assert running.reads("camera-1")
    assert running.files() == {"north.toml": ONE}


def test_a_disk_that_refuses_rolls_back(running: Running, tmp_path: Path) -> None:
    (tmp_path / "north.toml.1.new").mkdir()  # where the copy would be written
    with pytest.raises(RolledBackError, match="rolled back"):
        running.replace(TWO)
    assert running.reads("camera-1")
    assert running.path.read_text() == ONE


def test_drivers_are_made_of_the_file_and_not_started(tmp_path: Path) -> None:
    (tmp_path / "f").write_text(ONE)
    (driver,) = make_drivers(load_agent_file(tmp_path / "f"), lambda: 1)
    assert isinstance(driver, SupervisedDriver)
    assert (driver.name, driver.devices, driver.take_snapshot("camera-1")) == (
        "north-1-camera",
        1,
        False,
    )
