"""Two demos on one machine take different ports, and one that was asked for is kept to."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from gridwarden.demo.stack import is_free, page_ports
from gridwarden.embedded.datadir import DataDir
from gridwarden.settings import load_settings


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


def test_a_port_that_was_asked_for_is_the_only_one(tmp_path: Path, taken: int) -> None:
    settings = load_settings(flags={"hub": {"port": taken}})
    assert page_ports(settings, DataDir(tmp_path)) == [taken]


def test_the_last_starts_port_comes_first_unless_somebody_has_it(
    tmp_path: Path, taken: int
) -> None:
    with DataDir(tmp_path / "data") as data:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            last = probe.getsockname()[1]
        data.remember_port("page", last)
        assert page_ports(load_settings(), data)[0] == last
        data.remember_port("page", taken)
        ports = page_ports(load_settings(), data)
    assert taken not in ports
    assert len(ports) >= 3
    assert all(is_free(port) for port in ports)
