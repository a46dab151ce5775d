"""Views of the accounts: what the API shows and takes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from hub.accounts.domain import (
    PASSWORD_MOST,
    TOKEN_DAYS,
    TOKEN_MOST_DAYS,
    Account,
    Session,
    Token,
)
from hub.directory import Directory
from hub.rights.domain import EVERYWHERE, Actor, HeldRole, Reach, Right, RoleName
from hub.rights.roles import role_title
from hub.sites.routes import NameView
from hub.views import Instant, PersonRef, instant, name_view, person_view
from ingest import clock

Secret = Annotated[SecretStr, Field(min_length=1, max_length=PASSWORD_MOST)]
SecondCode = Annotated[SecretStr, Field(min_length=6, max_length=64)]
SECOND_TOLD = "The authenticator app's code or a recovery code; asked for by a 401 `second-factor`"
SignInName = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00]*$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]


class SignIn(BaseModel):
    """Name and password, and the second factor of an account that has one."""

    model_config = ConfigDict(extra="forbid")

    name: SignInName
    password: Secret
    second: SecondCode | None = Field(None, description=SECOND_TOLD)


class CodeUse(BaseModel):
    """Name, one-time code and the password from now on, and the second factor if there is one."""

    model_config = ConfigDict(extra="forbid")

    name: SignInName
    code: Secret
    new: Secret
    second: SecondCode | None = Field(None, description=SECOND_TOLD)


class PasswordChange(BaseModel):
    """The password so far, and the one from now on."""

    model_config = ConfigDict(extra="forbid")

    current: Secret
    new: Secret


class TokenOrder(BaseModel):
    """A token to be made: for which program, for how long, limited to which rights."""

    model_config = ConfigDict(extra="forbid")

    name: Label
    days: Annotated[int, Field(ge=1, le=TOKEN_MOST_DAYS)] = TOKEN_DAYS
    rights: list[Right] | None = Field(None, description="All of the account's, if left out")


class HeldRoleView(BaseModel):
    """A role that somebody has now, where (null: the whole site), why and until when."""

    role: RoleName
    title: NameView
    grid: str | None
    why: Literal["post", "stand_in", "work", "granted"]
    until: Instant | None


class Me(BaseModel):
    """Who is signed in, and what they may do."""

    account: int
    name: str
    display: str
    person: PersonRef | None
    roles: list[HeldRoleView]
    rights: dict[Right, list[str]] = Field(
        description="Each right with the grids that it reaches, all below them included; `*` is "
        "the whole site; none: only what is one's own"
    )
    demo: bool = Field(description="The account is one of `gridwarden demo`")
    session: int | None = Field(description="Number of this session; null for a token")


class SessionView(BaseModel):
    """Where somebody is signed in."""

    id: int
    made: Instant
    seen: Instant
    until: Instant
    address: str
    browser: str
    current: bool


class TokenView(BaseModel):
    """A token of a program; `rights` are those that it is limited to."""

    id: int
    name: str
    rights: list[str] | None
    made: Instant
    until: Instant
    used: Instant | None


class NewToken(BaseModel):
    """A token that was made; `token` is shown this once."""

    token: str
    made: TokenView


def me_view(actor: Actor, account: Account, directory: Directory) -> Me:
    """What the account's own page shows."""
    return Me(
        account=actor.account,
        name=account.name,
        display=account.display,
        person=None if account.person is None else person_view(account.person, directory),
        roles=[role_view(one) for one in actor.roles],
        rights={right: reach_view(reach) for right, reach in sorted(actor.scopes.items())},
        demo=account.demo,
        session=actor.session,
    )


def role_view(held: HeldRole) -> HeldRoleView:
    """A role that somebody has."""
    return HeldRoleView(
        role=held.role,
        title=name_view(role_title(held.role)),
        grid=held.grid,
        why=held.why,
        until=instant(held.until),
    )


def reach_view(reach: Reach) -> list[str]:
    """Grids in ascending order, or `*`."""
    return ["*"] if reach is EVERYWHERE else sorted(reach)


def session_view(one: Session, current: int | None) -> SessionView:
    """A session, and whether it is the one that asks."""
    return SessionView(
        id=one.id,
        made=clock.moment(one.made),
        seen=clock.moment(one.seen),
        until=clock.moment(one.until),
        address=one.address,
        browser=one.browser,
        current=one.id == current,
    )


def token_view(one: Token) -> TokenView:
    """A token without its secret."""
    return TokenView(
        id=one.id,
        name=one.name,
        rights=one.rights,
        made=clock.moment(one.made),
        until=clock.moment(one.until),
        used=instant(one.used),
    )
