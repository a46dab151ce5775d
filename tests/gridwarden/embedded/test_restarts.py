"""When a dead child is started again."""

from __future__ import annotations

from gridwarden.embedded.restarts import Record, RestartPolicy, after_death

POLICY = RestartPolicy(first_s=1, longest_s=5, settled_s=30, quick_deaths=4)


def test_quick_deaths_in_a_row_wait_longer_and_longer_and_are_given_up() -> None:
    record, waits = Record(), []
    for _ in range(5):
        record, wait_s = after_death(record, 0.1, POLICY)
        waits.append(wait_s)
    assert waits == [1, 2, 4, 5, None]


def test_who_lived_long_starts_with_a_clean_record() -> None:
    record = Record(quick=4)
    assert after_death(record, 30, POLICY) == (Record(quick=1), 1)
