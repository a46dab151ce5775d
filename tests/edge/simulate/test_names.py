from __future__ import annotations

import pytest

from edge.simulate.names import draw_names


def test_names_and_ids_are_unique() -> None:
    people = draw_names(7, 256)
    assert len({person for person, _ in people}) == 256
    assert len({name.zh for _, name in people}) == 256


def test_more_people_than_names_are_refused() -> None:
    with pytest.raises(ValueError, match="257 people, but only 256 names"):
        draw_names(7, 257)
