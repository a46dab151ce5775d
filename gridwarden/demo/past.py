"""Past: the days of swipes before the first start, carried into the store once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path

import msgspec

from edge.carry import carry
from edge.sample import Sample
from edge.settings import EdgeSettings
from edge.simulate.history import history
from edge.simulate.world import World
from edge.wire import Micros
from gridwarden.errors import GridwardenError

AGENT = "history"
FILE = "past.json"


class Past(msgspec.Struct, frozen=True):
    """Which past a data folder has; `swipes` is none until the store has all of it."""

    seed: int
    days: int
    end: Micros
    swipes: int | None = None

    @property
    def epoch(self) -> int:
        """63 bits that name exactly this past, so that carrying it again doubles nothing."""
        name = f"{self.seed}\0{self.days}\0{self.end}".encode()
        return int.from_bytes(blake2b(name, digest_size=8).digest()) >> 1 or 1


def read_past(folder: Path, seed: int, days: int, now: Micros) -> Past:
    """The past of this folder: the one begun at its first start, else one that ends now.

    Raises:
        GridwardenError: the folder's note of its past is damaged.
    """
    file = folder / FILE
    if file.exists():
        try:
            return msgspec.json.decode(file.read_bytes(), type=Past)
        except msgspec.DecodeError as error:
            raise GridwardenError(
                f"{file} is damaged: {error}; move the folder away and start anew, because another "
                "past would double the swipes in its store"
            ) from error
    past = Past(seed, days, now)
    _note(folder, past)
    return past


def carry_past(
    past: Past,
    world: World,
    folder: Path,
    settings: EdgeSettings,
    *,
    site: str,
    broker_url: str,
    progress: Callable[[Micros], None],
) -> Past:
    """Carry what is missing into the store; `progress` hears up to which event time it is sent.

    Raises:
        CarryError: ingest acknowledges nothing; carrying again goes on where it was.
    """
    if past.swipes is not None:
        return past

    def chunks() -> Iterator[list[Sample]]:
        for sample in history(world, past.end, past.days):
            progress(sample.swipes[-1].time)
            yield [sample]

    swipes = carry(
        chunks(), settings, epoch=past.epoch, agent=AGENT, site=site, broker_url=broker_url
    )
    done = msgspec.structs.replace(past, swipes=swipes)
    _note(folder, done)
    return done


def _note(folder: Path, past: Past) -> None:
    """Write the past down, whole or not at all, power cut or not."""
    draft = folder / f".{FILE}"
    with draft.open("wb") as file:
        file.write(msgspec.json.encode(past))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / FILE)
