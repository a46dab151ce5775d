"""Run: one demo from the first folder to the last report."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Generator, Iterable, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from shapely import Point, Polygon

from edge.assemble import clock_micros
from edge.simulate.truth import TruthLine
from edge.wire import Micros
from gridwarden.demo.accounts import FILE, accounts_table, make_accounts
from gridwarden.demo.campus import Campus, build_campus, write_agents, write_truth
from gridwarden.demo.ledger import read_ledger, read_raised
from gridwarden.demo.past import carry_past, read_past
from gridwarden.demo.registers import fill_registers
from gridwarden.demo.report import Report
from gridwarden.demo.stack import AGENT_GRACE_S, Stack, started_services
from gridwarden.demo.verdict import judge
from gridwarden.embedded.memory import own_memory
from gridwarden.replay import progress_bar
from gridwarden.running import Running, announce, withdraw
from gridwarden.settings import Settings
from gridwarden.store import load_site_file, migrate_store, on_store
from hub.plans.domain import AnyRule, HeldRule, LimitRule, PresenceRule
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
        CarryError: the past could not be brought into the store.
    """
    with ExitStack() as stack:
        plan = stack.enter_context(as_file(files("hub.plans").joinpath("library", f"{PLAN}.toml")))
        watch = Stopwatch()
        console.print("starting database and broker …")
        parts = stack.enter_context(started_services(settings, plan, options.config))
        watch.note("services")
        campus, document = _prepare(parts, options, console)
        _start_hub_and_ingest(parts)
        watch.note("page")
        stack.enter_context(_announced(parts))
        console.print(f"[bold]the desk page:[/bold] {parts.page}")
        carried = _carry_past(parts, campus, settings, options, console)
        live = _go_live(parts, campus, options)
        # All at once: each may have to wait for its last acknowledgements.
        stack.callback(parts.processes.stop, *live.agents, grace_s=AGENT_GRACE_S)
        watch.note("live")
        if parts.simple_port:
            console.print(f"simple devices (MQTT 3.1.1): 127.0.0.1 port {parts.simple_port}")
        _watch(parts, options, console)
        if options.seconds is None:
            return []
        report = _judge(parts, live, document, settings, options, carried, watch)
        console.print(report.table())
        if options.report is not None:
            text = json.dumps(report.as_dict(), ensure_ascii=False, indent=1)
            options.report.write_text(text + "\n", encoding="utf-8")
        return report.failures()


class Stopwatch:
    """How long after the command began each stage was reached, in seconds."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self.reached: dict[str, float] = {}

    def note(self, stage: str) -> None:
        """The stage is reached now."""
        self.reached[stage] = time.monotonic() - self._begun


@dataclass(frozen=True)
class Live:
    """The live part of a run: who reports, since when, and what is to happen."""

    agents: Sequence[str]
    origin: Micros
    truth: Sequence[TruthLine]


def _prepare(parts: Stack, options: DemoOptions, console: Console) -> tuple[Campus, SiteDocument]:
    migrate_store(parts.database_url)
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), console=console) as bar:
        bar.add_task("building the campus: people, mains, cameras …")
        campus = build_campus(options.seed, parts.data.path / "campus")
    document = load_site_file(parts.database_url, campus.site_file, divide_anew=True)
    on_store(parts.database_url, lambda conn: fill_registers(conn, document, clock_micros()))
    accounts = on_store(
        parts.database_url,
        lambda conn: make_accounts(conn, document, parts.data.path, clock_micros()),
    )
    console.print(accounts_table(accounts))
    console.print(f"the same stands in {parts.data.path / FILE}")
    return campus, document


def _start_hub_and_ingest(parts: Stack) -> None:
    since = time.time()
    parts.start("ingest", "ingest", "run")
    parts.start_hub()
    parts.wait("ingest", lambda: parts.ingest_beats(since))


@contextmanager
def _announced(parts: Stack) -> Generator[None]:
    announce(
        parts.data.path,
        Running(
            pid=os.getpid(),
            database_url=parts.database_url,
            broker_url=parts.broker_url,
            page=parts.page,
        ),
    )
    try:
        yield
    finally:
        withdraw(parts.data.path)


def _go_live(parts: Stack, campus: Campus, options: DemoOptions) -> Live:
    origin = clock_micros() + round(LEAD_S * 1e6)
    agents = write_agents(campus, origin, options.speed)
    truth = write_truth(campus, origin, options.seconds or DAY_S, options.speed)
    for agent in agents:
        parts.start(agent, "edge", "run", "--config", str(campus.agent_file(agent)))
    return Live(agents, origin, truth)


def _judge(
    parts: Stack,
    live: Live,
    document: SiteDocument,
    settings: Settings,
    options: DemoOptions,
    carried: int,
    watch: Stopwatch,
) -> Report:
    answered = parts.page_answers()
    memory = {**parts.memory(), "demo": own_memory()}
    end = clock_micros()
    parts.processes.stop(*live.agents, grace_s=AGENT_GRACE_S)
    spools = parts.data.spools
    ledger = read_ledger(parts.database_url, settings.edge, spools, live.agents, carried)
    rules = shipped_plan(PLAN).active()
    kinds: dict[str, str] = {name: rule.kind for name, rule in rules.items()}
    verdict = judge(
        live.truth,
        read_raised(parts.database_url, kinds, live.origin),
        end=end,
        durations_s=rule_durations(rules.values()),
        grids=leaf_grids(document),
        wardens={holding.grid: holding.warden for holding in document.holdings},
    )
    return Report(
        seconds=options.seconds or 0,
        ledger=ledger,
        verdict=verdict,
        memory=memory,
        startup=watch.reached,
        page_answered=answered,
        restarts=parts.restarts(),
    )


def rule_durations(rules: Iterable[AnyRule]) -> dict[str, float]:
    """How long the rules wait on purpose, in seconds by kind of anomaly."""
    rules = list(rules)
    waiting = [rule for rule in rules if isinstance(rule, LimitRule | PresenceRule)]
    held = {rule.kind: float(rule.open_s or 0) for rule in rules if isinstance(rule, HeldRule)}
    return {rule.kind: float(rule.duration_s or 0) for rule in waiting} | held


def leaf_grids(document: SiteDocument) -> dict[str, str]:
    """Each device's leaf grid by the site's geometry, found without the hub's own code."""
    inner = {grid.parent for grid in document.grids}
    leaves = [
        (grid.code, Polygon(grid.boundary)) for grid in document.grids if grid.code not in inner
    ]
    return {
        device.id: code
        for device in document.devices
        for code, area in leaves
        if area.covers(Point(device.at))
    }


def _carry_past(
    parts: Stack, campus: Campus, settings: Settings, options: DemoOptions, console: Console
) -> int:
    past = read_past(campus.folder, options.seed, options.days_of_history, clock_micros())
    if past.swipes is not None or past.days == 0:
        return past.swipes or 0
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


def _watch(parts: Stack, options: DemoOptions, console: Console) -> None:
    """Wait for the end or Ctrl-C, and say so when a part died."""
    if options.seconds is None:
        console.print("Ctrl-C stops it; the next start goes on with the same data")
        restarts: dict[str, int] = {}
        while True:
            restarts = _tell_restarts(parts, restarts, console)
            time.sleep(WATCH_S)
    end = time.monotonic() + LEAD_S + options.seconds
    with progress_bar(console) as bar:
        task = bar.add_task("the campus lives, s", total=round(options.seconds))
        restarts = {}
        while (left := end - time.monotonic()) > 0:
            bar.update(task, completed=max(0, round(options.seconds - left)))
            restarts = _tell_restarts(parts, restarts, console)
            time.sleep(min(WATCH_S, left))


def _tell_restarts(parts: Stack, known: dict[str, int], console: Console) -> dict[str, int]:
    counts = parts.restarts()
    for name, count in counts.items():
        if count > known.get(name, 0):
            console.print(f"{name} died and was started again; see {parts.data.logs}")
    return counts
