"""Takes members who move out of one region's audience and into another's, and forgotten members out of theirs.

One instance a member. Members tells where somebody lives now and not where they lived before, and a region's audience cannot
know that it has lost somebody to another region.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.kernel.base.message import Fact
from services.kernel.declare.process import Issue, ProcessManager, Reaction
from services.notifications.domain.residence import RESIDENCE, MoveHome
from services.notifications.processes.stored_state import StoredState


@dataclass(frozen=True, slots=True)
class Home:
    """Where a member lives; None for somebody who is no member."""

    region: str | None = None


HOME_STATE = StoredState(Home)


def instances(fact: Fact) -> Sequence[str]:
    """The member; nobody for a fact without a region."""
    match fact.name:
        case "members.member-joined" | "members.member-changed":
            return [fact.data["person"]] if fact.region else []
        case "members.member-erased":
            return [fact.data["person"]]
    return []


def react(document: Mapping[str, Any], fact: Fact) -> Reaction:
    """Command the move if the member lives in another region now. Pure."""
    before = HOME_STATE.read(document).region
    after = None if fact.name == "members.member-erased" else fact.region
    issues = [Issue(RESIDENCE, fact.data["person"], MoveHome(before, after))] if before and before != after else []
    return Reaction({"region": after} if after else {}, issues)


MOVING = ProcessManager(name="moving", instances=instances, react=react)
