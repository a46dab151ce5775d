"""The doctor on accounts: what opens too easily is named, with what to do."""

from __future__ import annotations

import psycopg

from gridwarden.doctor.security import Facts, check_security, judge
from hub.accounts.store import add_account, make_token
from ingest import clock
from tests.hub.make import in_transaction

SOUND = Facts(
    accounts=3, single_factor=[], demo=[], tokens=2, old_tokens=0, sessions=2, signed_in=1,
    late=0, broken=None,
)  # fmt: skip


def test_a_sound_site_gets_no_advice() -> None:
    """PR-13 in part"""
    assert {check.state for check in judge(SOUND)} == {"ok"}


def test_weak_accounts_old_tokens_and_a_broken_log_are_told(database_url: str) -> None:
    """PR-13: tests account security."""
    now = clock.now()

    async def make(conn: psycopg.AsyncConnection[tuple[object, ...]]) -> None:
        for name, demo in (("wang", False), ("demo-desk", True)):
            number = await add_account(
                conn, name=name, person=None, display=name, by="test", now=now, demo=demo
            )
            assert number is not None
            await make_token(conn, number, name="t", rights=None, days=900, now=now)
        await conn.execute("update hub.accounts set password = '$argon2id$', password_set = now()")
        await conn.execute("update hub.tokens set made = now() - interval '200 days'")
        await conn.execute("update hub.audit_walks set broken = 7 where name = 'news'")

    in_transaction(database_url, make)
    found = {check.name: check for check in check_security(database_url)}
    assert found["second factors"].found == "2 open with a password alone: demo-desk, wang"
    assert found["demo accounts"].found == "1 are the demo's: demo-desk"
    assert found["tokens"].state == "warn"
    assert "entry 7" in found["audit log"].found
    assert all(check.remedy for check in found.values() if check.state != "ok")


def test_a_database_without_our_tables_is_left_to_other_checks(empty_database_url: str) -> None:
    assert check_security(empty_database_url) == []
