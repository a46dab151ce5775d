"""Failures are logged with kind and place, and without what they failed on."""

from __future__ import annotations

import psycopg
import pytest

from ingest.failures import without_values

SECRET = "marked-secret"


def test_a_row_that_breaks_a_rule_is_not_told(empty_database_url: str) -> None:
    """PR-03 in part: no person's data in logs."""
    with psycopg.connect(empty_database_url, autocommit=True) as conn:
        conn.execute("create table kept (words text constraint short check (words = ''))")
        with pytest.raises(psycopg.Error) as broken:
            conn.execute("insert into kept values (%s)", [SECRET])
    assert SECRET in str(broken.value)
    told = without_values(broken.value)
    assert SECRET not in told
    assert "CheckViolation 23514 kept short" in told


def test_the_cause_stands_before_what_it_caused() -> None:
    try:
        try:
            int(SECRET)
        except ValueError as error:
            raise KeyError(SECRET) from error
    except KeyError as error:
        told = without_values(error)
    assert SECRET not in told
    assert told.startswith("ValueError at ")
    assert " < KeyError at " in told
    assert "test_failures.py" in told
