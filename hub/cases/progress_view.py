"""View of the progress: how far the work on a case is, beyond its stage."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from hub.cases import vocabulary as words
from hub.cases.state import Progress
from hub.views import Instant, instant


class TaskView(BaseModel):
    """A sub-task; `state` null: to be done."""

    id: int
    title: str
    lead: str | None
    to: str | None
    due: Instant | None
    state: words.TaskChange | None


class ProgressView(BaseModel):
    """How far the work is: its way, units, deadlines beside the case's own, and counts."""

    screening: Literal["needed", "upheld", "rejected"] | None = Field(
        description="Whether a second role has confirmed the report (HZ-09); null: not asked"
    )
    path: words.Path | None
    lead: str | None
    cooperating: list[str]
    implementing: str | None
    coordinator: str | None
    tasks: list[TaskView]
    triage_by: Instant | None
    measures: int
    measure_by: Instant | None = Field(description="Until when a first measure is asked (CA-10)")
    measure_until: Instant | None
    receiver: str | None = Field(description="Body outside the jurisdiction that has the case")
    receipt: bool
    extension: Instant | None = Field(description="The deadline that is asked for")
    held_until: Instant | None = Field(description="When a suspended case is looked at again")
    unsolvable: str = Field(description="Why it cannot be done, as the reporter reads it")
    decided: dict[words.Body, bool]
    published: list[words.Level]
    proof: str | None = Field(description="What the last recheck rests on: sensor or person")
    outcome: words.Outcome | None
    merged_into: str | None
    feedback_by: Instant | None
    fed_back: list[words.Audience]
    revisit_by: Instant | None
    satisfied: bool | None
    rating: int | None
    returns: int
    reworks: int
    transfers: int
    escalations: int
    extensions: int
    reopenings: int


def progress_view(progress: Progress) -> ProgressView:
    """The progress as the API tells it."""
    tasks = [
        TaskView(
            id=task.id,
            title=task.title,
            lead=task.lead,
            to=task.to,
            due=instant(task.due),
            state=task.state,
        )
        for task in progress.tasks
    ]
    return ProgressView.model_validate(
        {
            name: getattr(progress, name)
            for name in ProgressView.model_fields
            if hasattr(progress, name)
        }
        | {
            "tasks": tasks,
            "merged_into": progress.into,
            "triage_by": instant(progress.triage_by),
            "measure_by": instant(progress.measure_by),
            "measure_until": instant(progress.measure_until),
            "extension": instant(progress.extension),
            "held_until": instant(progress.held_until),
            "feedback_by": instant(progress.feedback_by),
            "revisit_by": instant(progress.revisit_by),
        }
    )
