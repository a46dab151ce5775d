"""Draw the lifecycle of cases from the code: the picture and the table of docs/cases.md.

python -m tools.lifecycle          # write both
python -m tools.lifecycle --check  # exit 1 if they are not current
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from hub.cases.graph import ways
from hub.cases.lifecycle import CaseRules, shipped_rules
from hub.cases.machine import DEEDS
from hub.cases.vocabulary import Stage

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "docs" / "images" / "lifecycle.svg"
PAGE = ROOT / "docs" / "cases.md"
BEGIN, END = (
    "<!-- lifecycle: from here written by tools/lifecycle.py -->",
    "<!-- lifecycle: end -->",
)

ROWS: tuple[Stage, ...] = (
    "discovered", "screened", "accepted", "triaged", "dispatched", "transferred", "suspended",
    "unsolvable", "handled", "verified", "closed", "revisited", "archived",
)  # fmt: skip
SENSORS = ("sensor agrees", "danger is back", "relapse")
ANYWHERE = ("merge", "dismiss")  # from almost everywhere to the same end: told in words

ROW, HEIGHT, WIDTH, LANE = 74, 34, 132, 23
MARGIN = 24


def drawing(rules: CaseRules) -> str:
    """The picture as SVG: stages from above down, ways on at the right, ways back at the left."""
    arrows = _arrows(rules)
    lanes = {way: lane for side in (True, False) for way, lane in _lanes(arrows, down=side)}
    left = max((lane for way, lane in lanes.items() if not _down(way)), default=-1) + 1
    right = max((lane for way, lane in lanes.items() if _down(way)), default=-1) + 1
    x = MARGIN + left * LANE + 20
    wide, high = x + WIDTH + 20 + right * LANE + MARGIN, MARGIN * 2 + ROW * (len(ROWS) - 1) + HEIGHT
    size = f'viewBox="0 0 {wide} {high}" width="{wide}" height="{high}"'
    tip = '<path d="M0 0 8 4 0 8z" fill="#57606a"/>'
    mark = 'viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"'
    halo = "text{paint-order:stroke;stroke:#fff;stroke-width:3px}rect+text{stroke:none}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="11">',
        "<title>The stages of a case and the ways between them</title>",
        f"<style>{halo}</style>",
        f'<defs><marker id="a" {mark}>{tip}</marker></defs>',
        f'<rect width="{wide}" height="{high}" fill="#fff"/>',
        "<g>",
    ]
    parts += [_arrow(way, words, lanes, x) for way, words in arrows.items()]
    parts += ["</g>", *(_box(stage, x) for stage in ROWS)]
    return "\n".join([*parts, "</svg>", ""])


def _arrows(rules: CaseRules) -> dict[tuple[Stage, Stage], list[str]]:
    found: dict[tuple[Stage, Stage], list[str]] = {}
    for way in ways(rules):
        if way.by not in ANYWHERE:
            found.setdefault((way.start, way.end), []).append(way.by)
    return found


def _down(way: tuple[Stage, Stage]) -> bool:
    return ROWS.index(way[0]) < ROWS.index(way[1])


def _straight(way: tuple[Stage, Stage]) -> bool:
    return ROWS.index(way[1]) == ROWS.index(way[0]) + 1


def _lanes(
    arrows: dict[tuple[Stage, Stage], list[str]], *, down: bool
) -> Iterator[tuple[tuple[Stage, Stage], int]]:
    """A lane for each way on one side, the short ones inside, so that none lies on another."""
    taken: list[list[tuple[int, int]]] = []
    sides = [way for way in arrows if _down(way) == down and not _straight(way)]
    for way in sorted(sides, key=_reach):
        top, end = _reach(way)[1:]
        free = (
            number
            for number, lane in enumerate(taken)
            if all(end <= other[0] or top >= other[1] for other in lane)
        )
        number = next(free, len(taken))
        if number == len(taken):
            taken.append([])
        taken[number].append((top, end))
        yield way, number


def _reach(way: tuple[Stage, Stage]) -> tuple[int, int, int]:
    top, end = sorted(ROWS.index(stage) for stage in way)
    return end - top, top, end


def _arrow(
    way: tuple[Stage, Stage], by: Sequence[str], lanes: dict[tuple[Stage, Stage], int], x: int
) -> str:
    sensor = all(one in SENSORS for one in by)
    dash = ' stroke-dasharray="4 3"' if sensor else ""
    words = escape(", ".join(one.replace("_", " ") for one in by))
    start, end = (MARGIN + ROW * ROWS.index(stage) + HEIGHT // 2 for stage in way)
    line = f'fill="none" stroke="#57606a"{dash} marker-end="url(#a)"'
    if _straight(way):
        middle, top, foot = x + WIDTH // 2, start + HEIGHT // 2, end - HEIGHT // 2
        at = f'x="{middle}" y="{(top + foot) // 2 + 2}" text-anchor="middle" fill="#24292f"'
        label = f"<text {at}>{words}</text>"
        return f'<path d="M{middle} {top}V{foot}" {line}/>{label}'
    away = 20 + lanes[way] * LANE
    side = x + WIDTH if _down(way) else x
    lane = side + away if _down(way) else side - away
    shift = 5 if _down(way) else -5
    path = f'<path d="M{side} {start + shift}H{lane}V{end - shift}H{side}" {line}/>'
    middle = (start + end) // 2
    turn = f'transform="rotate(-90 {lane - 4} {middle})"'
    return (
        f'{path}<text x="{lane - 4}" y="{middle}" text-anchor="middle" fill="#24292f" '
        f"{turn}>{words}</text>"
    )


def _box(stage: Stage, x: int) -> str:
    y = MARGIN + ROW * ROWS.index(stage)
    aside = stage in ("transferred", "suspended", "unsolvable")
    fill = "#fff8e1" if aside else "#e8f0fe"
    return (
        f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="6" fill="{fill}" '
        f'stroke="#57606a"/><text x="{x + WIDTH // 2}" y="{y + 22}" text-anchor="middle" '
        f'font-size="13" font-weight="bold" fill="#24292f">{stage}</text>'
    )


def table(rules: CaseRules) -> str:
    """The actions as a Markdown table: from where, by which right, with what."""
    lines = ["| action | from | leads to | right | may bring |", "|-|-|-|-|-|"]
    leads: dict[str, list[Stage]] = {}
    for way in ways(rules):
        leads.setdefault(way.by, []).append(way.end)
    for action, deed in DEEDS.items():
        entry = rules.transition(action)
        if entry is None:
            continue
        ends = [stage for stage in ROWS if stage in leads.get(action, ())]
        takes = [field for field in deed.takes if field not in ("note", "photos")]
        lines.append(
            f"| `{action}` | {', '.join(entry.from_)} | {', '.join(ends) or '–'} | "
            f"`{entry.right}` | {', '.join(f'`{field}`' for field in takes) or '–'} |"
        )
    return "\n".join(lines)


def written(page: str, rules: CaseRules) -> str:
    """The page with the present table in it.

    Raises:
        ValueError: the page has no place for it.
    """
    begin, rest = page.split(BEGIN)
    _, end = rest.split(END)
    return f"{begin}{BEGIN}\n\n{table(rules)}\n\n{END}{end}"


def main(arguments: Sequence[str]) -> int:
    """Write the picture and the table, or check them; returns the exit code."""
    rules = shipped_rules()
    wanted = {PICTURE: drawing(rules), PAGE: written(PAGE.read_text("utf-8"), rules)}
    if "--check" not in arguments:
        for file, text in wanted.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        return 0
    old = [file for file, text in wanted.items() if file.read_text("utf-8") != text]
    for file in old:
        sys.stderr.write(f"{file.relative_to(ROOT)} is old: run python -m tools.lifecycle\n")
    return 1 if old else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
