"""The program that a good engineer writes in an afternoon: gmqtt, orjson, binary COPY.

`python gmqtt_copy.py PORT DATABASE_URL`. It acknowledges on receipt, so what it holds when it is
killed is lost, and it knows no repetitions.
"""

import asyncio
import sys
from datetime import UTC, datetime

import gmqtt
import orjson
import psycopg

COPY = "copy peer_readings (time, device, quantity, value, received) from stdin (format binary)"
TYPES = ["timestamptz", "int4", "int2", "float8", "timestamptz"]
FLUSH_S = 0.2


async def main(port: int, database_url: str) -> None:
    rows = []
    client = gmqtt.Client("peer-gmqtt", receive_maximum=10_000)

    def on_message(_client, _topic, payload, _qos, _properties):
        told = orjson.loads(payload)
        time = datetime.fromisoformat(told["time"])
        rows.append((time, told["device"], told["quantity"], told["value"], datetime.now(UTC)))
        return 0

    client.on_message = on_message
    await client.connect("127.0.0.1", port)
    client.subscribe("gw/1/+/devices/+/+", qos=1)
    async with await psycopg.AsyncConnection.connect(database_url) as conn:
        print("ready", flush=True)
        while True:
            await asyncio.sleep(FLUSH_S)
            lot, rows[:] = rows[:], []
            if lot:
                async with conn.cursor() as cursor, cursor.copy(COPY) as copy:
                    copy.set_types(TYPES)
                    for row in lot:
                        await copy.write_row(row)
                await conn.commit()


asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
