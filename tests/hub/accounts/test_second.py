"""The second factor: an authenticator app's codes and recovery codes, over HTTP on a real hub."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import AsyncConnection
from pyotp.totp import TOTP

from hub.accounts import manage, store, totp
from hub.accounts.passwords import hashed_now
from ingest import clock
from tests.hub.make import RunningHub, in_transaction, load, running_hub

PASSWORD = "seven tall hydrants"
HASHED = hashed_now(PASSWORD)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
KEY = b"a key for nothing but these tests"


@pytest.fixture(scope="module")
def shared(cluster: Any) -> Iterator[RunningHub]:
    """One hub for all tests of this file; each signs in as somebody of its own."""
    url = cluster.create_migrated()
    load(url)
    with running_hub(url) as running:
        yield running
    cluster.drop(url)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as found:
        yield found


def account(hub: RunningHub, name: str) -> int:
    async def make(conn: AsyncConnection[Any]) -> int:
        now = clock.now()
        made = await store.add_account(
            conn, name=name, person=None, display=name, by="test", now=now
        )
        assert made is not None
        await store.set_password(conn, made, HASHED, now)
        return made

    return in_transaction(hub.database_url, make)


def page(hub: RunningHub, stack: ExitStack) -> httpx.Client:
    headers = {"Sec-Fetch-Site": "same-origin"}
    return stack.enter_context(httpx.Client(base_url=hub.url, timeout=10, headers=headers))


def enter(client: httpx.Client, name: str, second: str | None = None) -> httpx.Response:
    body = {"name": name, "password": PASSWORD, "second": second}
    return client.post("/api/session", json=body)


def slug(answer: httpx.Response) -> str:
    return answer.json()["type"].split(":")[-1]


def code(secret: str, steps: int = 0) -> str:
    return TOTP(secret).generate_otp(clock.now() // totp.STEP + steps)


def set_up(client: httpx.Client, name: str) -> tuple[str, list[str]]:
    """Sign in and set an app up with the code of half a minute ago; its secret, recovery codes."""
    assert enter(client, name).status_code == 201
    secret = client.post("/api/me/totp", json={"current": PASSWORD}).json()["secret"]
    answer = client.post("/api/me/totp/confirmation", json={"code": code(secret, -1)})
    assert answer.status_code == 201, answer.text
    return secret, answer.json()["codes"]


def test_an_app_counts_from_its_first_code_and_ends_what_a_password_opened(
    shared: RunningHub, stack: ExitStack
) -> None:
    """PR-01"""
    account(shared, "first")
    client, other = page(shared, stack), page(shared, stack)
    for one in (client, other):
        assert enter(one, "first").status_code == 201
    assert client.post("/api/me/totp", json={"current": "not that one"}).status_code == 422
    draft = client.post("/api/me/totp", json={"current": PASSWORD}).json()
    assert draft["uri"].startswith("otpauth://totp/Gridwarden:first?secret=" + draft["secret"])
    assert draft["qr"].startswith("<svg xmlns=")
    assert client.get("/api/me/totp").json() == {"since": None, "recovery_left": 0}
    assert enter(page(shared, stack), "first").status_code == 201  # it does not count yet
    wrong = client.post("/api/me/totp/confirmation", json={"code": code(draft["secret"], 5)})
    assert (wrong.status_code, slug(wrong)) == (401, "wrong-second-factor")
    good = client.post("/api/me/totp/confirmation", json={"code": code(draft["secret"])})
    assert len(set(good.json()["codes"])) == totp.RECOVERY_CODES
    state = client.get("/api/me/totp").json()
    assert state["since"] is not None
    assert state["recovery_left"] == totp.RECOVERY_CODES
    assert other.get("/api/me").status_code == 401
    assert client.post("/api/me/totp", json={"current": PASSWORD}).status_code == 409


def test_each_code_opens_once_and_the_password_alone_no_more(
    shared: RunningHub, stack: ExitStack
) -> None:
    """PR-01"""
    account(shared, "once")
    secret, recovery = set_up(page(shared, stack), "once")
    client = page(shared, stack)
    asked = enter(client, "once")
    assert (asked.status_code, slug(asked)) == (401, "second-factor")
    assert "set-cookie" not in asked.headers
    assert client.get("/api/me").status_code == 401
    now = code(secret)
    assert enter(client, "once", now).status_code == 201
    again = enter(client, "once", now)
    assert (again.status_code, slug(again)) == (401, "wrong-second-factor")
    assert enter(client, "once", recovery[0].lower()).status_code == 201
    assert enter(client, "once", recovery[0]).status_code == 401
    assert client.get("/api/me/totp").json()["recovery_left"] == totp.RECOVERY_CODES - 1


def test_guessed_codes_run_into_the_wait_and_a_missing_one_is_no_failure(
    shared: RunningHub, stack: ExitStack
) -> None:
    number = account(shared, "guessed")
    set_up(page(shared, stack), "guessed")
    client = page(shared, stack)
    for _ in range(7):
        assert slug(enter(client, "guessed")) == "second-factor"
    for _ in range(5):
        assert slug(enter(client, "guessed", "QQQQQ-QQQQQ-QQQQQ")) == "wrong-second-factor"
    assert enter(client, "guessed").status_code == 429
    with psycopg.connect(shared.database_url) as conn:
        noted = conn.execute(
            "select action, count(*) from hub.audit_queue where subject = %s group by 1",
            [f"account:{number}"],
        ).fetchall()
        noted += conn.execute(
            "select action, count(*) from hub.audit_log where subject = %s group by 1",
            [f"account:{number}"],
        ).fetchall()
    found: dict[str, int] = {}
    for action, count in noted:
        found[action] = found.get(action, 0) + count
    assert found["accounts.sign_in.first_step"] == 7
    assert found["accounts.sign_in.failed"] == 5
    with psycopg.connect(shared.database_url) as conn:
        conn.execute("delete from hub.sign_in_failures")


def test_a_one_time_code_needs_the_second_factor_too_and_is_not_lost_without(
    shared: RunningHub, stack: ExitStack
) -> None:
    """PR-01"""
    number = account(shared, "coded")
    secret, _ = set_up(page(shared, stack), "coded")
    issued = in_transaction(
        shared.database_url, lambda conn: manage.issue_code(conn, number, clock.now())
    )
    body = {"name": "coded", "code": issued[0], "new": PASSWORD}
    client = page(shared, stack)
    for second, wanted in ((None, "second-factor"), ("000000", "wrong-second-factor")):
        answer = client.post("/api/session/code", json={**body, "second": second})
        assert (answer.status_code, slug(answer)) == (401, wanted)
    answer = client.post("/api/session/code", json={**body, "second": code(secret)})
    assert answer.status_code == 201, answer.text


def test_recovery_codes_are_renewed_and_the_app_removed_by_a_code(
    shared: RunningHub, stack: ExitStack
) -> None:
    account(shared, "renewed")
    client = page(shared, stack)
    secret, recovery = set_up(client, "renewed")
    wrong = client.post("/api/me/totp/removal", json={"second": "not-a-code"})
    assert (wrong.status_code, slug(wrong)) == (401, "wrong-second-factor")
    fresh = client.post("/api/me/totp/recovery-codes", json={"second": code(secret)})
    codes = fresh.json()["codes"]
    assert client.post("/api/me/totp/removal", json={"second": recovery[1]}).status_code == 401
    assert client.post("/api/me/totp/removal", json={"second": codes[1]}).status_code == 204
    assert enter(page(shared, stack), "renewed").status_code == 201


def test_nothing_of_it_can_be_read_from_the_store(shared: RunningHub, stack: ExitStack) -> None:
    number = account(shared, "kept")
    secret, recovery = set_up(page(shared, stack), "kept")
    with psycopg.connect(shared.database_url) as conn:
        row = conn.execute("select totp from hub.accounts where id = %s", [number]).fetchone()
        left = conn.execute("select hash from hub.recovery_codes").fetchall()
    assert row is not None
    assert secret.encode() not in row[0]
    assert totp.opened(KEY, number, row[0]) == secret
    assert recovery[0].encode() not in b"".join(one[0] for one in left)
    for key, whose in ((KEY + b"!", number), (KEY, number + 1)):
        with pytest.raises(totp.AccountKeyError, match="restore account"):
            totp.opened(key, whose, row[0])


def test_a_token_sets_nothing_up(shared: RunningHub) -> None:
    answer = shared.client.post("/api/me/totp", json={"current": PASSWORD})
    assert (answer.status_code, slug(answer)) == (403, "page-only")


@given(st.integers(0, 2**40), st.integers(-3, 3), st.integers(0, totp.STEP - 1))
def test_codes_of_the_steps_beside_now_count_and_no_others(
    step: int, off: int, within: int
) -> None:
    given_code = TOTP(SECRET).generate_otp(step + 3 + off)
    found = totp.step_of(SECRET, given_code, (step + 3) * totp.STEP + within)
    near = {TOTP(SECRET).generate_otp(step + 3 + one): step + 3 + one for one in (-1, 0, 1)}
    assert found == near.get(given_code)
