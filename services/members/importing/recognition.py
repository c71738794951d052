"""Recognition: whether a registration is a known person's, and whether the data agree."""

from __future__ import annotations

from services.kernel.commands.decider import Commands
from services.kernel.privacy.vault import Vault
from services.members.domain.person import PERSON
from services.members.domain.registration_import import BAD, DIFFERENT, JOINED, KNOWN, Reason, RowOutcome
from services.members.identity.contact import Contact
from services.members.identity.identification import Identification
from services.members.identity.joining import Applicant
from services.members.importing.registration import Registration
from services.members.importing.spreadsheet import folded


class Recognition:
    """Compares registrations with members by e-mail and phone, without claims or changes."""

    def __init__(self, identification: Identification, commands: Commands, vault: Vault) -> None:
        self._identification = identification
        self._commands = commands
        self._vault = vault
        self._foreseen: dict[Contact, Applicant] = {}

    def outcome_without_member(self, registration: Registration) -> RowOutcome | None:
        """The outcome of a row that makes no member; None for a row that makes a member."""
        applicant = registration.applicant
        if applicant is None:
            return RowOutcome(registration.row, BAD, tuple(registration.reasons))
        known: list[Applicant] = []
        for contact in applicant.contacts:
            owner = self._owner(contact)
            if owner is not None and owner not in known:
                known.append(owner)
        if not known:
            return None
        if len(known) > 1:
            return RowOutcome(registration.row, BAD, (Reason.TWO_PEOPLE,))
        fields = differences(applicant, known[0])
        return RowOutcome(registration.row, DIFFERENT if fields else KNOWN, fields)

    def foresee(self, registration: Registration) -> RowOutcome:
        """The outcome of a row if the rows foreseen before were imported."""
        outcome = self.outcome_without_member(registration)
        if outcome is not None or registration.applicant is None:
            return outcome or RowOutcome(registration.row, BAD)
        self._foreseen |= dict.fromkeys(registration.applicant.contacts, registration.applicant)
        return RowOutcome(registration.row, JOINED)

    def _owner(self, contact: Contact) -> Applicant | None:
        if (foreseen := self._foreseen.get(contact)) is not None:
            return foreseen
        member = self._identification.member(contact)
        return None if member is None else self._opened(member)

    def _opened(self, identity: str) -> Applicant | None:
        member = self._commands.state(PERSON, identity)[0].member
        if member is None:
            return None
        return Applicant(
            name=self._vault.open(identity, member.name) or "",
            email=self._vault.open(identity, member.email),
            phone=self._vault.open(identity, member.phone),
            library=member.library,
            region=member.region,
            subdistrict=member.subdistrict,
            registered=member.registered,
            language=member.language,
        )


def differences(applicant: Applicant, known: Applicant) -> tuple[str, ...]:
    """The fields in which an applicant's data differ from the known data. Spelling does not count, nor does a missing
    contact or the day of registration.
    """
    differing = [
        field for field in ("name", "library") if folded(getattr(applicant, field)) != folded(getattr(known, field))
    ]
    differing += [
        field for field in ("email", "phone") if getattr(applicant, field) not in {None, getattr(known, field)}
    ]
    differing += [field for field in ("region", "subdistrict") if getattr(applicant, field) != getattr(known, field)]
    return tuple(differing)
