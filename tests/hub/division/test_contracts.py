"""Who contracts which grid, now and then."""

from __future__ import annotations

import msgspec
import pytest

from hub.division.departure import Departure, without
from hub.division.domain import Change, division_of, holder_changes
from hub.sites.check import check
from hub.sites.domain import Contract, Name
from hub.sites.store import load_site
from ingest import clock
from tests.hub.division.test_proposals import decide
from tests.hub.make import SITE, RunningHub, in_transaction, running_hub

FIRE_OFFICE = Name("Fire office", "消防办")
CONTRACTED = msgspec.structs.replace(
    SITE,
    contracts=[
        Contract(
            "C-1",
            leader="p-chief",
            supporting="p-east",
            supervising_unit=FIRE_OFFICE,
            responsible_unit=Name("Property office", "物业处"),
        )
    ],
)


def contract(hub: RunningHub, grid: str = "C-1", **when: str) -> object:
    found = hub.get(f"/api/grids/{grid}/holder", **when)["contract"]
    return found and (found["leader"] or {}).get("id"), found and found["body"]


def test_who_contracted_a_grid_is_known_at_any_time(database_url: str) -> None:
    """GR-15: leader, supporting leader, supervising and responsible unit, with history."""
    started = clock.now() - 3_600_000_000
    in_transaction(database_url, lambda conn: load_site(conn, CONTRACTED, now=started))
    later = [Contract("C-1", body=FIRE_OFFICE)]
    site = msgspec.to_builtins(msgspec.structs.replace(CONTRACTED, contracts=later))
    with running_hub(database_url) as hub:
        assert contract(hub) == ("p-chief", None)
        assert contract(hub, "C-2") == (None, None)
        whole = hub.get("/api/grids/C-1/holder")["contract"]
        assert (whole["supporting"]["id"], whole["supervising_unit"]["zh"]) == ("p-east", "消防办")
        assert whole["responsible_unit"]["en"] == "Property office"
        made = hub.client.post(
            "/api/proposals",
            json={"reason": "a body instead", "site": site},
            headers={"X-Gridwarden-Person": "p-west"},
        ).json()
        assert made["changes"] == [{"grid": "C-1", "what": "contracted"}]
        assert decide(hub, made["id"], "approve", "p-chief").status_code == 200
        assert contract(hub)[1]["en"] == "Fire office"  # type: ignore[index]
        then = clock.moment(started + 60_000_000).isoformat()
        assert contract(hub, at=then) == ("p-chief", None)
        kinds = [one["kind"] for one in hub.get("/api/grids/C-1")["history"]]
        assert kinds.count("contract") == 2


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (Contract("C-9", leader="p-chief"), "contracts grid C-9, which is not there"),
        (Contract("C-1"), "neither a leader nor a body"),
        (Contract("C-1", leader="p-none"), "p-none contracts or supports C-1"),
    ],
)
def test_a_contract_names_who_is_there(wrong: Contract, words: str) -> None:
    """GR-15: checked with the site."""
    (problem,) = check(msgspec.structs.replace(SITE, contracts=[wrong]))
    assert words in problem.text


def test_a_leader_who_leaves_contracts_nothing_any_more() -> None:
    """GR-15, GR-27: the successor takes the contracts; without one they end."""
    old = division_of(CONTRACTED)
    heir = without(old, Departure(person="p-chief", kind="replaced", successor="p-west"))
    assert [one.leader for one in heir.contracts] == ["p-west"]
    none = without(old, Departure(person="p-chief", kind="replaced"))
    assert none.contracts == []
    assert Change("C-1", "contracted") in holder_changes(old, none)
