from __future__ import annotations

import pytest

from ingest.person import PersonKeys


def test_a_card_is_the_same_person_under_one_key_and_another_under_another() -> None:
    one, other = PersonKeys(b"k" * 16), PersonKeys(b"l" * 16)
    assert one.of("0451") == PersonKeys(b"k" * 16).of("0451")
    assert len({one.of("0451"), one.of("0452"), other.of("0451")}) == 3
    assert all(0 <= one.of(str(card)) < 1 << 63 for card in range(1000))


@pytest.mark.parametrize("size", [0, 15, 65])
def test_a_key_too_short_or_too_long_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="needs 16 to 64"):
        PersonKeys(b"k" * size)


def test_a_mask_tells_persons_apart_without_their_cards() -> None:
    persons = PersonKeys(b"k" * 16)
    assert persons.mask("0451") == f"person:{persons.of('0451')}"
