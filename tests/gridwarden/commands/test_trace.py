"""`gridwarden trace`: from a file to a table, a file and a picture."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from gridwarden.cli import app
from tests.hub.tracing.make import vast

LOG = """time,card,room,direction
2026-03-02 08:00,c-1,Lab,in
2026-03-02 08:10,c-2,Lab,in
2026-03-02 08:50,c-2,Lab,out
2026-03-02 09:00,c-1,Lab,out
2026-03-02 09:20,c-4,Lab,in
2026-03-02 09:40,c-4,Lab,out
2026-03-02 10:00,c-2,<Hall>,in
2026-03-02 10:00,=c-3,<Hall>,in
2026-03-02 10:30,c-2,<Hall>,out
2026-03-02 10:30,=c-3,<Hall>,out
"""


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["trace", *map(str, arguments)])


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "log.csv"
    file.write_text(LOG)
    return file


def test_a_dry_run_shows_what_was_understood_and_writes_nothing(log: Path, tmp_path: Path) -> None:
    """EP-01 in part"""
    told = run(log, "--index", "c-1", "--dry-run", "--output", tmp_path / "list.csv")
    assert told.exit_code == 0, told.output
    assert "10 records, 4 cards, 2 places" in told.output
    assert "2 with entry and exit readers" in told.output
    assert "5 stays: 5 from entry to exit" in told.output
    assert not (tmp_path / "list.csv").exists()


def test_contacts_rings_venues_and_presence_after_go_to_table_file_and_picture(
    log: Path, tmp_path: Path
) -> None:
    """EP-03 in part"""
    book, form, plain, picture = (
        tmp_path / name for name in ("list.xlsx", "list.json", "list.csv", "time.svg")
    )
    for output in (book, form, plain):
        told = run(
            log, "--index", "c-1", "--rings", "2", "--after-hours", "1", "--time-zone",
            "Asia/Shanghai", "--output", output, "--picture", picture,
        )  # fmt: skip
        assert told.exit_code == 0, told.output
    assert "1 in ring 1, 1 in ring 2" in told.output
    assert "apart from contacts: 1 cards" in told.output
    trace = json.loads(form.read_text())
    contacts = [(row["ring"], row["card"], row["with"], row["likely_min"])
                for row in trace["contacts"]]  # fmt: skip
    assert contacts == [(1, "c-2", "c-1", 40.0), (2, "=c-3", "c-2", 30.0)]
    assert trace["contacts"][0]["exposed"] == "2026-03-02T08:25:00+08:00"
    assert [row["place"] for row in trace["venues"]] == ["Lab"]
    assert [(row["card"], row["likely_min"]) for row in trace["presence_after"]] == [("c-4", 20.0)]
    assert trace["over_long_stays"] == "drop"
    sheets = pd.read_excel(book, sheet_name=None, engine="calamine")
    assert set(sheets) == {"contacts", "encounters", "venues", "presence_after", "about"}
    assert sheets["contacts"]["card"].tolist() == ["c-2", "=c-3"]
    assert pd.read_csv(plain)["card"].tolist() == ["c-2", "'=c-3"]
    drawn = ET.fromstring(picture.read_text())
    texts = [element.text for element in drawn.iter() if element.tag.endswith("text")]
    assert {"c-1", "c-2", "=c-3", "Lab", "<Hall>"} <= set(texts)


def test_backward_finds_who_may_have_infected(log: Path) -> None:
    told = run(log, "--index", "=c-3", "--rings", "2", "--backward")
    assert "1 in ring 1, 1 in ring 2" in told.output
    assert "0 contacts" in run(log, "--index", "c-4", "--rings", "2", "--backward").output


def test_a_window_is_kept_to(log: Path) -> None:
    """EP-03 in part: for a stated period."""
    told = run(log, "--index", "c-1", "--rings", "2", "--to", "2026-03-02T08:20")
    assert "0 contacts" in told.output
    assert "1 contacts" in run(log, "--index", "c-1", "--minutes", "40").output
    assert "0 contacts" in run(log, "--index", "c-1", "--minutes", "41").output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--index", "c-9"], "is nowhere in the log"),
        (["--index", "c-1", "--output", "list.pdf"], "must end in .csv, .xlsx, .json"),
        (["--index", "c-1", "--picture", "/nowhere/at/all.svg"], "name another file"),
        (["--index", "c-1", "--from", "soon"], "no ISO 8601 time"),
        (["--index", "c-1", "--from", "2027-01-01"], "later than --from"),
    ],
)
def test_what_cannot_be_done_is_told(log: Path, arguments: list[str], told: str) -> None:
    answer = run(log, *arguments)
    assert answer.exit_code != 0
    assert told in f"{answer.output} {answer.exception}"


def test_the_building_gives_the_published_answer(tmp_path: Path) -> None:
    """EP-03 in part: VAST 2016."""
    swipes, cards, places = vast()
    file = tmp_path / "prox.csv"
    pd.DataFrame(
        {
            "time": pd.to_datetime(swipes.time, unit="us"),
            "card": [cards[number] for number in swipes.person],
            "place": [places[number] for number in swipes.place],
        }
    ).to_csv(file, index=False)
    told = run(file, "--index", "eminto001", "--output", tmp_path / "list.csv")
    found = pd.read_csv(tmp_path / "list.csv")
    assert (len(found), found["card"][0], found["likely_min"][0]) == (72, "wreynoso001", 4664)
    assert "72 contacts" in told.output
    assert "121 contacts" in run(file, "--index", "eminto001", "--over-long", "cut").output


def test_names_of_cards_and_places_are_shown_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text(LOG.replace("<Hall>", "Hall[/x]").replace("c-2", "[red]c-2"))
    told = run(file, "--index", "[red]c-2", "--from", "2026-03-01", "--time-zone", "UTC")
    assert told.exit_code == 0, told.output
    assert "[red]c-2" in told.output
    assert "Hall[/x]" in told.output
