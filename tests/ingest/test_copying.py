from __future__ import annotations

import numpy as np
import psycopg
import pytest

from ingest import copying
from ingest.clock import moment
from tests.ingest.make import NOW


def test_every_column_type_reads_back_as_it_was(database_url: str) -> None:
    times = np.array([NOW, 0, 946_684_800_000_001, -1], dtype=np.int64)
    columns = {
        "timestamptz": copying.timestamptz(times),
        "bigint": copying.bigint([2**63 - 1, -(2**63), 0, 1]),
        "int": copying.integer([2**31 - 1, -(2**31), 0, 1]),
        "smallint": copying.smallint([2**15 - 1, -(2**15), 0, 1]),
        "float8": copying.float8([0.1, -1e308, float("inf"), 5e-324]),
        "boolean": copying.boolean([True, False, True, False]),
    }
    with psycopg.connect(database_url, autocommit=True) as conn:
        fields = ", ".join(f"c{number} {kind}" for number, kind in enumerate(columns))
        conn.execute(f"create temporary table t (row serial, {fields})")  # type: ignore[arg-type]
        names = ", ".join(f"c{number}" for number in range(len(columns)))
        statement = f"copy t ({names}) from stdin (format binary)"
        with conn.cursor() as cursor, cursor.copy(statement) as copy:  # type: ignore[arg-type]
            copy.write(copying.copy_data(list(columns.values())))
        stored = conn.execute(f"select {names} from t order by row").fetchall()  # type: ignore[arg-type]
    assert [row[0] for row in stored] == [moment(time) for time in times.tolist()]
    assert [row[1:] for row in stored] == [
        (2**63 - 1, 2**31 - 1, 2**15 - 1, 0.1, True),
        (-(2**63), -(2**31), -(2**15), -1e308, False),
        (0, 0, 0, float("inf"), True),
        (1, 1, 1, 5e-324, False),
    ]


@pytest.mark.parametrize("make", [copying.integer, copying.smallint])
def test_a_number_that_does_not_fit_is_an_error_and_not_another_number(make) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(OverflowError):
        make([2**40])
