"""The embedded server as its users see it: starts, resumes, refuses, ends, survives kills."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import psutil
import psycopg
import pytest

from gridwarden.embedded import binaries, place
from gridwarden.embedded.account import Account, can_reach
from gridwarden.embedded.errors import EmbeddedError
from gridwarden.embedded.postgres import EmbeddedPostgres
from tests.gridwarden.embedded.mqtt import until

SUPERVISE = Path(__file__).with_name("supervise.py")
_numbers = count()

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can run it as somebody else")


@pytest.fixture
def folder(service_folder: Path) -> Iterator[Path]:
    path = service_folder / f"own-{next(_numbers)}"
    path.mkdir(mode=0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def blank(service_folder: Path) -> Path:
    """A stopped cluster with nothing in it, to be copied: initdb is the slow part."""
    home = service_folder / "blank"
    with quick(home):
        pass
    return home


@pytest.fixture
def home(blank: Path, folder: Path) -> Path:
    """A data folder with a stopped cluster."""
    copied = folder / "postgres"
    subprocess.run(["cp", "-a", str(blank), str(copied)], check=True)
    return copied


def quick(home: Path) -> EmbeddedPostgres:
    """One that survives a kill but no power cut."""
    return EmbeddedPostgres(home, settings={"fsync": "off"})


def fill(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")


def kept(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT answer FROM kept").fetchone()
    assert row is not None
    return int(row[0])


def gone(pid: int, timeout_s: float = 15) -> bool:
    try:
        psutil.Process(pid).wait(timeout_s)
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        return False
    return True


@pytest.fixture
def supervised() -> Iterator[Callable[[Path], tuple[subprocess.Popen[str], str, int]]]:
    """Starts a supervisor of PostgreSQL in another process: process, address, server's number."""
    started: list[subprocess.Popen[str]] = []

    def start(home: Path) -> tuple[subprocess.Popen[str], str, int]:
        process = subprocess.Popen(
            [sys.executable, str(SUPERVISE), "postgres", str(home)],
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        answer = json.loads(process.stdout.readline())
        return process, answer["url"], answer["pid"]

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def test_a_new_cluster_is_checked_durable_and_sorts_alike_everywhere(folder: Path) -> None:
    with (
        EmbeddedPostgres(folder / "postgres") as server,
        psycopg.connect(server.url) as connection,
    ):
        row = connection.execute(
            "SELECT current_setting('data_checksums'), current_setting('fsync'),"
            " current_setting('synchronous_commit'), getdatabaseencoding(), datlocprovider::text,"
            " datlocale FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert row == ("on", "on", "on", "UTF8", "b", "C.UTF-8")


def test_a_second_start_resumes_all_data(home: Path) -> None:
    with quick(home) as server:
        fill(server.url)
    with quick(home) as server:
        assert kept(server.url) == 42


def test_two_instances_do_not_collide(home: Path, folder: Path) -> None:
    other = folder / "other"
    subprocess.run(["cp", "-a", str(home), str(other)], check=True)
    with quick(home) as one, quick(other) as two:
        fill(one.url)
        with psycopg.connect(two.url) as connection:
            row = connection.execute("SELECT to_regclass('kept')").fetchone()
    assert row == (None,)


def test_a_second_supervisor_of_one_folder_is_refused(home: Path) -> None:
    with (
        quick(home) as server,
        pytest.raises(EmbeddedError, match=f"in use by process {os.getpid()}"),
    ):
        quick(home).start()
    assert server.pid is None


def test_the_refused_supervisor_leaves_the_first_one_running(home: Path) -> None:
    with quick(home) as server:
        second = quick(home)
        with pytest.raises(EmbeddedError):
            second.start()
        second.stop()
        psycopg.connect(server.url).close()


def test_a_cluster_of_another_version_is_refused(home: Path) -> None:
    (home / "cluster" / "PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedError, match="made by PostgreSQL 17, this is 18"):
        quick(home).start()


def test_a_folder_that_is_no_cluster_is_refused(folder: Path) -> None:
    (folder / "postgres" / "cluster").mkdir(parents=True)
    with pytest.raises(EmbeddedError, match="no PostgreSQL cluster"):
        quick(folder / "postgres").start()


def test_a_folder_that_cannot_be_made_is_explained(folder: Path) -> None:
    (folder / "file").touch()
    with pytest.raises(EmbeddedError, match="check space and permissions"):
        quick(folder / "file" / "postgres").start()


def test_a_stop_is_clean_and_leaves_no_process(home: Path) -> None:
    server = quick(home)
    server.start()
    pid = server.pid
    assert pid is not None
    lingering = psycopg.connect(server.url)
    server.stop()
    lingering.close()
    server.stop()
    assert gone(pid)
    assert not (home / "cluster" / "postmaster.pid").exists()
    program = binaries.find_binaries(None).folder / "pg_controldata"
    report = subprocess.run([program, home / "cluster"], capture_output=True, text=True, check=True)
    assert "shut down\n" in report.stdout


def test_nothing_listens_on_the_network(home: Path) -> None:
    with quick(home) as server:
        assert server.pid is not None
        assert psutil.Process(server.pid).net_connections("inet") == []


def test_files_and_socket_are_private(home: Path) -> None:
    with quick(home):
        for name in ("cluster", "socket"):
            assert stat.S_IMODE((home / name).stat().st_mode) == 0o700


def test_the_server_ends_when_its_supervisor_is_killed(
    home: Path, supervised: Callable[[Path], tuple[subprocess.Popen[str], str, int]]
) -> None:
    process, url, pid = supervised(home)
    fill(url)
    process.kill()
    process.wait()
    with quick(home) as server:  # at once: it waits for the old server's end
        assert kept(server.url) == 42
        assert server.pid != pid
    assert gone(pid)


def test_a_killed_server_is_started_again_at_its_address_with_all_data(home: Path) -> None:
    with quick(home) as server:
        url = server.url
        fill(url)
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        assert until(lambda: server.pid is None)
        assert server.start() == url
        assert kept(url) == 42


def test_committed_rows_survive_a_kill_of_supervisor_and_server(
    home: Path, supervised: Callable[[Path], tuple[subprocess.Popen[str], str, int]]
) -> None:
    process, url, pid = supervised(home)
    fill(url)
    os.kill(pid, signal.SIGKILL)
    process.kill()
    process.wait()
    with quick(home) as server:
        assert kept(server.url) == 42


def test_a_stale_pid_file_naming_another_program_does_not_hinder(home: Path) -> None:
    other = subprocess.Popen(["sleep", "60"], user=(home / "cluster").stat().st_uid)
    try:
        lines = [str(other.pid), str(home / "cluster"), "1", "5432", str(home / "socket"), "", ""]
        (home / "cluster" / "postmaster.pid").write_text("\n".join(lines))
        with quick(home) as server:
            psycopg.connect(server.url).close()
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_killed_first_start_is_made_anew(folder: Path) -> None:
    draft = folder / "postgres" / "cluster.new"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18\n")
    with quick(folder / "postgres") as server:
        psycopg.connect(server.url).close()


@pytest.mark.parametrize("name", ["long-" + "x" * 120, "网格 data, 'mine'"])
def test_any_folder_name_gets_a_socket_that_fits(home: Path, folder: Path, name: str) -> None:
    moved = folder / name / "postgres"
    moved.parent.mkdir(mode=0o711)
    home.rename(moved)
    with quick(moved) as server:
        psycopg.connect(server.url).close()


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    with pytest.raises(EmbeddedError, match="no_such_setting"):
        EmbeddedPostgres(home, settings={"no_such_setting": "1"}).start()
    with quick(home) as server:
        psycopg.connect(server.url).close()


@as_root
def test_as_root_the_server_runs_as_somebody_else(home: Path) -> None:
    with quick(home) as server:
        assert server.pid is not None
        assert psutil.Process(server.pid).uids().effective != 0


@as_root
def test_as_root_below_a_closed_folder_the_data_lies_in_the_system_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = folder / "system"
    monkeypatch.setattr(place, "SYSTEM_FOLDER", system)
    closed = folder / "root-home"
    closed.mkdir(mode=0o700)
    home = closed / "clone" / "postgres"
    with quick(home) as server:
        fill(server.url)
    assert [path.name for path in system.glob("clone-postgres-*/cluster")] == ["cluster"]
    with quick(home) as server:
        assert kept(server.url) == 42


@as_root
def test_as_root_binaries_out_of_reach_are_copied(
    folder: Path, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setattr(binaries, "SYSTEM_FOLDER", folder / "system")
    monkeypatch.setattr(binaries, "can_reach", lambda *_: False)
    with quick(home) as server:
        assert server.pid is not None
        program = Path(psutil.Process(server.pid).exe())
    assert program.is_relative_to(folder / "system")


@as_root
def test_an_ordinary_user_runs_it_as_himself(folder: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    python = python_for(Account("nobody", nobody.pw_uid, nobody.pw_gid))
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    process = subprocess.Popen(
        [python, str(SUPERVISE), "postgres", str(folder / "postgres")],
        stdout=subprocess.PIPE,
        text=True,
        user=nobody.pw_uid,
        group=nobody.pw_gid,
        extra_groups=[],
        cwd="/",
        env={"PYTHONPATH": os.pathsep.join(sys.path), "PATH": "/usr/bin:/bin"},
    )
    assert process.stdout is not None
    with process.stdout:
        try:
            answer = json.loads(process.stdout.readline())
            assert psutil.Process(answer["pid"]).uids().effective == nobody.pw_uid
        finally:
            process.kill()
            process.wait()
    assert gone(answer["pid"])


def python_for(account: Account) -> str:
    """An interpreter like ours that `account` can start."""
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for program in (Path(sys.executable).resolve(), Path("/usr/bin") / name):
        if program.exists() and can_reach(program.parent, account):
            return str(program)
    pytest.skip("no interpreter that an ordinary user can start")
