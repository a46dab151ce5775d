"""How findings are judged."""

from __future__ import annotations

import pytest

from gridwarden.doctor import check


@pytest.mark.parametrize(
    ("version", "state"), [((3, 10, 9), "fail"), ((3, 11, 0), "ok"), ((3, 14, 1), "ok")]
)
def test_python_from_3_11(version: tuple[int, int, int], state: str) -> None:
    assert check.judge_python(version).state == state


@pytest.mark.parametrize(("version", "state"), [(140012, "fail"), (160004, "warn"), (180006, "ok")])
def test_postgres_from_15_tested_with_18(version: int, state: str) -> None:
    assert check.judge_database(version, "embedded").state == state


def test_timescale_is_never_a_failure_but_its_use_is_explained() -> None:
    assert check.judge_timescale("2.23.0", "2.23.0").found == "version 2.23.0"
    assert "CREATE EXTENSION" in check.judge_timescale(None, "2.23.0").remedy
    assert check.judge_timescale(None, None).state == "ok"


@pytest.mark.parametrize(("days", "state"), [(31, "ok"), (29, "warn"), (0, "fail"), (-5, "fail")])
def test_a_certificate_that_ends_is_told_early(days: float, state: str) -> None:
    judged = check.judge_certificate(days, "2027-11-25")
    assert judged.state == state
    assert bool(judged.remedy) == (state != "ok")


@pytest.mark.parametrize(
    ("free", "state"), [(1 << 29, "fail"), (5 << 30, "warn"), (50 << 30, "ok")]
)
def test_little_room_is_told_early(free: int, state: str) -> None:
    assert check.judge_disk(free, "data").state == state


@pytest.mark.parametrize(
    ("now_s", "differences", "drift_s", "state"),
    [
        (1.8e9, {"file system": 0.0, "database": -0.2}, 0.0, "ok"),
        (1.8e9, {}, 0.0, "ok"),
        (1.8e9, {"file system": 0.0, "database": -20.0}, 0.0, "warn"),
        (1.8e9, {"database": 400.0}, 0.0, "fail"),
        (1.8e9, {"database": 0.0}, 3.0, "warn"),
        (1.0e9, {"database": 0.0}, 0.0, "fail"),
    ],
)
def test_clocks_that_disagree(
    now_s: float, differences: dict[str, float], drift_s: float, state: str
) -> None:
    assert check.judge_clock(now_s, differences, drift_s, tolerance_s=300).state == state


def test_a_camera_needs_every_frame_and_ffmpeg_for_rtsp() -> None:
    assert check.judge_camera("5.0", 5, 5, ffmpeg=True).state == "ok"
    assert check.judge_camera("5.0", 5, 5, ffmpeg=False).state == "warn"
    assert check.judge_camera("5.0", 0, 5, ffmpeg=True).state == "fail"


def test_a_long_socket_path_says_where_the_socket_goes() -> None:
    assert "short private folder" in check.judge_socket(140).found


def test_whatever_is_not_ok_says_what_to_do() -> None:
    for found in (
        check.judge_python((3, 9, 0)),
        check.judge_database(120000, ""),
        check.judge_disk(0, "data"),
        check.judge_clock(0, {}, 0, 300),
        check.judge_camera("5.0", 0, 5, ffmpeg=False),
    ):
        assert found.state != "ok"
        assert found.remedy
