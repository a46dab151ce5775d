"""Leave and roster changes from the command line."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from gridwarden.cli import app
from gridwarden.errors import GridwardenError
from gridwarden.store import load_site_file
from hub.sites.domain import Holding
from tests.hub.make import SITE

FROM, TO = "2031-02-01 08:00:00", "2031-02-05 08:00:00"


@pytest.fixture
def site(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The small site, and the settings that lead to it."""
    monkeypatch.setenv("GRIDWARDEN_DATABASE__URL", database_url)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "site.json").write_bytes(msgspec.json.encode(SITE))
    load_site_file(database_url, tmp_path / "site.json")
    return database_url


def run(*words: str) -> str:
    result = CliRunner().invoke(app, ["site", "leave", *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output.strip()


@pytest.mark.usefixtures("site")
def test_leave_is_filed_decided_and_listed() -> None:
    """GR-28: by another person of a higher grid only, once."""
    filed = run("file", FROM, TO, "--by", "p-west", "--reason", "family")
    assert re.fullmatch(r"1 filed p-west 2031-02-01 \S+ to 2031-02-05 \S+: family", filed)
    with pytest.raises(GridwardenError, match="another person than who filed it"):
        run("decide", "1", "approve", "--by", "p-west")
    assert run("decide", "1", "approve", "--by", "p-chief").startswith("1 approved by p-chief")
    with pytest.raises(GridwardenError, match="approved, or over"):
        run("decide", "1", "refuse", "--by", "p-chief")
    assert run("list").startswith("1 approved by p-chief p-west")
    assert run("list", "--since", "2031-03-01") == ""


@pytest.mark.usefixtures("site")
def test_what_cannot_be_filed_says_why() -> None:
    """GR-28: unknown people, ends before starts, unknown leave."""
    with pytest.raises(GridwardenError, match="nobody of the site has the id p-none"):
        run("file", FROM, TO, "--by", "p-west", "--person", "p-none")
    with pytest.raises(GridwardenError, match="must end after it begins"):
        run("file", TO, FROM, "--by", "p-west")
    with pytest.raises(GridwardenError, match="no leave has the id 7"):
        run("decide", "7", "withdraw", "--by", "p-west")


@pytest.mark.usefixtures("site")
def test_a_member_leaves_by_a_proposal() -> None:
    """GR-27, GR-28: filed by command, decided like any other change."""
    words = ["site", "depart", "p-west", "transferred", "--by", "p-east", "--reason", "moved"]
    made = CliRunner().invoke(app, words, catch_exceptions=False)
    assert made.output.strip() == "1 proposed: C-1 held (p-east: moved)"
    words = ["site", "decide", "1", "approve", "--by", "p-chief"]
    done = CliRunner().invoke(app, words, catch_exceptions=False)
    assert done.output.startswith("1 approved by p-chief")


def test_holders_change_by_a_proposal_only(site: str, tmp_path: Path) -> None:
    """GR-28, GR-08: once a site is in force, a load with other holders is refused."""
    holdings = [
        Holding("C-1", "p-east", exception="two small grids") if held.grid == "C-1" else held
        for held in SITE.holdings
    ]
    other = tmp_path / "other.json"
    other.write_bytes(msgspec.json.encode(msgspec.structs.replace(SITE, holdings=holdings)))
    with pytest.raises(GridwardenError, match=r"so are its holders \(C-1 held\)"):
        load_site_file(site, other)
    words = ["site", "propose", str(other), "--by", "p-east", "--reason", "one for both"]
    made = CliRunner().invoke(app, words, catch_exceptions=False)
    assert made.output.startswith("1 proposed: C-1 held")
    words = ["site", "decide", "1", "approve", "--by", "p-chief"]
    assert CliRunner().invoke(app, words, catch_exceptions=False).exit_code == 0
    load_site_file(site, other)
