"""Every panel's query runs on the real schema, fits on Grafana's grid and shows no person."""

from __future__ import annotations

import re

import psycopg
import pytest

from dashboards.model import WIDTH, Panel
from dashboards.overview import PANELS, overview


def as_grafana_would_send(sql: str) -> str:
    between = r"\1 between now() - interval '1 hour' and now()"
    bucket = r"date_bin('\2', \1, timestamptz '2000-01-01')"
    filtered = re.sub(r"\$__timeFilter\((\w+)\)", between, sql)
    grouped = re.sub(r"\$__timeGroup\((\w+), '(\d+[sm])'\)", bucket, filtered)
    assert "$__" not in grouped
    return grouped


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.title)
def test_the_panels_query_runs_on_the_store(panel: Panel, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        cursor = connection.execute(as_grafana_would_send(panel.sql).encode())
    columns = [column.name for column in cursor.description or []]
    if panel.kind == "timeseries":
        assert columns[0] == "time"
    assert "person" not in columns


def test_panels_neither_overlap_nor_leave_the_grid() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in overview()["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken
        assert max(x for x, _ in cells) < WIDTH
        taken |= cells
