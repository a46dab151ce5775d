"""`make chaos`: kill everything at random, then count. Exit code 1 when the goals are missed."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from types import FrameType

from tools.chaos.plan import PARTS
from tools.chaos.result import ChaosResult
from tools.chaos.run import ALL_BREAKS, Options, run_chaos


def main() -> int:
    """One run; the last line is one JSON object."""
    parser = argparse.ArgumentParser(prog="make chaos ARGS=…", description=__doc__)
    parser.add_argument("--kills", type=int, default=20, help="SIGKILLs of each part")
    parser.add_argument("--seed", type=int, default=1, help="of the order and the moments")
    parser.add_argument("--part", choices=PARTS, action="append", help="kill this part only")
    parser.add_argument("--break", dest="broken", choices=ALL_BREAKS, help="must be found")
    parser.add_argument("--workers", type=int, default=1, help="ingest workers")
    parser.add_argument("--client", choices=("paho", "lean"), default="paho")
    parser.add_argument("--per-s", type=int, default=4500, help="readings per second in all")
    parser.add_argument("--pause", type=float, default=1.2, help="mean seconds between faults")
    parser.add_argument("--broker", choices=("mosquitto", "iotcore"))
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    signal.signal(signal.SIGTERM, _leave)
    options = Options(
        kills=given.kills,
        seed=given.seed,
        parts=tuple(given.part) if given.part else PARTS,
        broken=given.broken,
        workers=given.workers,
        client=given.client,
        per_s=given.per_s,
        broker=given.broker,
        pause_s=given.pause,
    )
    result = ChaosResult.of(run_chaos(options), options)
    result.show()
    return 0 if result.passed else 1


def _leave(_number: int, _frame: FrameType | None) -> None:
    sys.exit(1)  # unwinds, so that all parts are ended


sys.exit(main())
