"""One case with everything that a case can have, exported once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import cv2
import httpx
import numpy as np
import pytest

from edge.columns import Reading
from ingest import clock
from tests.conftest import Cluster
from tests.hub.make import (
    RunningHub,
    anomaly,
    load,
    raise_case,
    recover,
    running_hub,
    store_readings,
)

PDF = b"%PDF-1.7 a small report"
NOTE = "现场已恢复供水 = [#panic] $x$ _y_"  # nothing of it is markup to the typesetter


def picture() -> bytes:
    done, jpeg = cv2.imencode(".jpg", np.full((300, 400, 3), 90, dtype=np.uint8))
    assert done
    return jpeg.tobytes()


class Filed:
    """The hub, the case's id, and its export."""

    def __init__(self, hub: RunningHub, case: int, answer: httpx.Response) -> None:
        self.hub, self.case = hub, case
        self.archive, self.seal = answer.content, answer.headers["x-gridwarden-seal"]

    def open(self) -> BytesIO:
        return BytesIO(self.archive)


@pytest.fixture(scope="module")
def filed(cluster: Cluster) -> Iterator[Filed]:
    """A sensor's case with a plot, a photo, a document and a whole life."""
    url = cluster.create_migrated()
    load(url)
    with running_hub(url) as hub:
        yield fill(hub)
    cluster.drop(url)


def fill(hub: RunningHub) -> Filed:
    started = clock.now() - 300_000_000
    store_readings(
        hub.database_url,
        *(
            Reading("hydrant-07", "pressure", started + (number - 60) * 5_000_000, value)
            for number, value in enumerate([0.3] * 60 + [0.11] * 50)
        ),
    )
    found = anomaly(started=started)
    raise_case(hub.database_url, found)
    (case,) = hub.get("/api/cases")["items"]
    photo = hub.client.post("/api/photos", content=picture()).json()["hash"]
    broken = hub.client.post("/api/photos", content=b"\xff\xd8\xff\xe0 no picture").json()["hash"]
    sent = hub.client.post(
        "/api/attachments",
        params={"name": "报告 1.pdf"},
        content=PDF,
        headers={"X-Gridwarden-Person": "p-east", "Content-Type": "application/octet-stream"},
    )
    for action, more in (
        ("accept", {}),
        ("dispatch", {}),
        ("handle", {"note": NOTE, "photos": [photo], "documents": [sent.json()["hash"]]}),
    ):
        answer = hub.step(case["id"], action, **more)
        assert answer.status_code == 200, answer.text
    brought = hub.client.post(
        f"/api/cases/{case['id']}/evidence",
        json={"note": "Seen from the road.", "photos": [broken]},
        headers={"X-Gridwarden-Person": "p-chief"},
    )
    assert brought.status_code == 201, brought.text
    recover(hub.database_url, found)
    assert hub.step(case["id"], "close").status_code == 200
    answer = hub.client.get(f"/api/cases/{case['id']}/file.zip", params={"lang": "zh"})
    assert answer.status_code == 200, answer.text
    return Filed(hub, case["id"], answer)
