"""Claims: what a replay found, as the match wants it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from edge.wire import Micros
from gridwarden.backtest.match import Claim
from hub.anomalies.domain import Anomaly
from hub.anomalies.replay import Found


def claims_of(found: Iterable[Found], grids: Mapping[str, str]) -> list[Claim]:
    """The anomalies among the findings, with their recoveries; `grids` is the hub's, by device.

    What was muted by a planned shut-off is an entry of the log, and no claim.
    """
    raised: list[tuple[Micros, Anomaly]] = []
    over: dict[int, Micros] = {}
    for one in found:
        if isinstance(one.finding, Anomaly):
            if not one.finding.muted:
                raised.append((one.at, one.finding))
        else:
            over.setdefault(one.finding.key, one.finding.recovered)
    return [
        Claim(
            key=anomaly.key,
            kind=anomaly.kind,
            device=anomaly.device,
            grid=grids.get(anomaly.device),
            started=anomaly.started,
            raised=anomaly.raised,
            found=at,
            over=over.get(anomaly.key),
        )
        for at, anomaly in raised
    ]
