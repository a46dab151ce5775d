"""mq-bridge (Rust): a route from MQTT to PostgreSQL: `mq_bridge_route.py PORT DATABASE_URL`.

It acknowledges when the batch is inserted, so nothing is lost; a repetition is stored again.
"""

import sys
from urllib.parse import urlsplit

from mq_bridge import Route

database = urlsplit(sys.argv[2])
if not database.hostname:  # a server behind a socket: sqlx wants a host before it reads `?host=`
    database = database._replace(netloc=f"{database.netloc}localhost")

route = Route.from_config(
    {
        "input": {
            "mqtt": {
                "url": f"tcp://127.0.0.1:{sys.argv[1]}",
                "topic": "gw/1/+/devices/+/+",
                "client_id": "peer-mq-bridge",
                "qos": 1,
                "max_inflight": 10_000,
                "queue_capacity": 20_000,
                "clean_session": True,
            }
        },
        "output": {
            "sqlx": {
                "url": database.geturl(),
                "table": "peer_readings",
                "columns": "auto",
                "bulk_copy": True,
            }
        },
        "batch_size": 5000,
    },
    "peer",
)
route.start()
print("ready", flush=True)
route.join()
