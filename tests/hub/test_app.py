"""The whole app: what it serves, how it refuses, what it never does."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import psycopg
import pytest

from edge.columns import Reading
from hub.app import create_app, openapi_document
from hub.plans.check import PlanRefusedError
from hub.plans.read import shipped_plan
from ingest import clock
from tests.hub.make import RunningHub, anomaly, commit_readings, raise_case, running_hub

PAGE = "<!doctype html><title>Desk</title>" + "<p>grid</p>" * 400


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A built page."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(PAGE)
    (tmp_path / "assets" / "app-1a2b3c.js").write_text("export {};")
    return tmp_path


@pytest.fixture
def page(site_url: str, desk: Path) -> Iterator[RunningHub]:
    """A hub with a built page."""
    with running_hub(site_url, desk) as running:
        yield running


def test_every_route_of_the_api_is_described() -> None:
    paths = openapi_document()["paths"]
    assert {(method, path) for path, methods in paths.items() for method in methods} == {
        ("get", "/api/accounts"),
        ("post", "/api/accounts"),
        ("get", "/api/accounts/{account}"),
        ("post", "/api/accounts/{account}/code"),
        ("post", "/api/accounts/{account}/grants"),
        ("delete", "/api/accounts/{account}/grants/{grant}"),
        ("delete", "/api/accounts/{account}/sessions"),
        ("put", "/api/accounts/{account}/state"),
        ("get", "/api/admission"),
        ("post", "/api/admission/changes"),
        ("post", "/api/admission/changes/{change}/decision"),
        ("get", "/api/agents"),
        ("get", "/api/agents/{name}/commands"),
        ("post", "/api/agents/{name}/commands"),
        ("get", "/api/agents/{name}/commands/{command}"),
        ("get", "/api/agents/{name}/gaps"),
        ("post", "/api/attachments"),
        ("get", "/api/attachments/{digest}"),
        ("get", "/api/audit"),
        ("post", "/api/authority-queries"),
        ("get", "/api/buildings/{building}/evacuation"),
        ("post", "/api/buildings/{building}/evacuation"),
        ("get", "/api/cameras"),
        ("get", "/api/cases"),
        ("get", "/api/cases/{case_id}"),
        ("post", "/api/cases/{case_id}/evidence"),
        ("get", "/api/cases/{case_id}/file.pdf"),
        ("get", "/api/cases/{case_id}/file.zip"),
        ("post", "/api/cases/{case_id}/pictures"),
        ("get", "/api/cases/{case_id}/pictures/{command}.jpg"),
        ("post", "/api/cases/{case_id}/steps"),
        ("get", "/api/cases/{case_id}/timers"),
        ("get", "/api/complaint-answer"),
        ("get", "/api/complaints"),
        ("post", "/api/complaints"),
        ("get", "/api/complaints/{number}"),
        ("post", "/api/complaints/{number}/answer"),
        ("get", "/api/day-lists"),
        ("get", "/api/day-lists/{day}"),
        ("get", "/api/dead-letters"),
        ("post", "/api/departures"),
        ("get", "/api/devices"),
        ("get", "/api/devices/{device}/gaps"),
        ("get", "/api/devices/{device}/series"),
        ("get", "/api/direct-command"),
        ("post", "/api/direct-command"),
        ("get", "/api/equipment"),
        ("get", "/api/equipment.csv"),
        ("post", "/api/equipment/import"),
        ("get", "/api/equipment/stock"),
        ("get", "/api/equipment/{card}"),
        ("put", "/api/equipment/{card}"),
        ("post", "/api/equipment/{card}/log"),
        ("post", "/api/file-imports"),
        ("get", "/api/file-progress"),
        ("get", "/api/file-rules"),
        ("get", "/api/files"),
        ("get", "/api/files/{kind}/{subject}"),
        ("post", "/api/files/{kind}/{subject}/entries"),
        ("get", "/api/frames"),
        ("get", "/api/gaps"),
        ("get", "/api/grid-problems"),
        ("get", "/api/grids"),
        ("get", "/api/grids.geojson"),
        ("get", "/api/grids/{code}"),
        ("get", "/api/grids/{code}/holder"),
        ("get", "/api/grids/{code}/water-sources.html"),
        ("get", "/api/grids/{code}/water-sources.svg"),
        ("get", "/api/health"),
        ("get", "/api/hydrants"),
        ("get", "/api/hydrants.csv"),
        ("post", "/api/hydrants/from-devices"),
        ("post", "/api/hydrants/import"),
        ("get", "/api/hydrants/{hydrant}"),
        ("put", "/api/hydrants/{hydrant}"),
        ("post", "/api/hydrants/{hydrant}/census"),
        ("get", "/api/investigations"),
        ("post", "/api/investigations"),
        ("post", "/api/investigations/{investigation}/close"),
        ("get", "/api/investigations/{investigation}/contacts"),
        ("get", "/api/investigations/{investigation}/contacts.csv"),
        ("post", "/api/investigations/{investigation}/decision"),
        ("get", "/api/leaves"),
        ("post", "/api/leaves"),
        ("post", "/api/leaves/{leave_id}/decision"),
        ("get", "/api/letters"),
        ("get", "/api/letters/{letter}.html"),
        ("post", "/api/letters/{letter}/receipts"),
        ("get", "/api/me"),
        ("post", "/api/me/password"),
        ("get", "/api/me/sessions"),
        ("delete", "/api/me/sessions/{session}"),
        ("get", "/api/me/tokens"),
        ("post", "/api/me/tokens"),
        ("delete", "/api/me/tokens/{token}"),
        ("get", "/api/me/totp"),
        ("post", "/api/me/totp"),
        ("post", "/api/me/totp/confirmation"),
        ("post", "/api/me/totp/recovery-codes"),
        ("post", "/api/me/totp/removal"),
        ("get", "/api/move-consents"),
        ("post", "/api/move-consents"),
        ("post", "/api/photos"),
        ("get", "/api/photos/{photo}"),
        ("get", "/api/proposals"),
        ("post", "/api/proposals"),
        ("get", "/api/proposals/{proposal_id}"),
        ("post", "/api/proposals/{proposal_id}/decision"),
        ("get", "/api/registers"),
        ("get", "/api/registers/{register}/confirmations"),
        ("post", "/api/registers/{register}/confirmations"),
        ("get", "/api/report-categories"),
        ("get", "/api/reporters/{number}"),
        ("post", "/api/reports"),
        ("get", "/api/responsibility-letters"),
        ("post", "/api/responsibility-letters"),
        ("post", "/api/responsibility-letters/{letter_id}/signature"),
        ("get", "/api/roles"),
        ("get", "/api/secrecy-duty"),
        ("post", "/api/secrecy-duty/signature"),
        ("delete", "/api/session"),
        ("post", "/api/session"),
        ("post", "/api/session/code"),
        ("get", "/api/shut-offs"),
        ("post", "/api/shut-offs"),
        ("post", "/api/shut-offs/{shut_off}/end"),
        ("get", "/api/sign.css"),
        ("get", "/api/site"),
        ("get", "/api/site/things"),
        ("get", "/api/snapshots/{device}/{time}.jpg"),
        ("get", "/api/staff"),
        ("get", "/api/stream"),
        ("get", "/api/suggestions"),
        ("post", "/api/suggestions/{code}/proposal"),
        ("get", "/api/terminals"),
        ("get", "/api/timers"),
        ("post", "/api/unit-imports"),
        ("get", "/api/unit-rules"),
        ("get", "/api/units"),
        ("get", "/api/units.csv"),
        ("get", "/api/units/{unit}"),
        ("post", "/api/units/{unit}/entries"),
        ("get", "/api/units/{unit}/sign"),
        ("get", "/api/vacancies"),
        ("get", "/api/violations"),
        ("post", "/api/violations"),
        ("get", "/api/watch-list"),
        ("post", "/api/watch-list/{place}/acts"),
    }
    for methods in paths.values():
        for operation in methods.values():
            assert operation["summary"]
            assert operation["description"]


def test_answers_are_described_field_by_field() -> None:
    schemas = openapi_document()["components"]["schemas"]
    for name in ("Case", "CaseFile", "CasePage", "Device", "DeviceNow", "Beat", "Health"):
        assert sorted(schemas[name]["required"]) == sorted(schemas[name]["properties"]), name
    assert "HTTPValidationError" not in schemas
    assert schemas["Evidence"]["properties"].keys() >= {"from", "to"}


def test_every_refusal_is_described_as_a_problem() -> None:
    for path, methods in openapi_document()["paths"].items():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                if status >= "400" and (path, status) != ("/api/health", "503"):
                    assert list(response["content"]) == ["application/problem+json"], path


def test_no_two_models_have_one_name() -> None:
    """FastAPI would tell them apart by their modules, which the page's types must not know."""
    assert [name for name in openapi_document()["components"]["schemas"] if "__" in name] == []


def test_the_hub_serves_what_it_describes(site_url: str) -> None:
    with running_hub(site_url, tracing=True) as hub:
        assert hub.get("/api/openapi.json") == openapi_document()


def test_nothing_that_fetches_from_elsewhere_is_served(hub: RunningHub) -> None:
    for path in ("/docs", "/redoc"):
        assert "swagger" not in hub.client.get(path).text.lower()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/nothing", 404),
        ("GET", "/api/cases/none", 422),
        ("GET", "/api/cases/99999999999999999999", 422),
        ("GET", "/api/cases?limit=0", 422),
        ("GET", "/api/cases?state=lost", 422),
        ("DELETE", "/api/cases/1", 405),
        ("POST", "/api/cases/1/steps", 422),
        ("GET", "/api/snapshots/camera-01/1.jpg", 404),
        ("GET", "/api/snapshots/..%2f/1.jpg", 404),
        ("GET", "/api/stream?after=-1", 422),
    ],
)
def test_every_refusal_is_a_problem(hub: RunningHub, method: str, path: str, status: int) -> None:
    answer = hub.client.request(method, path, headers={"Accept": "text/html"})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["type"]
    assert problem["title"]
    assert problem["detail"]


@pytest.mark.parametrize("told", [True, False])
def test_a_body_too_big_is_a_problem(hub: RunningHub, *, told: bool) -> None:
    headers = {"X-Gridwarden-Person": "p-west", "Content-Type": "application/json"}
    body = b'{"action":"note","note":"' + b"x" * 1_000_000 + b'"}'
    content = body if told else iter([body])  # a body of unknown length comes in chunks
    answer = hub.client.post("/api/cases/1/steps", content=content, headers=headers)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_failure_of_the_hub_is_told_without_its_inside(hub: RunningHub) -> None:
    with psycopg.connect(hub.database_url, autocommit=True) as conn:
        conn.execute("alter table hub.cases rename to cases_away")
        answer = hub.client.get("/api/cases/1")
        conn.execute("alter table hub.cases_away rename to cases")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "cases_away" not in answer.text
    assert hub.client.get("/api/cases/1").status_code == 404


def test_every_answer_carries_the_security_headers(page: RunningHub) -> None:
    for path in ("/", "/assets/app-1a2b3c.js", "/api/health", "/api/nothing"):
        headers = page.client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_the_page_is_served_on_every_path_of_its_own(page: RunningHub) -> None:
    for path in ("/", "/cases/12", "/map?grid=C-1"):
        answer = page.client.get(path, headers={"Accept": "text/html"})
        assert (answer.status_code, answer.text) == (200, PAGE)
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["content-encoding"] == "gzip"


def test_hashed_files_are_kept_and_the_api_is_not(page: RunningHub) -> None:
    def caching(path: str) -> str:
        return page.client.get(path).headers["cache-control"]

    assert caching("/assets/app-1a2b3c.js") == "public, max-age=31536000, immutable"
    assert caching("/assets/gone.js") == "no-store"
    assert caching("/api/cases") == "no-store"


@pytest.mark.parametrize("path", ["/../make.py", "/assets/%2e%2e/%2e%2e/make.py", "//etc/passwd"])
def test_no_file_outside_the_page_is_served(page: RunningHub, path: str) -> None:
    assert page.client.get(path).status_code in (400, 404)


def test_without_a_built_page_the_hub_says_how_to_build_it(site_url: str, tmp_path: Path) -> None:
    with running_hub(site_url, tmp_path) as hub:
        answer = hub.client.get("/")
        assert answer.status_code == 503
        assert "make desk" in answer.text
        assert hub.get("/api/health")["status"] == "ok"


def test_health_warns_for_a_while_of_what_the_hub_has_missed(hub: RunningHub) -> None:
    assert hub.get("/api/health")["feed_gap"] is None
    with psycopg.connect(hub.database_url) as conn:
        conn.execute(
            "insert into hub.followers values ('hub', 9, '', now(), 4, 7, '2026-11-18T11:06:40Z')"
        )
        assert hub.get("/api/health")["feed_gap"] is None
        conn.execute("update hub.followers set missed_at = now()")
    gap = hub.get("/api/health")["feed_gap"]
    assert (gap["after"], gap["upto"]) == (4, 7)


def test_health_tells_what_runs(hub: RunningHub) -> None:
    health = hub.get("/api/health")
    assert (health["status"], health["database"], health["position"]) == ("ok", "up", 0)
    assert (health["failing"], health["feed_lag_s"]) == ([], None)
    assert health["ingest_clock_s"] is None
    raise_case(hub.database_url, anomaly())
    assert hub.get("/api/health")["position"] == 1


def test_health_tells_the_clock_of_a_worker_that_lives_in_the_past(hub: RunningHub) -> None:
    beat = (
        "insert into workers (name, kind, started, beat, state) values "
        "(%s, 'ingest', now(), now() + %s * interval '1 second', %s)"
    )
    with psycopg.connect(hub.database_url, autocommit=True) as conn:
        conn.execute(beat, ["right", 0, '{"clock_offset_s": 0.01}'])
        conn.execute(beat, ["behind", -3600, '{"clock_offset_s": -3600.0}'])
        conn.execute(beat, ["gone", -7200, '{"clock_offset_s": 9.0}'])
    assert hub.get("/api/health")["ingest_clock_s"] == -3600


def test_a_reading_under_the_limit_becomes_a_case_on_the_page(site_url: str) -> None:
    """The follower, the intake and the API together, by the shipped demonstration plan."""
    with running_hub(site_url, plan=shipped_plan("demo")) as hub:
        found: list[str] = []
        began = time.monotonic()
        while not found and time.monotonic() - began < 20:
            commit_readings(site_url, Reading("hydrant-07", "pressure", clock.now(), 0.05))
            time.sleep(0.25)
            found = [item["kind"] for item in hub.get("/api/cases")["items"]]
        assert found == ["hydrant_low_pressure"]
        case = hub.get("/api/cases")["items"][0]
        assert case["owner"]["id"] == "p-west"
        assert case["due"] is not None
        assert hub.get("/api/health")["feed_lag_s"] < 2


def test_an_unfit_plan_is_refused_before_anything_starts() -> None:
    plan = shipped_plan("demo")
    low = plan.rules["hydrant_low_pressure"]
    without = msgspec.structs.replace(low, limit=None)
    with pytest.raises(PlanRefusedError, match=re.escape("hydrant_low_pressure")):
        create_app(
            database_url="",
            plan=msgspec.structs.replace(plan, rules={"hydrant_low_pressure": without}),
        )


def test_many_requests_at_once_are_all_answered(hub: RunningHub) -> None:
    def ask(_: int) -> int:
        return hub.client.get("/api/cases").status_code

    with ThreadPoolExecutor(20) as crowd:
        assert set(crowd.map(ask, range(100))) == {200}
