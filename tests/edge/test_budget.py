from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge.budget import Budget


@given(
    st.lists(st.tuples(st.integers(0, 60_000), st.floats(0, 2)), max_size=200),
    st.floats(1_000, 500_000),
)
def test_no_more_goes_than_the_rate_and_one_second_ahead(
    tries: list[tuple[int, float]], rate: float
) -> None:
    budget, now, sent = Budget(rate), 100.0, 0
    for size, later in tries:
        now += later
        if budget.allows(size, now):
            sent += size
    assert sent <= rate * (now - 100.0 + 1) + 1e-3


def test_what_was_left_out_does_not_block_what_fits() -> None:
    budget = Budget(1000)
    assert budget.allows(900, 10.0)
    assert not budget.allows(900, 10.1)
    assert budget.allows(100, 10.1)
    assert budget.allows(900, 11.2)
