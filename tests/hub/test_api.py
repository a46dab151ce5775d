"""The API is the same for page, phone and others: keys, cursors, examples, problems, limits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, routing
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter

from hub.app import create_app
from hub.examples import resolved
from hub.paging import named
from hub.problems import MEDIA_TYPE
from hub.replies.repeatable import repeatable
from tests.hub.make import PERSON, RunningHub, client_of

# POST routes without a key, and why a repeated request does no harm.
WITHOUT_KEY = {
    "/api/session": "signing in again makes another session; an answer with a secret is not kept",
    "/api/me/password": "the second time the current password is wrong; secrets are not kept",
    "/api/me/tokens": "the answer holds the token, which is told once and kept nowhere",
    "/api/me/totp": "the answer holds the secret of the second factor, told until it is confirmed",
    "/api/me/totp/confirmation": "the answer holds recovery codes, which are told once",
    "/api/me/totp/recovery-codes": "the same",
    "/api/me/totp/removal": "needs a code, and each is good once",
    "/api/session/code": "the code is used up; an answer with a secret is not kept",
    "/api/accounts": "a name is taken once; the answer holds a code, which is told once",
    "/api/accounts/{account}/code": "the answer holds a code, which is told once",
    "/api/secrecy-duty/signature": "signed once: the second time is refused",
    "/api/complaints": "the answer holds a code, which is told once and kept nowhere",
    "/api/complaints/{number}/answer": "answered once: the second time is refused",
    "/api/authority-queries": "reads only, and each time is noted",
    "/api/admission/changes/{change}/decision": "decided once: the second time is refused",
    "/api/attachments": "kept under the hash of its content: sent again it is the same",
    "/api/photos": "kept under the hash of its content: sent again it is the same",
}
# Lists without a cursor, and what bounds them.
WITHOUT_CURSOR = {
    "/api/me": "one's own roles",
    "/api/me/sessions": "one's own, each for days",
    "/api/me/tokens": "one's own",
    "/api/accounts": "as many as there are people",
    "/api/accounts/{account}": "one account",
    "/api/admission": "the admission list, by category of the plan",
    "/api/complaints": "about one's own grids; to be paged when a site has hundreds",
    "/api/complaints/{number}": "one complaint",
    "/api/cases/{case_id}/timers": "one case",
    "/api/timers": "the next `limit`; go on with `until`",
    "/api/day-lists/{day}": "one day",
    "/api/site": "the site's file, as one document",
    "/api/site/things": "the site's file",
    "/api/grids": "the site's file",
    "/api/grid-problems": "one document on the site's file",
    "/api/grids/{code}": "one grid",
    "/api/grids/{code}/holder": "one grid at one time",
    "/api/roles": "the plan's",
    "/api/proposals/{proposal_id}": "one proposal",
    "/api/suggestions": "one per leaf grid at most",
    "/api/vacancies": "posts of the site's file; the newest 200",
    "/api/leaves": "in course and ahead: as many as there are people",
    "/api/staff": "posts of the site's file",
    "/api/responsibility-letters": "one per grid and year",
    "/api/direct-command": "switched a few times a year",
    "/api/cases/{case_id}": "one case, whose log is read whole to be proven",
    "/api/devices": "the site's file",
    "/api/devices/{device}/series": "thinned to `points`",
    "/api/devices/{device}/gaps": "between two times",
    "/api/agents": "the site's file",
    "/api/agents/{name}/gaps": "of `back` days",
    "/api/cameras": "the site's file",
    "/api/unit-rules": "the plan's",
    "/api/units/{unit}": "one unit",
    "/api/file-rules": "the plan's",
    "/api/file-progress": "one line per grid",
    "/api/files/{kind}/{subject}": "one file",
    "/api/watch-list": "places of the site's file",
    "/api/registers": "a fixed number of registers",
    "/api/registers/{register}/confirmations": "the newest `limit` of one register",
    "/api/terminals": "the site's file",
    "/api/report-categories": "the plan's",
    "/api/hydrants/{hydrant}": "one hydrant",
    "/api/equipment/{card}": "one card",
    "/api/equipment/stock": "what the plan asks for, per grid",
    "/api/investigations/{investigation}/contacts": "between two times, to be seen as one",
    "/api/health": "the hub's own tasks",
}
CURSORS = {"cursor", "after", "before"}


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return create_app(database_url="", follower=False, tracing=True)


def operations(app: FastAPI, method: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, operation in app.openapi()["paths"].items():
        if method in operation:
            yield path, operation[method]


def parameters(operation: dict[str, Any]) -> set[str]:
    return {one["name"] for one in operation.get("parameters", ())}


def test_every_post_can_be_repeated_with_its_key(app: FastAPI) -> None:
    without = {
        path for path, one in operations(app, "post") if "Idempotency-Key" not in parameters(one)
    }
    assert without == WITHOUT_KEY.keys()


def test_every_list_goes_on_from_a_cursor_or_is_bounded(app: FastAPI) -> None:
    components = app.openapi()["components"]["schemas"]
    without: set[str] = set()
    for path, one in operations(app, "get"):
        answer = one["responses"]["200"].get("content", {}).get("application/json")
        if answer is None:
            continue
        schema = resolved(answer["schema"], components)
        fields = schema.get("properties", {}).values()
        lists = [field for field in fields if resolved(field, components).get("type") == "array"]
        if (lists or schema.get("type") == "array") and not parameters(one) & CURSORS:
            without.add(path)
    assert without == WITHOUT_CURSOR.keys()


def test_every_body_is_shown_by_an_example_that_its_route_takes(app: FastAPI) -> None:
    document = app.openapi()
    seen = 0
    for context in routing.iter_route_contexts(app.routes):
        route: Any = getattr(context, "original_route", None) or context
        body = getattr(route, "body_field", None)
        if body is None or not getattr(route, "include_in_schema", True):
            continue
        for method in route.methods:
            content = document["paths"][route.path][method.lower()]["requestBody"]["content"]
            if "application/json" not in content:
                continue  # the bytes of a picture or document
            example = content["application/json"]["example"]
            TypeAdapter(body.field_info.annotation).validate_json(json.dumps(example))
            seen += 1
    assert seen > 25
    for path, one in operations(app, "post"):
        for kind, content in one.get("requestBody", {}).get("content", {}).items():
            if kind == "text/csv":
                assert content.get("example"), path


def test_whatever_goes_wrong_is_told_as_a_problem(hub: RunningHub) -> None:
    client = hub.client
    wrong: list[tuple[int, httpx.Response]] = [
        (404, client.get("/api/nothing")),
        (405, client.delete("/api/cases")),
        (405, client.post("/api/health")),
        (413, client.post("/api/reports", content=b" " * 70_000)),
        (422, client.post("/api/reports", content=b"{")),
        (422, client.get("/api/cases", params={"cursor": "x"})),
        (422, client.get("/api/hydrants", params={"cursor": "gone"})),
    ]
    for status, answer in wrong:
        assert (answer.status_code, answer.headers["content-type"]) == (status, MEDIA_TYPE)
        assert answer.json()["status"] == status
        assert answer.json()["detail"]
    assert wrong[1][1].headers["allow"] == "GET"


def test_a_request_that_comes_again_does_its_work_once(hub: RunningHub) -> None:
    order = {"name": {"en": "North", "zh": "北"}, "at": [50, 50], "owner": "Water company"}
    assert hub.client.put("/api/hydrants/H-1", json=order).status_code == 403  # of no person
    headers = {PERSON: "p-west"}
    made = hub.client.put("/api/hydrants/H-1", json=order, headers=headers)
    assert made.status_code == 200, made.text
    path, body = "/api/hydrants/H-1/census", {"state": "damaged", "note": "The cap is gone."}
    first, again = (
        hub.client.post(path, json=body, headers=headers | {"Idempotency-Key": "c-1"})
        for _ in range(2)
    )
    assert (first.status_code, first.json()) == (200, again.json())
    events = [line["event"] for line in hub.get("/api/hydrants/H-1")["history"]]
    assert events.count("census") == 1
    other = hub.client.post(
        path, json={"state": "in_order"}, headers=headers | {"Idempotency-Key": "c-1"}
    )
    assert (other.status_code, other.json()["type"]) == (422, "urn:gridwarden:problem:key-reused")
    refused = hub.client.post(
        "/api/hydrants/H-2/census", json=body, headers=headers | {"Idempotency-Key": "c-2"}
    )
    assert refused.status_code == 404
    for number in (2, 3):
        hub.client.put(f"/api/hydrants/H-{number}", json=order, headers=headers)
    found = hub.client.post(
        "/api/hydrants/H-2/census", json=body, headers=headers | {"Idempotency-Key": "c-2"}
    )
    assert found.status_code == 200, "a problem is not kept"
    whole = hub.get("/api/hydrants")
    assert ([one["id"] for one in whole["items"]], whole["next"]) == (["H-1", "H-2", "H-3"], None)
    part = hub.get("/api/hydrants", limit=2)
    rest = hub.get("/api/hydrants", limit=2, cursor=part["next"])
    assert [one["id"] for one in part["items"] + rest["items"]] == ["H-1", "H-2", "H-3"]
    assert rest["next"] is None


def test_who_has_no_account_may_not_flood_the_desk(hub: RunningHub) -> None:
    body = {"category": "lane_blocked", "where": {"place": "west-spot"}, "words": "A lorry."}
    with client_of(hub.database_url, hub.url) as client:
        anonymous = {PERSON: ""}
        answers = [client.post("/api/reports", json=body, headers=anonymous) for _ in range(11)]
        assert [one.status_code for one in answers] == [201] * 10 + [429]
        assert int(answers[-1].headers["retry-after"]) > 0
        assert client.post("/api/reports", json=body).status_code == 201


@given(st.lists(st.integers(0, 50), unique=True, max_size=30), st.integers(1, 10))
def test_pages_put_together_are_the_whole_list(whole: list[int], most: int) -> None:
    seen: list[int] = []
    after: str | None = None
    while True:
        page, after = named(whole, str, after, most)
        seen += page
        assert len(page) <= most
        if after is None:
            break
    assert seen == whole


def test_a_route_that_can_not_be_repeated_is_told_so() -> None:
    async def without_connection() -> BaseModel:
        return BaseModel()

    with pytest.raises(TypeError, match="conn"):
        repeatable(without_connection)
