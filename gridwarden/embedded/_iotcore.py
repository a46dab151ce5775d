"""The process of the iotcore broker: `python _iotcore.py CONFIGURATION`, until it is ended.

rumqttd reports every packet through Python's logging as if it were an error, which costs more
than the packet; its logger is therefore silenced and only our own failures are printed.

A panic in one of rumqttd's threads leaves a process that listens and serves nobody. It therefore
knocks at its own door, and ends when nobody opens, so that it is started again.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
import tomllib
from pathlib import Path

from iotcore.iotcore import IotCoreBroker

from gridwarden.embedded.brokers import LOOPBACK
from gridwarden.embedded.probe import BrokerProbeError, probe_broker

KNOCK_S = 2.0
_KNOCKS = 3  # knocks in a row that nobody answers
_EX_SOFTWARE = 70  # sysexits.h: an internal error

_log = logging.getLogger(__name__)


def keep_knocking(port: int, patience_s: float = 3.0) -> None:
    """Connect again and again; end this process when nobody answers several times in a row."""
    unanswered = 0
    while unanswered < _KNOCKS:
        time.sleep(KNOCK_S)
        try:
            probe_broker(LOOPBACK, port, timeout_s=patience_s)
        except BrokerProbeError as error:
            unanswered += 1
            _log.warning("the broker does not answer itself: %s", error)
        else:
            unanswered = 0
    os._exit(_EX_SOFTWARE)  # its threads would not end


def _port(configuration: Path) -> int:
    listen: str = tomllib.loads(configuration.read_text())["v5"]["loopback"]["listen"]
    return int(listen.rpartition(":")[2])


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("rumqttd").setLevel(logging.CRITICAL)
    knocker = threading.Thread(target=keep_knocking, args=[_port(Path(sys.argv[1]))], daemon=True)
    knocker.start()
    IotCoreBroker(config_path=sys.argv[1]).run_forever()
