from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from hub.files.domain import DAY, Fact, FileEntry, Progress, file_state, milestones, per_grid
from hub.files.rules import FileRules, Part
from hub.sites.domain import Name
from hub.sourced import Source

T = Name("Part", "项")
PARTS = {
    "basics": Part(title=T, holds="text", source="ours"),
    "plan": Part(title=T, holds="document", source="ours"),
    "exits": Part(title=T, holds="text", stale_days=90, source="ours"),
    "watch": Part(title=T, known="devices", source="ours"),
    "extra": Part(title=T, holds="text", required=False, source="ours"),
}
FACTS = {"devices": Fact(there=True)}


def entry(
    part: str, value: str | None = "x", at: int = 0, source: Source = "declared"
) -> FileEntry:
    papers = ("00" * 32,) if part == "plan" and value else ()
    return FileEntry(
        kind="building",
        subject="b",
        part=part,
        source=source,
        data={"value": None if part == "plan" else value},
        attachments=papers,
        actor="p",
        at=at,
    )


WHOLE = [entry("basics"), entry("plan"), entry("exits")]


def test_a_file_names_the_required_parts_that_it_lacks() -> None:
    """SE-12 in part: incomplete files are reported with what is missing."""
    state = file_state([entry("basics")], {}, PARTS, 0)
    assert (state.stage, state.missing) == ("incomplete", ("plan", "exits", "watch"))
    assert state.share == 0.25
    assert file_state(WHOLE, FACTS, PARTS, 0).stage == "consolidated"


def test_an_emptied_part_is_missing_again() -> None:
    state = file_state([*WHOLE, entry("plan", None, at=1)], FACTS, PARTS, 1)
    assert state.missing == ("plan",)


def test_a_part_that_was_not_confirmed_for_long_keeps_the_file_from_being_consolidated() -> None:
    """SE-12 in part, SE-17 in part: 90 days, ours."""
    at_limit = file_state(WHOLE, FACTS, PARTS, 90 * DAY)
    over = file_state(WHOLE, FACTS, PARTS, 90 * DAY + 1)
    assert [at_limit.stage, over.stage] == ["consolidated", "complete"]
    assert over.stale == ("exits",)
    renewed = [*WHOLE, entry("exits", at=90 * DAY, source="observed")]
    assert file_state(renewed, FACTS, PARTS, 90 * DAY + 1).stage == "consolidated"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["basics", "plan", "exits", "extra"]),
            st.sampled_from(["observed", "declared"]),
            st.sampled_from(["a", "b", None]),
        )
    )
)
def test_what_was_declared_never_hides_what_was_seen(
    told: list[tuple[str, Source, str | None]],
) -> None:
    """PR-09 in part"""
    entries = [entry(part, value, at, source) for at, (part, source, value) in enumerate(told)]
    for line in file_state(entries, FACTS, PARTS, 1000).parts:
        for source in ("observed", "declared"):
            mine = [e for e in entries if (e.part, e.source) == (line.name, source)]
            assert getattr(line.entries, source) == (mine[-1] if mine else None)
        if line.entries.observed is not None:
            assert line.entries.holds is line.entries.observed


def test_progress_counts_in_every_grid_above() -> None:
    """SE-12 in part: progress per grid."""
    whole = file_state(WHOLE, FACTS, PARTS, 0)
    part = file_state([entry("basics")], FACTS, PARTS, 0)
    found = per_grid([(("C", "C-1"), whole), (("C", "C-2"), part)], ["C", "C-1", "C-2"])
    assert {code: (one.files, one.complete) for code, one in found.items()} == {
        "C": (2, 1),
        "C-1": (1, 1),
        "C-2": (1, 0),
    }
    assert found["C-2"].missing == {"exits": 1, "plan": 1}


def test_targets_are_dated_and_told_late_only_when_their_day_is_over() -> None:
    """SE-12 in part: complete by Q1, consolidated in Q2."""
    rules = FileRules(complete="Q1", consolidated="Q2")
    done = Progress(files=10, complete=9, consolidated=4, missing={})
    complete, consolidated = milestones(done, rules, date(2027, 4, 2))
    assert (complete.by, complete.days_left, complete.late) == (date(2027, 3, 31), -2, True)
    assert (consolidated.by, consolidated.done, consolidated.late) == (date(2027, 6, 30), 4, False)
    assert not milestones(done, rules, date(2027, 3, 31))[0].late
    all_done = Progress(files=9, complete=9, consolidated=4, missing={})
    assert not milestones(all_done, rules, date(2027, 4, 2))[0].late
