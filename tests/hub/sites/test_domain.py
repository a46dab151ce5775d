from __future__ import annotations

import msgspec
import pytest

from hub.sites.domain import (
    Name,
    SiteDocument,
    SiteError,
    Spot,
    agent_spots,
    grid_path,
    leaf_codes,
    read_document,
)


def test_a_site_file_reads_back_as_it_was_written(document: SiteDocument) -> None:
    assert read_document(msgspec.json.encode(document)) == document


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": 2}, "format"),
        ({"colour": "red"}, "colour"),
        ({"grids": []}, "grids"),
        ({"bounds": [0, 0, 1]}, "bounds"),
    ],
)
def test_a_wrong_field_is_named(
    document: SiteDocument, change: dict[str, object], said: str
) -> None:
    fields = msgspec.to_builtins(document) | change
    with pytest.raises(SiteError, match=said):
        read_document(msgspec.json.encode(fields))


def test_what_is_not_json_is_refused() -> None:
    with pytest.raises(SiteError, match="not a site file"):
        read_document(b"grids:\n- C")


def test_leaves_are_the_grids_without_children(document: SiteDocument) -> None:
    assert leaf_codes(document) == ["C-1-01", "C-1-02", "C-2-01", "C-2-02"]


def test_a_path_runs_from_the_root_down() -> None:
    assert grid_path({"C": None, "C-1": "C", "C-1-01": "C-1"}, "C-1-01") == ("C", "C-1", "C-1-01")


def test_a_circle_of_parents_is_named() -> None:
    with pytest.raises(SiteError, match="A lies in a circle of parents: A in B"):
        grid_path({"A": "B", "B": "A"}, "A")


def test_an_agent_stands_where_most_of_its_devices_do() -> None:
    def spot(device: str, grid: str) -> Spot:
        return Spot(
            device=device,
            kind="hydrant",
            place=f"at-{device}",
            place_name=Name("n", "n"),
            at=(0, 0),
            grid=grid,
            grid_path=("C", grid),
            warden=f"warden-{grid}",
            stand_in=None,
            agent="edge-1",
            report_s=5,
        )

    spots = {d: spot(d, g) for d, g in (("a", "G2"), ("b", "G1"), ("c", "G1"), ("d", "G3"))}
    (agent,) = agent_spots(spots).values()
    assert (agent.device, agent.kind) == ("edge-1", "agent")
    assert (agent.grid, agent.place, agent.warden) == ("G1", "at-b", "warden-G1")
