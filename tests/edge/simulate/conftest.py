"""Fixtures: one world for all tests of the simulated campus."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.simulate.world import World, build_world


@pytest.fixture(scope="session")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hydraulics")


@pytest.fixture(scope="session")
def world(cache_dir: Path) -> World:
    return build_world(7, cache_dir)


@pytest.fixture(scope="session")
def morning() -> int:
    """An origin: Thursday 2026-11-19, 09:30 on the campus's clock."""
    return 1_795_051_800_000_000


@pytest.fixture(scope="session")
def night() -> int:
    """An origin: Friday 2026-11-20, 03:30 on the campus's clock."""
    return 1_795_116_600_000_000
