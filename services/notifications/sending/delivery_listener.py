"""The protocol of a listener to the outcomes of deliveries."""

from __future__ import annotations

from typing import Protocol

from services.notifications.sending.delivery import Delivery


class DeliveryListener(Protocol):
    """``channel`` is the channel that took the delivery, or the planned channel of a delivery that was not sent."""

    def delivery_ended(self, channel: str, state: str) -> None:
        """A delivery has ended in ``state``."""
        ...

    def address_refused(self, delivery: Delivery, channel: str, reason: str) -> None:
        """A channel has refused the person's address for good. May be called again for the same delivery."""
        ...

    def person_reached(self, delivery: Delivery, channel: str) -> None:
        """A channel has taken the letter. May be called again for the same delivery."""
        ...
