"""Who moves house leaves one region's audience and enters another's; who is forgotten leaves theirs.

One instance a member. Members tells where somebody lives now and not where they lived before; an audience is a region's,
and cannot know that it has lost somebody to another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.kernel.message import Fact
from services.kernel.process import Issue, ProcessManager, Reaction
from services.notifications.domain.residence import RESIDENCE, MoveHome


def instances(fact: Fact) -> Sequence[str]:
    """The member."""
    match fact.name:
        case "members.member-joined" | "members.member-changed":
            return [fact.data["person"]] if fact.region else []
        case "members.member-erased":
            return [fact.data["person"]]
    return []


def react(state: Mapping[str, Any], fact: Fact) -> Reaction:
    """``state`` is ``{region}``, empty for nobody's member."""
    before = state.get("region")
    after = None if fact.type == "member-erased" else fact.region
    issues = [Issue(RESIDENCE, fact.data["person"], MoveHome(before, after))] if before and before != after else []
    return Reaction({"region": after} if after else {}, issues)


MOVING = ProcessManager(name="moving", instances=instances, react=react)
