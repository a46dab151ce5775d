"""Signing in and out, and what is one's own: over HTTP, on a real hub."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import msgspec
import psycopg
import pytest
from psycopg import AsyncConnection

from hub.accounts import manage, store
from hub.accounts.domain import AccountError
from hub.accounts.passwords import hashed_now
from hub.sites.store import load_site
from ingest import clock
from tests.hub.make import SITE, RunningHub, in_transaction, load, running_hub, token_of
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


def test_after_five_failures_one_waits_and_nobody_else_does(shared: RunningHub) -> None:
    """The wait survives a restart: it is in the store, and tells no more than that."""
    account(shared, "guessed", None)
    with page(shared) as client:
        for name in ("guessed", "never was"):
            tried = [sign_in(client, name, f"wrong password {n}") for n in range(6)]
            assert [one.status_code for one in tried] == [401] * 5 + [429]
            assert 0 < int(tried[-1].headers["Retry-After"]) <= 30
            assert "seconds" in tried[-1].json()["detail"]
        assert sign_in(client, "guessed").status_code == 429  # the right one, too
        with psycopg.connect(shared.database_url) as conn:
            assert "guessed" not in str(
                conn.execute("select * from hub.sign_in_failures").fetchall()
            )
            conn.execute("update hub.sign_in_failures set until = now()")
        assert sign_in(client, "guessed").status_code == 201
        with psycopg.connect(shared.database_url) as conn:
            conn.execute("delete from hub.sign_in_failures")


@contextmanager
def administrator(hub: RunningHub, name: str, grid: str | None = None) -> Iterator[httpx.Client]:
    """Signed in as somebody new who manages accounts, of a grid or of the whole site."""
    number = account(hub, name, None)

    async def give(conn: AsyncConnection[Any]) -> int:
        return await store.grant(
            conn, number, "administrator", grid=grid, starts=0, ends=None, by="t", now=clock.now()
        )

    in_transaction(hub.database_url, give)
    with page(hub) as client:
        assert sign_in(client, name).status_code == 201
        yield client


def test_who_is_invited_sets_a_password_by_a_code_that_works_once(shared: RunningHub) -> None:
    """PR-01"""
    with administrator(shared, "root-1") as root, page(shared) as guest:
        order = {"name": "Guest", "display": "A guest"}
        made = root.post("/api/accounts", json=order).json()
        assert root.post("/api/accounts", json=order).status_code == 409
        code, number = made["code"]["code"], made["account"]["account"]["id"]
        assert sign_in(guest, "guest").status_code == 401
        use = {"name": "guest", "code": code.lower().replace("-", " "), "new": PASSWORD}
        assert guest.post("/api/session/code", json=use | {"new": "x"}).status_code == 422
        assert guest.post("/api/session/code", json=use | {"name": "root-1"}).status_code == 401
        assert guest.post("/api/session/code", json=use).status_code == 201
        assert guest.get("/api/me").json()["display"] == "A guest"
        assert guest.post("/api/session/code", json=use).status_code == 401
        again = root.post(f"/api/accounts/{number}/code").json()
        assert again["code"] != code
        found = root.get(f"/api/accounts/{number}").json()
        assert (found["rights"], len(found["sessions"])) == ({}, 1)
        assert root.delete(f"/api/accounts/{number}/sessions").json()["sessions"] == []
        assert guest.get("/api/me").status_code == 401


def test_nobody_gives_more_than_they_may_or_anything_to_themselves(shared: RunningHub) -> None:
    """PR-01: nobody grants beyond the own scope."""
    with administrator(shared, "root-2") as root, administrator(shared, "part", "C-1") as part:
        other = account(shared, "other", None)
        grants = f"/api/accounts/{other}/grants"
        for role, grid in (("administrator", None), ("administrator", "C-2"), ("chief", "C-1")):
            answer = part.post(grants, json={"role": role, "grid": grid})
            assert answer.status_code == 403, answer.text
        given = part.post(grants, json={"role": "administrator", "grid": "C-1"})
        assert given.status_code == 201
        assert given.json()["rights"]["accounts.manage"] == ["C-1"]
        me = root.get("/api/me").json()["account"]
        mine = root.post(f"/api/accounts/{me}/grants", json={"role": "chief"})
        assert mine.status_code == 403
        assert part.get(f"/api/accounts/{me}").status_code == 404  # reaches further than they do
        names = {one["name"] for one in part.get("/api/accounts").json()}
        assert "other" in names
        assert "root-2" not in names
        assert root.post(grants, json={"role": "chief", "grid": "C-9"}).status_code == 422
        (grant,) = given.json()["grants"]
        taken = root.delete(f"{grants}/{grant['id']}")
        assert taken.json()["rights"] == {}


def test_the_last_administrator_stays(shared: RunningHub) -> None:
    with administrator(shared, "root-3") as root:
        me = root.get("/api/me").json()["account"]
        with psycopg.connect(shared.database_url) as conn:
            conn.execute("delete from hub.granted_roles where account <> %s", [me])
        (grant,) = root.get(f"/api/accounts/{me}").json()["grants"]
        state = root.put(f"/api/accounts/{me}/state", json={"disabled": True})
        assert (state.status_code, "last" in state.json()["detail"]) == (409, True)
        assert root.delete(f"/api/accounts/{me}/grants/{grant['id']}").status_code == 409
        with administrator(shared, "root-4"):
            state = root.put(f"/api/accounts/{me}/state", json={"disabled": True})
            assert state.status_code == 200
            assert root.get("/api/me").status_code == 401


def test_a_minor_gets_no_account_and_loses_the_one_there_is(database_url: str) -> None:
    """PR-14"""
    load(database_url)
    token = token_of(database_url, "p-west")
    west = msgspec.structs.replace(SITE.people[1], minor=True)
    site = msgspec.structs.replace(SITE, people=[SITE.people[0], west, SITE.people[2]])

    async def work(conn: AsyncConnection[Any]) -> None:
        assert await store.by_token(conn, token, clock.now()) is not None
        await load_site(conn, site)
        assert await store.by_token(conn, token, clock.now()) is None
        found = await store.find_of_person(conn, "p-west")
        assert found is not None
        with pytest.raises(AccountError, match="minors get no account"):
            await manage.enable(conn, found.id)
        with pytest.raises(psycopg.errors.RestrictViolation):
            async with conn.transaction():
                await conn.execute("update hub.accounts set disabled = null")
        await conn.execute("delete from hub.tokens")
        await conn.execute("delete from hub.accounts")
        with pytest.raises(AccountError, match="minors get no account"):
            await manage.add(conn, name="w", person="p-west", display="", by="t", now=clock.now())

    in_transaction(database_url, work)
