"""What the hub's tests are made of: a small site, anomalies, rows of the store, a running hub."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import numpy as np
import psycopg
import uvicorn
from fastapi import FastAPI
from psycopg import AsyncConnection

from edge.columns import Reading, pack_readings
from hub.accounts import store as accounts
from hub.anomalies.domain import Anomaly, Recovery
from hub.app import create_app
from hub.cameras.link import Broker
from hub.cases.intake import note_recovery, take_up
from hub.live.broadcast import Message
from hub.plans.domain import Plan
from hub.rights.domain import ROLES
from hub.secrecy.domain import SecrecyDuty
from hub.secrecy.store import sign
from hub.serve import HubServer, bind, page_address
from hub.sites.domain import (
    Device,
    Grid,
    Holding,
    Identity,
    Name,
    Person,
    Place,
    Point,
    SiteDocument,
    Spot,
)
from hub.sites.store import load_site
from ingest import clock
from ingest.feed import CommittedBatch, encode_committed

PERSON = "X-Gridwarden-Person"
"""Header of the tests alone: whose token a request is to carry."""
Work = Callable[[AsyncConnection[Any]], Awaitable[Any]]


def name(text: str) -> Name:
    return Name(en=text, zh=f"{text}（示例）")


def box(left: float, right: float) -> list[Point]:
    return [(left, 0), (right, 0), (right, 100), (left, 100)]


SITE = SiteDocument(
    format=1,
    site=Identity("sample", name("Sample")),
    levels=[name("Campus"), name("Grid")],
    bounds=(0, 0, 200, 100),
    grids=[
        Grid("C", None, name("Campus"), box(0, 200)),
        Grid("C-1", "C", name("West"), box(0, 100)),
        Grid("C-2", "C", name("East"), box(100, 200)),
    ],
    people=[
        Person("p-chief", name("Chief"), "chief"),
        Person("p-west", name("Warden West"), "warden"),
        Person("p-east", name("Warden East"), "warden"),
    ],
    holdings=[Holding("C", "p-chief"), Holding("C-1", "p-west"), Holding("C-2", "p-east")],
    places=[
        Place("west-spot", name("West spot"), "hydrant", None, None, (50, 50)),
        Place("east-spot", name("East spot"), "hydrant", None, None, (150, 50)),
    ],
    devices=[
        Device("hydrant-07", "hydrant", "west-spot", (50, 50), "agent-1", 5),
        Device("hydrant-08", "hydrant", "east-spot", (150, 50), "agent-1", 5),
        Device("camera-01", "camera", "west-spot", (50, 60), "agent-1", 5),
        Device("reader-01", "reader", "west-spot", (51, 60), "agent-1", 5),
    ],
)
SPOT = Spot(
    device="hydrant-07",
    kind="hydrant",
    place="west-spot",
    place_name=name("West spot"),
    at=(50, 50),
    grid="C-1",
    grid_path=("C", "C-1"),
    warden="p-west",
    stand_in=None,
    agent="agent-1",
    report_s=5,
)


def anomaly(device: str = "hydrant-07", started: int | None = None, **changes: Any) -> Anomaly:
    """A hydrant's low pressure, breaking since `started` (now if left out)."""
    started = clock.now() if started is None else started
    found = Anomaly(
        rule="low",
        kind="hydrant_low_pressure",
        device=device,
        started=started,
        raised=started + 1_000_000,
        value=0.11,
        limit=0.14,
        unit="MPa",
        quantity="pressure",
        grade="serious",
    )
    return msgspec.structs.replace(found, **changes)


def recovery(found: Anomaly) -> Recovery:
    """The same device good again."""
    return Recovery(
        rule=found.rule,
        kind=found.kind,
        device=found.device,
        started=found.started,
        recovered=clock.now(),
        value=0.3,
    )


def in_transaction(database_url: str, work: Work) -> Any:
    """Run some of the hub's own storing as the follower does: in one transaction."""

    async def run() -> Any:
        async with await AsyncConnection.connect(database_url) as conn:
            return await work(conn)

    # In a thread of its own: a browser's driver runs an event loop in the test's.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, run()).result()


def raise_case(database_url: str, found: Anomaly, due_minutes: int | None = 30) -> None:
    """Let the intake take an anomaly up."""
    spot = SPOT
    if found.device == "hydrant-08":
        place = {"place": "east-spot", "place_name": name("East spot"), "at": (150, 50)}
        holder = {"grid": "C-2", "grid_path": ("C", "C-2"), "warden": "p-east"}
        spot = msgspec.structs.replace(SPOT, device=found.device, **place, **holder)
    in_transaction(
        database_url, lambda conn: take_up(conn, found, spot, clock.now(), due_minutes=due_minutes)
    )


def recover(database_url: str, found: Anomaly) -> None:
    """Let the intake note that the device is good again."""
    in_transaction(database_url, lambda conn: note_recovery(conn, recovery(found), clock.now()))


def load(database_url: str) -> None:
    """Load the small site."""
    in_transaction(database_url, lambda conn: load_site(conn, SITE))


def commit_readings(database_url: str, *readings: Reading) -> None:
    """Store readings and put them into the feed in one transaction, as ingest does."""
    devices, quantities, columns = pack_readings(list(readings))
    now = clock.now()
    batch = CommittedBatch(
        agent="agent-1", epoch=1, seq=1, origin="live", received=now, devices=devices,
        quantities=quantities, readings=columns, swipes=[], detections=[], states=[],
    )  # fmt: skip
    store_readings(database_url, *readings, payload=encode_committed(batch))


def store_readings(database_url: str, *readings: Reading, payload: bytes | None = None) -> None:
    """Rows of `readings`, and of `feed` if there is a payload."""
    with psycopg.connect(database_url) as conn:
        times = np.array([reading.time for reading in readings])
        for day in np.unique(times // 86_400_000_000).tolist():
            days = [clock.moment(at * 86_400_000_000) for at in (day, day + 1)]
            conn.execute("select add_partition('readings', %s, %s)", days)
        for table, names in (
            ("devices", {reading.device for reading in readings}),
            ("quantities", {reading.quantity for reading in readings}),
        ):
            for one in names:
                conn.execute(
                    f"insert into {table} (name) values (%s) on conflict do nothing",  # type: ignore[arg-type]
                    [one],
                )
        with conn.cursor() as cursor:
            cursor.executemany(
                "insert into readings select %s, (select id from devices where name = %s),"
                " (select id from quantities where name = %s), %s, now()",
                [(clock.moment(r.time), r.device, r.quantity, r.value) for r in readings],
            )
        conn.execute(
            "insert into sensors select distinct device, quantity from readings"
            " on conflict do nothing"
        )
        if payload is not None:
            conn.execute("insert into feed (received, payload) values (now(), %s)", [payload])
            conn.execute("notify gridwarden_feed")


class Tokens:
    """Gives each request of a test's client the token of whom the header `PERSON` names.

    Of a person: an account with the rights that the site gives them, nothing granted. No such
    header: an account of no person with every role everywhere. An empty one, and a request that
    has a token or cookie of its own: nothing is added.
    """

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._made: dict[str | None, str] = {}
        self._lock = threading.Lock()

    def __call__(self, request: httpx.Request) -> None:
        person = request.headers.pop(PERSON, None)
        if person == "" or "Authorization" in request.headers or "Cookie" in request.headers:
            return
        with self._lock:
            if person not in self._made:
                self._made[person] = token_of(self._url, person)
        request.headers["Authorization"] = f"Bearer {self._made[person]}"


def client_of(database_url: str, url: str, **more: Any) -> httpx.Client:
    """A client that signs its requests, see `Tokens`."""
    hooks: dict[str, list[Any]] = {"request": [Tokens(database_url)]}
    return httpx.Client(base_url=url, event_hooks=hooks, **{"timeout": 10, "verify": False, **more})


def token_of(database_url: str, person: str | None) -> str:
    """A token of a person's account, or of the account with every role everywhere."""

    async def make(conn: AsyncConnection[Any]) -> str:
        now = clock.now()
        name = "everything" if person is None else person.casefold()
        if person is None:
            found = await accounts.find_named(conn, name)
        else:
            found = await accounts.find_of_person(conn, person)
        number = None if found is None else found.id
        if number is None:
            number = await accounts.add_account(
                conn, name=name, person=person, display=name, by="test", now=now
            )
            assert number is not None
            await sign(conn, person or f"account:{name}", SecrecyDuty(), now)
            for role in ROLES if person is None else ():
                await accounts.grant(
                    conn, number, role, grid=None, starts=0, ends=None, by="test", now=now
                )
        made = await accounts.make_token(conn, number, name="test", rights=None, days=9, now=now)
        return made[0]

    return in_transaction(database_url, make)


class RunningHub:
    """A hub on a free port, and a client of it."""

    def __init__(
        self,
        database_url: str,
        url: str,
        server: uvicorn.Server,
        app: FastAPI,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self.database_url = database_url
        self.url = url
        self.server = server
        self._app = app
        self._loop = loop
        self.client = client_of(database_url, url, verify=False)  # reads no certificates

    def get(self, path: str, **params: Any) -> Any:
        """The JSON of a page that must be there."""
        answer = self.client.get(path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def publish(self, message: Message) -> None:
        """Send something to every page from the hub's own thread."""

        async def send() -> None:
            self._app.state.parts.broadcast.publish(message)

        asyncio.run_coroutine_threadsafe(send(), self._loop).result(5)

    def step(
        self, case: int, action: str, note: str = "", person: str | None = None, **more: Any
    ) -> httpx.Response:
        """Take a step; `key` becomes the Idempotency-Key, the rest goes into the body.

        Without `person` the warden acts; the chief rechecks, being not the solver, and closes.
        """
        if person is None:
            person = "p-chief" if action in ("verify", "close") else "p-west"
        headers = {PERSON: person}
        if "key" in more:
            headers["Idempotency-Key"] = more.pop("key")
        body = {"action": action, "note": note, **more}
        return self.client.post(f"/api/cases/{case}/steps", json=body, headers=headers)


@contextmanager
def running_hub(
    database_url: str,
    desk: Path | None = None,
    plan: Plan | None = None,
    broker: Broker | None = None,
    *,
    tracing: bool = False,
) -> Iterator[RunningHub]:
    """Serve a hub from a thread until the block ends; stopping takes no more than its due time."""
    up: Future[asyncio.AbstractEventLoop] = Future()
    app = create_app(
        database_url=database_url,
        plan=plan,
        broker=broker,
        follower=plan is not None,
        tracing=tracing,
        desk=desk,
        account_key=b"a key for nothing but these tests",
    )
    config = uvicorn.Config(app, log_level="warning", lifespan="on", timeout_graceful_shutdown=2)
    with bind("127.0.0.1", 0) as listening:
        server = HubServer(config, lambda: up.set_result(asyncio.get_running_loop()))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            hub = RunningHub(database_url, page_address(listening), server, app, up.result(10))
            with hub.client:
                yield hub
        finally:
            server.should_exit = True
            thread.join(10)
            assert not thread.is_alive()
