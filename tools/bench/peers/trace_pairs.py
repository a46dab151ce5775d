"""All pairs that meet, by DuckDB, polars or ncls: `trace_pairs.py PEER stays.npz [SAMPLE]`.

Prints one JSON object: seconds without reading the file, pairs, and the sum of the shared minutes.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np

PAIRS_SQL = """
    select count(*), sum(least(a.finish, b.finish) - greatest(a.start, b.start))
    from stays a join stays b on a.place = b.place and a.person <> b.person
        and a.start < b.finish and b.start < a.finish
        and (a.start < b.start or (a.start = b.start and a.id < b.id))
"""
ONE_SQL = """
    select b.person, sum(least(a.finish, b.finish) - greatest(a.start, b.start)) as together
    from stays a join stays b on a.place = b.place and a.person <> b.person
        and a.start < b.finish and b.start < a.finish
    where a.person = ? group by b.person having together >= 15
"""


def duckdb_pairs(stays: dict[str, np.ndarray]) -> tuple[float, int, int]:
    """DuckDB's own joins on a table in memory, two threads."""
    import duckdb

    conn = _table(duckdb, stays)
    begun = time.perf_counter()
    count, total = conn.execute(PAIRS_SQL).fetchone()
    return time.perf_counter() - begun, int(count), int(total)


def polars_pairs(stays: dict[str, np.ndarray]) -> tuple[float, int, int]:
    """join_where, polars' inequality join."""
    import polars as pl

    one = pl.DataFrame(stays)
    other = one.rename({name: f"{name}_b" for name in stays})
    begun = time.perf_counter()
    met = (
        one.lazy()
        .join_where(
            other.lazy(),
            pl.col("place") == pl.col("place_b"),
            pl.col("start") < pl.col("finish_b"),
            pl.col("start_b") < pl.col("finish"),
        )
        .filter(
            (pl.col("person") != pl.col("person_b"))
            & (
                (pl.col("start") < pl.col("start_b"))
                | ((pl.col("start") == pl.col("start_b")) & (pl.col("id") < pl.col("id_b")))
            )
        )
        .select(
            pl.len().alias("n"),
            (
                pl.min_horizontal("finish", "finish_b") - pl.max_horizontal("start", "start_b")
            ).sum().alias("total"),
        )
        .collect()
    )  # fmt: skip
    return time.perf_counter() - begun, int(met["n"][0]), int(met["total"][0])


def ncls_pairs(stays: dict[str, np.ndarray]) -> tuple[float, int, int]:
    """One nested containment list over places laid end to end."""
    from ncls import NCLS

    span = int(stays["finish"].max()) + 1
    start = stays["place"] * span + stays["start"]
    finish = stays["place"] * span + stays["finish"]
    begun = time.perf_counter()
    tree = NCLS(start, finish, stays["id"])
    one, other = tree.all_overlaps_both(start, finish, stays["id"])
    keep = stays["person"][one] != stays["person"][other]
    one, other = one[keep], other[keep]
    later = (start[one] < start[other]) | ((start[one] == start[other]) & (one < other))
    one, other = one[later], other[later]
    total = (np.minimum(finish[one], finish[other]) - start[other]).sum()
    return time.perf_counter() - begun, len(one), int(total)


def duckdb_one(stays: dict[str, np.ndarray], persons: list[int]) -> dict[str, object]:
    """Contacts of one person, asked again and again."""
    import duckdb

    conn = _table(duckdb, stays)
    seconds: list[float] = []
    answers: list[int] = []
    for person in persons:
        begun = time.perf_counter()
        rows = conn.execute(ONE_SQL, [person]).fetchall()
        seconds.append(time.perf_counter() - begun)
        answers.append(sum(other * int(together) for other, together in rows))
    return {"seconds": seconds, "answers": answers}


def _table(duckdb: object, stays: dict[str, np.ndarray]) -> object:
    conn = duckdb.connect()  # type: ignore[attr-defined]
    conn.register("given", dict(stays))
    conn.execute("create table stays as select * from given order by place, start")
    return conn


def main() -> None:
    """Run one peer."""
    peer, file = sys.argv[1:3]
    with np.load(file) as found:
        stays = {name: found[name] for name in ("id", "person", "place", "start", "finish")}
        persons = found["persons"].tolist() if "persons" in found else []
    if peer == "duckdb-one":
        print(json.dumps(duckdb_one(stays, persons)))
        return
    run = {"duckdb": duckdb_pairs, "polars": polars_pairs, "ncls": ncls_pairs}[peer]
    seconds, count, total = run(stays)
    print(json.dumps({"seconds": seconds, "pairs": count, "minutes": total}))


main()
