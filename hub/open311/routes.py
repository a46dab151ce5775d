"""Routes of Open311: GeoReport v2, its service discovery, and its own form of errors."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from psycopg import OperationalError
from psycopg_pool import PoolTimeout
from starlette.exceptions import HTTPException

from hub.accounts.store import by_token
from hub.audit.noting import NOBODY, WITHHELD, note_as
from hub.open311 import store
from hub.open311.domain import (
    Frame,
    Open311Error,
    definition,
    number_of,
    read_filter,
    read_request,
    service,
    services_of,
)
from hub.open311.form import read_form
from hub.open311.render import render
from hub.open311.take import Incoming, take
from hub.open311.views import request_view
from hub.problems import ProblemError
from hub.replies.store import Key
from hub.rights.domain import Actor, has_somewhere
from hub.rights.guard import address_of, open_to_all, refuse_haste
from hub.rights.resolve import resolve
from hub.sites.store import read_site
from hub.wiring import Parts, PublicConnection, WiredParts

V2 = "/open311/v2"
FORMATS = ("json", "xml")
_SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
_CHANGED = "2026-11-25T00:00:00Z"  # when what is served here last changed its shape

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class _Told(APIRoute):
    """A route whose errors are told as GeoReport v2 has it, in the format asked for."""

    def get_route_handler(self) -> Handler:
        inner = super().get_route_handler()

        async def told(request: Request) -> Response:
            headers: dict[str, str] = {}
            try:
                return await inner(request)
            except Open311Error as error:
                status, lines = error.status, list(error.lines)
            except ProblemError as error:
                status, lines = error.body.status, [error.body.detail]
                headers = error.headers or {}
            except HTTPException as error:
                status, lines = error.status_code, [str(error.detail)]
            except RequestValidationError as error:
                status, lines = 400, [f"{one['loc'][-1]}: {one['msg']}" for one in error.errors()]
            except (OperationalError, PoolTimeout):
                status, lines = 503, ["The database does not answer: try again in a few seconds."]
            errors = [{"code": status, "description": line} for line in lines]
            content, media = render(_format(request), "errors", "error", errors)
            return Response(content, status, media_type=media, headers=headers)

        return told


router = APIRouter(
    prefix="/open311",
    include_in_schema=False,  # described by its own specification
    route_class=_Told,
    dependencies=[open_to_all("Open311 is public where the plan turns it on; keys are checked")],
)


@router.get("/discovery.{form}")
@router.get("/v2/discovery.{form}")
async def discovery(request: Request, parts: WiredParts) -> Response:
    """Where the API is, by the Open311 service discovery."""
    _served(request, parts)
    rules = parts.plan.open311
    base = str(request.base_url).rstrip("/")
    content = {
        "changeset": _CHANGED,
        "contact": rules.contact,
        "key_service": f"{base}/api/me/tokens",
        "endpoints": [
            {
                "specification": _SPECIFICATION,
                "url": f"{base}{V2}",
                "changeset": _CHANGED,
                "type": "production",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }
    return _answer(request, "discovery", "", content)


@router.get("/v2/services.{form}")
async def list_services(request: Request, parts: WiredParts) -> Response:
    """What may be reported: the plan's categories."""
    _served(request, parts)
    plan = parts.plan
    found = [
        service(code, one, plan.departments, plan.open311)
        for code, one in services_of(plan.categories).items()
    ]
    return _answer(request, "services", "service", found)


@router.get("/v2/services/{code}.{form}")
async def define_service(code: str, request: Request, parts: WiredParts) -> Response:
    """What may be told of a service beyond where and what."""
    _served(request, parts)
    category = services_of(parts.plan.categories).get(code)
    if category is None:
        raise Open311Error(404, f"service_code {code} was not found")
    return _answer(request, "service_definition", "", definition(code, category))


@router.get("/v2/requests.{form}")
async def list_requests(request: Request, parts: WiredParts, conn: PublicConnection) -> Response:
    """Requests of the last 90 days, or as the query asks."""
    _served(request, parts)
    wanted = read_filter(request.query_params, parts.clock())
    return await _tell(request, parts, conn, await store.requests(conn, wanted))


@router.get("/v2/requests/{number}.{form}")
async def read_request_of(
    number: str, request: Request, parts: WiredParts, conn: PublicConnection
) -> Response:
    """One request, as a list of one."""
    _served(request, parts)
    wanted = read_filter({"service_request_id": str(number_of(number))}, parts.clock())
    found = await store.requests(conn, wanted)
    if not found:
        raise Open311Error(404, f"service_request_id {number} was not found")
    return await _tell(request, parts, conn, found)


@router.get("/v2/tokens/{token}.{form}")
async def read_token(
    token: str, request: Request, parts: WiredParts, conn: PublicConnection
) -> Response:
    """The number of the request that was answered with a token."""
    _served(request, parts)
    number = await store.of_token(conn, token) if "\0" not in token else None
    if number is None:
        raise Open311Error(404, "token was not found")
    found = [{"service_request_id": str(number), "token": token}]
    return _answer(request, "service_requests", "request", found)


@router.post("/v2/requests.{form}")
async def post_request(
    request: Request, parts: WiredParts, conn: PublicConnection, key: Key = None
) -> Response:
    """A report by a client; it joins the open case of the same hazard, or opens one."""
    form = read_form(request.headers.get("Content-Type", ""), await request.body())
    _served(request, parts, form.fields.get("jurisdiction_id"))
    given = form.fields.get("api_key") or request.query_params.get("api_key")
    actor = await _actor(parts, given)
    now = parts.clock()
    if actor is None:
        if not parts.plan.open311.anonymous:
            raise Open311Error(403, "api_key was not provided")
        refuse_haste(parts.unsigned_reports, address_of(request))
    elif not has_somewhere(actor, ("reports.write",)):
        raise Open311Error(403, "api_key does not allow to report")
    site = await read_site(conn)
    frame = Frame(None if site is None else site.origin)
    sent = read_request(form.fields, services_of(parts.plan.categories), frame)
    person = None if actor is None else actor.person
    base = str(request.base_url).rstrip("/")
    incoming = Incoming(sent=sent, form=form, person=person, key=key, base_url=base)
    note_as(request, WITHHELD if incoming.hides else person or NOBODY)
    reply = await take(conn, incoming, parts, now)
    return _answer(request, "service_requests", "request", [reply.told()], 201)


async def _tell(
    request: Request, parts: Parts, conn: PublicConnection, found: list[store.Stored]
) -> Response:
    plan = parts.plan
    reader = await _actor(parts, request.query_params.get("api_key"))
    words = plan.open311.show_words
    if reader is not None and has_somewhere(reader, ("cases.read",)):
        words = True
    site = await read_site(conn)
    frame = Frame(None if site is None else site.origin)
    told = [
        request_view(one, plan.categories, plan.departments, plan.open311, frame, words=words)
        for one in found
    ]
    return _answer(request, "service_requests", "request", told)


async def _actor(parts: Parts, api_key: str | None) -> Actor | None:
    """Whose key it is: a token of an account.

    Raises:
        Open311Error: a 403, if it is nobody's.
    """
    if not api_key:
        return None
    now = parts.clock()
    async with parts.pool.connection() as own:  # requests reach no tokens
        who = await by_token(own, api_key, now)
    if who is None:
        raise Open311Error(403, "api_key is not valid")
    return resolve(who, parts.directory.territory, parts.templates, now)


def _served(request: Request, parts: Parts, jurisdiction: str | None = None) -> None:
    """Check that the plan has it, in this format, for this jurisdiction.

    Raises:
        Open311Error: a 404, if not.
    """
    rules = parts.plan.open311
    if not rules.enabled:
        raise Open311Error(404, "Open311 is not enabled in this site's plan ([open311])")
    if request.path_params.get("form") not in FORMATS:
        raise Open311Error(404, f"formats are {' and '.join(FORMATS)}")
    asked = jurisdiction or request.query_params.get("jurisdiction_id")
    if asked and asked != rules.jurisdiction:
        raise Open311Error(404, f"jurisdiction_id {asked} was not found")


def _format(request: Request) -> str:
    asked = request.path_params.get("form")
    return asked if asked in FORMATS else "xml"


def _answer(request: Request, root: str, item: str, content: Any, status: int = 200) -> Response:
    body, media = render(_format(request), root, item, content)
    return Response(body, status, media_type=media)
