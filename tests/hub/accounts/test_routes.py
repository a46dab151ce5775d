"""Signing in and out, and what is one's own: over HTTP, on a real hub."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest
from psycopg import AsyncConnection

from hub.accounts import store
from hub.accounts.passwords import hashed_now
from ingest import clock
from tests.hub.make import RunningHub, in_transaction, load, running_hub, token_of
from tests.waiting import wait_until

PASSWORD = "seven tall hydrants"


@pytest.fixture(scope="module")
def shared(cluster: Any) -> Iterator[RunningHub]:
    """One hub for all tests of this file; each signs in as somebody of its own."""
    url = cluster.create_migrated()
    load(url)
    with running_hub(url) as running:
        yield running
    cluster.drop(url)


def account(hub: RunningHub, name: str, person: str | None = None, **more: Any) -> int:
    """An account with the password."""

    async def make(conn: AsyncConnection[Any]) -> int:
        now = clock.now()
        made = await store.add_account(
            conn, name=name, person=person, display=name, by="test", now=now, **more
        )
        assert made is not None
        await store.set_password(conn, made, hashed_now(PASSWORD), now)
        return made

    return in_transaction(hub.database_url, make)


def page(hub: RunningHub) -> httpx.Client:
    """A browser: keeps cookies, says where its requests come from."""
    return httpx.Client(base_url=hub.url, timeout=10, headers={"Sec-Fetch-Site": "same-origin"})


def sign_in(client: httpx.Client, name: str, password: str = PASSWORD) -> httpx.Response:
    return client.post("/api/session", json={"name": name, "password": password})


def test_signing_in_opens_what_is_ones_own_and_signing_out_closes_it(shared: RunningHub) -> None:
    """PR-01"""
    account(shared, "west", "p-west")
    with page(shared) as client:
        assert client.get("/api/cases").status_code == 401
        answer = sign_in(client, " West ")
        assert answer.status_code == 201, answer.text
        cookie = answer.headers["set-cookie"].lower()
        assert all(word in cookie for word in ("httponly", "samesite=strict", "path=/"))
        me = client.get("/api/me").json()
        assert me["person"]["id"] == "p-west"
        assert me["rights"]["cases.read"] == ["C-1"]
        assert [(one["role"], one["grid"], one["why"]) for one in me["roles"]] == [
            ("warden", "C-1", "post")
        ]
        assert client.get("/api/cases").status_code == 200
        refused = client.get("/api/audit")
        assert refused.status_code in (403, 404)
        stolen = client.cookies["gridwarden_session"]
        assert client.delete("/api/session").status_code == 204
        client.cookies.set("gridwarden_session", stolen)
        assert client.get("/api/cases").status_code == 401
    with psycopg.connect(shared.database_url) as conn:
        stored = str(conn.execute("select * from hub.sessions").fetchall())
    assert stolen not in stored


def test_a_missing_right_is_told_by_its_name(shared: RunningHub) -> None:
    """PR-01"""
    token = token_of(shared.database_url, "p-west")
    headers = {"Authorization": f"Bearer {token}"}
    answer = shared.client.get("/api/dead-letters", headers=headers)
    assert answer.status_code == 403
    assert answer.json()["type"].endswith(":not-allowed")
    assert "system.read" in answer.json()["detail"]


def test_a_wrong_name_and_a_wrong_password_are_told_alike(shared: RunningHub) -> None:
    account(shared, "known", None)
    with page(shared) as client:
        wrong = [sign_in(client, name, "not that one") for name in ("known", "unknown")]
    assert [one.status_code for one in wrong] == [401, 401]
    assert wrong[0].json() == wrong[1].json()


def test_a_disabled_account_is_out_at_once(shared: RunningHub) -> None:
    """PR-01"""
    number = account(shared, "leaver", None)
    with page(shared) as client:
        sign_in(client, "leaver")
        assert client.get("/api/me").status_code == 200
        with psycopg.connect(shared.database_url) as conn:
            conn.execute("update hub.accounts set disabled = now() where id = %s", [number])
        assert client.get("/api/me").status_code == 401
        assert sign_in(client, "leaver").status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 204),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({}, 403),
        ({"Origin": "HUB"}, 204),
    ],
)
def test_no_other_site_makes_a_browser_change_something(
    shared: RunningHub, headers: dict[str, str], status: int
) -> None:
    number = account(shared, f"csrf-{abs(hash(str(headers)))}", None)

    async def secret(conn: AsyncConnection[Any]) -> tuple[str, int]:
        return await store.open_session(conn, number, address="", browser="", now=clock.now())

    cookie = in_transaction(shared.database_url, secret)[0]
    sent = {key: value.replace("HUB", shared.url.rstrip("/")) for key, value in headers.items()}
    with httpx.Client(base_url=shared.url, cookies={"gridwarden_session": cookie}) as client:
        assert client.get("/api/me").status_code == 200
        assert client.delete("/api/session", headers=sent).status_code == status


def test_another_password_ends_all_other_sessions(shared: RunningHub) -> None:
    account(shared, "careful", None)
    with page(shared) as here, page(shared) as there:
        sign_in(here, "careful")
        sign_in(there, "careful")
        listed = here.get("/api/me/sessions").json()
        assert sorted(one["current"] for one in listed) == [False, True]
        for new, field in (("short", "body.new"), ("aaaaaaaaaaaaaa", "body.new")):
            answer = here.post("/api/me/password", json={"current": PASSWORD, "new": new})
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["field"] == field
            assert new not in answer.text
        wrong = {"current": "not that one", "new": "eight tall hydrants"}
        assert here.post("/api/me/password", json=wrong).status_code == 422
        right = {"current": PASSWORD, "new": "eight tall hydrants"}
        assert here.post("/api/me/password", json=right).status_code == 204
        assert here.get("/api/me").status_code == 200
        assert there.get("/api/me").status_code == 401
        assert sign_in(there, "careful").status_code == 401
        assert sign_in(there, "careful", "eight tall hydrants").status_code == 201


def test_a_token_is_shown_once_limited_and_revoked(shared: RunningHub) -> None:
    """PR-01"""
    account(shared, "chief", "p-chief")
    with page(shared) as client:
        sign_in(client, "chief")
        order = {"name": "export", "days": 3, "rights": ["cases.read"]}
        made = client.post("/api/me/tokens", json=order).json()
        assert made["token"].startswith("gwt_")
        assert made["token"] not in client.get("/api/me/tokens").text
        headers = {"Authorization": f"Bearer {made['token']}"}
        with httpx.Client(base_url=shared.url, headers=headers) as program:
            assert program.get("/api/cases").status_code == 200
            assert program.get("/api/devices").status_code == 403
            assert program.post("/api/me/tokens", json=order).status_code == 403
            mine = program.get("/api/me").json()
            assert (mine["rights"], mine["session"]) == ({"cases.read": ["*"]}, None)
            number = made["made"]["id"]
            assert client.delete(f"/api/me/tokens/{number}").status_code == 204
            assert client.delete(f"/api/me/tokens/{number}").status_code == 404
            assert program.get("/api/cases").status_code == 401


def test_leave_gives_the_stand_in_the_rights_at_once(shared: RunningHub) -> None:
    """PR-01"""
    with psycopg.connect(shared.database_url, autocommit=True) as conn:
        name = '{"en": "Spare", "zh": "替班"}'
        conn.execute("insert into hub.people values ('p-spare', %s, 'stand_in')", [name])
        conn.execute("update hub.holdings set stand_in = 'p-spare' where grid = 'C-2'")
        conn.execute("notify gridwarden_site")
        token = {"Authorization": f"Bearer {token_of(shared.database_url, 'p-spare')}"}

        def status() -> int:
            return shared.client.get("/api/cases", headers=token).status_code

        assert status() == 403
        conn.execute(
            "insert into hub.leaves (person, starts, ends, reason, state, filed_by, filed,"
            " decided_by, decided) values ('p-east', now() - interval '1 minute',"
            " now() + interval '1 hour', '', 'approved', 'p-east', now(), 'p-chief', now())"
        )
        wait_until(lambda: status() == 200)
        conn.execute("update hub.leaves set ends = now()")
        wait_until(lambda: status() == 403)
