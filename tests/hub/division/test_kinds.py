"""Kinds of grids: given by the site file, kept, told, exported, and none but those known."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest

from hub.sites.check import check
from hub.sites.domain import Grid, GridKind, Holding, SiteDocument, SiteError, read_document
from hub.sites.geojson import export_geojson, import_geojson
from hub.sites.store import load_site
from tests.hub.make import SITE, box, in_transaction, name, running_hub

KINDS = ("ordinary", "dedicated", "micro", "cell", "unit", "node")


def of_every_kind() -> SiteDocument:
    """Six leaf grids side by side, one of each kind: street, market, micro, cell, yard, node."""
    leaves = [
        Grid(f"C-{at + 1}", "C", name(kind), box(20 * at, 20 * at + 20), kind)
        for at, kind in enumerate(KINDS)
    ]
    root = Grid("C", None, name("Campus"), box(0, 120))
    holdings = [Holding("C", "p-chief")]
    holdings += [Holding(leaf.code, "p-west", exception="an example") for leaf in leaves]
    return msgspec.structs.replace(
        SITE,
        grids=[root, *leaves],
        holdings=holdings,
        places=[],
        devices=[],
        bounds=(0, 0, 120, 100),
    )


def kinds_of(document: SiteDocument) -> dict[str, str]:
    return {grid.code: grid.kind for grid in document.grids if grid.parent is not None}


def test_each_kind_of_grid_is_given_kept_told_and_exported(database_url: str) -> None:
    """GR-02: ordinary, dedicated, micro, cell, building or yard unit, terminal node."""
    assert get_args(GridKind) == KINDS
    document = read_document(msgspec.json.encode(of_every_kind()))
    assert check(document) == []
    in_transaction(database_url, lambda conn: load_site(conn, document))
    expected = {f"C-{at + 1}": kind for at, kind in enumerate(KINDS)}
    with running_hub(database_url) as hub:
        lines = {line["code"]: line["kind"] for line in hub.get("/api/grids")}
        files = {code: hub.get(f"/api/grids/{code}")["grid"]["kind"] for code in expected}
        features = hub.get("/api/grids.geojson")["features"]
    assert lines == {"C": "ordinary"} | expected
    assert files == expected
    shown = {feature["id"]: feature["properties"].get("kind", "ordinary") for feature in features}
    assert shown == {"C": "ordinary"} | expected
    assert kinds_of(import_geojson(document, export_geojson(document))) == expected


def test_a_grid_that_does_not_say_its_kind_is_ordinary_and_an_unknown_kind_is_refused() -> None:
    """GR-02"""
    text = msgspec.json.encode(of_every_kind())
    assert b'"kind":"ordinary"' not in text
    assert kinds_of(read_document(text))["C-1"] == "ordinary"
    with pytest.raises(SiteError, match="kind"):
        read_document(text.replace(b'"kind":"micro"', b'"kind":"tiny"'))
