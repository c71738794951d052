"""Whose contact is it? Claims, and the streams that they name.

A claim names the id it was taken for; whether somebody joined under that id only the id's stream tells. Two people in a
hurry, or one who was cut off, can leave two ids claimed for what is one person's two contacts. Then the later id in
order yields to the earlier, by an event in its own stream, so that nobody can join under it any more, and whoever
finds a claim follows. So a contact never has two members, and a crash between claim and joining blocks nobody.

An id that a stranger has noted a guest under yields to another, made for it. A claim that leads to somebody who is forgotten
leads to nobody and is given up by whoever finds it.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.kernel.base.ids import derived_id
from services.kernel.base.message import Metadata
from services.kernel.base.problem import Unavailable
from services.kernel.commands.decider import CommandEnvelope, Commands
from services.kernel.privacy.claims import Claims
from services.members.domain.person import PERSON, Person, Standing, YieldIdentity
from services.members.identity.contact import Contact


class Identification:
    """Finds and settles whose a contact is."""

    def __init__(self, claims: Claims, commands: Commands) -> None:
        self._claims = claims
        self._commands = commands

    def member(self, contact: Contact) -> str | None:
        """The member whose contact it is, None where it is nobody's. Claims nothing."""
        holder = self._claims.holder(contact.kind, contact.value)
        if holder is None:
            return None
        identity, person = self._followed(holder)
        return identity if person.is_member else None

    def members(self, contacts: Sequence[Contact]) -> list[str]:
        """The members whose contacts these are, each once, in the contacts' order."""
        found = [self.member(contact) for contact in contacts]
        return list(dict.fromkeys(member for member in found if member is not None))

    def settle(self, contacts: Sequence[Contact], wanted: str) -> str:
        """Claim the contacts for one id: ``wanted``, an earlier one that they were claimed for, or one that is made where
        that one is a guest's or of somebody who is forgotten.

        Durable when this returns. Whoever then joins under the id answered is judged by that id's stream alone. Raises
        ``Unavailable`` where somebody with one of the contacts is being erased.
        """
        settled: str | None = None
        for contact in sorted(contacts):
            holder = self._claimed(contact, settled or wanted)
            if holder is None and settled is None:
                return self.settle(contacts, _instead_of(wanted))
            if holder is None:
                raise _being_erased()
            # The first contact's id is taken as it is: under ``wanted`` alone nothing has been claimed yet.
            settled = self._followed(holder)[0] if settled is None else self._one_of(settled, holder)
        return self._no_guests(settled or wanted)

    def add(self, contact: Contact, member: str, under: str) -> bool:
        """Claim one more contact for a member; False where it is another's. Ids that are nobody's yield to the member, who
        yields to nobody: ``under`` too, an id of the contact's own, so that it can be dropped alone. Raises ``Unavailable``
        where the member is being erased.
        """
        while True:
            claimed = self._claimed(contact, under)
            if claimed is None:
                raise _being_erased()
            holder, person = self._followed(claimed)
            if holder == member:
                return True
            if person.standing not in {Standing.NOBODY, Standing.GUEST}:
                return False
            self._yield(holder, member)

    def drop(self, contact: Contact, member: str, kept: Sequence[Contact]) -> None:
        """Give up a contact that was the member's, where it was claimed under an id of its own. One that was claimed together
        with a contact of ``kept``, or at joining, stays: to release one claim of an id is to release them all.
        """
        holder = self._claims.holder(contact.kind, contact.value)
        standing = {member, *(self._claims.holder(other.kind, other.value) for other in kept)}
        if holder is not None and holder not in standing and self._followed(holder)[0] == member:
            self._claims.release([holder])

    def reference(self, contact: Contact, wanted: str) -> str:
        """The contact's opaque id: random, the same for ever, and forgotten when the claim is released."""
        return self._claims.take(f"reference-{contact.kind}", contact.value, wanted)

    def known_reference(self, contact: Contact) -> str | None:
        """The contact's opaque id if it has one."""
        return self._claims.holder(f"reference-{contact.kind}", contact.value)

    def _claimed(self, contact: Contact, identity: str) -> str | None:
        """Who holds the contact once it is claimed for an id; None, and nobody does, where that id is of somebody who is
        forgotten.
        """
        while True:
            holder = self._claims.take(contact.kind, contact.value, identity)
            if self._followed(holder)[1].standing is not Standing.ERASED:
                return holder
            # Whatever else is claimed for this holder leads to nobody either, and nobody can join under it any more.
            self._claims.release([holder])
            if holder == identity:
                return None

    def _no_guests(self, settled: str) -> str:
        """The id itself, or the one that it yields to because it is a guest's."""
        settled, person = self._followed(settled)
        while person.standing is Standing.GUEST:
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
            if Standing.ERASED in {our.standing, their.standing}:
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
        while person.standing is Standing.YIELDED and person.to is not None:
            identity = person.to
            person, _ = self._commands.state(PERSON, identity)
        return identity, person


def _instead_of(identity: str) -> str:
    """Always the same: a joining that was cut off finds its way again."""
    return derived_id("instead of", identity)


def _being_erased() -> Unavailable:
    return Unavailable("what was known under this contact is being erased")
