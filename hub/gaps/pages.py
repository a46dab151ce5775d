"""Pages: how many devices are worked through at once, by what they promise to have sent. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.gaps.domain import Span
from hub.sites.domain import Spot

AT_ONCE = 250_000  # reports read by one query; ours: some 10 MB
AT_MOST = 1_000_000  # reports looked through for one answer; ours: about a second
_SECOND = 1_000_000


def pages(spots: Sequence[Spot], span: Span) -> Iterator[tuple[Sequence[Spot], bool]]:
    """Runs of devices in order, and of each whether an answer has to end with it."""
    length = (span.until - span.start) / _SECOND
    first, reports, in_all = 0, 0.0, 0.0
    for at, spot in enumerate(spots, 1):
        reports += length / spot.report_s
        in_all += length / spot.report_s
        if reports >= AT_ONCE or in_all >= AT_MOST or at == len(spots):
            yield spots[first:at], in_all >= AT_MOST
            first, reports = at, 0.0
