"""What an erasure destroys here: the keys of every id, and the claims that led from a contact to them."""

from __future__ import annotations

from collections.abc import Sequence

from services.kernel.decider import Order
from services.kernel.eraser import Eraser
from services.kernel.ids import derived_id
from services.kernel.message import Fact, Metadata, Recorded
from services.kernel.parking import Parking
from services.kernel.service import Core
from services.members.domain.erasure import ERASURE, ErasureStarted, FinishErasure
from services.members.domain.guest import GUEST, GuestAdded
from services.members.parts import Parts


class Erasing:
    """``erase`` for the ids of one ``ErasureStarted``; harmless to repeat. Raises ``PyMongoError``."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._log = parts.log

    def erase(self, ids: Sequence[str], fact: Recorded | Fact) -> None:
        """Destroy first, say so afterwards: a crash between the two destroys once more."""
        assert isinstance(fact, Recorded)
        assert isinstance(fact.event, ErasureStarted)
        parts, references = self._parts, [*fact.event.references, *self._guests_references(ids)]
        parts.vault.destroy(*ids)
        parts.claims.release([*ids, *references])
        meta = Metadata(correlation=fact.meta.correlation, causation=fact.id)
        command_id = derived_id("erased", fact.id)
        parts.commands.take(ERASURE, Order(FinishErasure(tuple(ids)), fact.stream_id, command_id, meta))

    def _guests_references(self, ids: Sequence[str]) -> list[str]:
        events = [each.event for identity in ids for each in self._log.stream(GUEST.stream(identity))]
        return [reference for event in events if isinstance(event, GuestAdded) for reference in event.references]


def started(fact: Recorded | Fact) -> Sequence[str]:
    """The ids of an erasure that is started."""
    event = fact.event if isinstance(fact, Recorded) else None
    return event.ids if isinstance(event, ErasureStarted) else ()


def eraser(core: Core, parts: Parts) -> Eraser:
    """The reader that does it."""
    return Eraser(core.commits, Parking(core.database), started, Erasing(parts).erase)
