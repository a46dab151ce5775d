"""A spool carried by hand, on a real broker, database and ingest worker."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from edge.assemble import open_outbox
from edge.columns import Reading
from edge.pack import Unreadable
from edge.sample import Sample
from edge.settings import EdgeSettings
from edge.wire import Swipe
from gridwarden.carried import Imported, export_spool, import_courier
from gridwarden.context import Context
from gridwarden.embedded.broker import EmbeddedBroker
from gridwarden.errors import GridwardenError
from ingest.clock import DAY, now
from ingest.settings import IngestSettings
from ingest.worker import run_worker
from tests.ingest.make import KEY, rows

SETTINGS = EdgeSettings()  # type: ignore[call-arg]


@contextmanager
def ingest(database_url: str, broker_url: str) -> Iterator[None]:
    stop, ready = threading.Event(), threading.Event()
    more: dict[str, Any] = {"username": None, "password": None, "person_key": KEY}
    addresses = {"database_url": database_url, "broker_url": broker_url}
    worker = threading.Thread(
        target=run_worker,
        args=(IngestSettings(),),  # type: ignore[call-arg]
        kwargs=addresses | more | {"stop": stop, "ready": ready.set},
    )
    worker.start()
    try:
        assert ready.wait(15)
        yield
    finally:
        stop.set()
        worker.join(15)
    assert not worker.is_alive()


@pytest.fixture
def broker(make_broker: Callable[[], EmbeddedBroker]) -> str:
    return make_broker().url


@pytest.fixture
def context(
    tmp_path: Path, database_url: str, broker: str, monkeypatch: pytest.MonkeyPatch
) -> Context:
    monkeypatch.setenv("GRIDWARDEN_DATABASE__URL", database_url)
    monkeypatch.setenv("GRIDWARDEN_BROKER__URL", broker)
    return Context(None, {"data_dir": tmp_path})


def fill(folder: Path, agent: str = "north") -> int:
    """A spool as an agent leaves it that had no link: live, urgent, unreadable, wrong."""
    outbox = open_outbox(folder / "spools", agent, SETTINGS)
    old, start = now() - 200 * DAY, now() - 60_000_000
    for number in range(20):
        readings = [Reading("h-1", "pressure", start + 10 * number + n, 0.3) for n in range(5)]
        outbox.append([Sample(readings=readings, urgent=number == 7)])
        if number == 9:  # restarted: what follows is of another epoch
            outbox.close()
            outbox = open_outbox(folder / "spools", agent, SETTINGS)
    outbox.append([Sample(swipes=[Swipe("gate", start, "C-1")])])
    outbox.append([Sample(readings=[Reading("h-1", "pressure", old, 0.2)])])
    outbox.append([Sample(readings=[Reading("h-1", "pressure", start + DAY, 0.2)])])
    outbox.append_unreadable([Unreadable("log.csv", 2, "x;y", "no card")])
    made = outbox.counts.made
    outbox.close()
    return made


def test_a_carried_file_and_the_returned_link_together_store_everything_once(
    context: Context, database_url: str, broker: str, tmp_path: Path
) -> None:
    """SE-19 in part: what was stored while the link was down, carried as courier."""
    made, file = fill(tmp_path), tmp_path / "north.gws"
    manifest = export_spool(context, file, None, now)
    assert (manifest.agent, manifest.batches, manifest.items) == ("north", 24, made)
    with ingest(database_url, broker):
        # 200 days old is history for a courier; a day ahead and the unreadable line stay wrong.
        assert import_courier(context, file) == Imported(24, 0, made - 2, 2)
        assert import_courier(context, file) == Imported(24, 24, 0, 0)
        stored = rows(database_url, "select count(*) from reading_log")
        assert rows(database_url, "select origin, count(*) from batches group by 1") == [
            ("courier", 24)
        ]
        deliver_live(tmp_path, broker)
    assert rows(database_url, "select count(*) from reading_log") == stored == [(101,)]
    assert rows(database_url, "select count(*), sum(refused) from batches") == [(24, 2)]
    assert rows(database_url, "select count(*) from dead_letters") == [(2,)]
    assert rows(database_url, "select count(*) from swipe_log") == [(1,)]


def deliver_live(folder: Path, broker: str) -> None:
    """The link is back: the agent sends what its spool still holds."""
    import time

    from edge.assemble import open_link
    from edge.sender import Sender
    from edge.window import Window

    outbox = open_outbox(folder / "spools", "north", SETTINGS)
    assert outbox.counts.batches == 24
    link = open_link(broker, None, None, site="campus", agent="north", queue=64)
    window = Window(16, 1.0)
    sender = Sender(outbox, window, link, site="campus", agent="north", monotonic=time.monotonic)
    link.start()
    deadline = time.monotonic() + 20
    while not outbox.empty:
        assert time.monotonic() < deadline
        sender.wait(0.1)
        sender.pump()
    assert outbox.counts.acknowledged == outbox.counts.made
    link.close()
    outbox.close()


def test_what_came_live_before_the_file_keeps_its_mark(
    context: Context, database_url: str, broker: str, tmp_path: Path
) -> None:
    fill(tmp_path)
    export_spool(context, tmp_path / "f", "north", now)
    with ingest(database_url, broker):
        deliver_live(tmp_path, broker)
        assert import_courier(context, tmp_path / "f") == Imported(24, 24, 0, 0)
    assert rows(database_url, "select distinct origin from batches") == [("live",)]


def test_a_damaged_file_imports_nothing(
    context: Context, database_url: str, tmp_path: Path
) -> None:
    fill(tmp_path)
    export_spool(context, tmp_path / "f", None, now)
    data = bytearray((tmp_path / "f").read_bytes())
    data[-20] ^= 1
    (tmp_path / "f").write_bytes(data)
    with pytest.raises(GridwardenError, match="copy it again"):
        import_courier(context, tmp_path / "f")
    assert rows(database_url, "select count(*) from batches") == [(0,)]


def test_another_sites_file_is_refused(
    context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path)
    export_spool(context, tmp_path / "f", None, now)
    monkeypatch.setenv("GRIDWARDEN_SITE", "elsewhere")
    with pytest.raises(GridwardenError, match="carry it to its own hub"):
        import_courier(Context(None, {"data_dir": tmp_path}), tmp_path / "f")


def test_which_spool_is_meant_must_be_said(context: Context, tmp_path: Path) -> None:
    with pytest.raises(GridwardenError, match="holds no spool"):
        export_spool(context, tmp_path / "f", None, now)
    fill(tmp_path, "north")
    fill(tmp_path, "south")
    with pytest.raises(GridwardenError, match="--agent north or south"):
        export_spool(context, tmp_path / "f", None, now)
    with pytest.raises(GridwardenError, match="there are: north, south"):
        export_spool(context, tmp_path / "f", "west", now)
    assert not (tmp_path / "f").exists()


def test_an_empty_spool_is_not_worth_carrying(context: Context, tmp_path: Path) -> None:
    open_outbox(tmp_path / "spools", "north", SETTINGS).close()
    with pytest.raises(GridwardenError, match="nothing to carry"):
        export_spool(context, tmp_path / "f", None, now)
