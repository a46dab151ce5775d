"""Complaints over HTTP: kept from the person named, answered once, read with a ticket."""

from __future__ import annotations

from typing import Any

from tests.hub.make import PERSON, RunningHub


def complain(hub: RunningHub, person: str | None = "", **body: Any) -> Any:
    headers = {} if person is None else {PERSON: person}
    return hub.client.post(
        "/api/complaints", json={"words": "He was not there."} | body, headers=headers
    )


def look(hub: RunningHub, person: str, path: str = "") -> Any:
    return hub.client.get(f"/api/complaints{path}", headers={PERSON: person})


def test_a_complaint_is_kept_from_the_person_named_and_answered_by_the_next_higher(
    hub: RunningHub,
) -> None:
    """PR-10"""
    sent = complain(hub, "p-east", about="p-west", contact="wx-marked").json()
    assert look(hub, "p-west").json()["items"] == []
    assert look(hub, "p-west", "/1").status_code == 404
    assert look(hub, "p-east", "/1").status_code == 404  # not even to who complained, by name
    (listed,) = look(hub, "p-chief").json()["items"]
    assert (listed["about"]["id"], listed["by"], listed["state"]) == (
        "p-west",
        "reporter:1",
        "open",
    )
    path = "/api/complaints/1/answer"
    words = {"words": "He was at another case."}
    refused = hub.client.post(path, json=words, headers={PERSON: "p-west"})
    assert refused.status_code == 404
    assert hub.client.post(path, json=words, headers={PERSON: "p-chief"}).status_code == 200
    assert hub.client.post(path, json=words, headers={PERSON: "p-chief"}).status_code == 409
    ticket = {"X-Gridwarden-Ticket": sent["ticket"], PERSON: ""}
    told = hub.client.get("/api/complaint-answer", headers=ticket).json()
    assert (told["state"], told["answer"]) == ("answered", "He was at another case.")
    wrong = {"X-Gridwarden-Ticket": "x", PERSON: ""}
    assert hub.client.get("/api/complaint-answer", headers=wrong).status_code == 404
    log = hub.get("/api/audit", action="complaints")["items"]
    made = next(one for one in log if one["action"] == "complaints.complain")
    assert (made["actor"], made["subject"]) == ("reporter:1", "complaint:1")


def test_a_complaint_about_the_head_goes_to_who_reads_all(hub: RunningHub) -> None:
    """PR-10 in part: supervisors, too; a grid stands for its holder."""
    assert complain(hub, grid="C").status_code == 201
    assert look(hub, "p-chief").json()["items"] == []
    assert look(hub, "p-west").json()["items"] == []
    (listed,) = hub.get("/api/complaints")["items"]
    assert (listed["about"]["id"], listed["handler"], listed["by"]) == (
        "p-chief",
        None,
        "system:passer_by",
    )
    assert hub.client.post("/api/complaints/1/answer", json={"words": "Heard."}).status_code == 200
    for body in ({}, {"about": "p-nobody"}, {"grid": "C-9"}, {"grid": "C", "about": "p-west"}):
        assert complain(hub, **body).status_code == 422
