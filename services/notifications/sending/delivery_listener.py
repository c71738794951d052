"""Who hears what became of deliveries."""

from __future__ import annotations

from typing import Protocol

from services.notifications.sending.delivery import Delivery


class DeliveryListener(Protocol):
    """``channel`` is the channel that the delivery went by, or was planned for if it did not go."""

    def delivery_ended(self, channel: str, state: str) -> None:
        """A delivery has ended in ``state``."""
        ...

    def address_refused(self, delivery: Delivery, channel: str, reason: str) -> None:
        """A channel has refused the person's address for good. May be called again for the same delivery."""
        ...

    def person_reached(self, delivery: Delivery, channel: str) -> None:
        """A channel has taken the letter. May be called again for the same delivery."""
        ...
