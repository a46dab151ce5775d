"""Water map: the water sources of a grid, drawn and listed for print (SE-05). Pure.

Drawn as SVG in black and white, because a wall print loses colours: the state stands in the mark.
Distances are straight lines in metres from the point that the map is for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from math import dist
from xml.etree.ElementTree import Element, SubElement, tostring

import msgspec

from hub.hydrants.domain import KIND_NAMES, STATE_NAMES, State
from hub.hydrants.now import Standing
from hub.paper import paper, paragraph, printed, table
from hub.sites.domain import Building, Grid, Name, Point, Road

WIDTH = 1000.0  # of the drawing, in its own units; ours
MARGIN = 24.0
LEGEND = 34.0
FLATTEST = 0.3  # height over width, at least; ours
_USABLE: tuple[State, ...] = ("in_order", "low_pressure")


class Viewpoint(msgspec.Struct, frozen=True):
    """Where one stands who needs water: a village entrance, a fire office."""

    name: Name
    at: Point


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What is drawn under the sources: the grid asked for, the leaf grids in it, the rest."""

    site: Name
    grid: Grid
    leaves: Sequence[Grid]
    roads: Sequence[Road] = ()
    buildings: Sequence[Building] = ()


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A source with its number on the map, and how far it is from the nearest viewpoint."""

    number: int
    source: Standing
    metres: float
    viewpoint: Viewpoint


def listed(sources: Sequence[Standing], viewpoints: Sequence[Viewpoint]) -> list[Listed]:
    """The sources, the nearest to a viewpoint first; what was removed is left out."""
    found: list[tuple[float, str, Standing, Viewpoint]] = []
    for source in sources:
        if source.state == "removed":
            continue
        nearest = min(viewpoints, key=lambda one, at=source.hydrant.at: dist(one.at, at))
        metres = dist(nearest.at, source.hydrant.at)
        found.append((metres, source.hydrant.id, source, nearest))
    found.sort(key=lambda one: one[:2])
    return [
        Listed(number=number, source=source, metres=metres, viewpoint=viewpoint)
        for number, (metres, _, source, viewpoint) in enumerate(found, start=1)
    ]


def draw(
    ground: Ground, sources: Sequence[Listed], viewpoints: Sequence[Viewpoint], language: str
) -> bytes:
    """The map alone, as an SVG file."""
    drawing = _drawing(ground, sources, viewpoints, language)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(drawing, encoding="utf-8")


def print_map(
    ground: Ground,
    sources: Sequence[Listed],
    viewpoints: Sequence[Viewpoint],
    language: str,
    now: datetime,
) -> bytes:
    """The map with the list of its sources, as an HTML document to be printed."""
    words = _WORDS[language]
    html, body = paper(f"{words['title']} · {_in(ground.grid.name, language)}", language)
    usable = sum(one.source.state in _USABLE for one in sources)
    paragraph(body, words["count"].format(usable=usable, all=len(sources)))
    names = ", ".join(_in(one.name, language) for one in viewpoints)
    paragraph(body, f"{words['from']}: {names}", "quiet")
    body.append(_drawing(ground, sources, viewpoints, language))
    heads = [words[head] for head in ("number", "source", "state", "metres", "owner", "census")]
    table(body, heads, _rows(sources, language, several=len(viewpoints) > 1))
    when = now.strftime("%Y-%m-%d %H:%M")
    paragraph(body, f"{_in(ground.site, language)} · {words['as_of']} {when}", "quiet")
    return printed(html)


def _rows(sources: Sequence[Listed], language: str, *, several: bool) -> Iterator[list[str]]:
    for one in sources:
        hydrant = one.source.hydrant
        kind = _in(KIND_NAMES[hydrant.kind], language)
        far = f"{one.metres:.0f} m"
        if several:
            far += f" · {_in(one.viewpoint.name, language)}"
        yield [
            str(one.number),
            f"{_in(hydrant.name, language)} ({hydrant.id}, {kind})",
            _in(STATE_NAMES[one.source.state], language),
            far,
            hydrant.owner,
            "–" if hydrant.censused is None else hydrant.censused.isoformat(),
        ]


def _drawing(
    ground: Ground, sources: Sequence[Listed], viewpoints: Sequence[Viewpoint], language: str
) -> Element:
    points = [*ground.grid.boundary, *(one.at for one in viewpoints)]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    scale = (WIDTH - 2 * MARGIN) / max(east - west, 1.0)
    height = max((north - south) * scale + 2 * MARGIN, WIDTH * FLATTEST)

    def at(point: Point) -> tuple[float, float]:
        return (point[0] - west) * scale + MARGIN, (north - point[1]) * scale + MARGIN

    def path(line: Sequence[Point], end: str = "") -> str:
        return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in map(at, line)) + end

    size = f"0 0 {WIDTH:.0f} {height + LEGEND:.0f}"
    svg = Element("svg", xmlns="http://www.w3.org/2000/svg", viewBox=size)
    svg.set("font-family", "system-ui, Noto Sans CJK SC, Microsoft YaHei, sans-serif")
    SubElement(
        svg, "title"
    ).text = f"{_WORDS[language]['title']} · {_in(ground.grid.name, language)}"
    SubElement(svg, "rect", width="100%", height="100%", fill="#fff")
    clip = SubElement(SubElement(svg, "defs"), "clipPath", id="grid")
    SubElement(clip, "path", d=path(ground.grid.boundary, "Z"))
    inside = SubElement(svg, "g", {"clip-path": "url(#grid)"})
    for road in ground.roads:
        wide = f"{max(road.width * scale, 2):.1f}"
        style = {"stroke-width": wide, "stroke-linejoin": "round"}
        SubElement(inside, "path", {"d": path(road.line), "fill": "none", "stroke": "#ddd"} | style)
    for building in ground.buildings:
        shape = path(building.outline, "Z")
        SubElement(inside, "path", d=shape, fill="#ececec", stroke="#aaa")
    for leaf in ground.leaves:
        SubElement(inside, "path", d=path(leaf.boundary, "Z"), fill="none", stroke="#bbb")
    edge = {"d": path(ground.grid.boundary, "Z"), "fill": "none", "stroke": "#111"}
    SubElement(svg, "path", edge | {"stroke-width": "2"})
    for one in viewpoints:
        _viewpoint(svg, at(one.at), _in(one.name, language))
    for one in sources:
        _mark(svg, at(one.source.hydrant.at), str(one.number), one.source.state)
    _legend(svg, height, scale, language)
    return svg


def _viewpoint(svg: Element, at: tuple[float, float], name: str) -> None:
    x, y = at
    SubElement(svg, "path", d=f"M{x:.1f} {y - 9:.1f}l8 16h-16z", fill="#111")
    anchor = "end" if x > WIDTH / 2 else "start"
    far = -13 if anchor == "end" else 13
    text = {"x": f"{x + far:.1f}", "y": f"{y + 5:.1f}", "font-size": "14", "font-weight": "700"}
    halo = {"paint-order": "stroke", "stroke": "#fff", "stroke-width": "4", "text-anchor": anchor}
    SubElement(svg, "text", text | halo).text = name


def _mark(svg: Element, at: tuple[float, float], label: str, state: State) -> None:
    """A disc: black where there is water, struck out where there is none, ringed where little."""
    x, y = at
    good = state == "in_order"
    circle = {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": "11", "stroke": "#111", "stroke-width": "2"}
    SubElement(svg, "circle", circle | {"fill": "#111" if good else "#fff"})
    place = {"x": f"{x:.1f}", "y": f"{y + 4:.1f}", "font-size": "11", "font-weight": "700"}
    ink = {"fill": "#fff" if good else "#111", "text-anchor": "middle"}
    SubElement(svg, "text", place | ink).text = label
    if state not in _USABLE:
        stroke = {"stroke": "#111", "stroke-width": "2.5"}
        SubElement(svg, "path", {"d": f"M{x - 12:.1f} {y + 12:.1f}l24 -24"} | stroke)


def _legend(svg: Element, height: float, scale: float, language: str) -> None:
    y = height + LEGEND / 2
    x = MARGIN + 12
    states: tuple[tuple[State, str], ...] = (
        ("in_order", "usable"),
        ("low_pressure", "weak"),
        ("no_water", "useless"),
    )
    for state, word in states:
        _mark(svg, (x, y), "", state)
        text = SubElement(svg, "text", {"x": f"{x + 20:.0f}", "y": f"{y + 5:.0f}"})
        text.set("font-size", "14")
        text.text = _WORDS[language][word]
        x += 190
    metres = next(step for step in (10, 20, 50, 100, 200, 500, 1000, 5000, 10_000, 100_000)
                  if step * scale >= 60)  # fmt: skip
    right = WIDTH - MARGIN
    left = right - metres * scale
    bar = {"d": f"M{left:.1f} {y - 4:.1f}v8h{metres * scale:.1f}v-8", "fill": "none"}
    SubElement(svg, "path", bar | {"stroke": "#111", "stroke-width": "1.5"})
    text = SubElement(svg, "text", {"x": f"{left - 8:.1f}", "y": f"{y + 5:.0f}"})
    text.set("text-anchor", "end")
    text.set("font-size", "13")
    text.text = f"{metres} m"


def _in(name: Name, language: str) -> str:
    return name.zh if language == "zh" else name.en


_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "title": "Water sources",
        "count": "{usable} of {all} water sources give water.",
        "from": "Distances in a straight line from the nearest of",
        "number": "No.",
        "source": "Water source",
        "state": "State",
        "metres": "Distance",
        "owner": "Owner",
        "census": "Census",
        "as_of": "as of",
        "usable": "gives water",
        "weak": "low pressure",
        "useless": "gives none now",
    },
    "zh": {
        "title": "消防水源图",
        "count": "共{all}处水源，其中{usable}处可用。",
        "from": "距离为直线距离，起算点",
        "number": "编号",
        "source": "水源",
        "state": "状态",
        "metres": "距离",
        "owner": "权属单位",
        "census": "普查日期",
        "as_of": "截至",
        "usable": "可用",
        "weak": "压力不足",
        "useless": "暂不可用",
    },
}
