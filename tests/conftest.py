"""Real services for tests: one PostgreSQL and one broker per test process, a database per test.

With GRIDWARDEN_TEST_DATABASE_URL set, databases are made on that server instead (its user must
be allowed to create them). GRIDWARDEN_TEST_BROKER chooses `mosquitto` or `iotcore`. Tests of
TimescaleDB run on that server if it preloads it, else on PGlite, one session at a time.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psutil
import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql

from gridwarden.embedded.broker import EmbeddedBroker
from gridwarden.embedded.brokers import BrokerKind
from gridwarden.embedded.postgres import EmbeddedPostgres
from gridwarden.store import migrate_store
from tests.timescale.pglite import ONE_SESSION, PgliteCluster, missing

_LONG = ("e2e", "chaos", "evaluate")  # folders whose files take a minute and more
_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "128MB",
}
_MEMORY = Path("/dev/shm")
_ROOM = 1 << 30  # bytes of memory for each test process


# A busy machine is no finding about what is tested; what must be quick measures its own time.
settings.register_profile(
    "tests", parent=settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("tests")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long come first, or one worker would still be at them when all are done."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (item.path.parent.name not in _LONG, item.path not in slow))


class Cluster:
    """Makes and drops databases on one server; the migrated one is copied from a template."""

    def __init__(self, admin_url: str) -> None:
        self.admin_url = admin_url
        self._names = (f"test_{os.getpid()}_{number}" for number in count(1))
        self._template: str | None = None

    def create(self, template: str = "template0") -> str:
        """Address of a new database."""
        name = next(self._names)
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")  # a fifth the time
        self._execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return self.url_of(name)

    def create_migrated(self) -> str:
        """Address of a new database with all our tables."""
        if self._template is None:
            url = self.create()
            migrate_store(url)
            self._seal(url)
            self._template = self.name_of(url)
        return self.create(self._template)

    def _seal(self, url: str) -> None:
        """Let nobody into a database, or it can't be copied; TimescaleDB has a scheduler in it."""
        stop = "_timescaledb_functions.stop_background_workers"
        with psycopg.connect(url, autocommit=True) as connection:
            if connection.execute("SELECT to_regproc(%s)", [stop]).fetchone() != (None,):
                connection.execute(f"SELECT {stop}()")  # type: ignore[arg-type]
        name = sql.Identifier(self.name_of(url))
        self._execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))

    def drop(self, url: str) -> None:
        """Drop a database, whoever is still connected to it."""
        name = sql.Identifier(self.name_of(url))
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))

    def close(self) -> None:
        """Drop the template."""
        if self._template is not None:
            self.drop(self.url_of(self._template))

    def url_of(self, name: str) -> str:
        """The server's address with another database."""
        return urlunsplit(urlsplit(self.admin_url)._replace(path="/" + quote(name)))

    @staticmethod
    def name_of(url: str) -> str:
        """The database an address points at."""
        return urlsplit(url).path.removeprefix("/")

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(statement)


def _in_memory() -> Path | None:
    """Where files lie in memory, if there is plenty: on a busy disk a database takes a second."""
    if not _MEMORY.is_dir():
        return None
    room = min(shutil.disk_usage(_MEMORY).free, psutil.virtual_memory().available // 2)
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    return _MEMORY if room > processes * _ROOM else None


@pytest.fixture(scope="session")
def service_folder() -> Iterator[Path]:
    """A folder that a server of another user can reach and whose sockets' paths are short."""
    folder = Path(tempfile.mkdtemp(prefix="gw-", dir=_in_memory()))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def cluster(service_folder: Path) -> Iterator[Cluster]:
    """Where databases are made: the server in the environment, else one of our own."""
    admin_url = os.environ.get("GRIDWARDEN_TEST_DATABASE_URL")
    if admin_url:
        outside = Cluster(admin_url)
        yield outside
        outside.close()
        return
    with EmbeddedPostgres(service_folder / "postgres", settings=_FAST) as server:
        yield Cluster(server.url)


@pytest.fixture
def database_url(cluster: Cluster) -> Iterator[str]:
    """A fresh database of this test's own, with all our tables."""
    url = cluster.create_migrated()
    yield url
    cluster.drop(url)


@pytest.fixture(scope="module")
def module_database_url(cluster: Cluster) -> Iterator[str]:
    """A fresh database with all our tables, shared by the tests of one file."""
    url = cluster.create_migrated()
    yield url
    cluster.drop(url)


@pytest.fixture
def empty_database_url(cluster: Cluster) -> Iterator[str]:
    """A fresh database of this test's own with nothing in it."""
    url = cluster.create()
    yield url
    cluster.drop(url)


@pytest.fixture(scope="session")
def timescale_cluster(
    request: pytest.FixtureRequest, service_folder: Path
) -> Iterator[Cluster | PgliteCluster]:
    """Where databases with TimescaleDB are made."""
    admin_url = os.environ.get("GRIDWARDEN_TEST_DATABASE_URL")
    if admin_url and _preloads_timescale(admin_url):
        yield request.getfixturevalue("cluster")
        return
    reason = missing()
    if reason is not None:
        pytest.skip(reason)
    pglite = PgliteCluster(service_folder / "pglite")
    yield pglite
    pglite.close()


@pytest.fixture
def timescale_url(timescale_cluster: Cluster | PgliteCluster) -> Iterator[str]:
    """A fresh database of this test's own on TimescaleDB, with all our tables.

    Open one connection at a time, or ask for `several_sessions` too.
    """
    url = timescale_cluster.create_migrated()
    yield url
    timescale_cluster.drop(url)


@pytest.fixture
def empty_timescale_url(timescale_cluster: Cluster | PgliteCluster) -> Iterator[str]:
    """A fresh database of this test's own on TimescaleDB, with none of our tables."""
    url = timescale_cluster.create()
    yield url
    timescale_cluster.drop(url)


@pytest.fixture(params=["database_url", "timescale_url"])
def store_url(request: pytest.FixtureRequest) -> str:
    """A fresh database with all our tables, one test after the other without and with TimescaleDB.

    Open one connection at a time.
    """
    return request.getfixturevalue(request.param)


@pytest.fixture
def several_sessions(timescale_cluster: Cluster | PgliteCluster) -> None:
    """Skips a test that needs several connections at once where TimescaleDB can't give them."""
    if isinstance(timescale_cluster, PgliteCluster):
        pytest.skip(ONE_SESSION)


def _preloads_timescale(url: str) -> bool:
    setting = "select from pg_settings where name = 'timescaledb.max_background_workers'"
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(setting).fetchone() is not None


def _broker_kind() -> BrokerKind:
    wanted = os.environ.get("GRIDWARDEN_TEST_BROKER", "iotcore")
    if wanted not in ("mosquitto", "iotcore"):
        raise pytest.UsageError(f"GRIDWARDEN_TEST_BROKER={wanted}: expected mosquitto or iotcore")
    return wanted


@pytest.fixture(scope="session")
def broker_url(service_folder: Path) -> Iterator[str]:
    """`mqtt://127.0.0.1:PORT` (MQTT 5), shared: use site and agent names of your own."""
    with EmbeddedBroker(service_folder / "broker", kind=_broker_kind()) as shared:
        yield shared.url


@pytest.fixture
def make_broker(tmp_path: Path) -> Iterator[Callable[[], EmbeddedBroker]]:
    """Makes started brokers of this test's own, to be stopped, killed and started again."""
    made: list[EmbeddedBroker] = []

    def make() -> EmbeddedBroker:
        broker = EmbeddedBroker(tmp_path / f"broker-{len(made)}", kind=_broker_kind())
        made.append(broker)
        broker.start()
        return broker

    yield make
    for broker in made:
        broker.stop()
