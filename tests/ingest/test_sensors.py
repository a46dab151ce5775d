"""Sensors: every pair of device and quantity is noted once, before its first reading."""

from __future__ import annotations

import threading

import psycopg

from edge.columns import Reading
from edge.wire import DeviceState, Swipe
from ingest.names import Names
from ingest.sensors import Sensors
from tests.ingest.make import NOW, arrival, batch, rows, write_all

NOTED = """select d.name, q.name from sensors s join devices d on d.id = s.device
           join quantities q on q.id = s.quantity order by 1, 2"""


def of(*pairs: tuple[str, str]) -> list[Reading]:
    return [Reading(device, quantity, NOW, 1.0) for device, quantity in pairs]


def test_each_quantity_of_a_device_is_noted_once(database_url: str) -> None:
    first = of(("hydrant-01", "pressure"), ("hydrant-01", "flow"), ("hydrant-02", "pressure"))
    later = of(("hydrant-02", "flow"), ("hydrant-01", "pressure"), ("smoke-1", "smoke"))
    write_all(database_url, [arrival(batch(1, first)), arrival(batch(2, later))], lot=1)
    assert rows(database_url, NOTED) == [
        ("hydrant-01", "flow"),
        ("hydrant-01", "pressure"),
        ("hydrant-02", "flow"),
        ("hydrant-02", "pressure"),
        ("smoke-1", "smoke"),
    ]


def test_workers_that_meet_the_same_sensors_note_each_once(database_url: str) -> None:
    pairs = [(f"hydrant-{n:02}", quantity) for n in range(20) for quantity in ("pressure", "flow")]

    def work(agent: str) -> None:
        write_all(database_url, [arrival(batch(1, of(*pairs), agent=agent))])

    threads = [threading.Thread(target=work, args=[f"agent-{n}"]) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rows(database_url, NOTED)) == len(pairs)


def test_a_sensor_whose_note_was_lost_is_noted_again_once_forgotten(database_url: str) -> None:
    devices, quantities = Names("devices", room=10), Names("quantities", room=10)
    sensors = Sensors(devices, quantities)
    batches = [arrival(batch(1, of(("hydrant-01", "flow")))).batch]
    with psycopg.connect(database_url, autocommit=True) as conn:
        devices.admit(conn, ["hydrant-01"])
        quantities.admit(conn, ["flow"])
        sensors.admit(conn, batches)
        conn.execute("delete from sensors")
        sensors.admit(conn, batches)
        assert rows(database_url, NOTED) == []
        sensors.forget()
        sensors.admit(conn, batches)
    assert rows(database_url, NOTED) == [("hydrant-01", "flow")]


def test_what_measures_nothing_has_no_sensor(database_url: str) -> None:
    swipe, state = Swipe("reader-1", NOW, "card"), DeviceState("smoke-1", NOW, "fault")
    write_all(database_url, [arrival(batch(1, swipes=[swipe], states=[state]))])
    assert rows(database_url, NOTED) == []
