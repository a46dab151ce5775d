"""Investigations: what is needed to open one, who decides, when it ends."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hub.investigations.domain import (
    DAY,
    HOUR,
    Investigation,
    InvestigationError,
    Request,
    checked,
    closed,
    decided,
)

NOW = 1_790_000_000_000_000
REQUEST = Request(
    purpose="Contacts of a case of measles",
    legal_basis="Order 7",
    index_persons=(11,),
    start=NOW - 3 * DAY,
    end=NOW,
)
ASKED = Investigation(id=1, request=REQUEST, opened_by="p-epi", opened=NOW)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("purpose", {"purpose": " "}),
        ("legal_basis", {"legal_basis": ""}),
        ("index_persons", {"index_persons": ()}),
        ("index_persons", {"index_persons": tuple(range(51))}),
        ("to", {"end": NOW - 3 * DAY}),
        ("to", {"start": NOW - 31 * DAY}),
        ("from", {"start": NOW + 1, "end": NOW + DAY}),
        ("hours", {"hours": 0}),
        ("hours", {"hours": 169}),
    ],
)
def test_none_is_asked_for_without_what_it_needs(field: str, changes: dict[str, Any]) -> None:
    """PR-02 in part"""
    with pytest.raises(InvestigationError) as refused:
        checked(msgspec.structs.replace(REQUEST, **changes), NOW)
    assert refused.value.field == field


def test_who_asked_can_not_approve() -> None:
    """PR-02 in part"""
    with pytest.raises(InvestigationError, match="somebody else"):
        decided(ASKED, by="p-epi", approve=True, now=NOW)


def test_an_approved_one_is_open_for_a_day_for_the_two_who_answer_for_it() -> None:
    """PR-02 in part: expiry 24 h."""
    opened = decided(ASKED, by="p-chief", approve=True, now=NOW)
    assert opened.stage(NOW + 24 * HOUR - 1) == "open"
    assert opened.stage(NOW + 24 * HOUR) == "expired"
    assert opened.why_not_readable("p-epi", NOW) is None
    assert opened.why_not_readable("p-chief", NOW) is None
    assert opened.why_not_readable("p-west", NOW) is not None
    assert opened.why_not_readable("p-epi", NOW + 25 * HOUR) == "the investigation is expired"


@pytest.mark.parametrize("approve", [True, False])
def test_it_is_decided_once(approve: bool) -> None:
    after = decided(ASKED, by="p-chief", approve=approve, now=NOW)
    with pytest.raises(InvestigationError, match="already"):
        decided(after, by="p-other", approve=True, now=NOW)


def test_before_approval_and_after_refusal_or_close_nothing_can_be_read() -> None:
    """PR-02 in part"""
    opened = decided(ASKED, by="p-chief", approve=True, now=NOW)
    for one in (
        ASKED,
        decided(ASKED, by="p-chief", approve=False, now=NOW),
        closed(opened, by="p-epi", now=NOW),
        closed(ASKED, by="p-epi", now=NOW),
    ):
        assert one.why_not_readable("p-epi", NOW) is not None


def test_only_the_two_close_it_and_only_once() -> None:
    opened = decided(ASKED, by="p-chief", approve=True, now=NOW)
    with pytest.raises(InvestigationError, match="only who"):
        closed(opened, by="p-west", now=NOW)
    over = closed(opened, by="p-chief", now=NOW)
    with pytest.raises(InvestigationError, match="already"):
        closed(over, by="p-chief", now=NOW)
