"""Overview: is everything reporting, and does the pressure hold? No panel shows a person."""

from __future__ import annotations

from typing import Any

from dashboards.model import Panel, dashboard

PANELS = (
    Panel(
        "Hydrant pressure, lowest and median",
        """select $__timeGroup(time, '1m') as time,
               min(low) as lowest,
               percentile_cont(0.5) within group (order by mean) as median
        from reading_minutes
        where quantity = 'pressure' and $__timeFilter(time)
        group by 1 order by 1""",
        "timeseries",
        unit="suffix: MPa",
    ),
    Panel(
        "Readings per minute",
        """select $__timeGroup(time, '1m') as time, sum(readings)::bigint as readings
        from reading_minutes
        where $__timeFilter(time)
        group by 1 order by 1""",
        "timeseries",
    ),
    Panel(
        "Agents",
        """select name, online, reported,
               (state->>'spooled_batches')::bigint as spooled_batches,
               (state->>'evicted')::bigint as evicted
        from agents order by online, name""",
        "table",
    ),
    Panel(
        "What cameras saw",
        """select time, device, kind, zone, score
        from detection_log
        where $__timeFilter(time)
        order by time desc limit 100""",
        "table",
    ),
    Panel(
        "Dead letters by reason",
        """select reason, count(*) as messages, sum(items) as items, max(received) as newest
        from dead_letters
        where $__timeFilter(received)
        group by reason order by messages desc limit 50""",
        "table",
        width=24,
    ),
)


def overview() -> dict[str, Any]:
    """The overview dashboard."""
    return dashboard("gridwarden-overview", "Gridwarden overview", PANELS)
