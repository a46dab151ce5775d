"""A hub that serves a site with a building, by the shipped campus plan."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub.sites.store import load_site
from tests.hub.files.conftest import EVERY_KIND
from tests.hub.make import RunningHub, in_transaction, running_hub


@pytest.fixture
def hub(database_url: str) -> Iterator[RunningHub]:
    in_transaction(database_url, lambda conn: load_site(conn, EVERY_KIND))
    with running_hub(database_url) as running:
        yield running
