"""Accounts from the command line."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import AsyncConnection
from pyotp.totp import TOTP
from typer.testing import CliRunner

from gridwarden.cli import app
from gridwarden.demo.accounts import FILE, make_accounts
from gridwarden.errors import GridwardenError
from hub.accounts import second, store, totp
from hub.accounts.passwords import matches
from hub.rights.domain import ROLES
from ingest import clock
from tests.hub.make import SITE, in_transaction, load

PASSWORD = "seven tall hydrants"


@pytest.fixture
def site(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The small site, and the settings that lead to it."""
    monkeypatch.setenv("GRIDWARDEN_DATABASE__URL", database_url)
    monkeypatch.chdir(tmp_path)
    load(database_url)
    return database_url


def run(*words: str, typed: str | None = None) -> str:
    result = CliRunner().invoke(app, ["user", *words], input=typed, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output.strip()


def test_who_has_lost_the_phone_gets_in_with_the_password_again(site: str) -> None:
    run("add", "west", "--person", "p-west", "--code")

    async def set_up(conn: AsyncConnection[Any]) -> int:
        found = await store.find_named(conn, "west")
        assert found is not None
        secret, now = await second.draft(conn, b"k" * 32, found.id), clock.now()
        code = TOTP(secret).generate_otp(now // totp.STEP)
        assert await second.confirm(conn, b"k" * 32, found.id, code, now)
        return found.id

    number = in_transaction(site, set_up)
    assert "password alone" in run("totp", "reset", "West")
    state = in_transaction(site, lambda conn: second.state(conn, number))
    assert state == second.Second(since=None, recovery=0)
    with psycopg.connect(site) as conn:
        noted = conn.execute("select action, subject from hub.audit_queue order by id").fetchall()
    assert noted[-1] == ("command.user.totp_reset", "account:west")
    with pytest.raises(GridwardenError, match="no account nobody"):
        run("totp", "reset", "nobody")


def test_accounts_are_added_shown_changed_and_disabled(site: str) -> None:
    twice = f"{PASSWORD}\n{PASSWORD}\n"
    added = run("add", "Root", "--role", "administrator", typed=twice)
    assert "root can sign in" in added
    assert PASSWORD not in added
    code = run("add", "west", "--person", "p-west", "--code")
    assert code.startswith("west: ")
    assert "west: p-west, invited until" in run("list")
    assert "right cases.read: C-1" in run("show", "west")
    grant = run("grant", "west", "inspector", "--grid", "C-2").split(":")[0].removeprefix("grant ")
    assert "role inspector in C-2 (granted)" in run("show", "west")
    run("revoke", "west", grant)
    assert "inspector" not in run("show", "west")
    token = run("token", "west", "--for", "export", "--right", "cases.read")
    assert token.startswith("gwt_")
    assert "token 1 for export" in run("sessions", "west")
    run("token", "west", "--revoke", "1")
    assert run("sessions", "west") == "nobody is signed in with it"
    run("password", "west", typed=twice)
    run("disable", "west")
    assert "west: p-west, disabled" in run("list")
    run("enable", "west")
    with pytest.raises(GridwardenError, match="last account that manages"):
        run("disable", "root")
    with pytest.raises(GridwardenError, match="fewer than 12"):
        run("password", "west", typed="short\nshort\n")
    with pytest.raises(GridwardenError, match="nobody of the site"):
        run("add", "ghost", "--person", "p-ghost", "--code")
    with psycopg.connect(site) as conn:
        noted = conn.execute("select action, subject from hub.audit_queue order by id").fetchall()
    assert noted[:2] == [("command.user.add", f"account:{name}") for name in ("root", "west")]
    assert ("command.user.disable", "account:west") in noted
    assert not [one for one in noted if "root" in one[1] and "disable" in one[0]]  # it was refused


def test_the_demo_has_an_account_for_each_role_and_keeps_their_passwords(
    site: str, tmp_path: Path
) -> None:
    async def make(conn: AsyncConnection) -> None:
        made = await make_accounts(conn, SITE, tmp_path, clock.now())
        again = await make_accounts(conn, SITE, tmp_path, clock.now())
        assert made == again
        assert [one.role for one in made] == list(ROLES)
        chief = next(one for one in made if one.role == "chief")
        assert chief.person == "p-chief"
        row = await store.sign_in_row(conn, chief.name)
        assert row is not None
        assert await matches(row[1], chief.password)
        (tmp_path / FILE).unlink()
        after = await make_accounts(conn, SITE, tmp_path, clock.now())
        assert {one.password for one in after}.isdisjoint(one.password for one in made)

    in_transaction(site, make)
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
