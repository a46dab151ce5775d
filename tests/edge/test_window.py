from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from edge.pack import Channel
from edge.window import Ticket, Window

LIMIT, RESEND_S = 4, 10.0


def ticket(seq: int, channel: Channel = "bulk", size: int = 100) -> Ticket:
    return Ticket(1, seq, channel, size)


def numbers(tickets: list[Ticket]) -> list[int]:
    return [chosen.seq for chosen in tickets]


def test_urgent_goes_first_and_bulk_by_seq() -> None:
    heads = [ticket(5, "urgent"), ticket(1), ticket(2)]
    assert numbers(Window(LIMIT, RESEND_S).choose(heads, 0)) == [5, 1, 2]


def test_bulk_in_flight_does_not_hold_back_an_alarm() -> None:
    window = Window(LIMIT, RESEND_S)
    assert numbers(window.choose([ticket(n) for n in range(1, 9)], 0)) == [1, 2, 3, 4]
    assert numbers(window.choose([ticket(9, "urgent"), ticket(5)], 1)) == [9]


def test_what_is_not_acknowledged_is_sent_again_after_a_while() -> None:
    window = Window(LIMIT, RESEND_S)
    window.choose([ticket(1), ticket(2)], 0)
    window.settle([(1, 1)])
    assert window.choose([], 9.9) == []
    assert numbers(window.choose([], 10.0)) == [2]
    assert window.choose([], 19.9) == []


def test_a_silent_store_is_asked_with_one_batch_at_a_time() -> None:
    """Else an hour's silence would leave hundreds of copies of each batch at the broker."""
    window = Window(LIMIT, RESEND_S)
    window.choose([ticket(1), ticket(2), ticket(3), ticket(4, "urgent")], 0)
    assert numbers(window.choose([], 10)) == [4]
    assert window.choose([], 19) == []
    assert numbers(window.choose([], 20)) == [1]
    assert numbers(window.choose([], 30)) == [2]


def test_when_the_store_answers_all_that_is_overdue_is_sent_again_at_once() -> None:
    window = Window(LIMIT, RESEND_S)
    window.choose([ticket(1), ticket(2), ticket(3)], 0)
    assert numbers(window.choose([], 60)) == [1]
    window.settle([(1, 1)])
    assert numbers(window.choose([], 60.1)) == [2, 3]


def test_a_new_connection_sends_everything_again_at_once() -> None:
    window = Window(LIMIT, RESEND_S)
    window.choose([ticket(1)], 0)
    window.reconnect()
    assert numbers(window.choose([ticket(1)], 0.1)) == [1]


def test_what_could_not_be_published_is_due_at_once() -> None:
    window = Window(LIMIT, RESEND_S)
    window.withdraw(window.choose([ticket(1)], 0))
    assert numbers(window.choose([ticket(1)], 0)) == [1]


def test_large_bulk_batches_go_few_at_a_time_but_one_always_goes() -> None:
    window = Window(LIMIT, RESEND_S, max_bulk_bytes=1000)
    heads = [ticket(1, size=5000), ticket(2, size=600), ticket(3, size=300)]
    assert numbers(window.choose(heads, 0)) == [1]
    window.settle([(1, 1)])
    assert numbers(window.choose(heads[1:], 0)) == [2, 3]


class Conversation(RuleBasedStateMachine):
    """A spool, a window and an ingest that answers, is silent or is cut off, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.window = Window(LIMIT, RESEND_S)
        self.spool: dict[int, Ticket] = {}
        self.made = 0
        self.now = 0.0
        self.sent: dict[int, float] = {}

    @rule(channel=st.sampled_from(["urgent", "bulk", "rejected"]))
    def append(self, channel: Channel) -> None:
        self.made += 1
        self.spool[self.made] = ticket(self.made, channel)

    @rule()
    def send(self) -> None:
        heads = sorted(self.spool.values(), key=lambda t: (not t.urgent, t.seq))
        waiting = [t for t in heads if t.key not in self.window.in_flight]
        chosen = self.window.choose(waiting[: self.window.reach], self.now)
        assert numbers(chosen) == [
            t.seq for t in sorted(chosen, key=lambda t: (not t.urgent, t.seq))
        ]
        for t in chosen:
            last = self.sent.get(t.seq)
            assert last is None or self.now - last >= RESEND_S
            self.sent[t.seq] = self.now
        if any(t.urgent for t in waiting[:LIMIT]):
            flying = [key for key in self.window.in_flight if self.spool[key[1]].urgent]
            assert flying

    @precondition(lambda self: self.spool)
    @rule(data=st.data())
    def acknowledge(self, data: st.DataObject) -> None:
        seq = data.draw(st.sampled_from(sorted(self.spool)))
        self.spool.pop(seq)
        self.window.settle([(1, seq)])

    @rule(seconds=st.floats(0, 15))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def reconnect(self) -> None:
        self.window.reconnect()
        self.sent.clear()

    @invariant()
    def bounds_hold(self) -> None:
        flying = self.window.in_flight
        urgent = [key for key in flying if self.spool[key[1]].urgent]
        assert len(urgent) <= LIMIT
        assert len(flying) - len(urgent) <= LIMIT

    def teardown(self) -> None:
        """Whatever happened before: once ingest answers, everything is sent and acknowledged."""
        for _ in range(self.made + 2):
            self.now += RESEND_S
            heads = sorted(self.spool.values(), key=lambda t: (not t.urgent, t.seq))
            for t in self.window.choose(heads[: self.window.reach], self.now):
                del self.spool[t.seq]
                self.window.settle([t.key])
        assert not self.spool


TestConversation = Conversation.TestCase
TestConversation.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
