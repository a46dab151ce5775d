"""Excerpts: what a sensor measured around a case, as a table and as a picture. Pure.

Columns: time in seconds since 1970-01-01 UTC and values in the quantity's unit, all float64 and of
one length, ordered by time.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, floor, log10
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from hub.live.series import Column, thin
from ingest import clock

POINTS = 1200  # ours: more than a printed line shows
WIDTH, HEIGHT = 760, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 12, 10, 26
_LINE, _BAND, _LIMIT, _GRID, _TEXT = "#1d5fa8", "#c5d9ef", "#c22f2f", "#dddddd", "#444444"
_X_STEPS_S = (60, 300, 600, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800, 604_800)
_TICKS = 7


class Excerpt(msgspec.Struct, frozen=True, kw_only=True):
    """One series: readings, or means of stretches of `step_s` with least and greatest value."""

    device: str
    quantity: str
    unit: str
    limit: float | None
    time: Column
    value: Column
    low: Column | None = None
    high: Column | None = None
    step_s: int | None = None

    @property
    def name(self) -> str:
        """What its files are called."""
        return f"{self.device}.{self.quantity}"


def table(excerpt: Excerpt) -> bytes:
    """The series as CSV: time in UTC, values as they are stored."""
    micros = np.round(excerpt.time * 1e6).astype("int64").astype("datetime64[us]")
    times = np.datetime_as_string(micros, unit="ms", timezone="UTC").tolist()
    columns = [excerpt.value, excerpt.low, excerpt.high]
    values = [column.tolist() for column in columns if column is not None]
    unit = f" [{excerpt.unit}]" if excerpt.unit else ""
    heads = (
        ["value"] if excerpt.low is None else [f"mean of {excerpt.step_s} s", "least", "greatest"]
    )
    lines = [",".join(["time", *(f"{head}{unit}" for head in heads)])]
    lines += [",".join([time, *map(repr, row)]) for time, *row in zip(times, *values, strict=True)]
    return ("\r\n".join(lines) + "\r\n").encode()


def plot(excerpt: Excerpt, zone: ZoneInfo) -> bytes:
    """The series as SVG, with its limit; times are those of the zone."""
    size = {"width": str(WIDTH), "height": str(HEIGHT), "viewBox": f"0 0 {WIDTH} {HEIGHT}"}
    svg = Element("svg", size | {"xmlns": "http://www.w3.org/2000/svg"})
    if len(excerpt.time) == 0:
        _text(svg, WIDTH / 2, HEIGHT / 2, "–", "middle")
        return tostring(svg, encoding="utf-8")
    time, value = thin(excerpt.time, excerpt.value, POINTS)
    low, high = _range(excerpt)
    start, end = float(excerpt.time[0]), float(excerpt.time[-1])
    end = end if end > start else start + 1

    def x(at: Any) -> Any:
        return _LEFT + (at - start) / (end - start) * (WIDTH - _LEFT - _RIGHT)

    def y(of: Any) -> Any:
        return HEIGHT - _BOTTOM - (of - low) / (high - low) * (HEIGHT - _TOP - _BOTTOM)

    for level in _levels(low, high):
        _line(svg, _LEFT, y(level), WIDTH - _RIGHT, y(level), _GRID)
        _text(svg, _LEFT - 6, y(level) + 4, f"{level:g}", "end")
    for at, label in _times(start, end, zone):
        _line(svg, x(at), _TOP, x(at), HEIGHT - _BOTTOM, _GRID)
        _text(svg, x(at), HEIGHT - 8, label, "middle")
    if excerpt.low is not None and excerpt.high is not None:
        band = np.concatenate((excerpt.high, excerpt.low[::-1]))
        around = np.concatenate((excerpt.time, excerpt.time[::-1]))
        SubElement(svg, "polygon", points=_points(x(around), y(band)), fill=_BAND)
    if excerpt.limit is not None:
        _line(svg, _LEFT, y(excerpt.limit), WIDTH - _RIGHT, y(excerpt.limit), _LIMIT, "6 4")
    shape = {"fill": "none", "stroke": _LINE, "stroke-width": "1.4"}
    SubElement(svg, "polyline", shape | {"points": _points(x(time), y(value))})
    return tostring(svg, encoding="utf-8")


def _range(excerpt: Excerpt) -> tuple[float, float]:
    columns = [excerpt.value, excerpt.low, excerpt.high]
    values = [float(edge) for one in columns if one is not None for edge in (one.min(), one.max())]
    if excerpt.limit is not None:
        values.append(excerpt.limit)
    low, high = min(values), max(values)
    room = (high - low) * 0.08 or abs(high) * 0.1 or 1.0
    return low - room, high + room


def _levels(low: float, high: float) -> Iterator[float]:
    rough = (high - low) / 4
    size = 10 ** floor(log10(rough))
    step = next(size * times for times in (1, 2, 5, 10) if size * times >= rough)
    for number in range(ceil(low / step), floor(high / step) + 1):
        yield round(number * step, 12)


def _times(start: float, end: float, zone: ZoneInfo) -> Iterator[tuple[float, str]]:
    span = end - start
    step = next((one for one in _X_STEPS_S if span / one <= _TICKS), ceil(span / _TICKS))
    offset = clock.moment(round(start * 1e6)).astimezone(zone).utcoffset()
    shift = 0 if offset is None else offset.total_seconds()
    form = "%H:%M" if span <= 86_400 else "%m-%d %H:%M"
    at = ceil((start + shift) / step) * step - shift
    while at <= end:
        yield at, f"{clock.moment(round(at * 1e6)).astimezone(zone):{form}}"
        at += step


def _points(x: Column, y: Column) -> str:
    return " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x.tolist(), y.tolist(), strict=True))


def _line(
    svg: Element, x1: float, y1: float, x2: float, y2: float, stroke: str, dash: str = ""
) -> None:
    ends = {"x1": f"{x1:.1f}", "y1": f"{y1:.1f}", "x2": f"{x2:.1f}", "y2": f"{y2:.1f}"}
    SubElement(
        svg, "line", ends | {"stroke": stroke} | ({"stroke-dasharray": dash} if dash else {})
    )


def _text(svg: Element, x: float, y: float, text: str, anchor: str) -> None:
    look = {"font-size": "11", "font-family": "DejaVu Sans, sans-serif", "fill": _TEXT}
    place = {"x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor}
    SubElement(svg, "text", place | look).text = text
