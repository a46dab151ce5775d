"""The process of the iotcore broker: `python _iotcore.py CONFIGURATION`, until it is ended.

rumqttd reports every packet through Python's logging as if it were an error, which costs more
than the packet; its logger is therefore silenced and only our own failures are printed.
"""

from __future__ import annotations

import logging
import sys

from iotcore.iotcore import IotCoreBroker

if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("rumqttd").setLevel(logging.CRITICAL)
    IotCoreBroker(config_path=sys.argv[1]).run_forever()
