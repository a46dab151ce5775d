"""`make bench NAME=…`: run one bench by name."""

from __future__ import annotations

import sys
from importlib import import_module

BENCHES = {"ingest": "batches from agents to the store, beside the plain COPY of the same rows"}


def main(arguments: list[str]) -> int:
    """Run the bench that the first argument names; 2 when there is no such bench."""
    if not arguments or arguments[0] not in BENCHES:
        listed = "\n".join(f"  {name:10} {what}" for name, what in BENCHES.items())
        print(f"usage: make bench NAME=…\n{listed}", file=sys.stderr)
        return 2
    import_module(f"tools.bench.{arguments[0]}").run().show()
    return 0


sys.exit(main(sys.argv[1:]))
