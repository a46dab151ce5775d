"""Picture: a trace's timeline as SVG: who was with an index person, where and when.

One line per person, the index persons first; the bar's colour is the place. Likely time is drawn
full, what is only possible pale.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from html import escape

import numpy as np
import pandas as pd

from gridwarden.trace.run import Names, Traced
from hub.tracing.columns import Integers

MOST_LINES = 40  # ours: what fits a page and can be read
_COLOURS = (
    "#1f6feb", "#d4641c", "#2b8a3e", "#a8328f", "#b8860b", "#0b7a75", "#c92a2a", "#5f3dc4",
)  # fmt: skip
_OTHER = "#868e96"
_LAST_LABEL = 44  # half a label, so that none is cut
_LEFT, _RIGHT, _TOP, _LINE, _BAR, _WIDTH = 170, 24, 64, 22, 12, 1200
_TICKS = (1 / 4, 1, 3, 6, 12, 24, 48, 24 * 7)  # hours


def timeline(traced: Traced, names: Names, title: str) -> str:
    """The SVG of a trace: index persons' stays and each contact's encounters with its source."""
    index = np.unique(traced.rings.person[traced.rings.ring == 0])
    listed = traced.contacts.head(max(0, MOST_LINES - len(index)))
    rows = {card: number + len(index) for number, card in enumerate(listed["card"].tolist())}
    mine = np.flatnonzero(np.isin(traced.stays.person, index))
    window = traced.asked.window
    start = np.clip(traced.stays.start[mine], window.start, window.end)
    end = np.clip(traced.stays.end[mine], window.start, window.end)
    seen = end > start
    mine, start, end = mine[seen], start[seen], end[seen]
    scale = _Scale.over(start, end, names)
    bars = pd.DataFrame(
        {
            "row": np.searchsorted(index, traced.stays.person[mine]),
            "place": names.of_places(traced.stays.place[mine]),
            "from": names.times(start),
            "to": names.times(end),
        }
    )
    met = traced.meetings[traced.meetings["card"].isin(list(rows))]
    busiest = met.groupby("place")["likely_min"].sum().sort_values(ascending=False).index
    colours = dict(zip(busiest[: len(_COLOURS)], _COLOURS, strict=False))
    labels = names.of_persons(index)
    height = _TOP + _LINE * (len(labels) + len(rows)) + 40
    parts = [*_frame(height, title, len(traced.contacts), len(rows)), *scale.marks(height)]
    parts += _legend(colours, height)
    for number, label in enumerate(labels):
        parts.append(_label(number, label, "index"))
    for card, number, ring in zip(rows, rows.values(), listed["ring"], strict=True):
        parts.append(_label(number, card, f"ring {ring}"))
    for bar in bars.to_dict("records"):
        hint = f"{bar['place']}  {_clock(bar['from'])} to {_clock(bar['to'])}"
        colour = colours.get(bar["place"], _OTHER)
        parts.append(scale.bar(bar["row"], bar["from"], bar["to"], colour, 1.0, hint))
    for one in met.to_dict("records"):
        colour = colours.get(one["place"], _OTHER)
        hint = (
            f"{one['card']} with {one['with']}: {one['place']}, {_clock(one['from'])} to "
            f"{_clock(one['to'])}; {one['least_min']:.0f} / {one['likely_min']:.0f} / "
            f"{one['most_min']:.0f} min at least / likely / at most"
        )
        row = rows[one["card"]]
        parts.append(scale.bar(row, one["from"], one["to"], colour, 0.3, hint))
        if one["likely_min"] > 0:
            likely = one["likely_from"] + timedelta(minutes=one["likely_min"])
            parts.append(scale.bar(row, one["likely_from"], likely, colour, 1.0, hint))
    return "\n".join([*parts, "</svg>"]) + "\n"


class _Scale:
    """Local time to pixels."""

    def __init__(self, start: pd.Timestamp, end: pd.Timestamp) -> None:
        self._start = start
        self._end = max(end, start + timedelta(minutes=15))
        self._per_second = (_WIDTH - _LEFT - _RIGHT) / (self._end - self._start).total_seconds()

    @classmethod
    def over(cls, start: Integers, end: Integers, names: Names) -> _Scale:
        """From the first to the last of some times."""
        if not len(start):
            start = end = np.zeros(1, dtype=np.int64)
        first, last = names.times(np.array([start.min(), end.max()]))
        return cls(first.floor("h"), last.ceil("h"))

    def x(self, moment: pd.Timestamp) -> float:
        return _LEFT + (moment - self._start).total_seconds() * self._per_second

    def bar(
        self, row: int, start: pd.Timestamp, end: pd.Timestamp, colour: str, opacity: float,
        hint: str,
    ) -> str:  # fmt: skip
        left, right = self.x(start), self.x(end)
        y = _TOP + row * _LINE + (_LINE - _BAR) / 2
        return (
            f'<rect x="{left:.1f}" y="{y:.1f}" width="{max(right - left, 0.8):.1f}" '
            f'height="{_BAR}" fill="{colour}" fill-opacity="{opacity}">'
            f"<title>{escape(hint)}</title></rect>"
        )

    def marks(self, height: int) -> Iterator[str]:
        hours = (self._end - self._start).total_seconds() / 3600
        step = next((tick for tick in _TICKS if hours / tick <= 14), _TICKS[-1])
        form = "%d %b" if step >= 24 else "%d %b %H:%M"
        moment = self._start.floor("D")
        while moment <= self._end:
            if moment >= self._start:
                x = self.x(moment)
                yield (
                    f'<line x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{height - 40}" '
                    'stroke="#dee2e6"/>'
                )
                text = moment.strftime(form)
                x = min(x, _WIDTH - _LAST_LABEL)
                yield f'<text x="{x:.1f}" y="{_TOP - 8}" text-anchor="middle">{text}</text>'
            moment += timedelta(hours=step)


def _frame(height: int, title: str, contacts: int, shown: int) -> list[str]:
    more = "" if shown == contacts else f", the first {shown} of {contacts} contacts"
    return [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" '
            f'viewBox="0 0 {_WIDTH} {height}" '
            'font-family="system-ui, Noto Sans CJK SC, sans-serif" font-size="12" fill="#212529">'
        ),
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="16" y="26" font-size="16" font-weight="600">{escape(title + more)}</text>',
    ]


def _label(row: int, card: str, ring: str) -> str:
    y = _TOP + row * _LINE + _LINE / 2 + 4
    shown = card if len(card) <= 16 else card[:15] + "…"
    weight = ' font-weight="600"' if ring == "index" else ""
    return (
        f'<text x="16" y="{y:.1f}"{weight}>{escape(shown)}</text>'
        f'<text x="{_LEFT - 10}" y="{y:.1f}" text-anchor="end" fill="#868e96">{ring}</text>'
    )


def _legend(colours: Mapping[str, str], height: int) -> Iterator[str]:
    x = 16.0
    for place, colour in {**colours, "elsewhere": _OTHER}.items():
        shown = place if len(place) <= 18 else place[:17] + "…"
        yield f'<rect x="{x:.0f}" y="{height - 24}" width="12" height="12" fill="{colour}"/>'
        yield f'<text x="{x + 17:.0f}" y="{height - 14}">{escape(shown)}</text>'
        x += 34 + 7.2 * len(shown) + 4.8 * sum(ord(letter) > 0x2E7F for letter in shown)


def _clock(moment: pd.Timestamp) -> str:
    return moment.strftime("%d %b %H:%M")
