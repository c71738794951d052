"""Joining, the same by form, import and installation: settle the contacts, seal, command."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from services.kernel.base.problem import Unavailable
from services.kernel.log.log import Commit
from services.kernel.privacy.vault import Erased, Vault
from services.members.domain.person import Join
from services.members.identity.contact import EMAIL, PHONE, Contact
from services.members.identity.identification import Identification

MAX_TEXT_CHARACTERS = 200
"""Characters of a name, of a person or a library."""


def clean(value: str) -> str:
    """The text without outer spaces, and with single spaces inside."""
    return " ".join(value.split())


@dataclass(frozen=True, slots=True)
class Applicant:
    """A person who wants to join, with at least one contact. The data are in the open, so they leave memory only
    sealed.
    """

    name: str
    email: str | None
    phone: str | None
    library: str
    region: str
    subdistrict: str
    registered: date
    language: str = "id"

    @property
    def contacts(self) -> Sequence[Contact]:
        """The given contacts in their normal spelling."""
        given = (Contact(EMAIL, self.email or ""), Contact(PHONE, self.phone or ""))
        return [contact for contact in given if contact.value]


class Joining:
    """Makes members of applicants."""

    def __init__(self, identification: Identification, vault: Vault) -> None:
        self._identification = identification
        self._vault = vault

    def join(self, applicant: Applicant, wanted: str, how: str, take: Callable[[str, Join], Commit]) -> Commit:
        """Take ``Join`` for the id that the applicant's contacts settle on; ``wanted`` for new contacts.

        Raises what ``take(identity, command)`` raises: ``Refused("already-a-member")`` for a known contact; and
        ``Unavailable`` while a person with one of the contacts is being erased.
        """
        known = self._identification.members(applicant.contacts)
        # A member who tries to join again adds no claims.
        identity = known[0] if known else self._identification.claim_for_one_member(applicant.contacts, wanted)
        texts = [("name", applicant.name), ("email", applicant.email), ("phone", applicant.phone)]
        try:
            sealed = self._vault.seal_all(identity, texts)
        except Erased as error:
            raise Unavailable("what was known under this contact is being erased") from error
        command = Join(
            name=sealed["name"] or "",
            email=sealed["email"],
            phone=sealed["phone"],
            library=applicant.library,
            region=applicant.region,
            subdistrict=applicant.subdistrict,
            registered=applicant.registered,
            language=applicant.language,
            how=how,
        )
        return take(identity, command)
