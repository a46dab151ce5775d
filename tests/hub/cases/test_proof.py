"""Proof of the stored files, folding old ones again, and a relapse in the store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import AsyncConnection
from typer.testing import CliRunner

from gridwarden.commands.cases import app as commands
from gridwarden.context import Context
from hub.cases.domain import Doer, Order, Scene, fold, step
from hub.cases.intake import take_up
from hub.cases.proof import Proved, prove
from hub.cases.refold import refold
from hub.cases.store import append, find, lock_log, read_log
from hub.photos.domain import checked_photo
from hub.photos.store import hold, put
from ingest import clock
from tests.hub.make import SPOT, anomaly, in_transaction, raise_case

PHOTO = checked_photo(b"\xff\xd8\xff" + b"pixels")
UNLOCK = "alter table hub.case_events disable trigger append_only"


async def go_on(conn: AsyncConnection[Any], *actions: str) -> None:
    await lock_log(conn)
    case = await find(conn, 1)
    assert case is not None
    for action in actions:
        photos = (PHOTO.hash,) if action == "handle" else ()
        order = Order(action=action, note="阀门", photos=photos)  # type: ignore[arg-type]
        who = "p-chief" if action == "verify" else "p-west"
        events = step(case.state, order, Scene(by=Doer(who), now=clock.now()))
        assert isinstance(events, list), events
        case = await append(conn, case, events)


@pytest.fixture
def url(site_url: str) -> str:
    """A store with a closed case with a photo, and a new one."""

    async def write(conn: AsyncConnection[Any]) -> None:
        await put(conn, PHOTO, clock.now())
        await hold(conn, [PHOTO.hash])
        await go_on(conn, "accept", "dispatch", "handle", "verify", "close")

    raise_case(site_url, anomaly())
    in_transaction(site_url, write)
    raise_case(site_url, anomaly("hydrant-08"))
    return site_url


def proved(url: str, number: str | None = None) -> list[Proved]:
    async def look(conn: AsyncConnection[Any]) -> list[Proved]:
        return [one async for one in prove(conn, number)]

    found: list[Proved] = in_transaction(url, look)
    return found


def tamper(url: str, *statements: str, values: Any = None) -> None:
    with psycopg.connect(url) as conn:
        conn.execute(UNLOCK)
        for statement in statements:
            conn.execute(statement, values)  # type: ignore[arg-type]


def test_sound_files_are_proven_with_their_photos(url: str) -> None:
    """CA-02, CA-22"""
    assert [(one.events, one.photos, one.flaw) for one in proved(url)] == [
        (6, 1, None), (1, 0, None)
    ]  # fmt: skip
    number = proved(url)[1].number
    assert [one.number for one in proved(url, number)] == [number]
    assert proved(url, "1999-000001") == []


PHOTOS = "alter table hub.photos disable trigger all; "
ALTERED: list[tuple[str, str, int | None]] = [
    ("update hub.case_events set note = 'x' where case_id = 1 and seq = 4", "event", 4),
    ("delete from hub.case_events where case_id = 1 and seq = 6", "missing_event", 6),
    ("update hub.cases set owner = 'p-east' where id = 1", "state", None),
    ("update hub.cases set progress = '{}' where id = 1", "state", None),
    (PHOTOS + "update hub.photos set bytes = 'x'", "photo", 4),
    (PHOTOS + "delete from hub.photos", "missing_photo", 4),
]


def test_what_was_altered_is_named(url: str) -> None:
    """CA-02, HZ-08: evidence is unalterable, and who gets around that is found out."""

    async def look(conn: AsyncConnection[Any]) -> list[tuple[str, int | None]]:
        found: list[tuple[str, int | None]] = []
        for statement, _, _ in ALTERED:
            await conn.execute(UNLOCK)
            await conn.execute(statement)  # type: ignore[arg-type]
            first, second = [one async for one in prove(conn)]
            assert second.flaw is None
            assert first.flaw is not None
            found.append((first.flaw.what, first.flaw.seq))
            await conn.rollback()
        return found

    assert in_transaction(url, look) == [(what, seq) for _, what, seq in ALTERED]


def test_evidence_takes_no_change(url: str) -> None:
    """HZ-08: with its author and time in the log."""
    with psycopg.connect(url) as conn:
        for change in ("update hub.photos set bytes = 'x'", "delete from hub.photos"):
            with pytest.raises(psycopg.Error):
                conn.execute(change)  # type: ignore[arg-type]
            conn.rollback()
        heard = conn.execute(
            "select actor, at <= now(), data -> 'photos' from hub.case_events"
            " where event = 'handled'"
        ).fetchone()
    assert heard == ("p-west", True, [PHOTO.hash])


def test_the_command_proves_all_files_or_one_and_names_the_altered_event(
    url: str, tmp_path: Path
) -> None:
    """CA-02: `gridwarden cases verify`"""
    context = Context(None, {"data_dir": tmp_path, "database": {"url": url}})
    run = CliRunner()
    sound = run.invoke(commands, ["verify"], obj=context)
    assert sound.exit_code == 0, sound.output
    assert "2 of 2 case files are unaltered (7 events, 1 photos)" in sound.output
    tamper(
        url, "update hub.case_events set at = at + interval '1 us' where case_id = 1 and seq = 2"
    )
    number = proved(url)[0].number
    for args in (["verify"], ["verify", number]):
        broken = run.invoke(commands, args, obj=context)
        assert broken.exit_code == 1
        assert f"{number}: event 2 (accepted) was altered" in broken.output
    assert run.invoke(commands, ["verify", "1999-000001"], obj=context).exit_code != 0


def test_a_case_of_an_earlier_version_is_folded_again(url: str) -> None:
    """What its events amount to is known, whether the hub or a step comes to it first."""
    tamper(url, "update hub.cases set progress = null")

    async def look(conn: AsyncConnection[Any]) -> Any:
        case = await find(conn, 1)
        assert case is not None
        return case, fold(one.event for one in await read_log(conn, case))

    async def archive(conn: AsyncConnection[Any]) -> None:
        await go_on(conn, "archive")

    in_transaction(url, archive)
    case, state = in_transaction(url, look)
    assert case.state == state
    assert case.state.progress.handler == "p-west"

    async def fold_again(conn: AsyncConnection[Any]) -> list[int]:
        return [await refold(conn, 0), await refold(conn, 0)]

    assert in_transaction(url, fold_again) == [1, 0]
    assert all(one.flaw is None for one in proved(url))


def test_what_was_mended_badly_opens_its_case_again(url: str) -> None:
    """CA-19: within the rule's window; later a new case opens."""

    async def again(conn: AsyncConnection[Any], started: int, minutes: int) -> Any:
        found = anomaly(started=started)
        return await take_up(conn, found, SPOT, clock.now(), relapse_minutes=minutes)

    async def stages(conn: AsyncConnection[Any]) -> list[str]:
        asked = "select stage from hub.cases where device = %s order by id"
        cursor = await conn.execute(asked, [SPOT.device])
        return [row[0] for row in await cursor.fetchall()]

    now = clock.now()
    assert in_transaction(url, lambda conn: again(conn, now, 60)) is None
    assert in_transaction(url, stages) == ["dispatched"]
    in_transaction(url, lambda conn: go_on(conn, "handle", "verify", "close"))
    opened = in_transaction(url, lambda conn: again(conn, now + 61 * 60_000_000, 60))
    assert opened.id == 3
    assert in_transaction(url, stages) == ["closed", "discovered"]
    with psycopg.connect(url) as conn:
        held = "select count(*) from hub.case_anomalies where case_id = 1"
        assert conn.execute(held).fetchone() == (2,)
