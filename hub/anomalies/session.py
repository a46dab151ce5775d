"""Session: one follower's work on one connection, from where the last one saved.

What was found, the cases it opens, the cursor and the detectors' state are saved in one
transaction, or none of it is.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from psycopg import AsyncConnection

from edge.wire import Micros
from hub.anomalies import store
from hub.anomalies.detectors import Finding
from hub.anomalies.domain import Anomaly
from hub.anomalies.engine import Engine, EngineState
from hub.cases.intake import note_recovery, take_up
from hub.cases.positive import SEQUENCED
from hub.cases.sound import sound_due
from hub.cases.terms import first_measure
from hub.pictures.ask import ask_by_rule
from hub.pictures.domain import nearest_cameras
from hub.plans.domain import Plan
from hub.roster.store import is_direct
from hub.shutoffs.store import SHUT_OFFS_CHANNEL, mutes
from hub.sites.alarm_list import Told, alarm_list, with_partners
from hub.sites.domain import SiteDocument
from hub.sites.store import SITE_CHANNEL, read_site, spots
from ingest.clock import SECOND, moment
from ingest.feed import decode_committed

PAGE = 64  # feed rows read at once; ours: a batch is 1 MiB at most
PULSE_EVERY: Micros = SECOND // 4  # ours: known before `SETTLE` is over, so no timer is early
SAVE_EVERY: Micros = SECOND  # ours: how much is judged twice, at most, after a crash
_YIELD_EVERY = 8  # rows; ours: the API shares this thread, a row takes well under a millisecond
_CHANGES = (SITE_CHANNEL, SHUT_OFFS_CHANNEL)

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Progress:
    """How far a follower is, over all its sessions.

    `position` is the feed row judged last; `judged` is up to when everything received has been
    judged; `unreadable` counts rows that were skipped because they could not be decoded.
    """

    position: int = 0
    judged: Micros | None = None
    unreadable: int = 0


@dataclass(slots=True)
class Session:
    """Reads pages of the feed, lets time pass, and saves; `resume` makes one."""

    conn: AsyncConnection[Any]
    name: str
    plan: Plan
    clock: Callable[[], Micros]
    progress: Progress
    engine: Engine
    state: EngineState
    found: list[Finding] = field(default_factory=list[Finding])
    missed: store.Missed | None = None
    site: SiteDocument | None = None
    direct: bool = False
    saved_position: int = 0
    saved_at: Micros = 0
    pulsed_at: Micros = 0

    @classmethod
    async def resume(
        cls,
        conn: AsyncConnection[Any],
        *,
        name: str,
        plan: Plan,
        clock: Callable[[], Micros],
        progress: Progress,
    ) -> Session:
        """Go on from the saved cursor; without one, from the beginning of the retained feed."""
        engine = Engine(plan, await spots(conn), await mutes(conn))
        saved = await store.read_cursor(conn, name)
        state = engine.start() if saved is None else engine.decode(saved.state)
        progress.position = 0 if saved is None else saved.position
        session = cls(conn, name, plan, clock, progress, engine, state)
        session.saved_position = progress.position
        session.site = await read_site(conn)
        session.direct = await is_direct(conn)
        return session

    @property
    def has_site(self) -> bool:
        """Whether there is a device to judge; before that the cursor stays where it is."""
        return bool(self.engine.spots)

    async def read_page(self) -> bool:
        """Judge the next rows of the feed; True once there are no more."""
        asked = self.clock()
        dropped_to, rows = await store.feed_page(self.conn, self.progress.position, PAGE)
        if 0 < self.progress.position < dropped_to:  # at 0 it begins, and owes nothing
            self._notice_missed(dropped_to)
        for number, row in enumerate(rows, start=1):
            try:
                batch = decode_committed(row.payload)
            except msgspec.MsgspecError as error:
                self.progress.unreadable += 1
                _log.error("feed row %d skipped, it cannot be read: %s", row.position, error)
            else:
                self.state, found = self.engine.step(self.state, batch)
                self.found += found
                self.progress.judged = batch.received
            self.progress.position = max(self.progress.position, row.position)
            if number % _YIELD_EVERY == 0:
                await asyncio.sleep(0)
        if len(rows) == PAGE:
            return False
        self.progress.judged = asked
        return True

    async def tick(self) -> None:
        """Let time pass; only for who has read the feed to its end."""
        now = self.clock()
        if now - self.pulsed_at >= PULSE_EVERY:
            self.pulsed_at = now
            signs = await store.signs_of_life(self.conn)
            self.state, found = self.engine.pulse(self.state, signs)
            self.found += found
        self.state, found = self.engine.due(self.state, now)
        self.found += found
        if self.plan.positive_alarm is not None:
            async with self.conn.transaction():
                await sound_due(self.conn, self.plan.positive_alarm, self._everybody, now)

    async def save(self, *, at_once: bool = False) -> None:
        """Save what was found at once, mere progress every `SAVE_EVERY`."""
        now = self.clock()
        moved = self.progress.position != self.saved_position
        if not self.found and not (moved and (at_once or now - self.saved_at >= SAVE_EVERY)):
            return
        saved = store.Cursor(self.progress.position, self.engine.encode(self.state))
        async with self.conn.transaction():
            for finding in self.found:
                await self._bring(finding, now)
            await store.put_cursor(self.conn, self.name, saved)
            if self.missed is not None:
                await store.put_missed(self.conn, self.name, self.missed)
        self.found, self.missed = [], None
        self.saved_position, self.saved_at = saved.position, now

    async def hear(self, patience_s: float) -> None:
        """Wait for news, at most so long; a site or shut-offs that changed are taken in."""
        notices = self.conn.notifies(timeout=patience_s, stop_after=1)
        if any([notice.channel in _CHANGES async for notice in notices]):
            self.engine = Engine(self.plan, await spots(self.conn), await mutes(self.conn))
            self.site = await read_site(self.conn)
            self.direct = await is_direct(self.conn)

    def _notice_missed(self, upto: int) -> None:
        """Ingest dropped rows that were not judged: say so, go on behind them, never in silence."""
        after = self.progress.position if self.missed is None else self.missed.after
        self.missed = store.Missed(after, upto, moment(self.clock()))
        self.progress.position = upto
        _log.error(
            "feed gap: of the rows after %d up to %d some were dropped before they were judged; "
            "their readings are stored, but no rule has seen them",
            after,
            upto,
        )

    async def _bring(self, finding: Finding, now: Micros) -> None:
        if not isinstance(finding, Anomaly):
            await store.put_recovery(self.conn, finding)
            await note_recovery(self.conn, finding, now)
            return
        await store.put_anomaly(self.conn, finding)
        if finding.muted:
            return
        spot = self.engine.spots.get(finding.device)
        if spot is None:
            _log.warning("no case for %s: the site lost it meanwhile", finding.device)
            return
        told = self._told_at_once(finding, spot.grid)
        if self.site is not None:
            told = with_partners(self.site, told, spot.place)
        wait_s = self.plan.grids.acknowledge_s(finding.grade)
        rule = self.plan.rules[finding.rule]
        again = rule.relapse_minutes
        case = await take_up(
            self.conn,
            finding,
            spot,
            now,
            due_minutes=rule.due_minutes,
            acknowledge_s=wait_s,
            notify=told,
            category=self.plan.category(finding.kind),
            route=self.plan.route(finding.kind),
            look_minutes=self.plan.verification.minutes(finding.grade),
            relapse_minutes=self.plan.cases.relapse_minutes if again is None else again,
            measure_by=first_measure(self.plan, spot.grid_path, finding.kind, finding.grade, now),
        )
        within_m = rule.pictures_within_m
        if case is not None and within_m is not None:
            chosen = nearest_cameras(spot, self.engine.spots.values(), within_m)
            await ask_by_rule(self.conn, case.id, finding, chosen, now)

    def _told_at_once(self, finding: Anomaly, grid: str) -> tuple[Told, ...]:
        """Whom a new case is told at once: of an emergency everybody, unless it is looked at."""
        if finding.grade != "emergency":
            return ()
        everybody = self._everybody(grid)
        if self.plan.positive_alarm is None or finding.kind not in SEQUENCED:
            return everybody
        return tuple(one for one in everybody if one.capacity in ("holder", "duty"))

    def _everybody(self, grid: str) -> tuple[Told, ...]:
        return () if self.site is None else alarm_list(self.site, grid, direct=self.direct)
