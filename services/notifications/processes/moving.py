"""Moves members from one region's audience to another's, and erased members out of their audience.

One instance for each member. Members tells the present region of a member and not the region before, so a region's audience
cannot know that a member has left for another region.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.heard.members import MEMBERS_ERASED, MEMBERS_PLACED, MemberErased, MemberPlaced
from services.kernel.base.message import Fact
from services.kernel.declare.fact_shapes import FactShapes
from services.kernel.declare.process import Dispatch, ProcessManager, Reaction
from services.notifications.domain.residence import RESIDENCE, MoveHome

HEARD = FactShapes({**MEMBERS_PLACED, **MEMBERS_ERASED})


@dataclass(frozen=True, slots=True)
class Home:
    """The region of a member; None for a person who is no member."""

    region: str | None = None


def instances(fact: Fact) -> Sequence[str]:
    match HEARD.read(fact):
        case MemberPlaced(person):
            return [person] if fact.region else []
        case MemberErased(person):
            return [person]
    return []


def react(home: Home, fact: Fact) -> Reaction[Home]:
    """Command the move if the member has left a region."""
    told = HEARD.read(fact)
    after = None if isinstance(told, MemberErased) else fact.region
    if home.region is None or home.region == after:
        return Reaction(Home(after))
    return Reaction(Home(after), [Dispatch(RESIDENCE, told.person, MoveHome(home.region, after))])


MOVING = ProcessManager(name="moving", state=Home, instances=instances, react=react)
