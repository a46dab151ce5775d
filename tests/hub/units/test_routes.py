"""The unit register over HTTP, on a real database."""

from __future__ import annotations

from typing import Any

import httpx
import psycopg
import pytest

from tests.hub.make import RunningHub


def write(
    hub: RunningHub, unit: str, fact: dict[str, Any], source: str = "declared", **more: Any
) -> httpx.Response:
    headers = {"X-Gridwarden-Person": more.pop("person", "p-chief")}
    if "key" in more:
        headers["Idempotency-Key"] = more.pop("key")
    body = {"source": source, "fact": fact, **more}
    return hub.client.post(f"/api/units/{unit}/entries", json=body, headers=headers)


def classify(hub: RunningHub, unit: str, name: str, **more: Any) -> httpx.Response:
    return write(hub, unit, {"aspect": "class", "class": name}, **more)


def test_units_are_registered_with_class_and_regulator_and_found_by_them(hub: RunningHub) -> None:
    """SE-11"""
    wanted = {
        "mill": ("key_a", "brigade"),
        "shop-01": ("six_small", "police_station"),
        "theatre": ("key_b", "police_station"),
    }
    for unit, (name, _) in wanted.items():
        answer = classify(hub, unit, name)
        assert answer.status_code == 201, answer.text
    units = hub.get("/api/units")["items"]
    assert {one["id"]: (one["class"], one["regulator"]) for one in units} == wanted
    assert [one["id"] for one in hub.get("/api/units", key=True)["items"]] == ["mill", "theatre"]
    (mill,) = hub.get("/api/units", regulator="brigade")["items"]
    assert mill["regulator_name"] == {"en": "Fire brigade", "zh": "消防大队"}
    assert [one["id"] for one in hub.get("/api/units", grid="C-2")["items"]] == ["mill"]
    assert hub.get("/api/units", search="示例 shop")["total"] == 1
    first = hub.get("/api/units", limit=2)
    assert [one["id"] for one in hub.get("/api/units", cursor=first["next"])["items"]] == [
        "theatre"
    ]


def test_seen_and_declared_stand_side_by_side_with_who_and_when(hub: RunningHub) -> None:
    """PR-09: neither overwrites the other."""
    classify(hub, "mill", "general", note="says the owner")
    classify(hub, "mill", "key_c", source="observed", person="p-east")
    file = classify(hub, "mill", "general").json()
    (standing,) = file["standing"]
    assert standing["observed"]["data"] == {"class": "key_c"}
    assert standing["declared"]["data"] == {"class": "general"}
    assert standing["differ"]
    assert file["unit"]["class"] == "key_c"
    assert [(one["actor"]["id"], one["source"]) for one in file["history"]] == [
        ("p-chief", "declared"),
        ("p-east", "observed"),
        ("p-chief", "declared"),
    ]
    with psycopg.connect(hub.database_url) as conn, pytest.raises(psycopg.Error):
        conn.execute("delete from hub.unit_entries")


def test_it_is_shown_per_key_unit_whether_managers_and_equipment_are_filed(
    hub: RunningHub,
) -> None:
    """SE-14"""
    classify(hub, "mill", "key_a")
    classify(hub, "theatre", "key_b")
    people = [
        {"post": "responsible", "name": "样本甲", "phone": "000-01"},
        {"post": "fire_manager", "name": "样本乙"},
    ]
    write(hub, "mill", {"aspect": "managers", "people": people})
    write(hub, "theatre", {"aspect": "managers", "people": people})
    items = [{"kind": "extinguisher", "count": 8}]
    write(hub, "mill", {"aspect": "equipment", "items": items})
    page = hub.get("/api/units", state="unfiled")
    (theatre,) = page["items"]
    assert (theatre["id"], theatre["managers_filed"], theatre["equipment_filed"]) == (
        "theatre",
        True,
        False,
    )
    assert page["filing"] == {
        "key": 2,
        "managers": 2,
        "equipment": 1,
        "both": 1,
        "share": 0.5,
        "target": 1.0,
    }


def test_a_unit_is_flagged_open_until_its_last_paper_is_there(hub: RunningHub) -> None:
    """SE-28 in part"""
    asked = [paper["id"] for paper in hub.get("/api/unit-rules")["papers"]]
    for paper in asked:
        assert "mill" in [one["id"] for one in hub.get("/api/units", state="open")["items"]]
        write(hub, "mill", {"aspect": "paper", "paper": paper, "number": "N-1"})
    assert hub.get("/api/units/mill")["unit"]["open"] is False
    assert "mill" not in [one["id"] for one in hub.get("/api/units", state="open")["items"]]


def test_the_four_abilities_of_a_unit_are_accepted_step_by_step(hub: RunningHub) -> None:
    """HZ-16"""
    able = {
        "find_and_remove": True,
        "fight_initial_fire": True,
        "evacuate": False,
        "educate": True,
    }

    def step(name: str, found: dict[str, bool] | None = None) -> httpx.Response:
        fact = {"aspect": "abilities", "step": name, "able": found}
        return write(hub, "mill", fact, source="observed")

    refused = step("judge", able)
    assert (refused.status_code, refused.json()["allowed"]) == (409, ["apply"])
    for name in ("apply", "guide", "rectify"):
        step(name)
    assert step("judge", able).json()["acceptance"]["failed"] == ["evacuate"]
    step("rectify")
    step("judge", able | {"evacuate": True})
    looked = step("look_back", able | {"evacuate": True}).json()["acceptance"]
    assert (looked["stage"], looked["look_backs"]) == ("passed", 1)
    assert len(hub.get("/api/units/mill")["history"]) == 7


def test_the_same_request_sent_twice_writes_once(hub: RunningHub) -> None:
    first, again = (classify(hub, "mill", "key_a", key="k1") for _ in range(2))
    assert first.json() == again.json()
    assert len(hub.get("/api/units/mill")["history"]) == 1
    assert classify(hub, "mill", "key_b", key="k1").json()["type"].endswith("key-reused")


@pytest.mark.parametrize(
    ("unit", "fact", "person", "status"),
    [
        ("nothing", {"aspect": "class", "class": "general"}, "p-chief", 404),
        ("mill", {"aspect": "class", "class": "general"}, "nobody", 403),
        ("mill", {"aspect": "class", "class": "key_z"}, "p-chief", 422),
        ("mill", {"aspect": "paper", "paper": "passport", "number": "1"}, "p-chief", 422),
        ("mill", {"aspect": "equipment", "items": [{"kind": "", "count": 1}]}, "p-chief", 422),
        ("mill", {"aspect": "class", "class": "general", "more": 1}, "p-chief", 422),
    ],
)
def test_what_can_not_be_written_is_a_problem(
    hub: RunningHub, unit: str, fact: dict[str, Any], person: str, status: int
) -> None:
    refused = write(hub, unit, fact, person=person)
    assert refused.status_code == status
    assert refused.headers["content-type"] == "application/problem+json"


def test_a_table_is_tried_first_and_then_taken_whole_or_not_at_all(hub: RunningHub) -> None:
    def send(text: str, **params: Any) -> httpx.Response:
        headers = {"X-Gridwarden-Person": "p-chief", "Content-Type": "text/csv"}
        return hub.client.post(
            "/api/unit-imports", content=text.encode(), params=params, headers=headers
        )

    bad = send("unit,class\nmill,key_a\nmil,general\n", dry_run=True).json()
    assert (bad["rows"], bad["entries"], bad["written"]) == (2, 1, False)
    assert bad["bad"][0]["line"] == 3
    assert "did you mean mill?" in bad["bad"][0]["text"]
    assert hub.get("/api/units/mill")["unit"]["class"] is None
    refused = send("unit,class\nmill,key_a\nmil,general\n")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "line 3, unit"
    good = send("unit,class\nmill,key_a\nshop-01,six_small\n").json()
    assert (good["entries"], good["written"]) == (2, True)
    assert hub.get("/api/units/mill")["unit"]["class"] == "key_a"
    table = hub.client.get("/api/units.csv")
    assert "mill,key_a" in table.text
    assert send(table.content.decode()).json()["entries"] == 0


def test_the_sign_of_a_six_small_place_has_four_parts(hub: RunningHub) -> None:
    """SE-13: risk, fire manager, precautions, warning."""
    people = [{"post": "fire_manager", "name": "样本<乙>", "phone": "000-02"}]
    write(hub, "shop-01", {"aspect": "managers", "people": people})
    for lang, words in (
        ("zh", ("火灾风险", "消防负责人", "防范措施", "警示", "样本&lt;乙&gt; 000-02", "119")),
        ("en", ("Fire risk", "Fire manager", "Precautions", "Warning", "Keep aisles")),
    ):
        sign = hub.client.get("/api/units/shop-01/sign", params={"lang": lang})
        assert sign.status_code == 200
        assert all(word in sign.text for word in words)
        assert 'href="/api/sign.css"' in sign.text
    assert hub.client.get("/api/sign.css").headers["content-type"].startswith("text/css")
    assert hub.client.get("/api/units/theatre/sign").status_code == 404


def test_every_kind_of_the_six_small_places_has_a_sign(hub: RunningHub) -> None:
    """SE-13 in part"""
    assert set(hub.get("/api/unit-rules")["signs"]) == {
        "shop",
        "school",
        "restaurant",
        "hotel",
        "internet_cafe",
        "workshop",
    }
