"""A real hub on a real database with a small site."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hub.make import RunningHub, load, running_hub


@pytest.fixture
def site_url(database_url: str) -> str:
    """A migrated database with the small site loaded."""
    load(database_url)
    return database_url


@pytest.fixture
def hub(site_url: str) -> Iterator[RunningHub]:
    """A hub that serves the small site."""
    with running_hub(site_url) as running:
        yield running
