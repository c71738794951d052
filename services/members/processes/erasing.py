"""Erasing: destroys the keys of every id of an erased person, and the claims on the person's contacts."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from services.kernel.base.ids import derived_id
from services.kernel.base.message import Command, Fact, Metadata, Recorded
from services.kernel.base.problem import Refused
from services.kernel.commands.decider import CommandEnvelope, Decider
from services.kernel.declare.service import Core
from services.kernel.readers.eraser import Eraser, ErasureList
from services.kernel.readers.parking import Parking
from services.members.dependencies import Dependencies
from services.members.domain.erasure import ERASURE, ErasureStarted, FinishErasure, NoteReferences
from services.members.domain.guest import GUEST, GuestAdded
from services.members.domain.person import PERSON, IdentityStatus, KeepForGuest, MemberChanged, MemberJoined
from services.members.identity.contact import EMAIL, PHONE, Contact


class Erasing:
    """``erase`` for the ids of one ``ErasureStarted``; harmless to repeat. Raises ``PyMongoError``."""

    def __init__(self, deps: Dependencies) -> None:
        self._deps = deps
        self._log = deps.log

    def erase(self, ids: Sequence[str], fact: Recorded | Fact) -> None:
        """Record the contacts' references while the keys still open them, then destroy the keys, then record the end.
        After a crash in between, the keys are destroyed again.
        """
        assert isinstance(fact, Recorded)
        assert isinstance(fact.event, ErasureStarted)
        deps, person = self._deps, fact.stream_id
        theirs = [identity for identity in ids if not self._is_members(identity, fact)]
        references: list[str] = []
        if deps.commands.state(PERSON, person)[0].standing is IdentityStatus.ERASED:
            self._note_references(person, fact)
            # A guest erased alone may have left a second contact that is another person's, so its references stay.
            references = self._guests_references(theirs)
        erasure, _ = deps.commands.state(ERASURE, person)
        deps.vault.destroy(*theirs)
        deps.claims.release([*theirs, *erasure.references, *references])
        self._take(ERASURE, FinishErasure(tuple(theirs)), person, "erased", fact)

    def _is_members(self, identity: str, fact: Recorded) -> bool:
        """Whether the id is a member's. A free id is kept for a guest first, so that the answer stays true."""
        if self._deps.commands.state(PERSON, identity)[0].standing is IdentityStatus.NOBODY:
            with suppress(Refused):
                self._take(PERSON, KeepForGuest(), identity, f"keep {identity}", fact)
        return self._deps.commands.state(PERSON, identity)[0].is_member

    def _note_references(self, person: str, fact: Recorded) -> None:
        """Record the references of every contact that the person ever gave, proven or not."""
        events = [recorded.event for recorded in self._log.stream(PERSON.stream(person))]
        sealed = [(EMAIL, event.email) for event in events if isinstance(event, MemberJoined)]
        sealed += [(PHONE, event.phone) for event in events if isinstance(event, MemberJoined | MemberChanged)]
        opened = [(kind, self._deps.vault.open(person, text)) for kind, text in sealed]
        contacts = dict.fromkeys(Contact(kind, value) for kind, value in opened if value)
        found = [self._deps.identification.known_reference(contact) for contact in contacts]
        if references := tuple(reference for reference in found if reference is not None):
            self._take(ERASURE, NoteReferences(references), person, "references", fact)

    def _guests_references(self, ids: Sequence[str]) -> list[str]:
        events = [each.event for identity in ids for each in self._log.stream(GUEST.stream(identity))]
        return [reference for event in events if isinstance(event, GuestAdded) for reference in event.references]

    def _take(self, decider: Decider[Any], command: Command, identity: str, step: str, fact: Recorded) -> None:
        meta = Metadata(correlation=fact.meta.correlation, causation=fact.id)
        self._deps.commands.take(decider, CommandEnvelope(command, identity, derived_id(step, fact.id), meta))


def started(fact: Recorded | Fact) -> Sequence[str]:
    """The ids of an erasure that is started."""
    event = fact.event if isinstance(fact, Recorded) else None
    return event.ids if isinstance(event, ErasureStarted) else ()


def eraser(core: Core, deps: Dependencies) -> Eraser:
    """The reader that destroys the keys."""
    erasures, parking = ErasureList(core.database), Parking(core.database)
    return Eraser(core.commits, erasures, parking, started, Erasing(deps).erase)
