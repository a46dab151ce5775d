from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge.epochs import TOLD, Epochs, Span
from edge.wire import Held


def three() -> Epochs:
    """Epoch 71 numbered 1 to 4, epoch 72 numbered 5 to 9, epoch 73 from 10 on."""
    return Epochs([Span(0, 71), Span(4, 72), Span(9, 73)])


@given(st.integers(1, 100))
def test_number_and_identity_name_each_other(number: int) -> None:
    assert three().number(three().key(number)) == number


def test_each_epoch_counts_from_1() -> None:
    epochs = three()
    assert [epochs.key(number) for number in (1, 4, 5, 9, 10)] == [
        (71, 1), (71, 4), (72, 1), (72, 5), (73, 1)
    ]  # fmt: skip


def test_what_a_copy_gave_out_of_an_ended_epoch_is_not_taken_for_a_later_batch() -> None:
    epochs = three()
    assert epochs.numbers([(71, 5), (72, 6), (74, 1), (72, 0), (72, -1)]) == []
    assert epochs.numbers([(71, 4), (72, 5), (73, 90)]) == [4, 9, 99]


def test_an_epoch_of_which_nothing_is_left_is_forgotten_when_the_next_begins() -> None:
    epochs = three()
    for number in (1, 5, 10):
        epochs.kept(number)
    epochs.gone(1, evicted=False)
    epochs.gone(5, evicted=True)
    assert epochs.held() == [Held(72, 0, 1), Held(73, 1, 0)]
    assert epochs.spent() == [0]
    epochs.begin(Span(10, 74))
    assert (epochs.number((71, 1)), epochs.key(5), epochs.key(11)) == (None, (72, 1), (74, 1))


def test_a_report_and_the_memory_of_what_was_evicted_are_bounded() -> None:
    epochs = Epochs([Span(n, 1000 + n, evicted=1, waiting=n % 2) for n in range(3 * TOLD)])
    assert [held.epoch for held in epochs.held()] == [1000 + n for n in range(2 * TOLD, 3 * TOLD)]
    assert epochs.spent() == list(range(0, 2 * TOLD, 2))
