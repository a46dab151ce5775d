"""A worker as a process of its own: `worker_process.py DATABASE_URL BROKER_URL NAME [SETTINGS]`.

`SETTINGS` is JSON of what differs from the defaults.
"""

from __future__ import annotations

import logging
import signal
import sys
import threading

from ingest.settings import IngestSettings
from ingest.worker import run_worker


def _tell() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    run_worker(
        IngestSettings.model_validate_json(sys.argv[4] if len(sys.argv) > 4 else "{}"),
        database_url=sys.argv[1],
        broker_url=sys.argv[2],
        username=None,
        password=None,
        person_key=b"a key for nothing but these tests",
        stop=stop,
        ready=_tell,
        name=sys.argv[3],
    )
