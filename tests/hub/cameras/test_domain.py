from __future__ import annotations

import pytest

from edge.look import Frame
from hub.cameras.domain import Sight, Watch, picture_part, renewals, sight, sight_part


@pytest.mark.parametrize(
    ("watch", "linked", "now", "seen"),
    [
        (Watch(100), True, 101, "waiting"),
        (Watch(100), True, 105, "no_frames"),
        (Watch(100), False, 101, "no_link"),
        (Watch(100, 120), True, 121, "live"),
        (Watch(100, 120), False, 121, "live"),
        (Watch(100, 120), True, 124, "no_frames"),
        (Watch(100, 120), False, 124, "no_link"),
    ],
)
def test_a_picture_is_live_or_says_why_not(
    watch: Watch, linked: bool, now: float, seen: Sight
) -> None:
    """SE-15 in part: a picture that is not live says why."""
    assert sight(watch, linked=linked, now=now) == seen


def test_parts_carry_their_length_so_that_no_boundary_is_searched_for() -> None:
    part = picture_part("camera-1", Frame(7, b"--frame\r\n"))
    assert part == (
        b"--frame\r\nContent-Type: image/jpeg\r\nX-Camera: camera-1\r\nX-Time: 7\r\n"
        b"Content-Length: 9\r\n\r\n--frame\r\n\r\n"
    )
    assert sight_part("c", "live").endswith(b'\r\n\r\n{"camera":"c","sight":"live"}\r\n')


def test_looks_are_renewed_before_they_run_out() -> None:
    assert renewals(["a", "b", "c"], {"a": 100, "b": 95}, 100) == ["b", "c"]
