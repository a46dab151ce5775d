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
from tests.hub.make import (
    PERSON,
    SITE,
    RunningHub,
    anomaly,
    in_transaction,
    name,
    raise_case,
    running_hub,
)

WEST, EAST, CHIEF = "p-west", "p-east", "p-chief"
FIRE, INSPECTOR, DOCTOR, HEAD = "p-fire", "p-inspector", "p-doctor", "p-head"
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
            Person(HEAD, name("Head"), "commander"),
        ],
        terminals=[Terminal("t-west", WEST), Terminal("t-east", EAST)],
    )
    in_transaction(module_database_url, lambda conn: load_site(conn, document))
    raise_case(module_database_url, anomaly("hydrant-08"))
    with running_hub(module_database_url, tracing=True) as running:
        for grid, person in (("C-1", WEST), ("C-2", EAST)):
            made(running, "/api/leaves", DAYS | {"person": person}, person)
            letter = {"grid": grid, "goals": "No fire.", "expires": "2099-01-01"}
            made(running, "/api/responsibility-letters", letter, CHIEF)
            made(running, "/api/violations", leak(person), HEAD)
        for hydrants in (["hydrant-07"], ["hydrant-07", "hydrant-08"]):
            made(running, "/api/shut-offs", shut_off(*hydrants), CHIEF)
        made(running, "/api/investigations", investigation(), "p-epi")
        yield running


def leak(person: str) -> dict[str, Any]:
    return {
        "kind": "leak",
        "person": person,
        "happened": "2026-01-01T00:00:00Z",
        "words": "A list stood in a chat.",
        "evidence": ["case:1"],
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


@pytest.mark.parametrize(
    ("path", "key", "of", "seen"),
    [
        ("leaves?since=2026-01-01T00:00:00Z", None, "person", {WEST: [WEST], EAST: [EAST]}),
        ("responsibility-letters", "letters", "grid", {WEST: ["C-1"], EAST: ["C-2"]}),
        ("responsibility-letters", "unsigned", "grid", {WEST: ["C-1"], EAST: ["C-2"]}),
        ("terminals", "items", "person", {WEST: [WEST], EAST: [EAST]}),
        ("violations", "items", "person", {INSPECTOR: [EAST]}),
        ("shut-offs", "items", "hydrants", {WEST: [["hydrant-07"]] * 2, EAST: [["hydrant-08"]]}),
        ("investigations", "items", "opened_by", {DOCTOR: [], "p-epi": ["p-epi"]}),
    ],
)
def test_lists_are_of_ones_own(
    hub: RunningHub, path: str, key: str | None, of: str, seen: dict[str, list[Any]]
) -> None:
    """GR-23 in part, PR-01 in part: and the head is told of all."""

    def told(person: str) -> list[Any]:
        found = ask(hub, f"/api/{path}", person)
        values = [one[of] for one in (found if key is None else found[key])]
        return [one["id"] if isinstance(one, dict) else one for one in values]

    for person, expected in seen.items():
        assert told(person) == expected
    assert len(told(HEAD)) >= max(len(expected) for expected in seen.values())


def test_of_the_staff_one_is_told_of_ones_own(hub: RunningHub) -> None:
    assert "C-1" not in str(ask(hub, "/api/staff", EAST))
    assert ask(hub, "/api/terminals", CHIEF)["without"][0]["id"] == CHIEF
    assert ask(hub, "/api/terminals", EAST)["without"] == []


@pytest.mark.parametrize(
    ("path", "body", "person", "insider"),
    [
        ("leaves/{}/decision", {"decision": "approve"}, EAST, WEST),
        ("responsibility-letters/{}/signature", {}, EAST, CHIEF),
        ("shut-offs/{}/end", {}, FIRE, CHIEF),
        ("investigations/{}/decision", {"verdict": "refuse"}, WEST, None),
        ("investigations/{}/close", {}, DOCTOR, CHIEF),
    ],
)
def test_what_is_elsewhere_is_as_if_it_were_not_there(
    hub: RunningHub, path: str, body: dict[str, Any], person: str, insider: str | None
) -> None:
    """GR-23 in part: answered as for an id that nothing has."""

    def answer(person: str, number: int) -> tuple[int, str]:
        got = send(hub, f"/api/{path.format(number)}", body, person)
        return got.status_code, got.json().get("type", "")

    assert answer(person, 1) == answer(person, 99)
    assert answer(person, 1)[0] == (404 if insider else 403)
    if insider:
        assert answer(insider, 1)[0] != 404


@pytest.mark.parametrize(
    ("path", "right", "wrong", "person"),
    [
        ("leaves", DAYS | {"person": EAST}, {"person": WEST}, EAST),
        ("violations", leak(EAST), {"person": WEST}, INSPECTOR),
        ("shut-offs", shut_off("hydrant-08"), {"hydrants": ["hydrant-07"]}, FIRE),
        (
            "responsibility-letters",
            {"grid": "C-2", "goals": "x", "expires": "2099-01-01"},
            {"grid": "C-1"},
            EAST,
        ),
    ],
)
def test_nobody_elsewhere_and_nothing_there_can_be_named(
    hub: RunningHub, path: str, right: dict[str, Any], wrong: dict[str, Any], person: str
) -> None:
    """GR-23 in part: named in a body, it is refused as what is not there."""
    key = next(iter(wrong))
    unknown = {key: ["nothing"] if key == "hydrants" else "nothing"}
    refused, nothing = (send(hub, f"/api/{path}", right | one, person) for one in (wrong, unknown))
    assert (refused.status_code, refused.json()["type"]) == (
        nothing.status_code, nothing.json()["type"],
    )  # fmt: skip
    assert refused.status_code in (403, 404, 422)
    if path != "responsibility-letters":  # which a warden files for nobody
        assert refused.status_code == 422
        assert send(hub, f"/api/{path}", right, person).status_code == 201


def test_who_reaches_a_part_neither_asks_for_a_trace_nor_sees_one(hub: RunningHub) -> None:
    """PR-02 in part: a trace follows people through the whole site."""
    refused = send(hub, "/api/investigations", investigation(), DOCTOR)
    assert refused.status_code == 403
    for path in ("contacts", "contacts.csv"):
        answers = [
            hub.client.get(f"/api/investigations/{one}/{path}", headers={PERSON: DOCTOR})
            for one in (1, 99)
        ]
        assert [one.status_code for one in answers] == [404, 404]
