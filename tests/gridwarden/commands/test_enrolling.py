"""Commands of authority, agents and broker, as far as they go without a broker."""

from __future__ import annotations

import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from gridwarden.cli import app
from gridwarden.errors import GridwardenError

Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a command on a site's folder; the message of what it refuses, else its output."""

    def command(*words: str) -> str:
        result = CliRunner().invoke(app, ["--data-dir", str(tmp_path), *words])
        if isinstance(result.exception, GridwardenError):
            return str(result.exception)
        assert result.exit_code == 0, result.output
        return result.output

    return command


@pytest.fixture
def ready(run: Run) -> Run:
    """With an authority, and the files of a broker that does not run."""
    run("ca", "init")
    run("broker", "files", "--host", "broker.example", "--inside", "127.0.0.1",
        "--services-port", "9")  # fmt: skip
    return run


def test_each_step_says_which_comes_before(run: Run) -> None:
    assert "`gridwarden ca init`" in run("agent", "enroll", "north")
    assert "good for 3650 days" in run("ca", "init")
    assert "has an authority already" in run("ca", "init")
    assert "`gridwarden broker files" in run("agent", "enroll", "north")
    assert "`gridwarden broker files" in run("broker", "run")
    assert "write agents/NAME" in run("ca", "revoke", "north")


def test_an_enrolment_stands_though_the_broker_is_away(ready: Run, tmp_path: Path) -> None:
    told = ready("agent", "enroll", "north")
    assert "127.0.0.1:9" in told
    assert "gridwarden broker sync" in told
    file = tmp_path / "agents" / "north.zip"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with zipfile.ZipFile(file) as archive:
        assert b'url = "mqtts://broker.example:8883"' in archive.read("gridwarden.toml")
        assert b'agent = "north"' in archive.read("agent.toml")
        assert archive.getinfo("client.key").external_attr >> 16 == 0o600


def test_a_file_that_cannot_be_written_leaves_nobody_enrolled(ready: Run) -> None:
    assert "name another with --out" in ready("agent", "enroll", "north", "--out", "/dev/null/x")
    assert "gridwarden broker sync" in ready("agent", "enroll", "north")


def test_the_list_tells_when_an_agent_was_last_seen(
    ready: Run, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in (("enroll", "north"), ("enroll", "south"), ("revoke", "south"), ("devices", "d")):
        ready("agent", *words)
    seen = "insert into agents values ('north', 'campus', true, '2026-11-25 08:00+00', '{}')"
    with psycopg.connect(database_url) as conn:
        conn.execute(seen)
    monkeypatch.setenv("GRIDWARDEN_DATABASE__URL", database_url)
    rows = {row["who"]: row for row in json.loads(ready("agent", "list", "--json"))}
    assert list(rows) == ["agents/north/1", "agents/south/1", "devices/d/1"]
    assert "2026-11-25" in rows["agents/north/1"]["last_seen"]
    assert rows["agents/south/1"]["state"].startswith("revoked")
    assert rows["devices/d/1"]["until"] == "-"


def test_files_written_again_keep_keys_that_are_good(ready: Run, tmp_path: Path) -> None:
    def keys() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in sorted(tmp_path.rglob("*.key"))}

    before = keys()
    ready("broker", "files", "--host", "broker.example", "--inside", "127.0.0.1")
    assert keys() == before
    ready("broker", "files", "--host", "other.example", "--inside", "127.0.0.1")
    changed = {path.name for path, key in keys().items() if before[path] != key}
    assert changed == {"broker.key"}


def test_a_broker_elsewhere_finds_its_files_where_it_is(ready: Run, tmp_path: Path) -> None:
    ready("broker", "files", "--host", "broker", "--at", "/broker")
    text = (tmp_path / "broker" / "mosquitto.conf").read_text()
    assert "plugin /usr/lib/mosquitto_dynamic_security.so" in text
    assert str(tmp_path) not in text


def test_rights_are_printed_for_any_broker(ready: Run) -> None:
    ready("agent", "enroll", "north")
    told = {one["user"]: one for one in json.loads(ready("broker", "rights"))}
    assert told["agents/north/1"]["hear"] == [
        f"gw/1/campus/agents/north/{word}" for word in ("ack", "command", "look")
    ]


def test_a_renewed_authority_is_shown(ready: Run) -> None:
    before = ready("ca", "show")
    assert "ends soon" not in before
    assert "renewed" in ready("ca", "renew", "--days", "20")
    assert ready("ca", "show") != before
    ready("agent", "enroll", "north")
    assert "ends soon: agents/north/1" in ready("ca", "show")


@pytest.mark.parametrize("words", [("hub", "run"), ("ingest", "run"), ("edge", "run", "--config")])
def test_a_part_that_lacks_its_certificate_says_so_before_it_starts(
    run: Run, tmp_path: Path, database_url: str, words: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    agent = tmp_path / "agent.toml"
    agent.write_text('agent = "west"\n[[driver]]\nkind = "simulated"\n', encoding="utf-8")
    given = {"URL": "mqtts://127.0.0.1:9", "CERTIFICATE": "nowhere.crt", "KEY": "nowhere.key"}
    for name, value in given.items():
        monkeypatch.setenv(f"GRIDWARDEN_BROKER__{name}", value)
    monkeypatch.setenv("GRIDWARDEN_DATABASE__URL", database_url)
    more = [str(agent)] if words[-1] == "--config" else []
    assert "broker.certificate nowhere.crt" in run(*words, *more)
