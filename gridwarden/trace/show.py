"""Show: what was understood of a log, and what a trace found, on the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from gridwarden.trace.log import AccessLog, kinds_of_places
from gridwarden.trace.run import Names, Traced
from hub.tracing.columns import integers
from hub.tracing.stays import FoldCounts

_SHOWN = 20
_PLACES_WIDTH = 22  # characters; ours: fits a terminal of 80 with ids of twelve
_RECORDS_SHOWN = 5


def show_understood(
    console: Console,
    file: Path,
    log: AccessLog,
    names: Names,
    counts: FoldCounts,
    over_long: str,
    longest_hours: float,
) -> None:
    """What was understood of the log: columns, first records, kinds of places, what is missing."""
    chosen = log.chosen
    console.print(
        f"[bold]{escape(file.name)}[/]: {log.records:,} records, {len(log.cards):,} cards, "
        f"{len(log.places):,} places", soft_wrap=True,
    )  # fmt: skip
    console.print(
        f"time = {chosen.time} ({chosen.time_format or 'ISO 8601'}, {chosen.time_zone}), "
        f"card = {chosen.card}, place = {' + '.join(chosen.reader)}, "
        f"direction = {chosen.direction or 'none'}, granted = {chosen.granted or 'none'}",
        soft_wrap=True, markup=False,
    )  # fmt: skip
    table = Table("line", "time", "card", "place", "direction", box=None, header_style="bold")
    times = names.times(log.swipes.time[:_RECORDS_SHOWN]).dt.strftime("%Y-%m-%d %H:%M:%S").tolist()
    for row, time in enumerate(times):
        card = log.cards[int(log.swipes.person[row])]
        place = log.places[int(log.swipes.place[row])]
        way = ("unknown", "in", "out")[int(log.swipes.direction[row])]
        table.add_row(str(log.line[row]), str(time), escape(card), escape(place), way)
    console.print(table)
    kinds = kinds_of_places(log.swipes)
    console.print("places: " + ", ".join(f"{count} {kind}" for kind, count in kinds.items()))
    for problem in log.problems:
        lines = ", ".join(str(line) for line in problem.lines)
        console.print(
            f"left out: {problem.records} records, {problem.reason} (line {lines} …)",
            style="yellow", soft_wrap=True, markup=False,
        )  # fmt: skip
    console.print(
        f"{counts.stays:,} stays: {counts.paired:,} from entry to exit, {counts.entry_only:,} "
        f"without an exit reader, {counts.missing_exits:,} exits and {counts.missing_entries:,} "
        f"entries missing; {counts.doubles:,} double and {counts.denied:,} denied swipes; "
        f"{counts.over_long:,} over {longest_hours:g} h or never ended: "
        f"{'dropped' if over_long == 'drop' else 'cut'}; {counts.overnight:,} overnight",
        soft_wrap=True,
    )


def _shortened(text: str) -> str:
    return text if len(text) <= _PLACES_WIDTH else text[: _PLACES_WIDTH - 1] + "…"


def show_trace(console: Console, traced: Traced, names: Names) -> None:
    """The first contacts, how many there are by ring, and the venues."""
    rules, window = traced.asked.rules, traced.asked.window
    first, last = names.times(integers([window.start, window.end]))
    how = "any time together" if not rules.minutes else f"{rules.minutes} {rules.measure} minutes"
    console.print(
        f"\n{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}, {rules.direction}, at least {how}",
        soft_wrap=True,
    )
    table = Table(box=None, header_style="bold")
    for name in ("ring", "card", "with", "exposed"):
        table.add_column(name, no_wrap=True)
    for name in ("least", "likely", "most", "times"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("places")
    rows: list[dict[str, Any]] = traced.contacts.head(_SHOWN).to_dict("records")  # type: ignore[assignment]
    figures = ("least_min", "likely_min", "most_min", "meetings")
    for row in rows:
        table.add_row(
            str(row["ring"]), escape(row["card"]), escape(row["with"]),
            f"{row['exposed']:%m-%d %H:%M}",
            *[f"{row[name]:,.0f}" for name in figures],
            escape(_shortened(row["places"])),
        )  # fmt: skip
    console.print(table)
    by_ring = traced.contacts["ring"].value_counts().sort_index()
    counted = ", ".join(f"{count} in ring {ring}" for ring, count in by_ring.items())
    more = len(traced.contacts) - _SHOWN
    shown = f"; {more} more are not shown, write them with --output" if more > 0 else ""
    console.print(f"{len(traced.contacts)} contacts" + (f": {counted}" if counted else "") + shown)
    busiest = traced.venues[traced.venues["exposed"] > 0].head(5)
    if len(busiest):
        told = ", ".join(f"{row['place']} ({row['exposed']})" for row in busiest.to_dict("records"))
        console.print(f"most exposed in: {told}", soft_wrap=True, markup=False)
    if len(traced.after):
        cards = traced.after["card"].nunique()
        console.print(
            f"apart from contacts: {cards} cards in a place within {traced.asked.linger_hours:g} h "
            "after an index person left it", soft_wrap=True,
        )  # fmt: skip
