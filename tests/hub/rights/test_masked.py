"""Outside auditors see the work and nobody who did it, on every route that they reach."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import routing
from psycopg import AsyncConnection

from hub.accounts import store as accounts
from hub.app import create_app
from hub.rights.domain import RoleName
from hub.rights.masked import OUTSIDE, masked
from hub.rights.roles import shipped_templates
from hub.secrecy.guard import SWORN
from ingest import clock
from tests.hub.make import SITE, RunningHub, anomaly, in_transaction, raise_case, running_hub

SAID = "Mrs Example of room 12 has the key."
VALUES = {"case_id": "1", "code": "C-1", "device": "hydrant-07", "name": "agent-1"}


def auditor(url: str, role: RoleName) -> str:
    """A token of an outside auditor."""

    async def make(conn: AsyncConnection[Any]) -> str:
        now = clock.now()
        number = await accounts.add_account(
            conn, name=role, person=None, display=role, by="test", now=now
        )
        assert number is not None
        await accounts.grant(conn, number, role, grid=None, starts=0, ends=None, by="test", now=now)
        token = await accounts.make_token(conn, number, name="t", rights=None, days=1, now=now)
        return token[0]

    return in_transaction(url, make)


@pytest.fixture
def hub(site_url: str) -> Iterator[RunningHub]:
    with running_hub(site_url, tracing=True) as running:
        yield running


def test_people_are_exchanged_for_marks_and_words_left_out() -> None:
    """PR-11 in part"""
    told = {"owner": {"id": "p-1", "name": {"en": "Wang", "zh": "王"}}, "note": SAID, "n": 1}
    known = {"p-1": "staff-1", "Wang": "staff-1", "王": "staff-1"}
    assert masked([told], known.get) == [
        {"owner": {"id": "staff-1", "name": {"en": "staff-1", "zh": "staff-1"}}, "note": "", "n": 1}
    ]


def test_the_four_kinds_have_rights_to_read_only() -> None:
    """PR-11: upper, internal, social, public."""
    assert len(OUTSIDE) == 4
    for role in OUTSIDE:
        assert all(right.endswith(".read") for right in shipped_templates()[role])
        assert shipped_templates()[role].isdisjoint(SWORN)


def test_no_route_tells_an_outside_auditor_of_anybody(hub: RunningHub) -> None:
    """PR-11: no personal data on any route, and nothing can be changed."""
    raise_case(hub.database_url, anomaly())
    assert hub.step(1, "accept", SAID).status_code == 200
    token = auditor(hub.database_url, "upper_auditor")
    headers = {"Authorization": f"Bearer {token}"}
    people = [one.id for one in SITE.people] + [one.name.en for one in SITE.people]
    read = 0
    app = create_app(database_url="", follower=False, tracing=True)
    for context in routing.iter_route_contexts(app.routes):
        route: Any = getattr(context, "original_route", None) or context
        path = getattr(route, "path", "")
        if not path.startswith("/api/") or "{rest" in path:
            continue
        filled = re.sub(r"\{(\w+)[^}]*\}", lambda m: VALUES.get(m[1], "1"), path)
        for method in sorted(getattr(route, "methods", set()) - {"HEAD"}):
            answer = hub.client.request(method, filled, headers=headers)
            own = path.startswith(("/api/me", "/api/session", "/api/secrecy"))
            if method != "GET" and not own:
                assert answer.status_code in (401, 403, 404, 415, 422), f"{method} {path}"
            if own:
                continue
            read += answer.status_code == 200
            text = answer.text
            assert not [one for one in people if f'"{one}"' in text], f"{path}: {text[:300]}"
            assert SAID not in text, path
    assert read > 12
    case = hub.client.get("/api/cases/1", headers=headers).json()
    first, *_, last = case["log"]
    assert last["actor"].startswith("staff-")
    assert case["case"]["owner"]["id"] == last["actor"]  # the same person, whoever it is
    assert first["note"] == last["note"] == ""
    assert hub.client.get("/api/stream", headers=headers).status_code == 403
