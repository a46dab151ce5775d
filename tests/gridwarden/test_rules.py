"""The `rules` commands on a real store with a stretch of the campus in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from edge.simulate.truth import encode_truth, truth
from edge.simulate.world import build_world
from hub.plans.read import shipped_plan
from ingest.clock import moment
from tests.conftest import Cluster
from tests.e2e.stack import run
from tests.hub.anomalies.stored import SECOND, campus_batches, live, load
from tools.evaluate.run import ORIGIN

DEMO_TEXT = files("hub.plans").joinpath("library", "demo.toml").read_text(encoding="utf-8")
SECONDS = 100
SPAN = (
    "--from",
    moment(ORIGIN).isoformat(),
    "--to",
    moment(ORIGIN + SECONDS * SECOND).isoformat(),
)


class Store(NamedTuple):
    """A store that was followed live by the demo plan, and the folder of its files."""

    url: str
    folder: Path

    def rules(self, *words: str) -> Any:
        more = {"GRIDWARDEN_DATABASE__URL": self.url}
        return run("rules", *words, folder=self.folder, more=more)


@pytest.fixture(scope="module")
def store(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("rules")
    document, batches = campus_batches(folder, SECONDS)
    url = cluster.create_migrated()
    load(url, document)
    live(url, shipped_plan("demo"), batches)
    lines = truth(build_world(1, folder), ORIGIN, SECONDS)
    (folder / "truth.jsonl").write_bytes(
        encode_truth([line for line in lines if line.cause != "footage"])
    )
    (folder / "demo.toml").write_text(DEMO_TEXT)
    (folder / "slow.toml").write_text(DEMO_TEXT.replace("duration_s = 4\n", "duration_s = 300\n"))
    (folder / "wrong.toml").write_text(DEMO_TEXT.replace("limit = 0.14", "limit = 0.2"))
    (folder / "misspelt.toml").write_text(DEMO_TEXT.replace("clear_s", "cleer_s"))
    yield Store(url, folder)
    cluster.drop(url)


@pytest.mark.slow
def test_the_same_rules_raise_the_same_and_the_truth_agrees(store: Store) -> None:
    report = store.folder / "same.json"
    words = ("--rules", "demo.toml", "--truth", "truth.jsonl", "--json", str(report))
    done = store.rules("backtest", *SPAN, *words)
    assert done.returncode == 0, done.stderr
    found = json.loads(report.read_text())
    assert (found["new"], found["gone"], found["missed"]) == ([], [], [])
    # The cameras' agent never speaks here, of which the truth file knows nothing.
    assert [(one["kind"], one["device"]) for one in found["false"]] == [("agent_silent", "cameras")]
    kinds = found["kinds"]
    assert {"smoke_alarm", "door_forced", "hydrant_no_water", "device_silent"} <= kinds.keys()
    assert all(one["same"] == one["would"] == one["was"] for one in kinds.values())
    assert kinds["smoke_alarm"]["truth"] == kinds["smoke_alarm"]["truth"] | {"true": 2, "twice": 0}
    assert 0 <= kinds["smoke_alarm"]["truth"]["delay_p95_s"] < 1
    assert "smoke_alarm" in done.stdout
    assert "alarms per 10 minutes" in done.stdout


@pytest.mark.slow
def test_other_rules_are_told_apart_from_what_was_raised(store: Store) -> None:
    report = store.folder / "slow.json"
    words = ("--rules", "slow.toml", "--source", "raw", "--json", str(report))
    assert store.rules("backtest", *SPAN, *words).returncode == 0
    kinds = json.loads(report.read_text())["kinds"]
    assert kinds["smoke_alarm"]["gone"] == kinds["smoke_alarm"]["new"] == 0
    assert kinds["hydrant_low_pressure"]["was"] > kinds["hydrant_low_pressure"]["would"]
    assert "truth" not in kinds["smoke_alarm"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("--from", SPAN[3], "--to", SPAN[1]), "--from must be before --to"),
        (("--from", "2020-01-01", "--to", "2020-01-02"), "it begins 2026-09-21"),
        ((*SPAN, "--rules", "misspelt.toml"), "did you mean clear_s?"),
        ((*SPAN, "--rules", "wrong.toml"), "it would flap"),
        ((*SPAN, "--rules", "none.toml"), "No such file"),
        ((*SPAN, "--truth", "demo.toml"), "is no truth file"),
        ((*SPAN, "--truth", "none.jsonl"), "name the truth file"),
        ((*SPAN, "--json", "none/report.json"), "name another file"),
    ],
)
def test_what_cannot_be_tested_is_refused_with_the_reason(
    store: Store, words: tuple[str, ...], text: str
) -> None:
    done = store.rules("backtest", *words)
    assert done.returncode == 1, done.stdout
    assert text in done.stderr


@pytest.mark.slow
def test_a_store_without_site_tables_or_server_is_told(
    database_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    for url, text in (
        (database_url, "has no site"),
        (empty_database_url, "gridwarden migrate"),
        ("postgresql://127.0.0.1:9/none", "does not answer"),
    ):
        done = Store(url, tmp_path).rules("backtest", *SPAN)
        assert (done.returncode, text in done.stderr) == (1, True), done.stderr
    wrong = Store(database_url, tmp_path).rules("backtest", "--from", "soon", "--to", "later")
    assert (wrong.returncode, "no ISO 8601 time" in wrong.stderr) == (2, True)


@pytest.mark.slow
def test_a_plan_is_checked_and_shown(store: Store) -> None:
    good = store.rules("check", "demo.toml")
    assert (good.returncode, good.stdout.splitlines()[-1]) == (
        0,
        "17 rules, 17 of them on, 0 problems",
    )
    bad = store.rules("check", "wrong.toml")
    assert (bad.returncode, "it would flap" in bad.stdout) == (1, True)
    shown = store.rules("show")
    assert shown.returncode == 0
    assert "校区" in shown.stdout
    assert "pressure of a hydrant below 0.14 MPa for 60 s" in shown.stdout
    assert "off" in shown.stdout
