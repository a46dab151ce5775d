"""Guard: who sends a request, and the rule that every route states in its decorator.

`needs` demands a right somewhere, `signed_in` an account, `open_to_all` nothing. Once a route knows
its object it calls `within`: what lies outside of somebody's grids does not exist for them.
"""

# No `from __future__ import annotations`: FastAPI could not resolve those of callable objects.
from dataclasses import dataclass
from math import ceil
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from fastapi import Depends, Request, params
from psycopg import AsyncConnection, OperationalError
from psycopg_pool import PoolTimeout

from edge.wire import Micros
from hub.accounts import store
from hub.accounts.domain import COOKIE, TOKEN_PREFIX
from hub.limits import Limits
from hub.problems import ProblemError
from hub.rights.domain import Actor, Path, Right, has_somewhere, may
from hub.rights.resolve import SignedIn, resolve
from hub.wiring import Parts, WiredParts

SAFE_METHODS: Final = frozenset(("GET", "HEAD", "OPTIONS"))
STILL_WAIT_S = 1.0  # for a connection to ask who is still there; ours: as often as it is asked
_BEARER = "bearer "


async def acting_if_any(request: Request, parts: WiredParts) -> Actor | None:
    """Who acts, by the request's token or else its session; None: it names nobody.

    Raises:
        ProblemError: a 401 where the secret is nobody's or no longer holds; a 403 where a page of
            another site sent it.
    """
    if bearer(request) is None:
        if COOKIE not in request.cookies:
            return None
        refuse_other_sites(request)
    now = parts.clock()
    async with parts.pool.connection() as conn:
        who = await _behind(conn, request, now)
        if who is None:
            refuse_haste(parts.strangers, address_of(request))
            raise sign_in_first("That session or token holds no longer.")
        refuse_haste(parts.limits, str(who.account))
        await _know(parts, conn, who)
    actor = resolve(who, parts.directory.territory, parts.templates, now)
    request.state.actor = actor
    return actor


async def acting_still(request: Request, parts: Parts, was: Actor) -> Actor | None:
    """Who acts by what the request came with, with the rights of now; None: that has ended.

    For answers that take longer than a moment; counts as no request. While the database is away it
    stays who it `was`.
    """
    now = parts.clock()
    try:
        async with parts.pool.connection(timeout=STILL_WAIT_S) as conn:
            who = await _behind(conn, request, now)
    except (OperationalError, PoolTimeout):  # it can't be told, and there is nothing new to see
        return was
    return None if who is None else resolve(who, parts.directory.territory, parts.templates, now)


async def acting(
    actor: Annotated[Actor | None, Depends(acting_if_any)],
) -> Actor:
    """Who acts.

    Raises:
        ProblemError: a 401 where the request names nobody.
    """
    if actor is None:
        raise sign_in_first("This is for those who have an account.")
    return actor


MaybeActing = Annotated[Actor | None, Depends(acting_if_any)]
Acting = Annotated[Actor, Depends(acting)]


@dataclass(frozen=True)
class Needs:
    """The rule of a route that demands one of some rights, somewhere."""

    rights: tuple[Right, ...]

    async def __call__(self, actor: Acting) -> None:
        """Refuse whoever has none of them."""
        if not has_somewhere(actor, self.rights):
            raise not_allowed(self.rights)


@dataclass(frozen=True)
class SignedInOnly:
    """The rule of a route on what is one's own."""

    why: str

    async def __call__(self, actor: Acting) -> None:
        """Refuse whoever has no account."""


@dataclass(frozen=True)
class OpenToAll:
    """The rule of a route that asks nobody who they are; `counted` ones are not asked in haste."""

    why: str
    counted: bool

    async def __call__(self, request: Request, parts: WiredParts) -> None:
        """Refuse nobody but an address that asks too often."""
        if self.counted:
            refuse_haste(parts.strangers, address_of(request))


RULES: Final = (Needs, SignedInOnly, OpenToAll)


def needs(*rights: Right) -> params.Depends:
    """Demand one of some rights somewhere: a 401 without an account, a 403 without the right."""
    return Depends(Needs(rights))


def signed_in(why: str) -> params.Depends:
    """Demand an account and no right, because a route only tells or does what is one's own."""
    return Depends(SignedInOnly(why))


def open_to_all(why: str, *, counted: bool = True) -> params.Depends:
    """Demand nothing, and say why; an address is refused that asks too often, if `counted`."""
    return Depends(OpenToAll(why, counted))


def within(actor: Actor, right: Right, path: Path, *, owner: str | None = None) -> None:
    """Check that an object lies where somebody has the right, or is theirs.

    `path` are the codes from the root to its grid, or `SITE_WIDE`; `owner` is who it waits for.

    Raises:
        ProblemError: a 404, as if it were not there.
    """
    if may(actor, right, path):
        return
    if owner is not None and owner == actor.person and right in actor.scopes:
        return
    raise nothing_there()


def nothing_there() -> ProblemError:
    """The 404 of an object outside of somebody's grids, and of one that is not there."""
    return ProblemError(
        404,
        "not-there",
        "There is no such thing for you",
        "It does not exist, or lies outside of the grids that you may see.",
    )


def not_allowed(rights: tuple[Right, ...]) -> ProblemError:
    """The 403 of a missing right."""
    return ProblemError(
        403,
        "not-allowed",
        "You may not do that",
        f"It takes the right {' or '.join(rights)}; see GET /api/me for yours. Who manages "
        "accounts, or the plan's [roles], gives rights.",
        rights=list(rights),
    )


def sign_in_first(why: str) -> ProblemError:
    """The 401 of a request that nobody stands behind."""
    return ProblemError(
        401,
        "sign-in",
        "Sign in first",
        f"{why} Sign in with POST /api/session, or send a token as `Authorization: Bearer`.",
        headers={"WWW-Authenticate": "Bearer"},
    )


def address_of(request: Request) -> str:
    """The address that a request comes from, as far as the server knows."""
    return "" if request.client is None else request.client.host


def refuse_haste(limits: Limits, key: str) -> None:
    """Count a request of an account or address.

    Raises:
        ProblemError: a 429, if there were too many.
    """
    wait = limits.take(key)
    if wait:
        raise ProblemError(
            429,
            "too-many-requests",
            "Too many requests",
            "Wait a moment, then go on more slowly.",
            headers={"Retry-After": str(ceil(wait))},
        )


def bearer(request: Request) -> str | None:
    """The token in a request's Authorization header, if it is one of ours."""
    given = request.headers.get("Authorization", "")
    if not given.lower().startswith(_BEARER):
        return None
    token = given[len(_BEARER) :].strip()
    return token if token.startswith(TOKEN_PREFIX) else None


def refuse_other_sites(request: Request) -> None:
    """Check that no page of another site makes a browser change something here (CSRF).

    Browsers say where a request comes from in Sec-Fetch-Site; older ones in Origin.

    Raises:
        ProblemError: a 403 for a change that comes from elsewhere, or from nowhere known.
    """
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        same = site == "same-origin"
    else:
        origin = request.headers.get("Origin")
        same = origin is not None and urlsplit(origin).netloc == request.headers.get("Host")
    if not same:
        raise ProblemError(
            403,
            "cross-site",
            "The request does not come from this hub's page",
            "A session's cookie works in the hub's own page only; programs send a token.",
        )


async def _behind(conn: AsyncConnection[Any], request: Request, now: Micros) -> SignedIn | None:
    """Whose the request's token is, or else its session; None: nobody's, or no longer."""
    token = bearer(request)
    if token is not None:
        return await store.by_token(conn, token, now)
    return await store.by_session(conn, request.cookies.get(COOKIE, ""), now)


async def _know(parts: Parts, conn: Any, who: SignedIn) -> None:
    """Read the site again for somebody it does not have, who may have come a moment ago."""
    if who.person is not None and who.person not in parts.directory.territory.work:
        await parts.directory.refresh_if_old(conn)
