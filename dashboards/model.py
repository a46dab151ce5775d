"""Model: Grafana's dashboards and data sources as plain values.

A panel is one SQL query over a view of the store. `$__timeFilter(column)` and
`$__timeGroup(column, interval)` are Grafana's own macros.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

SOURCE_UID = "gridwarden-store"
WIDTH = 24  # Grafana's grid is 24 columns wide


@dataclass(frozen=True)
class Panel:
    """One panel: what it shows, as what, and how large on Grafana's grid of 24 columns."""

    title: str
    sql: str
    kind: Literal["timeseries", "table", "stat"]
    unit: str = "short"
    width: int = 12
    height: int = 8


def data_source(*, host: str, database: str, user: str, password: str) -> dict[str, Any]:
    """The store as a Grafana data source; `host` is host:port as Grafana reaches it."""
    return {
        "uid": SOURCE_UID,
        "name": "Gridwarden store",
        "type": "grafana-postgresql-datasource",
        "access": "proxy",
        "url": host,
        "user": user,
        "jsonData": {"database": database, "sslmode": "disable", "timescaledb": True},
        "secureJsonData": {"password": password},
    }


def dashboard(uid: str, title: str, panels: tuple[Panel, ...]) -> dict[str, Any]:
    """A dashboard with the panels set from left to right, top to bottom."""
    placed: list[dict[str, Any]] = []
    x = y = row_height = 0
    for number, panel in enumerate(panels, start=1):
        if x + panel.width > WIDTH:
            x, y, row_height = 0, y + row_height, 0
        position = {"x": x, "y": y, "w": panel.width, "h": panel.height}
        placed.append(_panel(number, panel, position))
        x += panel.width
        row_height = max(row_height, panel.height)
    return {
        "uid": uid,
        "title": title,
        "tags": ["gridwarden"],
        "timezone": "browser",
        "refresh": "10s",
        "time": {"from": "now-1h", "to": "now"},
        "schemaVersion": 39,
        "panels": placed,
    }


def _panel(number: int, panel: Panel, position: dict[str, int]) -> dict[str, Any]:
    source = {"type": "grafana-postgresql-datasource", "uid": SOURCE_UID}
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "gridPos": position,
        "datasource": source,
        "fieldConfig": {"defaults": {"unit": panel.unit}, "overrides": []},
        "targets": [
            {
                "refId": "A",
                "datasource": source,
                "format": "time_series" if panel.kind == "timeseries" else "table",
                "rawQuery": True,
                "rawSql": panel.sql,
            }
        ],
    }
