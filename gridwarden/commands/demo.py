"""The demo: the whole system on a simulated campus."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gridwarden.context import context_of
from gridwarden.errors import GridwardenError

HISTORY_DAYS = 14


def demo(
    context: typer.Context,
    seconds: Annotated[
        float | None,
        typer.Option("--for", min=1, help="Run this many seconds, judge the run, exit 0 if good"),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="With --for: write what was measured as JSON")
    ] = None,
    seed: Annotated[int, typer.Option(help="The campus and all that happens follow from it")] = 7,
    speed: Annotated[
        float, typer.Option(min=1, help="How many times faster the campus lives")
    ] = 1.0,
    days_of_history: Annotated[
        int, typer.Option(min=0, max=90, help="Days of swipes before the first start")
    ] = HISTORY_DAYS,
) -> None:
    """Run the whole system on a simulated campus.

    Prints the page's address. Data stays in the data folder; the next start goes on with it.
    With --for it exits 0 only if everything made was stored exactly once and every kind of
    trouble became a case in the right hands.
    """
    from edge.carry import CarryError
    from gridwarden.demo.run import DemoOptions, run_demo
    from gridwarden.embedded.errors import EmbeddedError

    if report is not None and seconds is None:
        raise typer.BadParameter("it needs --for", param_hint="--report")
    if report is not None:
        _check_writable(report)
    ours = context_of(context)
    options = DemoOptions(
        seed=seed,
        speed=speed,
        days_of_history=days_of_history,
        seconds=seconds,
        report=report,
        config=ours.config,
    )
    console = Console()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        failures = run_demo(ours.settings, options, console)
    except KeyboardInterrupt:
        console.print("stopped; all data is kept")
        return
    except (EmbeddedError, CarryError) as error:
        raise GridwardenError(str(error)) from error
    for failure in failures:
        console.print(f"[red]not good enough:[/red] {failure}")
    if failures:
        raise typer.Exit(1)


def _check_writable(report: Path) -> None:
    """Refuse a report that could not be written, before the run instead of after it."""
    try:
        report.open("a", encoding="utf-8").close()
    except OSError as error:
        raise typer.BadParameter(f"{report}: {error.strerror}", param_hint="--report") from error
