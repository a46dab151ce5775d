from __future__ import annotations

from edge.vision.frozen import FROZEN_S, Freeze


def test_a_picture_that_never_changes_is_frozen_and_the_next_live_one_is_not(ground) -> None:
    freeze, still = Freeze(), ground()
    assert not freeze.see(still, 0.0)
    assert not freeze.see(still.copy(), FROZEN_S - 1)
    assert freeze.see(still.copy(), FROZEN_S)
    assert not freeze.see(ground(), FROZEN_S + 1)


def test_noise_alone_keeps_a_picture_live(ground) -> None:
    freeze = Freeze()
    assert not any(freeze.see(ground(), at) for at in range(0, 200, 5))
