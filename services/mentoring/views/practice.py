"""What each participant has been to and can do, as events and members told it. Key: the participant, member or guest.

``{activities: {activity: true}, levels: {unit: level}, libraries: [ids], subdistrict, region}``; ``levels`` are those of
skill, by a second rater, the latest of each unit; ``libraries`` where somebody works now.
"""

from __future__ import annotations

from services.kernel.base.message import Fact
from services.kernel.declare.view import INBOX, Applied, Change, Remove, View, adding, taking

SKILL, SECOND = "skill", "second"


def apply(fact: Fact) -> Applied:
    """What a fact changes."""
    data = fact.data
    match fact.name:
        case "events.attendance-recorded":
            return [Change(str(data["person"] or data["guest"]), {f"activities.{data['activity']}": True})]
        case "members.competence-rated" if data["aspect"] == SKILL and data["rater"] == SECOND:
            return [Change(str(data["person"]), {f"levels.{data['unit']}": int(data["level"])})]
        case "members.affiliation-started":
            return [Change(str(data["person"]), {"libraries": adding("libraries", str(data["library"]))})]
        case "members.affiliation-ended":
            return [Change(str(data["person"]), {"libraries": taking("libraries", str(data["library"]))})]
        case "members.member-joined" | "members.member-changed":
            return [Change(str(data["person"]), {"region": fact.region, "subdistrict": data.get("subdistrict")})]
        case "members.member-erased":
            return [Remove(identity) for identity in dict.fromkeys([str(data["person"]), *map(str, data["ids"])])]
    return []


PRACTICE = View(name="practice", version=1, apply=apply, logs=(INBOX,))
