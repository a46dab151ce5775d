"""The columns of an access log are named on the command line."""

from __future__ import annotations

import pytest

from gridwarden.errors import GridwardenError
from gridwarden.replay import parse_columns


def test_a_reader_may_be_several_columns() -> None:
    columns = parse_columns(
        "time=timestamp, card=prox-id, reader=floor+zone", time_format=None, time_zone="UTC"
    )
    assert (columns.time, columns.card, columns.reader) == (
        "timestamp",
        "prox-id",
        ("floor", "zone"),
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("time=t,card=c", "reader missing"),
        ("time=t,card=c,reader=r,reader=q", "given twice"),
        ("time=t,card=c,door=r", "'door=r' is none of time"),
        ("timestamp", "is none of time"),
        ("time=,card=c,reader=r", "is none of time"),
    ],
)
def test_what_does_not_fit_is_explained(text: str, says: str) -> None:
    with pytest.raises(GridwardenError, match=says):
        parse_columns(text, time_format=None, time_zone="UTC")
