"""`make bench NAME=…`: run one bench by name."""

from __future__ import annotations

import sys
from importlib import import_module

BENCHES = {
    "ingest": "batches and single messages into the store, beside COPY and what others use",
    "sustained": "publish to committed at 3,333 readings per second, the hub following",
    "latency": "events to their cases at 3,333 readings per second, with all rules of the campus",
    "queries": "what the hub's page asks of a full store (ROWS=… as an argument: --rows 20000000)",
    "trace": "who met whom, beside DuckDB, PostgreSQL, ncls and polars",
    "audit": "what an entry in the audit log costs the request that it tells of",
    "detect": "readings through the rules on one core, beside plain pandas and river",
}


def main(arguments: list[str]) -> int:
    """Run the bench that the first argument names; 2 when there is no such bench."""
    if not arguments or arguments[0] not in BENCHES:
        listed = "\n".join(f"  {name:10} {what}" for name, what in BENCHES.items())
        print(f"usage: make bench NAME=…\n{listed}", file=sys.stderr)
        return 2
    bench = import_module(f"tools.bench.{arguments[0]}")
    bench.run(*arguments[1:]).show()
    return 0


sys.exit(main(sys.argv[1:]))
