"""Vocabulary: the words in which a case is spoken of. The stages, what people do, what happened."""

from __future__ import annotations

from typing import Literal, TypeAlias

Stage = Literal[
    "discovered",
    "screened",
    "accepted",
    "triaged",
    "dispatched",
    "handled",
    "verified",
    "closed",
    "revisited",
    "archived",
    "suspended",
    "transferred",
    "unsolvable",
]
ENDED: frozenset[Stage] = frozenset(("closed", "revisited", "archived"))
FIRST: Stage = "discovered"
LAST: Stage = "archived"

Action = Literal[
    "accept",
    "dispatch",
    "handle",
    "verify",
    "close",
    "look",
    "dismiss",
    "note",
    "come",
    "screen",
    "grade",
    "triage",
    "return",
    "escalate",
    "transfer",
    "receive",
    "dissuade",
    "measure",
    "track",
    "fail_recheck",
    "feed_back",
    "revisit",
    "rate",
    "archive",
    "reopen",
    "ask_extension",
    "extend",
    "refuse_extension",
    "suspend",
    "resume",
    "declare_unsolvable",
    "split",
    "change_task",
    "merge",
    "decide",
    "publish",
]

EventName = Literal[
    # What sensors, reports and the roster bring.
    "discovered",
    "recurred",
    "relapsed",
    "reported",
    "worsened",
    "handed_over",
    "joined",
    "merged",
    "sensor_recovered",
    "alarmed",
    "pictured",
    "unpictured",
    # The way of a case.
    "screened",
    "accepted",
    "graded",
    "triaged",
    "dispatched",
    "returned",
    "escalated",
    "transferred",
    "received",
    "handled",
    "verified",
    "recheck_failed",
    "closed",
    "fed_back",
    "revisited",
    "rated",
    "archived",
    "reopened",
    # Beside the way.
    "looked",
    "dismissed",
    "noted",
    "coming",
    "measure_taken",
    "tracked",
    "extension_asked",
    "extended",
    "extension_refused",
    "suspended",
    "resumed",
    "declared_unsolvable",
    "split",
    "task_changed",
    "decided",
    "published",
    # What supervision adds.
    "urged",
    "listed",
    "delisted",
    "ordered",
    "bulletin",
    "carded",
    "notice_issued",
    "notice_answered",
    "slip_issued",
]

Field = Literal[
    "note",
    "to",
    "found",
    "photos",
    "upheld",
    "grade",
    "path",
    "on_site",
    "lead",
    "cooperating",
    "implementing",
    "due",
    "receiver",
    "until",
    "audience",
    "satisfied",
    "rating",
    "title",
    "task",
    "change",
    "coordinator",
    "into",
    "body",
    "agreed",
    "level",
]

Look = Literal["asked", "confirmed", "not_found"]
Found = Literal["confirmed", "not_found"]
# HZ-03: fixed by the holder; by a department; at once; after a decision.
Path = Literal["general", "coordination", "emergency", "approval"]
Audience = Literal["reporter", "concerned", "lower_grid", "public"]
Outcome = Literal["solved", "dismissed", "merged", "unsolvable"]
TaskChange = Literal["done", "dropped", "back"]
Body = Literal["committee", "department"]
Level = Literal["grid", "community", "township"]  # HZ-06: the three levels of publication
LimitName = Literal[
    "triage",
    "department",
    "feedback",
    "transfer",
    "extension",
    "revisit",
    "interim_measure",
]
Right: TypeAlias = str  # a dotted name such as `cases.act`
PersonId: TypeAlias = str
UnitId: TypeAlias = str  # a department of the plan, or the name of a body outside

SENSOR = "system:sensor"  # who acts when a sensor's word moves a case
CAMERAS = "system:cameras"  # who acts when a rule asks a camera for a picture
REPORT = "report"  # the rule that a reported hazard breaks; no sensor can mend it
