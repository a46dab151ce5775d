"""What a command says when it is used wrongly: one message with the remedy, never a traceback."""

from __future__ import annotations

import json
import shutil
import socket
import sqlite3
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import CompletedProcess
from typing import NamedTuple

import pytest
import typer
from typer.testing import CliRunner

from gridwarden.cli import app
from gridwarden.demo.campus import Campus
from gridwarden.embedded.datadir import DataDir
from gridwarden.settings import setting_paths
from tests.e2e.stack import run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

NOWHERE = "mqtt://127.0.0.1:9"  # discard: nothing listens there
NO_SERVER = "postgresql://gridwarden@127.0.0.1:9/gridwarden"
DATABASE, BROKER = "GRIDWARDEN_DATABASE__URL", "GRIDWARDEN_BROKER__URL"
AWAY = {DATABASE: NO_SERVER, BROKER: NOWHERE}
AT_ONCE = 2
Ended = CompletedProcess[str]
LOG = ("replay", "swipes", "doors.csv", "--columns")


class Wrong(NamedTuple):
    """A wrong use, and what the message must name."""

    words: tuple[str, ...]
    says: tuple[str, ...]
    more: Mapping[str, str] = {}
    code: int = 1


WRONG = {
    "settings file missing": Wrong(
        ("--config", "none.toml", "settings"), ("none.toml", "No such file", "name another")
    ),
    "settings file not TOML": Wrong(
        ("--config", "damaged.toml", "settings"), ("damaged.toml", "not TOML", "end of document")
    ),
    "settings file not text": Wrong(
        ("--config", "picture.jpg", "settings"), ("picture.jpg", "not TOML")
    ),
    "setting unknown": Wrong(
        ("--config", "unknown.toml", "settings"), ("unknown.toml", "did you mean hub.port?")
    ),
    "setting of the wrong kind": Wrong(
        ("settings",),
        ("GRIDWARDEN_HUB__PORT", "integer", "'http'"),
        {"GRIDWARDEN_HUB__PORT": "http"},
    ),
    "variable misspelt": Wrong(
        ("settings",),
        ("GRIDWARDEN_HUB__PROT", "GRIDWARDEN_HUB__PORT?"),
        {"GRIDWARDEN_HUB__PROT": "1"},
    ),
    "broker's address": Wrong(
        ("ingest", "run"), (BROKER, "write mqtt://host:port"), {**AWAY, BROKER: "http://broker"}
    ),
    "database's address": Wrong(
        ("hub", "run"), (DATABASE, "write postgresql://"), {DATABASE: "sensors"}
    ),
    "person key short": Wrong(
        ("ingest", "run"),
        ("person_key", "16 to 64 bytes"),
        {**AWAY, "GRIDWARDEN_PERSON_KEY": "key"},
    ),
    "person key damaged": Wrong(
        ("--data-dir", "damaged", "ingest", "run"), ("person.key is damaged", "backup"), AWAY
    ),
    "data folder that cannot be": Wrong(
        ("--data-dir", "doors.csv/data", "ingest", "run"),
        ("person.key", "GRIDWARDEN_DATA_DIR"),
        AWAY,
    ),
    "data folder that cannot be, demo": Wrong(
        ("--data-dir", "doors.csv/data", "demo", "--for", "1"), ("doors.csv", "GRIDWARDEN_DATA_DIR")
    ),
    "spool that cannot be": Wrong(
        ("--data-dir", "doors.csv/data", "edge", "run", "--config", "agent.toml"),
        ("spools", "name another folder"),
        AWAY,
    ),
    "spool of a newer version": Wrong(
        ("--data-dir", "newer", "edge", "run", "--config", "agent.toml"),
        ("format 99", "run the newer version"),
        AWAY,
    ),
    "agent's file missing": Wrong(
        ("edge", "run", "--config", "none.toml"), ("none.toml", "No such file"), AWAY
    ),
    "agent's file wrong": Wrong(
        ("edge", "run", "--config", "wrong-agent.toml"),
        ("wrong-agent.toml", "write 'device'"),
        AWAY,
    ),
    "agent without a broker": Wrong(
        ("edge", "run", "--config", "agent.toml"), ("no broker", BROKER, "gridwarden demo")
    ),
    "agent without its file": Wrong(("edge", "run"), ("--config",), code=2),
    "site file missing": Wrong(("site", "check", "none.json"), ("none.json", "No such file")),
    "site file damaged": Wrong(("site", "check", "doors.csv"), ("doors.csv", "not a site file")),
    "site without a database": Wrong(("site", "load", "site.json"), ("no database", DATABASE)),
    "site, database away": Wrong(
        ("site", "load", "site.json"), ("does not answer", "database.url"), {DATABASE: NO_SERVER}
    ),
    "log missing": Wrong(
        ("replay", "swipes", "none.csv", "--columns", "time=at,card=id,reader=door"),
        ("none.csv", "No such file"),
        AWAY,
    ),
    "log without the column": Wrong(
        (*LOG, "time=at,card=id,reader=gate"), ("no column 'gate'", "at, id, door"), AWAY
    ),
    "columns of no such role": Wrong((*LOG, "when=at"), ("'when=at'", "time=timestamp"), AWAY),
    "columns missing": Wrong((*LOG, "time=at"), ("card, reader missing",), AWAY),
    "time zone unknown": Wrong(
        (*LOG, "time=at,card=id,reader=door", "--time-zone", "Mars"), ("'Mars'", "Asia/"), AWAY
    ),
    "hub without a database": Wrong(("hub", "run"), ("no database", DATABASE)),
    "hub, database away": Wrong(("hub", "run"), ("does not answer", "doctor"), AWAY),
    "hub open to all": Wrong(
        ("hub", "run", "--host", "0.0.0.0"), ("plain HTTP", "127.0.0.1"), AWAY
    ),
    "ingest, database away": Wrong(("ingest", "run"), ("does not answer", "database.url"), AWAY),
    "migrate, database away": Wrong(("migrate",), ("does not answer", "database.url"), AWAY),
    "dashboards need the network": Wrong(
        ("dashboards", "push", "--password", "x"),
        ("network",),
        {DATABASE: "postgresql:///gridwarden?host=/run"},
    ),
    "seconds not a number": Wrong(("demo", "--for", "long"), ("--for", "number"), code=2),
    "seconds too few": Wrong(("demo", "--for", "0"), ("--for", "greater"), code=2),
    "report of an endless run": Wrong(("demo", "--report", "r.json"), ("--for",), code=2),
    "report that cannot be": Wrong(
        ("demo", "--for", "5", "--report", "no/r.json"), ("no/r.json", "No such file"), code=2
    ),
    "command unknown": Wrong(("dmeo",), ("dmeo",), code=2),
    "option unknown": Wrong(("demo", "--sped", "2"), ("--sped", "--speed"), code=2),
}


@pytest.fixture(scope="module")
def folder(service_folder: Path, campus: Campus) -> Path:
    """A working folder with files to be wrong about."""
    folder = service_folder / "commands"
    folder.mkdir(mode=0o711)
    (folder / "damaged.toml").write_text("site = [")
    (folder / "unknown.toml").write_text("[hub]\nprot = 1\n")
    (folder / "picture.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    (folder / "agent.toml").write_text('agent = "a"\n[[driver]]\nkind = "simulated"\n')
    wrong = 'agent = "a"\n[[driver]]\nkind = "camera"\ndevcie = "c"\nsource = "x.mp4"\n'
    (folder / "wrong-agent.toml").write_text(wrong)
    (folder / "doors.csv").write_text("at,id,door\n2026-05-31T00:00:00Z,1,a\n")
    (folder / "damaged").mkdir()
    (folder / "damaged" / "person.key").write_text("not a key")
    site = campus.world.site_document()
    (folder / "site.json").write_text(json.dumps(site))
    gaps = {**site, "grids": [*site["grids"]][:-1]}
    (folder / "gaps.json").write_text(json.dumps(gaps))
    newer_spool(folder / "newer" / "spools" / "a.spool")
    return folder


def newer_spool(path: Path) -> None:
    path.parent.mkdir(parents=True)
    database = sqlite3.connect(path)
    database.execute("pragma user_version = 99")
    database.close()


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def answers(folder: Path) -> dict[str, Ended]:
    """What became of every wrong use: two at a time, because most of it is Python's start."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        ended = pool.map(lambda one: run(*one.words, folder=folder, more=one.more), WRONG.values())
        return dict(zip(WRONG, ended, strict=True))


def refused(folder: Path, wrong: Wrong) -> None:
    """Run it, and check that it is refused as it should be."""
    check(run(*wrong.words, folder=folder, more=wrong.more), wrong)


def check(ended: Ended, wrong: Wrong) -> None:
    said = ended.stderr
    assert "Traceback" not in said, said
    assert ended.returncode == wrong.code, said
    assert [words for words in wrong.says if words not in said] == [], said
    if wrong.code == 1:
        assert "gridwarden: " in said
        assert len(said.splitlines()) <= 3, said


@pytest.mark.parametrize("name", WRONG)
def test_wrong_use_is_answered_with_the_remedy(answers: dict[str, Ended], name: str) -> None:
    check(answers[name], WRONG[name])


@pytest.mark.parametrize("command", ["ingest", "hub"])
def test_a_database_without_our_tables_is_to_be_migrated(
    folder: Path, command: str, empty_database_url: str
) -> None:
    more = {DATABASE: empty_database_url, BROKER: NOWHERE}
    refused(folder, Wrong((command, "run"), ("gridwarden migrate",), more))


def test_a_site_is_not_loaded_into_a_database_without_our_tables(
    folder: Path, empty_database_url: str
) -> None:
    more = {DATABASE: empty_database_url}
    refused(folder, Wrong(("site", "load", "site.json"), ("gridwarden migrate",), more))


def test_a_site_file_with_problems_is_not_loaded(folder: Path, database_url: str) -> None:
    more = {DATABASE: database_url}
    says = ("gaps.json", "needs mending")
    refused(folder, Wrong(("site", "load", "gaps.json"), says, more))


def test_a_database_is_migrated_once_and_takes_the_site(
    folder: Path, empty_database_url: str
) -> None:
    more = {DATABASE: empty_database_url}
    assert "ingest: 0001_series" in run("migrate", folder=folder, more=more).stdout
    assert run("migrate", folder=folder, more=more).stdout == "the schema is up to date\n"
    loaded = run("site", "load", "site.json", folder=folder, more=more)
    assert (loaded.returncode, loaded.stdout) == (0, "site.json: loaded\n")


def test_a_hubs_port_in_use_is_named(folder: Path, database_url: str, taken_port: int) -> None:
    more = {DATABASE: database_url, "GRIDWARDEN_HUB__PORT": str(taken_port)}
    refused(folder, Wrong(("hub", "run"), (f"Port {taken_port}", "--port 0"), more))


def test_a_demos_port_in_use_is_named(folder: Path, campus: Campus, taken_port: int) -> None:
    shutil.copytree(campus.folder / "cache", folder / "demo-port" / "campus" / "cache")
    more = {"GRIDWARDEN_HUB__PORT": str(taken_port)}
    words = ("--data-dir", "demo-port", "demo", "--for", "5")
    refused(folder, Wrong(words, (f"Port {taken_port} on", "GRIDWARDEN_HUB__PORT"), more))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, ("No such file", "hub.plan")),
        ("rules = [", ("not TOML",)),
        ('name = "p"\nrulse = 1\n', ("did you mean rules?",)),
    ],
    ids=["missing", "not TOML", "misspelt"],
)
def test_a_wrong_plan_is_named(
    folder: Path, database_url: str, text: str | None, says: tuple[str, ...]
) -> None:
    plan = folder / "plan.toml"
    plan.unlink(missing_ok=True)
    if text is not None:
        plan.write_text(text)
    more = {DATABASE: database_url, "GRIDWARDEN_HUB__PLAN": str(plan), "GRIDWARDEN_HUB__PORT": "0"}
    refused(folder, Wrong(("hub", "run"), ("plan.toml", *says), more))


def test_a_data_folder_in_use_is_named(folder: Path) -> None:
    taken = folder / "taken"
    words = ("--data-dir", "taken", "demo", "--for", "5")
    with DataDir(taken):
        refused(folder, Wrong(words, (str(taken), "is in use by process", "GRIDWARDEN_DATA_DIR")))


def groups() -> Iterator[tuple[str, ...]]:
    root = typer.main.get_command(app)
    yield ()
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        yield (name,)
        for inner in getattr(command, "commands", {}):
            yield (name, inner)


def test_every_command_has_help(folder: Path) -> None:
    """In this process, as starting Python takes a second each; the first one also for real."""

    def ask(words: tuple[str, ...]) -> tuple[int, str, bool]:
        ended = CliRunner().invoke(app, [*words, "--help"])
        return ended.exit_code, ended.stderr, "Usage:" in ended.stdout

    real = run("--help", folder=folder)
    assert (real.returncode, real.stderr, "Usage:" in real.stdout) == (0, "", True)
    answered = {words: ask(words) for words in groups()}
    assert len(answered) > 15
    assert {words: got for words, got in answered.items() if got != (0, "", True)} == {}


def test_settings_are_printed_with_their_source_and_without_secrets(folder: Path) -> None:
    more = {DATABASE: "postgresql://u:hunter2@h/db"}
    for words in (("settings",), ("settings", "--json")):
        ended = run(*words, folder=folder, more=more)
        assert ended.returncode == 0
        assert "hunter2" not in ended.stdout
    lines = {line["name"]: line for line in json.loads(ended.stdout)}
    assert list(lines) == [".".join(path) for path, _ in setting_paths()]
    assert lines["database.url"]["source"] == "environment"
    assert lines["hub.port"] | {"description": ""} == {
        "name": "hub.port", "value": "8080", "source": "default", "description": "",
    }  # fmt: skip


def test_the_interface_is_described(folder: Path) -> None:
    document = json.loads(run("openapi", folder=folder).stdout)
    assert document["openapi"].startswith("3.")
    assert {"/api/health", "/api/cases", "/api/dead-letters"} <= set(document["paths"])


def test_the_doctor_examines_what_there_is(folder: Path) -> None:
    ended = run("--data-dir", "well", "doctor", "--json", folder=folder)
    checks = {check.pop("name"): check for check in json.loads(ended.stdout)}
    assert set(checks) >= {
        "python",
        "database",
        "timescaledb",
        "broker",
        "disk",
        "clock",
        "camera decoding",
    }
    assert {frozenset(check) for check in checks.values()} == {
        frozenset(("state", "found", "remedy"))
    }
    failed = [name for name, check in checks.items() if check["state"] == "fail"]
    assert ended.returncode == (1 if failed else 0)
    assert set(failed) <= {"disk"}


def test_the_doctor_fails_when_a_service_is_away(folder: Path) -> None:
    ended = run("doctor", "--json", folder=folder, more=AWAY)
    checks = {check["name"]: check for check in json.loads(ended.stdout)}
    assert ended.returncode == 1
    assert [checks[name]["state"] for name in ("database", "broker")] == ["fail", "fail"]
    assert "Traceback" not in ended.stderr


def test_a_sound_site_file_has_no_problems_and_a_wrong_one_says_which(folder: Path) -> None:
    sound = run("site", "check", "site.json", folder=folder)
    assert (sound.returncode, sound.stdout) == (0, "0 problems\n")
    wrong = run("site", "check", "gaps.json", folder=folder)
    assert wrong.returncode == 1
    assert len(wrong.stdout.splitlines()) > 1
    assert wrong.stderr == ""
