from __future__ import annotations

import psycopg

from ingest.names import Names


def test_names_get_numbers_that_every_worker_agrees_on(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as conn:
        one, other = Names("quantities", room=10), Names("quantities", room=10)
        assert one.admit(conn, ["flow", "pressure"]) == frozenset()
        assert other.admit(conn, ["pressure", "flow", "alarm"]) == frozenset()
        assert (
            one.numbers(["flow", "pressure"]).tolist()
            == other.numbers(["flow", "pressure"]).tolist()
        )


def test_names_beyond_the_room_are_left_out_until_there_is_room(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as conn:
        names = Names("devices", room=1)
        assert names.admit(conn, ["b", "a"]) == {"b"}
        assert names.numbers(["a", "b"]).tolist()[1] == -1
        assert not names.knows("b")
        conn.execute("insert into devices (name) values ('b')")  # the hub registers it
        assert names.admit(conn, ["b"]) == frozenset()
        assert names.admit(conn, ["c"]) == {"c"}
