"""Libraries and who works there, as members told it. Key: the library.

``{name, kind, level, region, subdistrict, staff: {person: {role, since, until}}}``; ``until`` is null while somebody
works there. Whoever left stays in it with the date, for the hand-over.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.kernel.message import Fact
from services.kernel.times import moment
from services.kernel.view import INBOX, Applied, Change, View


def apply(fact: Fact) -> Applied:
    """What a fact changes."""
    data = fact.data
    match fact.name:
        case "members.library-registered":
            known = {name: data.get(name) for name in ("name", "kind", "level", "subdistrict")}
            return [Change(str(data["library"]), {**known, "region": fact.region})]
        case "members.affiliation-started":
            entry = {"role": data["role"], "since": moment(fact.at), "until": None}
            return [Change(str(data["library"]), {f"staff.{data['person']}": entry})]
        case "members.affiliation-ended":
            return [Change(str(data["library"]), {f"staff.{data['person']}.until": moment(fact.at)})]
    return []


def present_staff(library: Mapping[str, Any] | None) -> list[str]:
    """Who works there now."""
    staff = (library or {}).get("staff", {})
    return sorted(person for person, entry in staff.items() if entry.get("until") is None)


LIBRARIES = View(name="libraries", version=1, apply=apply, logs=(INBOX,), indexes=([("region", 1)],))
