"""What the handlers of members are called with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from services.kernel.base.bell import Bell
from services.kernel.base.clock import Clock
from services.kernel.commands.decider import Commands
from services.kernel.declare.view import Page, View
from services.kernel.log.log import EventLog
from services.kernel.privacy.claims import Claims
from services.kernel.privacy.vault import Vault
from services.members.identity.identification import Identification
from services.members.identity.joining import Joining
from services.members.importing.uploads import Uploads
from services.members.secret_deriver import SecretDeriver
from services.members.views.roster import ROSTER


class ReadViews(Protocol):
    """The reading side of ``view_store.Views``."""

    def get(self, view: View, key: str) -> dict[str, Any] | None:
        """One document, None if there is none."""
        ...

    def find(
        self,
        view: View,
        where: dict[str, Any] | None = None,
        *,
        sort: str = "_id",
        descending: bool = False,
        after: str | None = None,
        limit: int = 50,
    ) -> Page:
        """A page of documents that match."""
        ...

    def all(self, view: View, where: dict[str, Any] | None = None) -> Iterator[dict[str, Any]]:
        """All documents that match, ordered by key."""
        ...


@dataclass(frozen=True)
class Parts:
    """``machine`` is the machine's wall clock, for the ages of tokens; ``clock`` is domain time. ``imports_bell`` wakes the
    import runner of this process.
    """

    log: EventLog
    commands: Commands
    views: ReadViews
    vault: Vault
    clock: Clock
    machine: Clock
    claims: Claims
    secrets: SecretDeriver
    uploads: Uploads
    imports_bell: Bell

    @property
    def identification(self) -> Identification:
        """Whose a contact is."""
        return Identification(self.claims, self.commands)

    @property
    def joining(self) -> Joining:
        """How applicants become members."""
        return Joining(self.identification, self.vault)

    def name_of(self, person: str | None) -> str | None:
        """A member's name in the open, None where there is none or it is erased."""
        document = self.views.get(ROSTER, person) if person else None
        return self.vault.open(person, document["name"]) if person and document else None
