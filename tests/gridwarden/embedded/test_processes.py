"""Child processes as the demo runs them: kept running, logged, measured, ended in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from gridwarden.embedded.errors import EmbeddedError
from gridwarden.embedded.processes import Command, Processes, Status
from gridwarden.embedded.restarts import RestartPolicy
from tests.gridwarden.embedded.mqtt import until

FAST = RestartPolicy(first_s=0.02, longest_s=0.05, quick_deaths=3)
SLEEP = "import time, sys; print('up', flush=True); time.sleep(60)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('up', flush=True); time.sleep(60)"
)


def python(name: str, code: str, **environment: str) -> Command:
    words = [sys.executable, "-I", "-S", "-c", code]
    return Command(name, words, {"PATH": os.environ["PATH"], **environment}, Path("/"))


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    with Processes(tmp_path / "logs", FAST) as running:
        yield running


def only(processes: Processes) -> Status:
    (status,) = processes.status()
    return status


def test_a_child_runs_with_its_environment_and_its_output_is_kept(processes: Processes) -> None:
    processes.start(
        python(
            "hub",
            "import os; print(os.environ['GREETING'], flush=True)" + ";" + SLEEP,
            GREETING="good day",
        )
    )
    assert until(lambda: "up" in processes.log_tail("hub"))
    assert processes.log_tail("hub") == "good day\nup"
    assert only(processes).state == "running"


def test_a_killed_child_is_started_again_and_counted(processes: Processes) -> None:
    pid = processes.start(python("hub", SLEEP))
    os.kill(pid, signal.SIGKILL)
    assert until(lambda: only(processes).restarts == 1)
    status = only(processes)
    assert status.pid not in (None, pid)
    assert status.exit_code == -signal.SIGKILL


def test_a_child_that_cannot_live_is_given_up_with_its_last_words(processes: Processes) -> None:
    processes.start(python("hub", "raise SystemExit('no such plan')"))
    assert until(lambda: only(processes).state == "given_up")
    assert only(processes).restarts == FAST.quick_deaths
    assert processes.log_tail("hub", lines=1) == "no such plan"
    processes.start(python("hub", SLEEP))
    assert only(processes).state == "running"


def test_a_missing_program_is_named(processes: Processes) -> None:
    with pytest.raises(EmbeddedError, match="no-such-program"):
        processes.start(Command("hub", ["no-such-program"], {}, Path("/")))


def test_one_name_runs_once(processes: Processes) -> None:
    processes.start(python("hub", SLEEP))
    with pytest.raises(EmbeddedError, match="hub is already started"):
        processes.start(python("hub", SLEEP))


def test_all_end_in_the_reverse_order_of_their_start(processes: Processes) -> None:
    for name in ("ingest", "hub", "agent"):
        processes.start(python(name, SLEEP))
    endings = processes.stop_all()
    assert [ending.name for ending in endings] == ["agent", "hub", "ingest"]
    assert [ending.exit_code for ending in endings] == [-signal.SIGTERM] * 3
    assert all(status.state == "stopped" for status in processes.status())


def test_who_ignores_the_request_is_killed_after_the_grace(processes: Processes) -> None:
    processes.start(python("hub", STUBBORN))
    assert until(lambda: "up" in processes.log_tail("hub"))
    (ending,) = processes.stop("hub", grace_s=0.1)
    assert ending.forced
    assert ending.exit_code == -signal.SIGKILL


def test_a_child_waiting_for_its_restart_can_be_stopped(tmp_path: Path) -> None:
    with Processes(tmp_path / "logs", RestartPolicy(first_s=60)) as slow:
        slow.start(python("hub", "raise SystemExit(3)"))
        assert until(lambda: only(slow).state == "waiting")
        began = time.monotonic()
        slow.stop("hub")
        assert time.monotonic() - began < 5
        assert only(slow).state == "stopped"


def test_memory_counts_the_whole_tree(processes: Processes) -> None:
    code = (
        "import subprocess, sys, time;"
        "subprocess.Popen([sys.executable, '-I', '-S', '-c', 'import time; time.sleep(60)']);"
        "print('up', flush=True); time.sleep(60)"
    )
    pid = processes.start(python("hub", code))
    assert until(lambda: len(psutil.Process(pid).children()) == 1)
    memory = only(processes).memory
    assert memory is not None
    assert memory.processes == 2
    assert memory.unique is not None
    assert 1 << 20 < memory.unique < memory.resident
    for child in psutil.Process(pid).children():
        child.kill()


def test_children_die_with_a_killed_supervisor(tmp_path: Path) -> None:
    code = (
        "import sys, threading, time\n"
        "from pathlib import Path\n"
        "from gridwarden.embedded.processes import Command, Processes\n"
        "children = Processes(Path(sys.argv[1]))\n"
        "def start():\n"  # on a thread that ends at once: its end must not end the child
        "    words = [sys.executable, '-c', 'import time; time.sleep(60)']\n"
        "    command = Command('hub', words, {}, Path('/'))\n"
        "    print(children.start(command), flush=True)\n"
        "threading.Thread(target=start).start()\n"
        "time.sleep(60)\n"
    )
    supervisor = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert supervisor.stdout is not None
    with supervisor.stdout:
        child = psutil.Process(int(supervisor.stdout.readline()))
    time.sleep(0.2)
    assert child.is_running()
    supervisor.kill()
    supervisor.wait()
    assert until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
