"""Asked: the words in which a refusal asks for what is missing."""

from __future__ import annotations

from hub.cases.vocabulary import Action, Field, Stage

WORDS: dict[Stage, str] = {
    "discovered": "discovered",
    "screened": "screened",
    "accepted": "accepted",
    "triaged": "triaged",
    "dispatched": "dispatched",
    "handled": "handled",
    "verified": "verified",
    "closed": "closed",
    "revisited": "closed and visited again",
    "archived": "archived",
    "suspended": "suspended",
    "transferred": "transferred out of jurisdiction",
    "unsolvable": "declared unsolvable",
}
_NOTES: dict[Action, str] = {
    "handle": "Say in `note` what was done.",
    "verify": "The sensor has not agreed: say in `note` why the danger is over nevertheless.",
    "note": "Write the note in `note`.",
    "close": "The danger is not proven over: say in `note` why the case is closed nevertheless.",
    "return": "Say in `note` why the case goes back.",
    "escalate": "Say in `note` why it needs the next level.",
    "declare_unsolvable": "Say in `note` why it cannot be done; who reported it will read that.",
    "fail_recheck": "Say in `note` what was found wrong.",
    "measure": "Say in `note` what was done to protect people for now.",
    "track": "Say in `note` how it stands on site.",
    "receive": "Say in `note` who confirmed the receipt, and how.",
}
_FIELDS: dict[Field, str] = {
    "note": "Give the reason in `note`.",
    "to": "Name in `to` who gets it.",
    "found": "Say in `found` what was found.",
    "photos": "Add a photo.",
    "upheld": "Say in `upheld` whether the report is true.",
    "grade": "Say in `grade` how grave it is.",
    "path": "Say in `path` which way it goes: general, coordination, emergency or approval.",
    "on_site": "Say in `on_site` that it was accepted on the spot.",
    "lead": "Name in `lead` the department that leads.",
    "cooperating": "Name in `cooperating` the departments that help.",
    "implementing": "Name in `implementing` who carries it out.",
    "due": "Say in `due` until when.",
    "receiver": "Name in `receiver` the body that gets the case.",
    "until": "Say in `until` until when.",
    "audience": "Say in `audience` who was told.",
    "satisfied": "Say in `satisfied` whether they are.",
    "rating": "Give in `rating` 1 to 5.",
    "title": "Say in `title` what is to be done.",
    "task": "Name in `task` the number of the sub-task.",
    "change": "Say in `change` what became of it.",
    "coordinator": "Name in `coordinator` who holds the parts together.",
    "into": "Name in `into` the id of the case that it goes into.",
    "body": "Say in `body` who decides: committee or department.",
    "agreed": "Say in `agreed` whether they agree.",
    "level": "Say in `level` where it is published.",
}


def asked(action: Action, field: Field) -> str:
    """What to write into a missing field of an action."""
    return (_NOTES.get(action) if field == "note" else None) or _FIELDS[field]
