"""Staff, leave, terminals, shut-offs, violations and investigations are cut to one's own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest

from hub.sites.domain import Person, Terminal
from hub.sites.store import load_site
from ingest import clock
from tests.hub.make import PERSON, SITE, RunningHub, in_transaction, name, running_hub

WEST, EAST, CHIEF = "p-west", "p-east", "p-chief"
FIRE, INSPECTOR, DOCTOR = "p-fire", "p-inspector", "p-doctor"
DAYS = {"starts": "2099-01-01T00:00:00Z", "ends": "2099-01-02T00:00:00Z", "reason": "family"}


@pytest.fixture(scope="module")
def hub(module_database_url: str) -> Iterator[RunningHub]:
    """Of everything one thing in the west, which has number 1, and one in the east."""
    document = msgspec.structs.replace(
        SITE,
        people=[
            *SITE.people,
            Person(FIRE, name("Fire East"), "fire_supervisor", "C-2"),
            Person(INSPECTOR, name("Inspector East"), "inspector", "C-2"),
            Person(DOCTOR, name("Doctor East"), "epidemiologist", "C-2"),
            Person("p-epi", name("Doctor"), "epidemiologist"),
        ],
        terminals=[Terminal("t-west", WEST), Terminal("t-east", EAST)],
    )
    in_transaction(module_database_url, lambda conn: load_site(conn, document))
    with running_hub(module_database_url) as running:
        for grid, person in (("C-1", WEST), ("C-2", EAST)):
            made(running, "/api/leaves", DAYS | {"person": person}, person)
            letter = {"grid": grid, "goals": "No fire.", "expires": "2099-01-01"}
            made(running, "/api/responsibility-letters", letter, CHIEF)
            made(running, "/api/violations", leak(person), CHIEF)
        for hydrants in (["hydrant-07"], ["hydrant-07", "hydrant-08"]):
            made(running, "/api/shut-offs", shut_off(*hydrants), CHIEF)
        made(running, "/api/investigations", investigation(), "p-epi")
        yield running


def leak(person: str, case: str = "") -> dict[str, Any]:
    evidence = [case] if case else []
    return {
        "kind": "leak",
        "person": person,
        "happened": "2026-01-01T00:00:00Z",
        "words": "A list stood in a chat.",
        "evidence": evidence or ["case:1"],
    }


def shut_off(*hydrants: str) -> dict[str, Any]:
    start = clock.moment(clock.now())
    return {
        "from": start.isoformat(),
        "to": (start + timedelta(hours=1)).isoformat(),
        "hydrants": list(hydrants),
        "measure": "A tanker.",
        "notice": "On the doors.",
    }


def investigation() -> dict[str, Any]:
    return {
        "purpose": "Contacts of a case of measles",
        "legal_basis": "Order 7",
        "index_persons": ["1"],
        "from": "2026-01-01T00:00:00Z",
        "to": "2026-01-02T00:00:00Z",
    }


def send(hub: RunningHub, path: str, body: dict[str, Any], person: str) -> httpx.Response:
    return hub.client.post(path, json=body, headers={PERSON: person})


def made(hub: RunningHub, path: str, body: dict[str, Any], person: str) -> None:
    answer = send(hub, path, body, person)
    assert answer.status_code == 201, answer.text


def ask(hub: RunningHub, path: str, person: str) -> Any:
    answer = hub.client.get(path, headers={PERSON: person})
    assert answer.status_code == 200, answer.text
    return answer.json()
