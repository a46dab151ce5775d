"""Every route states its rule: a new one without fails here."""

from __future__ import annotations

from fastapi import routing

from hub.app import create_app
from hub.rights.guard import RULES, OpenToAll

WITHOUT = {"/api/openapi.json"}  # the description of the API, which is public


def test_every_route_states_one_rule() -> None:
    """PR-01"""
    app = create_app(database_url="", follower=False, tracing=True)
    seen: dict[str, list[object]] = {}
    for context in routing.iter_route_contexts(app.routes):
        route = getattr(context, "original_route", None) or context
        path = getattr(context, "path", None) or getattr(route, "path", "")
        given = getattr(route, "dependencies", ())
        rules = [one.dependency for one in given if isinstance(one.dependency, RULES)]
        seen[f"{getattr(context, 'methods', '')} {path}"] = rules
        assert path in WITHOUT or len(rules) == 1, f"{path} states {len(rules)} rules"
    assert len(seen) > 100


def test_few_routes_are_open_and_say_why() -> None:
    """PR-01"""
    app = create_app(database_url="", follower=False, tracing=True)
    found: set[str] = set()
    for context in routing.iter_route_contexts(app.routes):
        route = getattr(context, "original_route", None) or context
        for one in getattr(route, "dependencies", ()):
            if isinstance(one.dependency, OpenToAll):
                assert one.dependency.why
                found.add(getattr(route, "path", ""))
    ours = {path for path in found if not path.startswith("/open311/")}
    assert ours - {"/{rest:path}"} == {  # there while no page is built
        "/api/session",
        "/api/session/code",
        "/api/health",
        "/api/report-categories",
        "/api/reports",
        "/api/photos",
        "/api/complaints",
        "/api/complaint-answer",
        "/api/sign.css",
        "/api/paper.css",
        "/api/{rest:path}",
    }
