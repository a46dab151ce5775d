"""A supervisor in a process of its own, to be killed: `python supervise.py postgres|broker FOLDER`.

Prints one line of JSON, `{"url": …, "pid": …}`, once the service runs, then waits for its end.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from gridwarden.embedded.broker import EmbeddedBroker
from gridwarden.embedded.postgres import EmbeddedPostgres

if __name__ == "__main__":
    folder = Path(sys.argv[2])
    service = (
        EmbeddedPostgres(folder, settings={"fsync": "off"})
        if sys.argv[1] == "postgres"
        else EmbeddedBroker(folder)
    )
    service.start()
    sys.stdout.write(json.dumps({"url": service.url, "pid": service.pid}) + "\n")
    sys.stdout.flush()
    while True:
        time.sleep(60)
