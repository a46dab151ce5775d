from __future__ import annotations

from random import Random

from edge.backoff import Backoff


def test_waits_double_up_to_the_longest_with_jitter_below() -> None:
    backoff = Backoff(1.0, 8.0, Random(3))
    for bound in (1, 2, 4, 8, 8, 8):
        assert bound / 2 <= backoff.next() <= bound


def test_success_begins_with_the_shortest_wait_again() -> None:
    backoff = Backoff(1.0, 8.0, Random(3))
    for _ in range(5):
        backoff.next()
    backoff.reset()
    assert backoff.next() <= 1.0


def test_two_agents_do_not_wait_equally_long() -> None:
    assert Backoff(1.0, 8.0, Random(1)).next() != Backoff(1.0, 8.0, Random(2)).next()
