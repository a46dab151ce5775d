"""The audit log's commands: what is amiss is named, a file proves itself, a head is checked."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import Result
from psycopg import AsyncConnection
from typer.testing import CliRunner

from gridwarden.cli import app
from hub.audit import store
from hub.audit.domain import Entry
from tests.hub.make import in_transaction


@pytest.fixture
def url(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A log of six entries, not yet sealed."""
    monkeypatch.setenv("GRIDWARDEN_DATABASE__URL", database_url)

    async def work(conn: AsyncConnection[Any]) -> None:
        for number in range(6):
            await store.note(conn, Entry(at=number, actor="p", action="a", subject="s", data={}))

    in_transaction(database_url, work)
    return database_url


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["audit", *words])


def test_the_whole_log_is_verified_and_its_head_printed(url: str) -> None:
    """PR-03 in part"""
    done = run("verify")
    assert done.exit_code == 0, done.output
    (head,) = re.findall(r"head (6:[0-9a-f]{64})", done.output)
    assert run("verify", "--kept", head).exit_code == 0
    with psycopg.connect(url) as conn:
        conn.execute("alter table hub.audit_log disable trigger append_only")
        conn.execute("delete from hub.audit_log where seq > 4")
    assert run("verify").exit_code == 0  # what is left is whole
    cut = run("verify", "--kept", head)
    assert cut.exit_code == 1
    assert "cut off" in str(cut.exception)


def test_the_entry_that_was_altered_or_taken_out_is_named(url: str) -> None:
    """PR-03 in part"""
    assert run("verify").exit_code == 0
    with psycopg.connect(url) as conn:
        conn.execute("alter table hub.audit_log disable trigger append_only")
        conn.execute("update hub.audit_log set actor = 'q' where seq = 3")
        conn.execute("delete from hub.audit_log where seq = 5")
    found = run("verify")
    assert found.exit_code == 1
    assert "entry 3: altered" in found.output
    assert "entry 5: missing" in found.output
    assert "entry 3" in str(found.exception)


def test_an_exported_file_is_verified_without_a_database(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PR-03 in part"""
    file = tmp_path / "audit.jsonl"
    assert run("export", str(file)).exit_code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert run("export", str(file)).exit_code == 1  # nothing is overwritten
    monkeypatch.delenv("GRIDWARDEN_DATABASE__URL")
    whole = run("verify", str(file))
    assert whole.exit_code == 0, whole.output
    lines = file.read_text().splitlines(keepends=True)
    for forged, said in (
        ([*lines[:3], lines[3].replace('"p"', '"q"'), *lines[4:]], "entry 3: altered"),
        ([*lines[:-2], lines[-1]], "entry 6: missing"),
    ):
        file.write_text("".join(forged))
        found = run("verify", str(file))
        assert found.exit_code == 1
        assert said in found.output
