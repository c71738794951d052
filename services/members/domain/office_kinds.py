"""The kinds of offices, and the permissions of each.

``OFFICES`` is the only table office → permission → scope. All services check permissions, and only members knows
offices.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

EVERYWHERE = "*"


class Scope(StrEnum):
    """Where a permission holds."""

    ALL = "all"
    OWN_REGION = "own-region"


@dataclass(frozen=True, slots=True)
class OfficeKind:
    """``regional``: held for a region. ``board``: belongs to the board. ``grants``: permission → scope. ``many``: any number
    of people hold it side by side.
    """

    regional: bool
    board: bool
    grants: Mapping[str, Scope]
    many: bool = False


_WHOLE_BOARD = dict.fromkeys(
    (
        "members.read", "members.import", "members.guest", "regions.open", "offices.assign", "rules.change",
        "topics.decide", "activities.plan", "attendance.record", "venues.keep", "deliveries.read", "tokens.issue",
        "libraries.keep", "competence.rate", "frameworks.keep", "consultations.answer", "mentorships.lead", "mentorships.visit",
        "announcements.send", "partners.keep", "people.erase",
    ),
    Scope.ALL,
)  # fmt: skip
_REGION = dict.fromkeys(
    (
        "members.read", "members.import", "members.guest", "topics.decide", "activities.plan", "attendance.record",
        "venues.keep", "deliveries.read", "libraries.keep", "competence.rate", "consultations.answer", "mentorships.lead",
        "mentorships.visit", "announcements.send",
    ),
    Scope.OWN_REGION,
)  # fmt: skip

OFFICES: Mapping[str, OfficeKind] = {
    "coordinator": OfficeKind(regional=False, board=True, grants=_WHOLE_BOARD),
    "secretary": OfficeKind(regional=False, board=True, grants=_WHOLE_BOARD),
    "treasurer": OfficeKind(regional=False, board=True, grants={"members.read": Scope.ALL}),
    "regional-coordinator": OfficeKind(regional=True, board=True, grants=_REGION),
    "mentor": OfficeKind(
        regional=True,
        board=False,
        grants=dict.fromkeys(("consultations.answer", "mentorships.visit", "competence.rate"), Scope.OWN_REGION),
        many=True,
    ),
    "speaker": OfficeKind(regional=False, board=False, grants={}, many=True),
    "partner": OfficeKind(regional=False, board=False, grants={}, many=True),
}


def grants_of(held: Iterable[tuple[str, str | None]]) -> dict[str, tuple[str, ...]]:
    """What offices, as (office, region), allow together: permission → regions, ``*`` alone where it holds everywhere.

    An office that this release does not know grants nothing.
    """
    regions: dict[str, set[str]] = {}
    for office, region in held:
        kind = OFFICES.get(office)
        for permission, scope in kind.grants.items() if kind else ():
            where = EVERYWHERE if scope is Scope.ALL else region
            if where:
                regions.setdefault(permission, set()).add(where)
    return {
        permission: (EVERYWHERE,) if EVERYWHERE in where else tuple(sorted(where))
        for permission, where in sorted(regions.items())
    }
