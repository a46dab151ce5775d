"""Commands on the plan's rules: check a file, show what is in force, test rules on history."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from gridwarden.context import Context, context_of
from gridwarden.errors import GridwardenError, told

if TYPE_CHECKING:
    from gridwarden.backtest.judged import Judged
    from hub.plans.domain import Plan

app = typer.Typer(no_args_is_help=True, help="The plan's rules: check, show, test on history.")

_WARM_UP_MIN = 60.0  # ours: longer than any rule of a shipped plan waits


@app.command("check")
def check(file: Annotated[Path, typer.Argument(help="The plan's file (TOML)")]) -> None:
    """List what keeps a plan from taking effect.

    Exits 1 when there is anything.
    """
    from hub.plans.check import check_plan, plan_warnings
    from hub.plans.domain import PlanError
    from hub.plans.read import read_plan_file

    with told(PlanError):
        plan = read_plan_file(file)
    problems = check_plan(plan)
    for problem in problems:
        typer.echo(problem.text)
    for warning in plan_warnings(plan, datetime.now(UTC).date()):
        typer.echo(f"note: {warning}")
    typer.echo(
        f"{len(plan.rules)} rules, {len(plan.active())} of them on, {len(problems)} problems"
    )
    if problems:
        raise typer.Exit(1)


@app.command("show")
def show(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Option("--rules", help="Another plan than the one in force (TOML)")
    ] = None,
) -> None:
    """Say in words what the plan in force raises."""
    from gridwarden.backtest.words import in_words

    plan = _plan(context_of(context), file)
    typer.echo(f"{plan.name}: {plan.title.en} {plan.title.zh}")
    table = Table("rule", "", "grade", "due", "raises when", box=None, header_style="bold")
    for name, rule in plan.rules.items():
        state = "on" if rule.enabled else "off"
        table.add_row(name, state, rule.grade, f"{rule.due_minutes} min", in_words(rule))
    Console().print(table)


@app.command("backtest")
def backtest(
    context: typer.Context,
    start: Annotated[str, typer.Option("--from", help="ISO 8601; UTC without an offset")],
    end: Annotated[str, typer.Option("--to", help="The same; what falls due then is left out")],
    rules: Annotated[
        Path | None, typer.Option(help="Plan to test (TOML); without one, the plan in force")
    ] = None,
    truth: Annotated[
        Path | None, typer.Option(help="What truly happened (JSON lines, as the demo writes)")
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--json", help="Write everything that was found to this file")
    ] = None,
    warm_up: Annotated[
        float, typer.Option(min=0, help="Minutes before --from in which rules look on")
    ] = _WARM_UP_MIN,
    source: Annotated[
        Literal["auto", "feed", "raw"],
        typer.Option(help="auto: the feed, and the raw tables for what is older"),
    ] = "auto",
) -> None:
    """Test rules on the store's history.

    What they would have raised, against what was raised, and against the truth where it is known.
    Nothing is changed. Delays count from when a rule's own wait was over.
    """
    from gridwarden.backtest.run import backtest as run

    ours = context_of(context)
    first, last = _time(start, "--from"), _time(end, "--to")
    plan = _plan(ours, rules)
    if report is not None:
        _check_writable(report)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("replaying", total=max(1, last - first))
        result = run(
            ours.database_url,
            plan,
            first,
            last,
            warm_up=round(warm_up * 60e6),
            source=source,
            truth=truth,
            advance=lambda now: progress.update(task, completed=max(0, now - first)),
        )
    if report is not None:
        report.write_text(json.dumps(result.as_dict(), indent=1), encoding="utf-8")
    _print(result)


def _plan(ours: Context, file: Path | None) -> Plan:
    """The plan in a file, or the one in force; refused unless it may take effect."""
    from hub.plans.check import accepted
    from hub.plans.domain import PlanError
    from hub.plans.read import read_plan_file, shipped_plan

    chosen = file or ours.settings.hub.plan
    with told(PlanError):
        return accepted(shipped_plan("campus") if chosen is None else read_plan_file(chosen))


def _time(text: str, option: str) -> int:
    from ingest.clock import micros

    try:
        when = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is no ISO 8601 time, such as 2026-11-25T08:00:00Z", param_hint=option
        ) from error
    return micros(when if when.tzinfo else when.replace(tzinfo=UTC))


def _check_writable(report: Path) -> None:
    try:
        report.open("a", encoding="utf-8").close()
    except OSError as error:
        raise GridwardenError(f"{report}: {error.strerror}; name another file") from error


def _print(result: Judged) -> None:
    columns = ["kind", "would", "was", "same", "new", "gone"]
    known = result.truth is not None
    if known:
        columns += ["true", "missed", "false", "twice", "delay: median s", "p95 s"]
    table = Table(*columns, box=None, header_style="bold")
    for kind in result.kinds:
        figures = result.of_kind(kind)
        row = [kind, *(str(figures[name]) for name in ("would", "was", "same", "new", "gone"))]
        if known:
            true = figures["truth"]
            row += [str(true[name]) for name in ("true", "missed", "false", "twice")]
            row += [_shown(true["delay_median_s"]), _shown(true["delay_p95_s"])]
        table.add_row(*row)
    Console().print(table)
    would, was = result.load(result.would), result.load(result.was)
    typer.echo(
        f"alarms per 10 minutes: {would.average:.2f} by these rules (at most {would.most}), "
        f"{was.average:.2f} raised (at most {was.most})"
    )


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
