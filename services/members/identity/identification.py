"""Identification: finds the member behind a contact, by claims and the streams that the claims name.

A claim names an id; only the stream of the id tells whether a person joined under it. Two people in a hurry, or a
person who was cut off, can leave two ids claimed for two contacts of the same person. Then the greater id yields to the
smaller by an event in its own stream: joining under the greater id is refused from then on, and readers of a claim
follow to the smaller. So a contact never has two members, and a crash between claim and joining blocks no person.

A guest's id yields to a new id. A claim that leads to an erased person counts as free, and its next reader releases it.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.kernel.base.ids import derived_id
from services.kernel.base.message import Metadata
from services.kernel.base.problem import Unavailable
from services.kernel.commands.decider import CommandEnvelope, Commands
from services.kernel.privacy.claims import Claims
from services.members.domain.person import PERSON, IdentityStatus, Person, YieldIdentity
from services.members.identity.contact import Contact


class Identification:
    def __init__(self, claims: Claims, commands: Commands) -> None:
        self._claims = claims
        self._commands = commands

    def member(self, contact: Contact) -> str | None:
        """The member with this contact, None for an unknown contact. Claims nothing."""
        holder = self._claims.holder(contact.kind, contact.value)
        if holder is None:
            return None
        identity, person = self._followed(holder)
        return identity if person.is_member else None

    def members(self, contacts: Sequence[Contact]) -> list[str]:
        """The members with these contacts, each once, in the order of the contacts."""
        found = [self.member(contact) for contact in contacts]
        return list(dict.fromkeys(member for member in found if member is not None))

    def claim_for_one_member(self, contacts: Sequence[Contact], wanted: str) -> str:
        """Claim the contacts for one id and return the id: ``wanted``, an id claimed earlier, or a new id in place of a
        guest's or an erased person's.

        The claims are durable at return. The stream of the returned id then decides about joining. Raises
        ``Unavailable`` while a person with one of the contacts is being erased.
        """
        settled: str | None = None
        for contact in sorted(contacts):
            holder = self._claimed(contact, settled or wanted)
            if holder is None and settled is None:
                return self.claim_for_one_member(contacts, _instead_of(wanted))
            if holder is None:
                raise _being_erased()
            # The first contact's id is taken unchanged: no contact has been claimed under ``wanted`` yet.
            settled = self._followed(holder)[0] if settled is None else self._one_of(settled, holder)
        return self._no_guests(settled or wanted)

    def add(self, contact: Contact, member: str, under: str) -> bool:
        """Claim a further contact for a member; False for another member's contact. Free ids yield to the member.
        ``under`` is a new id for this contact alone, so that the contact can be dropped alone; it yields too. Raises
        ``Unavailable`` while the member is being erased.
        """
        while True:
            claimed = self._claimed(contact, under)
            if claimed is None:
                raise _being_erased()
            holder, person = self._followed(claimed)
            if holder == member:
                return True
            if person.standing not in {IdentityStatus.NOBODY, IdentityStatus.GUEST}:
                return False
            self._yield(holder, member)

    def release_contact(self, contact: Contact, member: str, kept: Sequence[Contact]) -> None:
        """Release a contact of the member's that was claimed under an id of its own. A contact claimed at joining, or
        together with a contact of ``kept``, stays, because releasing a claim releases all claims of its id.
        """
        holder = self._claims.holder(contact.kind, contact.value)
        standing = {member, *(self._claims.holder(other.kind, other.value) for other in kept)}
        if holder is not None and holder not in standing and self._followed(holder)[0] == member:
            self._claims.release([holder])

    def reference(self, contact: Contact, wanted: str) -> str:
        """The contact's opaque id: random, stable, and forgotten when the claim is released."""
        return self._claims.take(f"reference-{contact.kind}", contact.value, wanted)

    def known_reference(self, contact: Contact) -> str | None:
        """The contact's opaque id, None for a contact without an id."""
        return self._claims.holder(f"reference-{contact.kind}", contact.value)

    def _claimed(self, contact: Contact, identity: str) -> str | None:
        """Claim the contact for an id and return its holder; None if the id belongs to an erased person, and the
        contact then stays free.
        """
        while True:
            holder = self._claims.take(contact.kind, contact.value, identity)
            if self._followed(holder)[1].standing is not IdentityStatus.ERASED:
                return holder
            # All claims of this holder lead to an erased person, and joining under the id is refused.
            self._claims.release([holder])
            if holder == identity:
                return None

    def _no_guests(self, settled: str) -> str:
        """The id, or for a guest's id the id that it yields to."""
        settled, person = self._followed(settled)
        while person.standing is IdentityStatus.GUEST:
            self._yield(settled, _instead_of(settled))
            settled, person = self._followed(settled)
        return settled

    def _one_of(self, ours: str, theirs: str) -> str:
        while True:
            ours, our = self._followed(ours)
            theirs, their = self._followed(theirs)
            if ours == theirs or our.is_member:
                return ours
            if their.is_member:
                return theirs
            if IdentityStatus.ERASED in {our.standing, their.standing}:
                raise _being_erased()
            # Always the greater yields: two that yield to each other would lead claims in a circle.
            winner, loser = sorted((ours, theirs))
            self._yield(loser, winner)

    def _yield(self, loser: str, winner: str) -> None:
        command_id = derived_id("yield", loser, winner)
        order = CommandEnvelope(YieldIdentity(winner), loser, command_id, Metadata(correlation=command_id))
        self._commands.take(PERSON, order)

    def _followed(self, identity: str) -> tuple[str, Person]:
        person, _ = self._commands.state(PERSON, identity)
        while person.standing is IdentityStatus.YIELDED and person.to is not None:
            identity = person.to
            person, _ = self._commands.state(PERSON, identity)
        return identity, person


def _instead_of(identity: str) -> str:
    """A replacement id, the same at every call: a joining that was cut off finds its way again."""
    return derived_id("instead of", identity)


def _being_erased() -> Unavailable:
    return Unavailable("what was known under this contact is being erased")
