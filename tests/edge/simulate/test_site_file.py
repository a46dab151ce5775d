from __future__ import annotations

from collections import Counter

import msgspec

from edge.simulate.site_file import SITE
from edge.simulate.world import World
from edge.wire import is_identifier
from hub.sites.care import uncared
from hub.sites.check import check
from hub.sites.domain import read_document


def test_the_hub_takes_the_site_file_without_a_complaint(world: World) -> None:
    document = read_document(msgspec.json.encode(world.site_document()))
    assert check(document) == []


def test_every_device_and_agent_of_the_campus_has_an_owner_and_a_repairer(world: World) -> None:
    """SE-01"""
    document = read_document(msgspec.json.encode(world.site_document()))
    assert list(uncared(document)) == []
    assert {body.id for body in document.bodies} == {
        body for care in document.care.values() for body in (care.owner, care.repair)
    }


def test_everyone_answerable_is_one_person_and_every_grid_has_two(world: World) -> None:
    document = world.site_document()
    roles = Counter(person["role"] for person in document["people"])
    assert roles == {
        "chief": 5,
        "warden": 40,
        "stand_in": 40,
        "desk": 4,
        "fire_supervisor": 1,
        "epidemiologist": 1,
    }
    assert {h["grid"] for h in document["holdings"]} == {g["code"] for g in document["grids"]}
    assert all(h["warden"] != h["stand_in"] for h in document["holdings"])


def test_every_name_is_given_in_english_and_chinese(world: World) -> None:
    document = world.site_document()
    named = [document["site"], *document["grids"], *document["people"]]
    named += [*document["buildings"], *document["places"]]
    for item in named:
        assert item["name"]["en"].strip()
        assert any("\u4e00" <= sign <= "\u9fff" for sign in item["name"]["zh"])


def test_ids_may_go_on_the_wire(world: World) -> None:
    document = world.site_document()
    ids = [SITE, *(d["id"] for d in document["devices"]), *(p["id"] for p in document["people"])]
    ids += [*(p["id"] for p in document["places"]), *(g["code"] for g in document["grids"])]
    assert all(is_identifier(one) for one in ids)


def test_every_resident_has_a_bed_in_a_room_that_lies_in_one_grid(world: World) -> None:
    """GR-05, GR-16: the dormitories' rooms are the households of a campus."""
    document = read_document(msgspec.json.encode(world.site_document()))
    assert sum(household.people for household in document.households) == 3000
    homes = {
        f"dormitory-{number + 1}-{room}"
        for number, room in zip(world.people.dormitory.tolist(), world.people.room, strict=True)
    }
    assert homes == {household.id for household in document.households}
