"""Checks: what was found, how it is judged, what to do. Pure: the looking is done elsewhere.

Limits are ours unless a source is named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gridwarden.embedded.place import MAX_SOCKET_PATH

State = Literal["ok", "warn", "fail"]

OLDEST_PYTHON = (3, 11)
OLDEST_POSTGRES = 15
TESTED_POSTGRES = 18
DISK_FAIL_BYTES = 1 << 30
DISK_WARN_BYTES = 10 << 30
CERTIFICATE_WARN_DAYS = 30
CLOCK_WARN_S = 1.0
EARLIEST_PLAUSIBLE_S = 1_767_225_600.0  # 2026-01-01 UTC: this software is younger than that


@dataclass(frozen=True)
class Check:
    """One thing examined. `remedy` is empty when there is nothing to mend."""

    name: str
    state: State
    found: str
    remedy: str = ""


def judge_python(version: tuple[int, int, int]) -> Check:
    """The interpreter's version."""
    found = ".".join(str(part) for part in version)
    if version[:2] >= OLDEST_PYTHON:
        return Check("python", "ok", found)
    return Check("python", "fail", found, "install Python 3.11 or later")


def judge_database(version: int, detail: str) -> Check:
    """A server that answers. `version` as libpq counts, 180006 for 18.6."""
    major, minor = divmod(version, 10_000)
    found = f"PostgreSQL {major}.{minor}, {detail}"
    if major < OLDEST_POSTGRES:
        return Check("database", "fail", found, f"use PostgreSQL {TESTED_POSTGRES}")
    if major < TESTED_POSTGRES:
        return Check("database", "warn", found, f"tested with PostgreSQL {TESTED_POSTGRES}")
    return Check("database", "ok", found)


def judge_timescale(installed: str | None, available: str | None) -> Check:
    """The extension in the database, or on the server; plain partitions do without."""
    if installed is not None:
        return Check("timescaledb", "ok", f"version {installed}")
    if available is not None:
        remedy = "to use it: CREATE EXTENSION timescaledb; then gridwarden migrate"
        return Check("timescaledb", "ok", f"available {available}, not in use", remedy)
    return Check("timescaledb", "ok", "not there; plain partitions are used instead")


def judge_certificate(days_left: float, until: str) -> Check:
    """How long our certificate for the broker is still good."""
    found = f"until {until}"
    if days_left >= CERTIFICATE_WARN_DAYS:
        return Check("certificate", "ok", found)
    remedy = "gridwarden agent enroll NAME --again; for a service, gridwarden broker files"
    return Check("certificate", "warn" if days_left > 0 else "fail", found, remedy)


def judge_disk(free_bytes: int, folder: str) -> Check:
    """Room for the data folder."""
    found = f"{free_bytes / (1 << 30):.1f} GiB free for {folder}"
    if free_bytes < DISK_FAIL_BYTES:
        return Check("disk", "fail", found, "free some space, or set data_dir to a larger disk")
    if free_bytes < DISK_WARN_BYTES:
        return Check(
            "disk", "warn", found, "weeks of readings need more; watch it, or move data_dir"
        )
    return Check("disk", "ok", found)


def judge_clock(
    now_s: float, differences: dict[str, float], drift_s: float, tolerance_s: float
) -> Check:
    """Our clock against others, in seconds.

    `differences` are other clock minus ours by name; `drift_s` is how far the wall clock moved
    against the monotonic one during the look; beyond `tolerance_s` ingest refuses readings.
    """
    if now_s < EARLIEST_PLAUSIBLE_S:
        return Check("clock", "fail", "set before 2026", "set the clock; run NTP (chrony)")
    name, worst = max(differences.items(), key=lambda item: abs(item[1]), default=("nothing", 0.0))
    found = ", ".join(f"{other} {seconds:+.3f} s" for other, seconds in differences.items())
    if abs(worst) > tolerance_s:
        remedy = (
            f"readings would be refused: set this clock and that of the {name}; run NTP (chrony)"
        )
        return Check("clock", "fail", found, remedy)
    if abs(worst) > CLOCK_WARN_S:
        return Check("clock", "warn", found, f"this clock and that of the {name} differ: run NTP")
    if abs(drift_s) > CLOCK_WARN_S:
        return Check("clock", "warn", f"it jumped by {drift_s:+.3f} s", "find out what sets it")
    return Check("clock", "ok", found or "plausible")


def judge_socket(path_bytes: int) -> Check:
    """The embedded database's socket below the data folder; a longer path is placed elsewhere."""
    found = f"{path_bytes} of {MAX_SOCKET_PATH} bytes"
    if path_bytes <= MAX_SOCKET_PATH:
        return Check("socket path", "ok", found)
    return Check("socket path", "ok", f"{found}: too long here, a short private folder is used")


def judge_camera(version: str, frames_read: int, frames_written: int, ffmpeg: bool) -> Check:
    """A short video, written and read back; RTSP addresses need the FFmpeg backend."""
    found = f"OpenCV {version}, {frames_read} of {frames_written} frames read back"
    remedy = "reinstall opencv-python-headless; other builds of OpenCV lack FFmpeg"
    if frames_read != frames_written:
        return Check("camera decoding", "fail", found, remedy)
    if not ffmpeg:
        return Check("camera decoding", "warn", f"{found}, no FFmpeg: no RTSP cameras", remedy)
    return Check("camera decoding", "ok", f"{found}, FFmpeg")
