from __future__ import annotations

import msgspec

from hub.gaps.domain import Span
from hub.gaps.pages import AT_MOST, AT_ONCE, pages
from tests.hub.make import SPOT

SECOND = 1_000_000


def runs(count: int, seconds: int, report_s: float = 1) -> list[tuple[int, bool]]:
    spots = [
        msgspec.structs.replace(SPOT, device=f"d-{n}", report_s=report_s) for n in range(count)
    ]
    found = list(pages(spots, Span(0, seconds * SECOND, 0)))
    assert [spot for run, _ in found for spot in run] == spots
    return [(len(run), is_last) for run, is_last in found]


def test_devices_that_report_little_are_read_at_once() -> None:
    assert runs(304, 3600, report_s=10) == [(304, False)]
    assert runs(0, 3600) == []


def test_an_answer_ends_when_it_has_looked_through_enough() -> None:
    assert runs(8, AT_ONCE) == [(1, False), (1, False), (1, False), (1, True)] + [(1, True)] * 4


def test_even_a_device_that_reports_too_much_is_read() -> None:
    assert runs(2, 2 * AT_MOST) == [(1, True), (1, True)]
