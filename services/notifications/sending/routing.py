"""Chooses the channel of a delivery at the moment of sending, from the person's wishes and the channels that work."""

from __future__ import annotations

from collections.abc import Collection

from services.notifications.domain.contact import CHANNELS, TELEGRAM
from services.notifications.domain.message import Kind
from services.notifications.domain.preference import Preference
from services.notifications.sending.delivery import FAILED, NO_CONTACT, UNWANTED, Delivery
from services.notifications.sending.people import Contact


class Unsendable(Exception):
    """The delivery has no letter and will never have one: the delivery ends in ``state``."""

    def __init__(self, state: str, reason: str) -> None:
        super().__init__(reason)
        self.state = state
        self.reason = reason


class ChannelMissing(Exception):
    """The person has an address on a channel that is not installed: the delivery waits for the operator."""


def route(delivery: Delivery, preference: Preference, contact: Contact, channels: Collection[str]) -> tuple[str, str]:
    """The channel and the address on it. ``channels`` are those of this installation. Raises ``Unsendable``,
    ``ChannelMissing``.

    The planned channel is used if the person wishes for the channel and it works. If no other delivery tells the person of the
    fact, any other channel that works is used.
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
    """The channels to try, in order. Raises ``Unsendable``."""
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
    """The channel and the address of a chat group, which has no wishes. Raises ``Unsendable``."""
    if delivery.refused or TELEGRAM not in channels:
        raise Unsendable(FAILED, delivery.reason or "no-telegram")
    return TELEGRAM, chat
