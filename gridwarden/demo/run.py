"""Run: one demo from the first folder to the last report."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn
from shapely import Point, Polygon

from edge.assemble import clock_micros
from edge.wire import Micros
from gridwarden.demo.campus import Campus, build_campus, write_agents, write_truth
from gridwarden.demo.ledger import read_ledger, read_raised
from gridwarden.demo.past import carry_past, read_past
from gridwarden.demo.report import Report
from gridwarden.demo.stack import AGENT_GRACE_S, Stack, started_services
from gridwarden.demo.verdict import Verdict, judge
from gridwarden.embedded.memory import own_memory
from gridwarden.errors import GridwardenError
from gridwarden.replay import progress_bar
from gridwarden.running import Running, announce, withdraw
from gridwarden.settings import Settings
from gridwarden.store import load_site_file, migrate_store
from hub.plans.domain import LimitRule, PresenceRule
from hub.plans.read import shipped_plan
from hub.sites.domain import SiteDocument

PLAN = "demo"
LEAD_S = 4.0  # the agents come up before the world's first second
WATCH_S = 0.5
DAY_S = 86_400


@dataclass(frozen=True)
class DemoOptions:
    """How to run: `seconds` is None to run until Ctrl-C."""

    seed: int
    speed: float
    days_of_history: int
    seconds: float | None
    report: Path | None
    config: Path | None


def run_demo(settings: Settings, options: DemoOptions, console: Console) -> list[str]:
    """Start everything, watch it, stop it; returns why the run was not good enough, if judged.

    Raises:
        GridwardenError: a part does not come up or does not stay up.
        EmbeddedError: the data folder is in use, or database or broker don't start.
    """
    begun = time.monotonic()
    startup: dict[str, float] = {}
    with ExitStack() as stack:
        plan = stack.enter_context(as_file(files("hub.plans").joinpath("library", f"{PLAN}.toml")))
        console.print("starting database and broker …")
        parts = stack.enter_context(started_services(settings, plan, options.config))
        startup["services"] = time.monotonic() - begun
        migrate_store(parts.database_url)
        with Progress(SpinnerColumn(), TextColumn("{task.description}"), console=console) as bar:
            bar.add_task("building the campus: people, mains, cameras …")
            campus = build_campus(options.seed, parts.data.path / "campus")
        document = load_site_file(parts.database_url, campus.site_file)
        _start_hub_and_ingest(parts)
        startup["page"] = time.monotonic() - begun
        running = Running(
            pid=os.getpid(),
            database_url=parts.database_url,
            broker_url=parts.broker_url,
            page=parts.page,
        )
        announce(parts.data.path, running)
        stack.callback(withdraw, parts.data.path)
        console.print(f"[bold]the desk page:[/bold] {parts.page}")
        carried = _carry_past(parts, campus, settings, options, console)
        origin = clock_micros() + round(LEAD_S * 1e6)
        agents = write_agents(campus, origin, options.speed)
        for agent in agents:
            file = str(campus.agent_file(agent))
            parts.start(agent, "edge", "run", "--config", file)
        startup["live"] = time.monotonic() - begun
        if parts.simple_port:
            console.print(f"simple devices (MQTT 3.1.1): 127.0.0.1 port {parts.simple_port}")
        horizon_s = (options.seconds or DAY_S) + LEAD_S
        truth = write_truth(campus, origin, horizon_s, options.speed)
        _watch(parts, options, console, live_at=time.monotonic() + LEAD_S)
        if options.seconds is None:
            return []
        answered = parts.page_answers()
        memory = {**parts.memory(), "demo": own_memory()}
        restarts = {status.name: status.restarts for status in parts.processes.status()}
        end = clock_micros()
        parts.processes.stop(*agents, grace_s=AGENT_GRACE_S)
        ledger = read_ledger(
            parts.database_url, settings.edge, parts.data.spools, agents, carried
        )
        raised = read_raised(parts.database_url, origin)
        verdict: Verdict = judge(
            truth,
            raised,
            end=end,
            durations_s=rule_durations(),
            grids=leaf_grids(document),
            wardens={holding.grid: holding.warden for holding in document.holdings},
        )
        report = Report(
            seconds=options.seconds,
            ledger=ledger,
            verdict=verdict,
            memory=memory,
            startup=startup,
            page_answered=answered,
            restarts=restarts,
            leftover=[f"{name} was restarted" for name, count in restarts.items() if count],
        )
        console.print(report.table())
        if options.report is not None:
            text = json.dumps(report.as_dict(), ensure_ascii=False, indent=1)
            options.report.write_text(text + "\n", encoding="utf-8")
        return report.failures()


def rule_durations() -> Mapping[str, float]:
    """How long the demo plan's rules wait on purpose, in seconds by kind of anomaly."""
    rules = shipped_plan(PLAN).active().values()
    waits = {rule.kind: rule for rule in rules if isinstance(rule, LimitRule | PresenceRule)}
    return {kind: float(rule.duration_s or 0) for kind, rule in waits.items()}


def leaf_grids(document: SiteDocument) -> dict[str, str]:
    """Each device's leaf grid by the site's geometry, found without the hub's own code."""
    inner = {grid.parent for grid in document.grids}
    leaves = [(grid.code, Polygon(grid.boundary)) for grid in document.grids if grid.code not in inner]
    return {
        device.id: code
        for device in document.devices
        for code, area in leaves
        if area.covers(Point(device.at))
    }


def _start_hub_and_ingest(parts: Stack) -> None:
    since = time.time()
    parts.start("ingest", "ingest", "run")
    parts.start("hub", "hub", "run")
    parts.wait("ingest", lambda: parts.ingest_beats(since))
    parts.wait("hub", parts.page_answers)


def _carry_past(
    parts: Stack, campus: Campus, settings: Settings, options: DemoOptions, console: Console
) -> int:
    past = read_past(campus.folder, options.seed, options.days_of_history, clock_micros())
    if past.swipes is not None:
        return past.swipes
    begin = past.end - past.days * DAY_S * 1_000_000
    with progress_bar(console) as bar:
        task = bar.add_task(f"{past.days} days of swipes", total=past.days * 24)

        def show(time_reached: Micros) -> None:
            bar.update(task, completed=round((time_reached - begin) / 3.6e9))

        past = carry_past(
            past,
            campus.world,
            campus.folder,
            settings.edge,
            site=settings.site,
            broker_url=parts.broker_url,
            progress=show,
        )
        bar.update(task, completed=past.days * 24)
    return past.swipes or 0


def _watch(parts: Stack, options: DemoOptions, console: Console, *, live_at: float) -> None:
    """Wait for the end or Ctrl-C, and say so when a part dies."""
    end = None if options.seconds is None else live_at + options.seconds
    deaths: dict[str, int] = {}
    if end is None:
        console.print("Ctrl-C stops it; the next start goes on with the same data")
    with progress_bar(console) as bar:
        task: TaskID | None = None
        if options.seconds is not None:
            task = bar.add_task("the campus lives, s", total=round(options.seconds))
        while end is None or time.monotonic() < end:
            time.sleep(WATCH_S)
            if task is not None and options.seconds is not None:
                gone = options.seconds - ((end or 0) - time.monotonic())
                bar.update(task, completed=max(0, round(gone)))
            _tell_deaths(parts, deaths, console)


def _tell_deaths(parts: Stack, deaths: dict[str, int], console: Console) -> None:
    for status in parts.processes.status():
        if status.state == "given_up":
            words = parts.processes.log_tail(status.name)
            raise GridwardenError(f"{status.name} keeps dying; it said:\n{words}")
        if status.restarts > deaths.get(status.name, 0):
            deaths[status.name] = status.restarts
            console.print(f"{status.name} died and was restarted; see {status.log}")
