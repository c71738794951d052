"""The ids of each person, as members told. Key: a participant's id, member or guest."""

from __future__ import annotations

from dataclasses import dataclass

from services.heard.members import (
    GUESTS_TIED,
    MEMBERS_ERASED,
    MEMBERS_PLACED,
    GuestTied,
    MemberErased,
    MemberPlaced,
)
from services.kernel.base.message import Fact
from services.kernel.declare.fact_shapes import FactShapes
from services.kernel.declare.schema import UNSET, Unset
from services.kernel.declare.view import INBOX, Applied, Change, View, adding

HEARD = FactShapes({**GUESTS_TIED, **MEMBERS_PLACED, **MEMBERS_ERASED})


@dataclass(frozen=True)
class ParticipantRow:
    """``person`` is the member behind a guest, ``guests`` are a member's former guests; ``region`` is set for members alone. The row
    of an ``erased`` id stays, so no other person gets the id.
    """

    participant: str
    person: str | None = None
    guests: tuple[str, ...] = ()
    region: str | Unset | None = UNSET
    erased: bool = False

    @property
    def is_member(self) -> bool:
        """Whether the participant joined as a member and is not erased."""
        return self.region is not UNSET and not self.erased


def apply(fact: Fact) -> Applied:
    match HEARD.read(fact):
        case GuestTied(guest, person):
            return [Change(guest, {"person": person}), Change(person, {"guests": adding("guests", guest)})]
        case MemberPlaced(person):
            return [Change(person, {"region": fact.region})]
        case MemberErased() as erased:
            return [Change(identity, {"erased": True}) for identity in erased.all_ids]
    return []


PARTICIPANTS = View(name="participants", version=2, row=ParticipantRow, apply=apply, logs=(INBOX,))
