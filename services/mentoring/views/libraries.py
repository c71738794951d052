"""Libraries and who works there, as members told it. Key: the library.

``{name, kind, level, region, subdistrict, staff: {person: {role, since, until, left}}}``; ``until`` is null while
somebody works there. Whoever left stays in it with the date, for the hand-over; ``left`` is when somebody who came back had
gone. Another role is told as an end and a beginning at one moment, and is no leaving.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.kernel.base.message import Fact
from services.kernel.base.times import moment
from services.kernel.declare.view import INBOX, Applied, Change, Expression, View


def apply(fact: Fact) -> Applied:
    """What a fact changes."""
    data = fact.data
    match fact.name:
        case "members.library-registered":
            known = {name: data.get(name) for name in ("name", "kind", "level", "subdistrict")}
            return [Change(str(data["library"]), {**known, "region": fact.region})]
        case "members.affiliation-started":
            entry, since = f"staff.{data['person']}", moment(fact.at)
            ended, left = {"$ifNull": [f"${entry}.until", None]}, {"$ifNull": [f"${entry}.left", None]}
            gone = {"$and": [{"$ne": [ended, None]}, {"$lt": [ended, since]}]}
            fresh = {f"{entry}.role": data["role"], f"{entry}.since": since, f"{entry}.until": None}
            last = Expression({"$cond": [gone, ended, left]})
            return [Change(str(data["library"]), {**fresh, f"{entry}.left": last})]
        case "members.affiliation-ended":
            return [Change(str(data["library"]), {f"staff.{data['person']}.until": moment(fact.at)})]
    return []


def present_staff(library: Mapping[str, Any] | None) -> list[str]:
    """Who works there now."""
    staff = (library or {}).get("staff", {})
    return sorted(person for person, entry in staff.items() if entry.get("until") is None)


LIBRARIES = View(name="libraries", version=2, apply=apply, logs=(INBOX,), indexes=([("region", 1)],))
