from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.anomalies.detectors.silence import Silence, SilenceState, of_agents, of_devices
from hub.anomalies.row import Row
from hub.plans.domain import AgentRule, SilenceRule

DEVICES = SilenceRule(
    kind="device_silent",
    watches=["hydrant"],
    missed=3,
    agent_gap_s=15,
    grade="general",
    due_minutes=60,
    source={},
)
AGENTS = AgentRule(
    kind="agent_silent",
    silent_s=30,
    ingest_gap_s=20,
    grade="serious",
    due_minutes=60,
    source={},
)


@pytest.fixture(scope="module")
def devices(script: Any) -> Silence:
    return of_devices("silent", DEVICES, script.spots(h="hydrant", h2="hydrant", r="reader"))


@pytest.fixture(scope="module")
def agents() -> Silence:
    return of_agents("away", AGENTS, ["edge-1", "edge-2"])


def said(script: Any, second: float, *names: str, agent: str = "edge-1") -> Any:
    readings = [script.reading(second, name, "pressure", 0.3) for name in names]
    return script.batch(readings, received=second, agent=agent)


def every(script: Any, start: int, end: int, step: int, *names: str) -> list[Any]:
    return [said(script, second, *names) for second in range(start, end + 1, step)]


class TestDevices:
    def test_three_missed_reports_are_silence(self, script: Any, devices: Silence) -> None:
        both = every(script, 0, 20, 5, "h", "h2")
        assert script.play(devices, [*both, *every(script, 25, 30, 5, "h2")], until=34) == []
        assert script.play(devices, [*both, *every(script, 25, 35, 5, "h2")], until=36) == [
            ("device_silent", "h", 20, 35)
        ]

    def test_it_is_told_once_and_over_when_the_device_is_heard(
        self, script: Any, devices: Silence
    ) -> None:
        quiet = [*every(script, 0, 20, 5, "h", "h2"), *every(script, 25, 100, 5, "h2")]
        assert [t.what for t in script.play(devices, quiet, until=101)] == ["device_silent"]
        back = [*quiet, said(script, 105, "h")]
        assert script.play(devices, back)[1:] == [("device_silent over", "h", 20, 105)]

    def test_a_device_never_heard_of_is_silent_too(self, script: Any, devices: Silence) -> None:
        found = script.play(devices, every(script, 0, 40, 5, "h"), until=41)
        assert [(t.what, t.device) for t in found] == [("device_silent", "h2")]

    def test_readers_say_nothing_while_nobody_comes(self, script: Any, devices: Silence) -> None:
        found = script.play(devices, every(script, 0, 100, 5, "h", "h2"), until=101)
        assert found == []

    def test_silence_is_held_while_the_agent_is_away(self, script: Any, devices: Silence) -> None:
        before = every(script, 0, 20, 5, "h", "h2")
        assert script.play(devices, before, until=10_000) == []

    @pytest.mark.parametrize("stall", [3, 8, 14.5, 16, 900])
    def test_a_link_that_stalls_counts_against_no_device_although_urgent_words_overtake(
        self, script: Any, devices: Silence, stall: float
    ) -> None:
        """SE-06: the backlog comes bulk by bulk, behind an urgent batch and the agent's report."""
        before = every(script, 0, 20, 5, "h", "h2")
        back = 20 + stall
        held = [
            script.batch(
                [script.reading(second, name, "pressure", 0.3) for name in ("h", "h2")],
                received=back + 0.1 + second / 1e5,
            )
            for second in range(25, int(back) + 1, 5)
        ]
        alarm = script.batch(
            [script.reading(back - 1, "h", "alarm", 1)], received=back, urgent=True
        )
        state, found = devices.start(), []
        for batch in [
            *before,
            alarm,
            *held,
            *every(script, int(back) + 5, int(back) + 60, 5, "h", "h2"),
        ]:
            now = batch.received
            pulse = script.pulse({"edge-1": back}, settled=False)
            for work in (
                lambda s, at=now: devices.due(s, at),
                lambda s, at=now, b=batch: devices.step(s, Row(b), at),
                lambda s, at=now, p=pulse: (
                    devices.pulse(s, p, at) if at >= p.agents["edge-1"] else (s, [])
                ),
            ):
                state, more = work(state)
                found += more
        assert found == []

    def test_what_fell_silent_while_the_link_was_gone_is_told_by_when_it_did(
        self, script: Any, devices: Silence
    ) -> None:
        before = every(script, 0, 20, 5, "h", "h2")
        backlog = [
            script.batch([script.reading(s, "h2", "pressure", 0.3)], received=600 + s / 1000)
            for s in range(25, 600, 5)
        ]
        found = script.play(devices, [*before, *backlog], until=601)
        assert found == [("device_silent", "h", 20, 35)]

    def test_a_restart_of_the_agent_proves_one_missed_report_and_no_more(
        self, script: Any, devices: Silence
    ) -> None:
        before = every(script, 0, 20, 5, "h", "h2")
        fresh = [
            msgspec.structs.replace(said(script, second, *names), epoch=2)
            for second, names in ((34, ("h2",)), (36, ("h", "h2")), (41, ("h", "h2")))
        ]
        assert script.play(devices, [*before, *fresh], until=42) == []

    def test_a_device_whose_clock_is_wrong_is_heard_when_it_speaks(
        self, script: Any, devices: Silence
    ) -> None:
        for wrong in (-40, 40):
            batches = [
                script.batch(
                    [
                        script.reading(second, "h2", "pressure", 0.3),
                        script.reading(second + wrong, "h", "pressure", 0.3),
                    ],
                    received=second,
                )
                for second in range(100, 300, 5)
            ]
            assert script.play(devices, batches, until=301) == []

    def test_an_agents_outage_counts_against_no_device(self, script: Any, devices: Silence) -> None:
        before = every(script, 0, 20, 5, "h", "h2")
        after = [said(script, 600, "h"), *every(script, 604, 660, 5, "h", "h2")]
        assert script.play(devices, [*before, *after], until=661) == []

    def test_after_an_outage_a_device_that_stays_away_is_found(
        self, script: Any, devices: Silence
    ) -> None:
        before = every(script, 0, 20, 5, "h", "h2")
        after = every(script, 600, 660, 5, "h")
        found = script.play(devices, [*before, *after], until=661)
        assert [(t.what, t.device, t.started) for t in found] == [("device_silent", "h2", 20)]

    def test_ingests_note_that_the_agent_went_is_no_word_of_the_agent(
        self, script: Any, devices: Silence
    ) -> None:
        before = every(script, 0, 20, 5, "h", "h2")
        notes = [
            script.batch([script.word(s, "edge-1", "offline")], received=s)
            for s in range(24, 90, 10)
        ]
        assert script.play(devices, [*before, *notes], until=100) == []

    def test_an_agent_with_nothing_else_to_say_proves_it_lives_by_its_reports(
        self, script: Any, devices: Silence
    ) -> None:
        state, _ = devices.step(devices.start(), Row(said(script, 0, "h", "h2")), script.micros(0))
        told = []
        for second in (5, 10, 15, 20):
            pulse = script.pulse({"edge-1": second})
            state, found = devices.pulse(state, pulse, script.micros(second))
            told.append([t.device for t in script.tell(found)])
        assert told == [[], [], ["h", "h2"], []]

    def test_a_device_that_its_agent_calls_unreachable_was_not_heard(
        self, script: Any, devices: Silence
    ) -> None:
        rounds = [
            script.batch(
                [script.word(s, "h", "offline"), script.reading(s, "h2", "pressure", 0.3)],
                received=s,
            )
            for s in range(5, 40, 5)
        ]
        found = script.play(devices, [said(script, 0, "h", "h2"), *rounds], until=41)
        assert [(t.what, t.device) for t in found] == [("device_silent", "h")]

    def test_a_device_given_to_another_agent_is_measured_by_that_one(
        self, script: Any, devices: Silence
    ) -> None:
        moved = script.spots(h="hydrant", h2="hydrant")
        moved["h"] = msgspec.structs.replace(moved["h"], agent="edge-9")
        after = of_devices("silent", DEVICES, moved)
        state, found = devices.start(), []
        for batch in every(script, 0, 100, 5, "h", "h2"):
            state, more = devices.step(state, Row(batch), 0)
            found += more
        for second in range(105, 140, 5):
            for name, agent in (("other", "edge-9"), ("h2", "edge-1")):
                batch = said(script, second, name, agent=agent)
                state, more = after.step(state, Row(batch), 0)
                found += more
        assert [(t.what, t.device) for t in script.tell(found)] == [("device_silent", "h")]
        assert script.tell(found)[0].at >= 115

    def test_a_hub_that_was_down_finds_the_same_as_one_that_was_not(
        self, script: Any, devices: Silence
    ) -> None:
        batches = [*every(script, 0, 20, 5, "h", "h2"), *every(script, 25, 200, 5, "h2")]
        assert script.play(devices, batches, until=100_000) == script.play(
            devices, batches, until=201
        )

    @settings(max_examples=100, deadline=None)
    @given(
        story=st.lists(
            st.tuples(st.sampled_from([1, 4, 40]), st.sampled_from([("h",), ("h2",), ("h", "h2")])),
            max_size=40,
        ),
        again=st.sets(st.integers(0, 40)),
    )
    def test_a_restart_changes_nothing(
        self,
        script: Any,
        devices: Silence,
        story: list[tuple[int, tuple[str, ...]]],
        again: set[int],
    ) -> None:
        def run(restarts: set[int]) -> list[Any]:
            state, found, second = devices.start(), [], 0
            for number, (passed, names) in enumerate(story):
                if number in restarts:
                    state = msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=SilenceState)
                second += passed
                now = script.micros(second)
                state, more = devices.due(state, now)
                state, heard = devices.step(state, Row(said(script, second, *names)), now)
                found += [*more, *heard]
            return script.tell(found)

        assert run(again) == run(set())


class TestAgents:
    def test_an_agent_is_away_when_ingest_works_and_hears_nothing(
        self, script: Any, agents: Silence
    ) -> None:
        start = [said(script, 0, agent="edge-1"), said(script, 0, agent="edge-2")]
        others = [said(script, second, agent="edge-2") for second in range(10, 41, 10)]
        assert script.play(agents, [*start, *others[:2]], until=29) == []
        found = script.play(agents, [*start, *others], until=41)
        assert found == [("agent_silent", "edge-1", 0, 30)]

    def test_it_is_back_when_it_is_heard(self, script: Any, agents: Silence) -> None:
        batches = [said(script, 0, agent="edge-1")]
        batches += [said(script, second, agent="edge-2") for second in range(0, 50, 10)]
        found = script.play(agents, [*batches, said(script, 55, agent="edge-1")])
        assert found[1:] == [("agent_silent over", "edge-1", 0, 55)]

    def test_ingest_that_was_down_counts_against_no_agent(
        self, script: Any, agents: Silence
    ) -> None:
        both = [said(script, s, agent=a) for s in (0, 10) for a in ("edge-1", "edge-2")]
        later = [said(script, s, agent=a) for s in (900, 910) for a in ("edge-1", "edge-2")]
        assert script.play(agents, [*both, *later], until=911) == []

    def test_ingests_own_beat_is_enough_proof(self, script: Any, agents: Silence) -> None:
        state, told = agents.start(), []
        for second in range(0, 45, 5):
            reported = {"edge-1": 0.0, "edge-2": float(second)}
            pulse = script.pulse(reported, ingest=second)
            state, found = agents.pulse(state, pulse, script.micros(second))
            told += script.tell(found)
        assert told == [("agent_silent", "edge-1", 0, 30)]

    def test_without_a_sign_of_ingest_nobody_is_called_away(
        self, script: Any, agents: Silence
    ) -> None:
        state = agents.start()
        for second in range(0, 1000, 10):
            pulse = script.pulse({"edge-1": 0}, ingest=0)
            state, found = agents.pulse(state, pulse, script.micros(second))
            assert found == []
