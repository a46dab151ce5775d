from __future__ import annotations

import pytest
from typer.testing import CliRunner

from gridwarden.cli import app
from gridwarden.errors import GridwardenError
from tests.hub.make import load

ADD = ["--from", "2099-01-01T08:00", "--to", "2099-01-01T10:00", "--by", "p-west"]
TEXTS = ["--measure", "Two tankers.", "--notice", "Told at all doors."]


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    load(database_url)
    monkeypatch.setenv("GRIDWARDEN_DATABASE__URL", database_url)
    return CliRunner()


def test_a_shut_off_is_added_listed_and_ended(run: CliRunner) -> None:
    """SE-08"""
    added = run.invoke(app, ["shutoff", "add", *ADD, *TEXTS, "--hydrant", "hydrant-07"])
    assert added.exit_code == 0, added.output
    assert "planned" in run.invoke(app, ["shutoff", "list"]).output
    assert run.invoke(app, ["shutoff", "end", "1", "--by", "p-west"]).exit_code == 0
    assert "0 shut-offs" in run.invoke(app, ["shutoff", "list"]).output
    assert "1 shut-offs" in run.invoke(app, ["shutoff", "list", "--all"]).output


def test_none_is_accepted_without_a_notice(run: CliRunner) -> None:
    """SE-08: only with an interim measure and a notice to residents."""
    words = ["shutoff", "add", *ADD, "--measure", "m", "--notice", "", "--hydrant", "hydrant-07"]
    refused = run.invoke(app, words).exception
    assert isinstance(refused, GridwardenError)
    assert "notice" in str(refused)
