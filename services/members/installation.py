"""The operator's commands at the machine, without HTTP: install the first board, and issue a token.

Both can be repeated: existing members, offices and tokens stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from services.kernel.base.ids import derived_id, new_id
from services.kernel.base.local_time import local_day
from services.kernel.base.message import Command, Metadata
from services.kernel.base.problem import NotFound, Refused
from services.kernel.commands.decider import CommandEnvelope, Decider
from services.kernel.log.log import Commit
from services.members import frameworks
from services.members.dependencies import Dependencies
from services.members.domain.credential import TOKEN, IssueToken
from services.members.domain.office import OFFICE, AssumeOffice, office_identity
from services.members.domain.person import PERSON, Join
from services.members.domain.rules import IDENTITY, RULES, ChangeRules
from services.members.identity.contact import contact, email, phone
from services.members.identity.joining import Applicant, clean

OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class BoardMember:
    """A member of the first board. ``region`` and ``subdistrict`` may be opened later."""

    office: str
    name: str
    email: str | None
    phone: str | None
    library: str
    region: str
    subdistrict: str


@dataclass(frozen=True, slots=True)
class Installed:
    """The member's id, and the present holder of the office, perhaps another member."""

    office: str
    person: str
    holder: str


def install_board(deps: Dependencies, board: Sequence[BoardMember]) -> list[Installed]:
    """Make these people members with their offices, and give the community its first rules and framework.

    Existing members stay unchanged; an office with a holder stays with the holder. Raises ``contact.Unreadable``, and
    ``KeyError`` for an unknown office, before the first write.
    """
    applicants = [(member.office, _applicant(deps, member)) for member in board]
    for office, _ in applicants:
        office_identity(office, None)
    installed = [_install(deps, office, applicant) for office, applicant in applicants]
    now = deps.clock.now()
    _take(deps, RULES, IDENTITY, ChangeRules(in_force_from=now, at=now), derived_id("install", "rules"))
    frameworks.ensure_framework_adopted(deps.commands)
    return installed


def issue_token(deps: Dependencies, contact_text: str, name: str = OPERATOR, days: int = 365) -> str:
    """A bearer token for the member with this contact; the same token for the same name.

    Raises ``contact.Unreadable``, and ``NotFound`` for a contact of no member.
    """
    person = deps.identification.member(contact(contact_text))
    if person is None:
        raise NotFound("No member has this contact.")
    bearer = deps.secrets.bearer(derived_id("token", person, name))
    now = deps.machine.now()
    command = IssueToken(person, deps.vault.seal(person, name), bearer.digest, now, now + timedelta(days=days))
    _take(deps, TOKEN, bearer.token, command, derived_id("issue-token", bearer.token))
    return str(bearer)


def _applicant(deps: Dependencies, member: BoardMember) -> Applicant:
    return Applicant(
        name=clean(member.name),
        email=email(member.email).value if member.email else None,
        phone=phone(member.phone).value if member.phone else None,
        library=clean(member.library),
        region=member.region,
        subdistrict=member.subdistrict,
        registered=local_day(deps.clock.now()),
    )


def _install(deps: Dependencies, office: str, applicant: Applicant) -> Installed:
    person = _member(deps, applicant)
    now = deps.clock.now()
    identity = office_identity(office, None)
    try:
        command = AssumeOffice(office, None, person, now, now)
        _take(deps, OFFICE, identity, command, derived_id("install", identity, person))
    except Refused as refused:
        if refused.rule != "office-is-held":
            raise
    state, _ = deps.commands.state(OFFICE, identity)
    return Installed(office, person, state.holder or "")


def _member(deps: Dependencies, applicant: Applicant) -> str:
    identification = deps.identification
    known = identification.members(applicant.contacts)
    if known:
        return known[0]
    # Derived from an opaque reference: the same at every attempt, and without a trace of the contact.
    reference = identification.reference(applicant.contacts[0], new_id())
    command_id = derived_id("install", "member", reference)

    def take(identity: str, command: Join) -> Commit:
        return _take(deps, PERSON, identity, command, command_id)

    deps.joining.join(applicant, derived_id("member", command_id), "board", take)
    return identification.members(applicant.contacts)[0]


def _take(deps: Dependencies, decider: Decider[Any], identity: str, command: Command, command_id: str) -> Commit:
    order = CommandEnvelope(command, identity, command_id, Metadata(correlation=command_id, actor=OPERATOR))
    return deps.commands.take(decider, order)
