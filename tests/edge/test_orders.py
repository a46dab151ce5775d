from __future__ import annotations

from collections.abc import Callable

import pytest

from edge.command import (
    Command,
    Configure,
    Order,
    Reply,
    ReportNow,
    Snapshot,
    TryLink,
    UnknownCommand,
)
from edge.config import ConfigError
from edge.configure import RolledBackError
from edge.orders import PATIENCE, Orders
from edge.replies import Replies
from edge.sample import Sample
from edge.wire import Detection, LinkTest

UNTIL = 10**15


class Agent:
    """An agent that notes what it is told to do; its clock is `now`."""

    def __init__(self) -> None:
        self.now = 1000
        self.done: list[str] = []
        self.replies: list[Reply] = []
        self.problem: Exception | None = None
        self.kept = Replies()
        self.orders = self.restarted()

    def restarted(self) -> Orders:
        return Orders("north", self, self.kept, self.replies.append, lambda: self.now)

    def report(self) -> None:
        self.done.append("report")

    def try_link(self) -> None:
        self.done.append("test")

    def take_snapshot(self, device: str) -> bool:
        self.done.append(f"snapshot {device}")
        return device == "camera-1"

    def configure(self, text: str) -> int:
        self.done.append(text)
        if self.problem:
            raise self.problem
        return 3

    def asked(self, order: Order, name: str = "c", until: int = UNTIL) -> Reply | None:
        before = len(self.replies)
        self.orders.take(Command(name, until, order))
        return self.replies[-1] if len(self.replies) > before else None


@pytest.fixture
def agent() -> Agent:
    return Agent()


def test_a_command_is_done_once_and_answered_each_time(agent: Agent) -> None:
    first = agent.asked(ReportNow())
    assert first == Reply("c", "north", 1000, "done")
    agent.now += 5
    assert agent.asked(ReportNow()) == first
    agent.orders = agent.restarted()
    assert agent.asked(ReportNow()) == first
    assert agent.done == ["report"]


def test_what_is_unknown_or_late_is_refused_with_a_reason(agent: Agent) -> None:
    agent.orders.take(UnknownCommand("u", "no tag 'reboot'"))
    assert (agent.replies[-1].state, "reboot" in agent.replies[-1].reason) == ("refused", True)
    late = agent.asked(ReportNow(), until=999)
    assert late is not None
    assert (late.state, "too late" in late.reason) == ("refused", True)
    assert agent.done == []


def picture(device: str, time: int = 77, kind: str = "snapshot") -> Sample:
    return Sample(detections=[Detection(device, time, kind, "", 1.0, None, b"jpeg")])


def test_a_snapshot_is_answered_when_its_picture_is_there(agent: Agent) -> None:
    assert agent.asked(Snapshot("camera-1")) is None
    assert agent.asked(Snapshot("camera-1")) is None  # published again meanwhile
    agent.orders.look_for_pictures([picture("camera-2"), picture("camera-1", kind="fire")])
    assert agent.replies == []
    agent.orders.look_for_pictures([picture("camera-1")])
    assert agent.replies == [Reply("c", "north", 1000, "done", "", {"time": 77})]
    assert agent.done == ["snapshot camera-1"]


def test_a_camera_that_gives_no_picture_fails_in_time(agent: Agent) -> None:
    agent.asked(Snapshot("camera-1"), "a", until=1500)
    agent.asked(Snapshot("camera-1"), "b")
    agent.now = 1501
    agent.orders.step()
    assert [(reply.id, reply.state) for reply in agent.replies] == [("a", "failed")]
    agent.now = 1001 + PATIENCE
    agent.orders.step()
    assert [reply.id for reply in agent.replies] == ["a", "b"]
    assert "camera-1 gave no picture" in agent.replies[-1].reason


def test_a_camera_that_the_agent_does_not_read_is_refused(agent: Agent) -> None:
    reply = agent.asked(Snapshot("camera-9"))
    assert reply is not None
    assert reply.state == "refused"


@pytest.mark.parametrize(("passed", "state"), [(True, "done"), (False, "failed")])
def test_a_link_test_is_answered_with_its_result(agent: Agent, passed: bool, state: str) -> None:
    assert agent.asked(TryLink()) is None
    agent.orders.tested(LinkTest(1, passed, 5, 2.0, 3.0, "" if passed else "nobody"))
    (reply,) = agent.replies
    assert (reply.state, reply.detail["median_ms"]) == (state, 2.0)


@pytest.mark.parametrize(
    ("problem", "state"),
    [
        (None, "done"),
        (ConfigError("no such key"), "refused"),
        (RolledBackError("no driver"), "failed"),
    ],
)
def test_a_configuration_says_what_became_of_it(
    agent: Agent, problem: Exception | None, state: str
) -> None:
    agent.problem = problem
    reply = agent.asked(Configure("text"))
    assert reply is not None
    assert (reply.state, reply.reason) == (state, str(problem or ""))
    assert reply.detail == ({} if problem else {"replaced": 3})


def test_each_waiting_command_is_answered(agent: Agent) -> None:
    wait: Callable[[str], object] = lambda name: agent.asked(TryLink(), name)  # noqa: E731
    assert (wait("a"), wait("b")) == (None, None)
    agent.orders.tested(LinkTest(1, True, 5))
    assert [reply.id for reply in agent.replies] == ["a", "b"]
