"""Team: releases a mentor who is erased from every case; the next in the team leads.

One instance a person, under any id that was the person's. Leaving an office releases nobody: a mentor needs no office, and
the regional coordinator decides who goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from services.heard.members import MEMBERS_ERASED, MemberErased
from services.kernel.base.message import Fact, Recorded
from services.kernel.declare.fact_shapes import FactShapes
from services.kernel.declare.process import Dispatch, ProcessManager, Reaction
from services.kernel.declare.view import COMMITS, INBOX
from services.mentoring.domain.mentorship import MENTORSHIP
from services.mentoring.domain.opening import MentorAssigned, ReleaseMentor

HEARD = FactShapes(MEMBERS_ERASED)


@dataclass(frozen=True)
class Mentor:
    """``cases`` maps each case to the id under which the mentor was named. An ended case stays in ``cases``, as does a
    case with other mentors now; ``decide`` leaves both alone.
    """

    cases: Mapping[str, str] = field(default_factory=dict)
    gone: bool = False


def instances(fact: Recorded | Fact) -> Sequence[str]:
    """Every id of a person who is erased; the mentor who was named."""
    if isinstance(fact, Fact):
        erased: MemberErased | None = HEARD.read(fact)
        return [] if erased is None else list(erased.all_ids)
    return [fact.event.mentor] if isinstance(fact.event, MentorAssigned) else []


def react(state: Mentor, fact: Recorded | Fact) -> Reaction[Mentor]:
    if isinstance(fact, Fact):
        return Reaction(Mentor(gone=True), [_release(case, mentor) for case, mentor in state.cases.items()])
    if not isinstance(fact.event, MentorAssigned):
        return Reaction(state)
    if state.gone:
        # The erasure was heard first: the two logs have no common order.
        return Reaction(state, [_release(fact.stream_id, fact.event.mentor)])
    return Reaction(replace(state, cases={**state.cases, fact.stream_id: fact.event.mentor}))


def _release(case: str, mentor: str) -> Dispatch:
    return Dispatch(MENTORSHIP, case, ReleaseMentor(mentor))


TEAM = ProcessManager(name="team", state=Mentor, instances=instances, react=react, logs=(COMMITS, INBOX))
