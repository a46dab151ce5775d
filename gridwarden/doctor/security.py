"""Looking at the security of accounts and of the audit log, in a database that has them.

Ages are ours: what was not used for a quarter is not needed, and a secret older than half a year
has been in too many hands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString

import psycopg
from psycopg.rows import class_row

from gridwarden.doctor.check import Check

UNUSED_DAYS = 90
OLD_DAYS = 180
LATE_S = 60
NAMED = 5  # accounts named in a line
_TIMEOUT_S = 5

_THERE: LiteralString = (
    "select to_regclass('hub.accounts') is not null and to_regclass('hub.audit_walks') is not null"
)
# A schema from before second factors has no such column, and nobody has one.
_FACTS: LiteralString = """
    with active as (select * from hub.accounts where disabled is null),
    bare as (
        select name from active a
        where password is not null and to_jsonb(a) ->> 'totp' is null
          and not coalesce((to_jsonb(a) ->> 'passkeys')::int > 0, false)
        order by name)
    select (select count(*) from active) as accounts,
        array(select name from bare) as single_factor,
        array(select name from active where demo order by name) as demo,
        (select count(*) from hub.tokens t join active a on a.id = t.account
         where t.revoked is null and t.until > now()) as tokens,
        (select count(*) from hub.tokens t join active a on a.id = t.account
         where t.revoked is null and t.until > now()
           and (coalesce(t.used, t.made) < now() - make_interval(days => %(unused)s)
                or t.made < now() - make_interval(days => %(old)s))) as old_tokens,
        (select count(*) from hub.sessions where ended is null and until > now()) as sessions,
        (select count(distinct account) from hub.sessions
         where ended is null and until > now()) as signed_in,
        (select count(*) from hub.audit_queue
         where at < now() - make_interval(secs => %(late)s)) as late,
        (select min(broken) from hub.audit_walks) as broken
"""


@dataclass(frozen=True)
class Facts:
    """What there is: names of accounts, counts, and the audit log's first known break."""

    accounts: int
    single_factor: list[str]
    demo: list[str]
    tokens: int
    old_tokens: int
    sessions: int
    signed_in: int
    late: int
    broken: int | None


def check_security(url: str) -> list[Check]:
    """One check each on second factors, demo accounts, tokens, sessions and the audit log.

    None, where the database is away or has no accounts yet: other checks tell that.
    """
    values = {"unused": UNUSED_DAYS, "old": OLD_DAYS, "late": LATE_S}
    try:
        with psycopg.connect(url, connect_timeout=_TIMEOUT_S, autocommit=True) as connection:
            if connection.execute(_THERE).fetchone() != (True,):
                return []
            with connection.cursor(row_factory=class_row(Facts)) as cursor:
                facts = cursor.execute(_FACTS, values).fetchone()
    except psycopg.OperationalError:
        return []
    assert facts is not None
    return judge(facts)


def judge(facts: Facts) -> list[Check]:
    """What the facts mean."""
    return [
        _listed(
            "second factors",
            facts.single_factor,
            f"{facts.accounts} accounts",
            "open with a password alone",
            "let them add a second factor at the page, under their account",
        ),
        _listed(
            "demo accounts",
            facts.demo,
            "none",
            "are the demo's",
            "disable them before others can reach the hub: gridwarden user disable NAME",
        ),
        _counted(
            "tokens",
            facts.old_tokens,
            f"{facts.tokens} hold",
            f"older than {OLD_DAYS} days, or unused for {UNUSED_DAYS}",
            "revoke what no program needs: gridwarden user token",
        ),
        Check("sessions", "ok", f"{facts.sessions} of {facts.signed_in} accounts"),
        _audit(facts),
    ]


def _listed(name: str, found: list[str], well: str, what: str, remedy: str) -> Check:
    if not found:
        return Check(name, "ok", well)
    told = ", ".join(found[:NAMED]) + (" …" if len(found) > NAMED else "")
    return Check(name, "warn", f"{len(found)} {what}: {told}", remedy)


def _counted(name: str, count: int, well: str, what: str, remedy: str) -> Check:
    return Check(name, "warn", f"{count} {what}", remedy) if count else Check(name, "ok", well)


def _audit(facts: Facts) -> Check:
    if facts.broken is not None:
        remedy = "run `gridwarden audit verify`, and compare with a backup or an exported file"
        return Check("audit log", "fail", f"broken at entry {facts.broken}", remedy)
    if facts.late:
        remedy = "entries are sealed while a hub follows the store: gridwarden hub run"
        return Check("audit log", "warn", f"{facts.late} entries wait to be sealed", remedy)
    return Check("audit log", "ok", "sealed")
