"""The facts that members tells: the service's promise to the other services. No fact carries personal data.

Fields of a fact are a promise: a field may be added, and never changes its meaning. ``library`` is an institution's
name or id.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from services.kernel.declare.facts import Contract, Part, Tells
from services.kernel.declare.process import DeadlinePassed
from services.members.domain import (
    affiliation,
    competence,
    consent,
    credential,
    equipment,
    erasure,
    framework,
    guest,
    library,
    office,
    person,
    prior_learning,
    region,
    registration_import,
    rules,
    staffing,
    telegram,
)


def _office(event: office.OfficeAssumed | office.OfficeVacated | office.StandInNamed | office.StandInEnded) -> str:
    return f"{event.office}.{event.region or 'all'}"


_HELD = ("office", "region", "person")
_RULES = (
    *("speakers", "quiet_from", "quiet_until", "pilot_after_gatherings", "probation_weeks", "certificate_minimum"),
    *("response_school_days", "school_days", "holidays", "pilot_able_people", "pilot_level"),
    "announcement_second_above",
)
_LIBRARY = ("name", "kind", "level", "subdistrict")
_LIBRARY_KNOWN = {"kind": library.KINDS, "level": library.LEVELS}
_PURPOSES = {"purpose": tuple(consent.WORDINGS)}

TOLD = (
    # ``ids`` is every id that was ever the person's, their own first: the listeners destroy the keys of all. A guest of
    # nobody's who left a contact of theirs is told alone, as ``person`` and only id.
    Tells(erasure.MemberErased, "member-erased", "person", ("ids",)),
    Tells(
        region.RegionOpened,
        "region-opened",
        fields=("name", "subdistricts"),
        region=lambda _, region: region,
    ),
    Tells(office.OfficeAssumed, "office-assumed", fields=(*_HELD, "board"), subject=_office),
    Tells(office.OfficeVacated, "office-vacated", fields=_HELD, subject=_office),
    # ``board``: whether the office belongs to the board.
    Tells(office.StandInNamed, "stand-in-named", fields=(*_HELD, "board"), subject=_office),
    Tells(office.StandInEnded, "stand-in-ended", fields=_HELD, subject=_office),
    Tells(
        person.MemberJoined,
        "member-joined",
        "person",
        ("library", "subdistrict", "language", "how"),
        known={"how": ("form", "import", "board")},
    ),
    Tells(guest.GuestAdded, "guest-added", "guest"),
    # The guest's participation is the person's from here on.
    Tells(guest.GuestTied, "guest-tied", "guest", ("person",)),
    # A whole version of the rules. Its time and that of a login code keep the form that they were first told in, ``+00:00``.
    Tells(
        rules.RulesChanged,
        "rules-changed",
        fields=("version", "in_force_from", *(f"rules.{name}" for name in _RULES)),
        made={"in_force_from": (datetime, lambda event: event.in_force_from.isoformat())},
        known={"speakers": ("board", "open")},
        subject=lambda _: "rules",
    ),
    # ``code`` is an id; ``/internal/people`` gives its digits. A code for an unknown contact tells no fact.
    Tells(
        credential.LoginCodeIssued,
        "login-code-issued",
        fields=("person", "code", "expires"),
        made={"person": (str, "person"), "expires": (datetime, lambda event: event.expires.isoformat())},
        when=lambda event: event.person is not None,
        subject=lambda event: str(event.person),
    ),
    Tells(library.LibraryRegistered, "library-registered", "library", _LIBRARY, known=_LIBRARY_KNOWN),
    Tells(library.LibraryDescribed, "library-registered", "library", _LIBRARY, known=_LIBRARY_KNOWN),
    Tells(
        library.LibraryInterestChanged,
        "library-interest-changed",
        "library",
        ("interest",),
        known={"interest": library.INTERESTS},
    ),
    Tells(
        affiliation.AffiliationStarted,
        "affiliation-started",
        fields=("person", "library", "role"),
        known={"role": affiliation.ROLES},
        subject="library",
    ),
    # Who goes on in another role has ended too; the new role is told next.
    Tells(affiliation.AffiliationEnded, "affiliation-ended", fields=("person", "library"), subject="library"),
    # The level of a person in an aspect of a unit, with the rater and the reason.
    Tells(
        competence.CompetenceRated,
        "competence-rated",
        fields=("person", "unit", "area", "aspect", "level", "rater", "by", "framework", "because"),
        known={
            "aspect": framework.ASPECTS,
            "level": framework.LEVELS,
            "rater": (competence.SELF, competence.SECOND),
        },
        parts=(Part(competence.Because, ("kind", "id"), known={"kind": competence.BECAUSE}),),
        subject="person",
    ),
    # This version counts from now on. A unit outside ``migration`` keeps its id; ``to`` null: the unit is no longer rated.
    Tells(
        framework.FrameworkAdopted,
        "framework-adopted",
        fields=("framework", "units", "migration"),
        made={
            "framework": "framework.version",
            "units": (tuple[str, ...], lambda event: [unit.unit for unit in event.framework.units]),
        },
        subject=lambda _: "framework",
    ),
    # The open data of a member after the change. The fact's region is where the member lives now.
    Tells(person.MemberChanged, "member-changed", "person", ("library", "subdistrict", "language")),
    # ``partner`` where the consent is for one partner.
    Tells(consent.ConsentGiven, "consent-given", "person", ("purpose", "partner"), known=_PURPOSES),
    Tells(consent.ConsentWithdrawn, "consent-withdrawn", "person", ("purpose", "partner"), known=_PURPOSES),
    # The chat is asked of ``/internal/people``.
    Tells(telegram.TelegramLinked, "telegram-linked", fields=("person",), subject="person"),
    Tells(telegram.TelegramUnlinked, "telegram-unlinked", fields=("person",), subject="person"),
)
UNTOLD = (
    guest.GuestForgotten,
    person.IdentityYielded,
    person.IdentityKeptForGuest,
    person.ErasureDecided,
    erasure.ErasureStarted,
    erasure.ReferencesNoted,
    credential.LoginCodeAccepted,
    credential.LoginCodeRejected,
    credential.TokenIssued,
    credential.TokenRevoked,
    registration_import.ImportStarted,
    registration_import.RowsTaken,
    registration_import.ImportFinished,
    staffing.FirstStaffNoted,
    equipment.EquipmentRegistered,
    equipment.EquipmentLent,
    equipment.EquipmentReturned,
    equipment.EquipmentWithdrawn,
    prior_learning.PriorLearningSubmitted,
    prior_learning.PriorLearningReviewed,
    prior_learning.PriorLearningMoved,
    telegram.TelegramLinkOffered,
    telegram.TelegramLinkRedeemed,
    telegram.TelegramAccountNoted,
    DeadlinePassed,
)
CONTRACT = Contract(*TOLD, untold=UNTOLD)
FACTS, REGISTRY, tell = CONTRACT.facts, CONTRACT.registry, CONTRACT.tell


@REGISTRY.upcaster("RulesChanged", 1)
def _rules_that_came_later(data: dict[str, Any]) -> dict[str, Any]:
    """Give rules that were made later their defaults: the community lived by these."""
    return {**data, "rules": {**asdict(rules.RuleSet()), **data["rules"]}}


@REGISTRY.upcaster("StandInNamed", 1)
def _board_of_a_stand_in(data: dict[str, Any]) -> dict[str, Any]:
    """All offices that had a stand-in then belonged to the board."""
    return {**data, "board": True}
