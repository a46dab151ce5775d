"""The files over HTTP, on a real database."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import httpx
import msgspec
import psycopg
import pytest

from hub.cases.intake import take_up
from hub.headers import EVIDENCE
from tests.hub.make import SPOT, RunningHub, anomaly, in_transaction, name

PDF = b"%PDF-1.7 sample"
PERSON = {"X-Gridwarden-Person": "p-chief"}


def send(hub: RunningHub, content: bytes = PDF, name: str = "平面图.pdf") -> httpx.Response:
    return hub.client.post(
        "/api/attachments",
        params={"name": name},
        content=content,
        headers=PERSON | {"Content-Type": "application/octet-stream"},
    )


def write(hub: RunningHub, file: str, part: str, value: Any = None, **more: Any) -> httpx.Response:
    headers = dict(PERSON)
    if "key" in more:
        headers["Idempotency-Key"] = more.pop("key")
    body = {"part": part, "source": "declared", "value": value} | more
    return hub.client.post(f"/api/files/{file}/entries", json=body, headers=headers)


def evacuation(hub: RunningHub, people: Any, **more: Any) -> httpx.Response:
    body = {"people": people, "source": "declared"} | more
    return hub.client.post("/api/buildings/block-1/evacuation", json=body, headers=PERSON)


def complete(hub: RunningHub) -> dict[str, Any]:
    """Fill the building's file."""
    digest = send(hub).json()["hash"]
    write(hub, "building/block-1", "basics", "Dormitory, 3 floors")
    write(hub, "building/block-1", "escape_routes", "Two stairs")
    write(hub, "building/block-1", "fire_facilities", "Hose reels")
    evacuation(hub, 2)
    answer = write(hub, "building/block-1", "floor_plan", attachments=[digest])
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_file_is_incomplete_until_its_last_part_is_there_and_progress_follows(
    hub: RunningHub,
) -> None:
    """SE-12: one file each, incomplete ones with what is missing, dated targets per grid."""
    listed = hub.get("/api/files")
    assert [(one["kind"], one["subject"]) for one in listed["items"]] == [
        ("building", "block-1"),
        ("yard", "C-2-1"),
        ("unit", "shop-01"),
        ("enterprise", "mill"),
        ("household", "h-1"),
        ("household", "h-2"),
    ]
    block = listed["items"][0]
    assert block["stage"] == "incomplete"
    assert block["missing"] == [
        "basics",
        "floor_plan",
        "escape_routes",
        "fire_facilities",
        "people_to_help",
    ]
    assert block["share"] == pytest.approx(1 / 6)
    file = complete(hub)
    assert (file["file"]["stage"], file["file"]["missing"]) == ("consolidated", [])
    assert "block-1" not in [
        one["subject"] for one in hub.get("/api/files", stage="incomplete")["items"]
    ]
    grids = {one["grid"]: one for one in hub.get("/api/file-progress")["grids"]}
    assert {code: (one["files"], one["complete"]) for code, one in grids.items()} == {
        "C": (6, 3),
        "C-1": (4, 3),
        "C-2": (2, 0),
        "C-2-1": (2, 0),
    }
    marks = grids["C"]["milestones"]
    assert [mark["by"][5:] for mark in marks] == ["03-31", "06-30"]
    assert [(mark["stage"], mark["done"], mark["files"]) for mark in marks] == [
        ("complete", 3, 6),
        ("consolidated", 3, 6),
    ]
    only = hub.get("/api/file-progress", kind="yard", grid="C-2")["grids"]
    assert [(one["grid"], one["files"]) for one in only] == [("C-2", 1), ("C-2-1", 1)]


def test_a_file_tells_what_the_hub_knows_of_its_building(hub: RunningHub) -> None:
    """SE-12 in part: devices, cases, hydrants, units and totals of people."""
    spot = msgspec.structs.replace(
        SPOT, device="smoke-01", kind="smoke", place="hall", place_name=name("Hall"),
        building="block-1",
    )  # fmt: skip
    found = anomaly("smoke-01", kind="smoke_alarm", rule="smoke", grade="emergency")
    in_transaction(
        hub.database_url,
        lambda conn: take_up(conn, found, spot, found.raised, due_minutes=5),
    )
    evacuation(hub, 2)
    known = hub.get("/api/files/building/block-1")["known"]
    assert [one["id"] for one in known["devices"]] == ["smoke-01"]
    assert [one["kind"] for one in known["cases"]] == ["smoke_alarm"]
    assert [(one["id"], one["metres"]) for one in known["hydrants"]] == [
        ("hydrant-07", 25.0),
        ("hydrant-08", 103.1),
    ]
    assert [one["id"] for one in known["units"]] == ["shop-01"]
    assert known["residents"] == 7
    assert known["to_help"]["people"] == 2


def test_versions_are_only_added_and_both_sources_stay(hub: RunningHub) -> None:
    """SE-12 in part, PR-09 in part: who, when, and whether seen or told."""
    write(hub, "household/h-1", "fire_use", "gas", note="by phone")
    write(hub, "household/h-1", "fire_use", "gas and coal", source="observed")
    file = write(hub, "household/h-1", "fire_use", "no gas").json()
    part = next(one for one in file["parts"] if one["id"] == "fire_use")
    assert (part["observed"]["value"], part["declared"]["value"]) == ("gas and coal", "no gas")
    assert part["differ"]
    assert [(one["value"], one["source"], one["actor"]["id"]) for one in file["history"]] == [
        ("no gas", "declared", "p-chief"),
        ("gas and coal", "observed", "p-chief"),
        ("gas", "declared", "p-chief"),
    ]
    for statement in ("update hub.file_entries set part = 'x'", "delete from hub.file_entries"):
        with psycopg.connect(hub.database_url) as conn, pytest.raises(psycopg.Error):
            conn.execute(statement)  # type: ignore[arg-type]


def test_an_attachment_is_kept_once_under_the_hash_of_its_content(hub: RunningHub) -> None:
    first, again = send(hub).json(), send(hub, name="other.pdf").json()
    assert first["hash"] == again["hash"] == sha256(PDF).hexdigest()
    assert (first["type"], first["size"]) == ("application/pdf", len(PDF))
    read = hub.client.get(f"/api/attachments/{first['hash']}")
    assert (read.content, read.headers["content-type"]) == (PDF, "application/pdf")
    assert read.headers["cache-control"] == EVIDENCE
    assert hub.client.get(f"/api/attachments/{'0' * 64}").status_code == 404
    assert send(hub, b"<script>").status_code == 422
    assert send(hub, b"%PDF-" + b"0" * 9_000_000).status_code == 413


def test_an_attachment_that_no_file_took_up_is_forgotten_after_a_day(hub: RunningHub) -> None:
    unused, used = send(hub).json(), send(hub, PDF + b"2").json()
    write(hub, "building/block-1", "floor_plan", attachments=[used["hash"]])
    with psycopg.connect(hub.database_url) as conn:
        conn.execute("update hub.attachments set at = at - interval '25 hours'")
    send(hub, PDF + b"3")
    answers = [hub.client.get(f"/api/attachments/{one['hash']}") for one in (unused, used)]
    assert [answer.status_code for answer in answers] == [404, 200]


@pytest.mark.parametrize(
    ("file", "part", "value", "more", "field"),
    [
        ("building/block-1", "basic", "x", {}, "body.part"),
        ("building/block-1", "devices", "x", {}, "body.part"),
        ("building/block-1", "floor_plan", "x", {}, "body.value"),
        ("building/block-1", "floor_plan", None, {}, "body.attachments"),
        ("building/block-1", "floor_plan", None, {"attachments": ["0" * 64]}, "body.attachments"),
        ("building/block-1", "basics", 12, {}, "body.value"),
        ("enterprise/mill", "staff", "twelve", {}, "body.value"),
        ("household/h-1", "checked", "yesterday", {}, "body.value"),
    ],
)
def test_what_does_not_fit_the_part_is_refused_by_its_field(
    hub: RunningHub, file: str, part: str, value: Any, more: dict[str, Any], field: str
) -> None:
    refused = write(hub, file, part, value, **more)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == [field]


def test_the_same_request_sent_twice_writes_once(hub: RunningHub) -> None:
    first, again = (write(hub, "household/h-1", "fire_use", "gas", key="k") for _ in range(2))
    assert first.json() == again.json()
    assert len(hub.get("/api/files/household/h-1")["history"]) == 1


def test_pages_follow_each_other_and_unknown_files_are_told_so(hub: RunningHub) -> None:
    first = hub.get("/api/files", limit=4)
    rest = hub.get("/api/files", limit=4, cursor=first["next"])
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (4, 2, None)
    assert hub.get("/api/files", search="示例 yard")["total"] == 1
    assert hub.client.get("/api/files/yard/C-9").status_code == 404
    assert write(hub, "building/nothing", "basics", "x").status_code == 404


def test_a_table_of_parts_is_tried_first_and_taken_whole_or_not_at_all(hub: RunningHub) -> None:
    def table(text: str, **params: Any) -> httpx.Response:
        headers = PERSON | {"Content-Type": "text/csv"}
        return hub.client.post(
            "/api/file-imports", content=text.encode(), params=params, headers=headers
        )

    head = "kind,subject,part,value\n"
    bad = (
        "building,block-2,basics,x\nyard,C-2-1,map,x\nenterprise,mill,staff,many\n"
        "house,h-1,basics,x\nhousehold,h-1,checked,1.1.2027\n"
    )
    told = table(head + bad, dry_run=True).json()
    assert [(cell["line"], cell["column"]) for cell in told["bad"]] == [
        (2, "subject"),
        (3, "value"),
        (4, "value"),
        (5, "kind"),
        (6, "value"),
    ]
    assert "did you mean block-1?" in told["bad"][0]["text"]
    assert table(head + bad).status_code == 422
    good = head + "building,block-1,basics,Dormitory\nenterprise,mill,staff,40\n"
    assert table(good, source="observed").json()["entries"] == 2
    assert table(good, source="observed").json()["entries"] == 0
