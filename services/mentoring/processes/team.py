"""Team: whoever is erased goes along with no library any more; the next in the team leads.

One instance a person, by any id that was theirs. State: ``{cases: {mentorship: mentor}, gone: bool}``; what ended or went
on without them since stays in ``cases``, and ``decide`` leaves it alone. Leaving an office releases nobody: a mentor needs none, and
whoever leads in the region decides who goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.kernel.base.message import Fact, Recorded
from services.kernel.declare.process import Issue, ProcessManager, Reaction
from services.kernel.declare.view import COMMITS, INBOX
from services.mentoring.domain.mentorship import MENTORSHIP
from services.mentoring.domain.opening import MentorAssigned, ReleaseMentor

ERASED = "members.member-erased"


def instances(fact: Recorded | Fact) -> Sequence[str]:
    """Every id that was the person's, or the mentor who was named."""
    if isinstance(fact, Fact):
        ids = [str(fact.data["person"]), *map(str, fact.data["ids"])] if fact.name == ERASED else []
        return list(dict.fromkeys(ids))
    return [fact.event.mentor] if isinstance(fact.event, MentorAssigned) else []


def react(state: Mapping[str, Any], fact: Recorded | Fact) -> Reaction:
    """What follows."""
    state = {"cases": {}, "gone": False, **state}
    if isinstance(fact, Fact):
        return Reaction({"cases": {}, "gone": True}, [_release(*each) for each in state["cases"].items()])
    if not isinstance(fact.event, MentorAssigned):
        return Reaction(state)
    if state["gone"]:
        return Reaction(state, [_release(fact.stream_id, fact.event.mentor)])
    return Reaction({**state, "cases": {**state["cases"], fact.stream_id: fact.event.mentor}})


def _release(case: str, mentor: str) -> Issue:
    return Issue(MENTORSHIP, case, ReleaseMentor(mentor))


TEAM = ProcessManager(name="team", instances=instances, react=react, logs=(COMMITS, INBOX))
