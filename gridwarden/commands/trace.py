"""Command: trace contacts in an access log of any system; no store, no sensors needed."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from gridwarden.errors import GridwardenError

_BEFORE_ONSET = timedelta(days=2)  # US CDC, 21 October 2020
_BACKWARD = timedelta(days=14)  # ours


def trace(
    log: Annotated[Path, typer.Argument(help="Access log: .csv, .parquet, .xlsx")],
    index: Annotated[
        list[str] | None, typer.Option(help="Card of an index person; may be given again")
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option(
            help="Which column is what: time=…,card=…,place=… (several joined with +), and, where "
            "there are such, direction=…,granted=…; default: guessed from the header"
        ),
    ] = None,
    time_format: Annotated[
        str | None, typer.Option(help="strptime format; default: ISO 8601")
    ] = None,
    time_zone: Annotated[str, typer.Option(help="Zone of the times, in the file and told")] = "UTC",
    start: Annotated[
        str | None, typer.Option("--from", help="ISO 8601; default: the log's beginning")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", help="ISO 8601; default: the log's end")
    ] = None,
    onset: Annotated[
        str | None,
        typer.Option(help="Onset of symptoms: from 2 days before; backward, from 14 days before"),
    ] = None,
    minutes: Annotated[
        int, typer.Option(min=0, help="Cumulative minutes that make a contact; 0: any time")
    ] = 15,
    measure: Annotated[
        Literal["least", "likely", "most"], typer.Option(help="Which minutes are compared with it")
    ] = "likely",
    rings: Annotated[int, typer.Option(min=1, help="How many rings")] = 1,
    latency_hours: Annotated[
        float, typer.Option(min=0, help="Hours from exposure until a person passes on")
    ] = 0.0,
    backward: Annotated[
        bool, typer.Option("--backward", help="Who may have infected the index persons")
    ] = False,
    after_hours: Annotated[
        float, typer.Option(min=0, help="Also list who came within so many hours after (apart)")
    ] = 0.0,
    over_long: Annotated[
        Literal["drop", "cut"],
        typer.Option(help="Stays longer than --longest-hours, and last swipes: drop or cut them"),
    ] = "drop",
    longest_hours: Annotated[
        float, typer.Option(min=0.1, help="Longer without a swipe elsewhere is no stay")
    ] = 12.0,
    output: Annotated[
        Path | None, typer.Option(help="Write the contact list: .csv, .xlsx, .json")
    ] = None,
    picture: Annotated[Path | None, typer.Option(help="Write a timeline: .svg")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what was understood of the log")
    ] = False,
) -> None:
    """Trace the contacts of index persons in an access log.

    Without --index it shows what it understood of the log. Nothing is stored; what you write with
    --output and --picture is personal data.
    """
    from gridwarden.trace.log import read_access_log
    from gridwarden.trace.output import ENDINGS, about, check_writable, write_trace
    from gridwarden.trace.picture import timeline
    from gridwarden.trace.run import Asked, Names
    from gridwarden.trace.run import trace as run
    from gridwarden.trace.show import show_trace, show_understood
    from hub.tracing.columns import HOUR, integers
    from hub.tracing.contacts import Window
    from hub.tracing.places import PlaceRules
    from hub.tracing.rings import RingRules
    from hub.tracing.stays import fold_stays

    for file, endings in ((output, ENDINGS), (picture, (".svg",))):
        if file is not None and not dry_run and index:
            check_writable(file, endings)
    found = read_access_log(log, columns, time_format=time_format, time_zone=time_zone)
    zone = ZoneInfo(time_zone)
    names = Names(found.cards, found.places, zone)
    places = PlaceRules.alike(len(found.places), longest=round(longest_hours * HOUR), zone=zone)
    if not len(found.swipes):
        raise GridwardenError(f"{log}: no record of it is a swipe; see --columns, --time-format")
    log_end = int(found.swipes.time.max())
    until = log_end if over_long == "cut" else None
    stays, counts = fold_stays(found.swipes, places, over_long=over_long, until=until)
    console = Console(highlight=False)
    show_understood(console, log, found, names, counts, over_long, longest_hours)
    if dry_run or not index:
        if not index:
            typer.echo(f"Trace somebody with --index CARD, such as {', '.join(found.cards[:3])}.")
        return
    first = _time(start, zone, "--from")
    if first is None and onset is not None:
        since = _moment(onset, zone, "--onset")
        first = _micros(since - (_BACKWARD if backward else _BEFORE_ONSET))
    last = _time(end, zone, "--to")
    if last is None and onset is not None and backward:
        last = _time(onset, zone, "--onset")
    window = Window(
        int(found.swipes.time.min()) if first is None else first,
        max(log_end, int(stays.last.max(initial=0))) if last is None else last,
    )
    if window.end <= window.start:
        raise typer.BadParameter("it must be later than --from", param_hint="--to")
    rules = RingRules(
        minutes=minutes,
        measure=measure,
        latency=round(latency_hours * HOUR),
        depth=rings,
        direction="backward" if backward else "forward",
    )
    asked = Asked(integers([found.person(card) for card in index]), window, rules, after_hours)
    traced = run(stays, asked, names)
    show_trace(console, traced, names)
    header = about(log, index, traced, names, counts, over_long, longest_hours)
    if output is not None:
        write_trace(output, traced, header)
        typer.echo(f"{output}: {len(traced.contacts)} contacts")
    if picture is not None:
        verb = "Who may have infected" if backward else "Contacts of"
        picture.write_text(timeline(traced, names, f"{verb} {', '.join(index)}"), encoding="utf-8")
        typer.echo(f"{picture}: timeline")


def _time(text: str | None, zone: ZoneInfo, option: str) -> int | None:
    return None if text is None else _micros(_moment(text, zone, option))


def _moment(text: str, zone: ZoneInfo, option: str) -> datetime:
    try:
        when = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is no ISO 8601 time, such as 2026-11-25 or 2026-11-25T08:00",
            param_hint=option,
        ) from error
    return when if when.tzinfo else when.replace(tzinfo=zone)


def _micros(when: datetime) -> int:
    from ingest.clock import micros

    return micros(when)
