"""By which channel a delivery goes: decided when it is sent, from what is wished and what works at that moment."""

from __future__ import annotations

from collections.abc import Collection

from services.notifications.domain.contact import CHANNELS, TELEGRAM
from services.notifications.domain.message import Kind
from services.notifications.domain.preference import Preference
from services.notifications.sending.delivery import FAILED, NO_CONTACT, UNWANTED, Delivery
from services.notifications.sending.people import Contact


class Unsendable(Exception):
    """There is no letter for this delivery, and there will be none: it ends in ``state``."""

    def __init__(self, state: str, reason: str) -> None:
        super().__init__(reason)
        self.state = state
        self.reason = reason


class ChannelMissing(Exception):
    """There is an address, and this installation sends nothing there so far: the delivery waits for its operator."""


def route(delivery: Delivery, preference: Preference, contact: Contact, channels: Collection[str]) -> tuple[str, str]:
    """The channel and the address on it. ``channels`` are those of this installation. Raises ``Unsendable``,
    ``ChannelMissing``.

    A delivery goes by the channel that it was planned for, as long as that is wished and works. Where nothing else
    tells the person of the fact, it goes by any other that works rather than not at all.
    """
    if contact.erased:
        raise Unsendable(NO_CONTACT, "erased")
    for channel in _wished(delivery, preference):
        address = contact.address(channel)
        if address and channel in channels and channel not in delivery.refused:
            return channel, address
    if delivery.refused:
        raise Unsendable(FAILED, delivery.reason or "refused")
    if delivery.channel not in channels and contact.address(delivery.channel):
        raise ChannelMissing
    raise Unsendable(NO_CONTACT, f"no-{delivery.channel}")


def _wished(delivery: Delivery, preference: Preference) -> list[str]:
    """The channels to try, in this order."""
    if not delivery.urgent:
        if (silenced := preference.silences(Kind(delivery.kind), delivery.region)) is not None:
            raise Unsendable(UNWANTED, silenced)
        if not preference.channels:
            raise Unsendable(UNWANTED, "switched-off")
        if delivery.channel not in preference.channels and not delivery.alone:
            raise Unsendable(UNWANTED, "switched-off")
    if not delivery.alone:
        return [delivery.channel]
    still = [delivery.channel] if delivery.urgent or delivery.channel in preference.channels else []
    return list(dict.fromkeys([*still, *preference.channels, *CHANNELS]))


def to_group(delivery: Delivery, chat: str, channels: Collection[str]) -> tuple[str, str]:
    """The same for a chat group, which has one address and no wishes."""
    if delivery.refused or TELEGRAM not in channels:
        raise Unsendable(FAILED, delivery.reason or "no-telegram")
    return TELEGRAM, chat
