"""Registers, units, files, water, equipment: what lies in one's own grids is there, no more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from hub.photos.uses import Use, shows
from hub.rights.domain import Actor
from hub.sites.domain import Building, Place, Unit
from hub.sites.store import load_site
from tests.hub.make import PERSON, SITE, RunningHub, in_transaction, name, running_hub

WEST, EAST, CHIEF = {PERSON: "p-west"}, {PERSON: "p-east"}, {PERSON: "p-chief"}
JPEG = b"\xff\xd8\xff\xe0 synthetic "
OUTLINE = [(10.0, 10.0), (90.0, 10.0), (90.0, 40.0), (10.0, 40.0)]
SIDES = msgspec.structs.replace(
    SITE,
    buildings=[
        Building("block-w", name("Block W"), OUTLINE, 2),
        Building("block-e", name("Block E"), [(x + 100, y) for x, y in OUTLINE], 2),
    ],
    places=[
        *SITE.places,
        Place("hall-w", name("Hall W"), "room", "block-w", 1, (20, 20)),
        Place("hall-e", name("Hall E"), "room", "block-e", 1, (120, 20)),
    ],
    units=[
        Unit("shop-w", name("Shop W"), "shop", (20, 20), "block-w", 1),
        Unit("shop-e", name("Shop E"), "shop", (120, 20), "block-e", 1),
    ],
)
CLASS = {"fact": {"aspect": "class", "class": "general"}, "source": "declared"}
HYDRANT = {"name": {"en": "H", "zh": "消火栓"}, "owner": "Water company"}
CARD = {"name": {"en": "Can", "zh": "灭火器"}, "kind": "extinguisher", "quantity": 1}
AT = {"w": [50, 50], "e": [150, 50]}


def photo(side: str) -> bytes:
    return JPEG + side.encode()


@pytest.fixture(scope="module")
def hub(module_database_url: str) -> Iterator[RunningHub]:
    """On each side a unit, a building, a file with a document, water, a card, a watched place."""
    in_transaction(module_database_url, lambda conn: load_site(conn, SIDES))
    with running_hub(module_database_url) as running:
        for side, warden in (("w", WEST), ("e", EAST)):
            for path, body in writes(running, side).items():
                method = "PUT" if path.count("/") == 3 else "POST"
                answer = running.client.request(method, path, json=body, headers=warden)
                assert answer.status_code in (200, 201), (path, answer.text)
        yield running


def writes(hub: RunningHub, side: str) -> dict[str, Any]:
    """Bodies by path that only who writes in that side's grid may send."""
    sent = hub.client.post("/api/photos", content=photo(side)).json()["hash"]
    attached = hub.client.post(
        "/api/attachments",
        params={"name": "plan.jpg"},
        content=JPEG + b"plan " + side.encode(),
        headers=CHIEF | {"Content-Type": "application/octet-stream"},
    ).json()["hash"]
    return {
        f"/api/units/shop-{side}/entries": CLASS,
        f"/api/buildings/block-{side}/evacuation": {"people": 2, "source": "declared"},
        f"/api/files/building/block-{side}/entries": {
            "part": "floor_plan", "source": "declared", "attachments": [attached],
        },
        f"/api/hydrants/H-{side}": HYDRANT | {"at": AT[side]},
        f"/api/hydrants/H-{side}/census": {"state": "in_order", "photos": [sent]},
        f"/api/equipment/E-{side}": CARD | {"place": f"hall-{side}"},
        f"/api/equipment/E-{side}/log": {"work": "checked"},
        f"/api/watch-list/hall-{side}/acts": {"deed": "enrol", "note": "Seen."},
    }  # fmt: skip


def things(side: str) -> list[str]:
    return [
        f"/api/units/shop-{side}",
        f"/api/units/shop-{side}/sign",
        f"/api/files/building/block-{side}",
        f"/api/files/unit/shop-{side}",
        f"/api/buildings/block-{side}/evacuation",
        f"/api/hydrants/H-{side}",
        f"/api/equipment/E-{side}",
        f"/api/grids/{'C-1' if side == 'w' else 'C-2'}/water-sources.svg",
        f"/api/grids/{'C-1' if side == 'w' else 'C-2'}/water-sources.html",
    ]


def test_what_lies_elsewhere_is_not_there_to_be_read_or_written(hub: RunningHub) -> None:
    """GR-23 in part: by a name in the path nothing of another grid is reached."""
    for path in [*things("e"), "/api/grids/C/water-sources.svg"]:
        assert hub.client.get(path, headers=WEST).status_code == 404, path
    for path in things("w"):
        inside = hub.client.get(path, headers=WEST)
        assert inside.status_code == 200 or inside.json()["type"].endswith("no-sign"), path
        assert hub.client.get(path, headers=CHIEF).status_code == inside.status_code
    for path, body in writes(hub, "e").items():
        method = "PUT" if path.count("/") == 3 else "POST"
        answer = hub.client.request(method, path, json=body, headers=WEST)
        assert answer.status_code == 404, (path, answer.text)
        unknown = path.replace("-e", "-never").replace("H-never", "H-e").replace("E-never", "E-e")
        if unknown != path:
            same = hub.client.request(method, unknown, json=body, headers=WEST)
            assert same.json()["type"] == answer.json()["type"], unknown


LISTS = {
    "/api/units": ("items", "id", ["shop-w"]),
    "/api/files": ("items", "subject", ["block-w", "shop-w"]),
    "/api/file-progress": ("grids", "grid", ["C-1"]),
    "/api/hydrants": ("items", "id", ["H-w"]),
    "/api/equipment": ("items", "id", ["E-w"]),
    "/api/watch-list": ("items", "place", ["hall-w"]),
}


def test_lists_counts_and_files_are_of_ones_own_grids(hub: RunningHub) -> None:
    """GR-23 in part: lists, totals, exports, stock and the registers' counts are cut."""
    for path, (items, key, expected) in LISTS.items():
        mine = hub.client.get(path, headers=WEST).json()
        assert [one[key] for one in mine[items]] == expected, path
        assert mine.get("total", len(expected)) == len(expected)
        assert len(hub.client.get(path, headers=CHIEF).json()[items]) >= 2 * len(expected)
    assert hub.client.get("/api/hydrants", headers=WEST).json()["states"] == {"in_order": 1}
    for path in ("/api/units.csv", "/api/hydrants.csv", "/api/equipment.csv"):
        table = hub.client.get(path, headers=WEST).text
        assert ("-w," in table, "-e," in table) == (True, False), path
        assert "-e," in hub.client.get(path, headers=CHIEF).text
    stock = hub.client.get("/api/equipment/stock", headers=WEST).json()["items"]
    assert {one["grid"] for one in stock} <= {"C-1"}
    counts = {
        one["id"]: one["entries"]
        for one in hub.client.get("/api/registers", headers=WEST).json()["items"]
    }
    assert counts == {
        "grids": 2, "people": 2, "devices": 3, "places": 2, "households": 0, "units": 1,
        "hydrants": 1, "equipment": 1, "unit-classes": 1, "files": 1, "evacuation": 1,
    }  # fmt: skip
    confirmed = hub.client.post("/api/registers/hydrants/confirmations", json={}, headers=WEST)
    assert (confirmed.status_code, confirmed.json()["type"].split(":")[-1]) == (
        403,
        "only-part-of-it",
    )
    near = hub.client.get("/api/files/building/block-w", headers=WEST).json()["known"]
    assert "hydrant-08" not in str(near)
    assert "hydrant-07" in str(near)


def test_a_body_names_nothing_of_elsewhere(hub: RunningHub) -> None:
    """GR-23 in part: places, devices and points of other grids are as if they were not there."""
    for path, body, field in (
        ("/api/equipment/E-new", CARD | {"place": "hall-e"}, "body.place"),
        ("/api/equipment/E-new", CARD | {"at": AT["e"]}, "body.at"),
        ("/api/hydrants/H-new", HYDRANT | {"at": AT["e"]}, "body.at"),
        ("/api/hydrants/H-new", HYDRANT | {"at": AT["w"], "device": "hydrant-08"}, "body.device"),
    ):
        refused = hub.client.put(path, json=body, headers=WEST)
        assert refused.status_code == 422, refused.text
        assert [one["field"] for one in refused.json()["errors"]] == [field]
    gone = hub.client.get(
        "/api/grids/C-1/water-sources.svg", params={"from": "hall-e"}, headers=WEST
    )
    assert gone.status_code == 422
    found = hub.client.post("/api/hydrants/from-devices", json={"owner": "W"}, headers=EAST)
    assert found.json() == {"new": 1}
    hub.client.put(
        "/api/hydrants/hydrant-08", json=HYDRANT | {"at": AT["e"]}, headers=EAST
    ).raise_for_status()
    assert "hydrant-08" not in hub.client.get("/api/hydrants", headers=WEST).text


@pytest.mark.parametrize(
    ("path", "table", "column"),
    [
        ("/api/unit-imports", "unit,class\nshop-w,general\nshop-e,general\n", "unit"),
        ("/api/file-imports",
         "kind,subject,part,value\nbuilding,block-w,basics,\nbuilding,block-e,basics,\n",
         "subject"),
        ("/api/hydrants/import",
         "id,name_en,name_zh,kind,x,y,owner\nA,A,,hydrant,50,50,W\nB,B,,hydrant,150,50,W\n", "x"),
        ("/api/hydrants/import",
         "id,name_en,name_zh,kind,x,y,owner\nA,A,,hydrant,50,50,W\nH-e,B,,hydrant,50,50,W\n",
         "id"),
        ("/api/equipment/import",
         "id,name_en,name_zh,kind,quantity,place\nA,A,,hose,1,hall-w\nB,B,,hose,1,hall-e\n",
         "place"),
        ("/api/equipment/import",
         "id,name_en,name_zh,kind,quantity,place\nA,A,,hose,1,hall-w\nE-e,B,,hose,1,hall-w\n",
         "id"),
    ],
)  # fmt: skip
def test_an_import_names_the_lines_that_lie_elsewhere(
    hub: RunningHub, path: str, table: str, column: str
) -> None:
    """GR-23 in part: tried or not, lines outside of one's grids are refused."""
    headers = WEST | {"Content-Type": "text/csv"}
    tried = hub.client.post(
        path, content=table.encode(), headers=headers, params={"dry_run": "true"}
    )
    bad = [(one["line"], one["column"]) for one in tried.json()["bad"]]
    assert bad == [(3, column)], tried.text
    assert hub.client.post(path, content=table.encode(), headers=headers).status_code == 422


def test_evidence_is_seen_by_who_sees_what_refers_to_it(hub: RunningHub) -> None:
    """GR-23 in part: a photo or document of another grid is not there, though one has its hash."""
    seen = hub.client.get("/api/hydrants/H-e", headers=EAST).json()["history"]
    (picture,) = next(one for one in seen if one["event"] == "census")["data"]["photos"]
    file = hub.client.get("/api/files/building/block-e", headers=EAST).json()
    ((document,),) = [one["attachments"] for one in file["history"]]
    for path in (f"/api/photos/{picture}", f"/api/attachments/{document['hash']}"):
        assert hub.client.get(path, headers=EAST).status_code == 200
        assert hub.client.get(path, headers=CHIEF).status_code == 200
        assert hub.client.get(path, headers=WEST).json()["type"].endswith("not-there")
    nobody = hub.client.post("/api/photos", content=JPEG + b"unused").json()["hash"]
    assert hub.client.get(f"/api/photos/{nobody}", headers=EAST).status_code == 404


def test_consents_are_of_ones_own_things(hub: RunningHub) -> None:
    """GR-23 in part"""
    body = {"from": "2099-01-01T00:00:00Z", "to": "2099-01-02T00:00:00Z", "note": "Works."}
    for subject in ({"equipment": "E-e"}, {"hydrant": "H-w"}):
        given = hub.client.post("/api/move-consents", json=body | subject, headers=CHIEF)
        assert given.status_code == 201, given.text
    mine = hub.client.get("/api/move-consents", headers=WEST).json()["items"]
    assert [one["subject"] for one in mine] == ["hydrant:H-w"]


def test_a_reports_photo_is_seen_in_its_grid_and_by_who_sent_it(hub: RunningHub) -> None:
    """GR-23 in part"""
    sent = hub.client.post("/api/photos", content=JPEG + b"report").json()["hash"]
    told = hub.client.post(
        "/api/reports",
        json={"category": "hydrant_damaged", "where": {"hydrant": "H-w"}, "photos": [sent]},
        headers=EAST,
    )
    assert told.status_code == 201, told.text
    for person in (WEST, CHIEF):
        assert hub.client.get(f"/api/photos/{sent}", headers=person).content == JPEG + b"report"


def test_evidence_is_shown_by_any_one_use_that_is_seen() -> None:
    def use(what: str, *path: str, people: tuple[str, ...] = ()) -> Use:
        return Use(what=what, thing="1", path=path, people=people)

    reader = Actor(
        1, "me", "me", {"cases.read": frozenset({"C-1"}), "registers.read": frozenset({"C-2"})}
    )
    assert shows(reader, use("case", "C", "C-1"))
    assert not shows(reader, use("case", "C", "C-2"))
    assert shows(reader, use("hydrant", "C", "C-2"))
    assert shows(reader, use("case", "C", "C-2", people=("me",)))
    assert not shows(reader, use("complaint", "C", "C-1"))
    assert shows(reader, use("complaint", people=("me",)))
    assert not shows(reader, use("sent", people=("another",)))
