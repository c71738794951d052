"""A member's Telegram accounts, proved by links shown to the member alone.

An offer is a link for single use, good for half an hour. Each account has a stream under the chat's opaque id, so that
two members can never have the same account. A member may have several accounts; messages go to the newest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import Refused
from services.kernel.commands.decider import Decider

LINK_LIFETIME = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class OfferLink(Command):
    """Show a member a link. ``digest`` is the hash of the link's secret."""

    person: str
    digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RedeemLink(Command):
    """A person opened the link from the account with the opaque id ``account``."""

    digest: str
    account: str
    at: datetime


OfferCommand = OfferLink | RedeemLink


@dataclass(frozen=True, slots=True)
class TelegramLinkOffered(Event):
    """The link is good until ``expires``."""

    person: str
    digest: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class TelegramLinkRedeemed(Event):
    """From here on the link works for the same account alone."""

    account: str


OfferEvent = TelegramLinkOffered | TelegramLinkRedeemed


@dataclass(frozen=True, slots=True)
class Offer:
    """A link shown to a member; ``account`` is the account that redeemed the link."""

    person: str
    digest: str
    expires: datetime
    account: str | None = None


def decide_offer(command: OfferCommand, offer: Offer | None) -> Sequence[Event]:
    """A link with the right secret is good once, for half an hour."""
    match command:
        case OfferLink():
            if offer is not None:
                return []
            return [TelegramLinkOffered(command.person, command.digest, command.at + LINK_LIFETIME)]
        case RedeemLink():
            return _redeem(command, offer)
        case _:
            assert_never(command)


def _redeem(command: RedeemLink, offer: Offer | None) -> Sequence[Event]:
    if offer is None or offer.digest != command.digest or offer.account not in {None, command.account}:
        raise _not_accepted()
    if offer.account is not None:
        return []
    if command.at > offer.expires:
        raise _not_accepted()
    return [TelegramLinkRedeemed(command.account)]


def _not_accepted() -> Refused:
    return Refused("telegram-link-not-accepted", "The link is wrong or has expired; request a new link.")


def evolve_offer(offer: Offer | None, event: OfferEvent) -> Offer | None:
    match event:
        case TelegramLinkOffered():
            return Offer(event.person, event.digest, event.expires)
        case TelegramLinkRedeemed():
            return offer and replace(offer, account=event.account)
        case _:
            assert_never(event)


@dataclass(frozen=True, slots=True)
class LinkAccount(Command):
    """This account is the member's. ``chat`` is sealed under the member's key."""

    person: str
    chat: str


@dataclass(frozen=True, slots=True)
class UnlinkAccount(Command):
    person: str


AccountCommand = LinkAccount | UnlinkAccount


@dataclass(frozen=True, slots=True)
class TelegramLinked(Event):
    """``chat`` is the id of the private chat, sealed under the person's key."""

    person: str
    chat: str


@dataclass(frozen=True, slots=True)
class TelegramUnlinked(Event):
    person: str


AccountEvent = TelegramLinked | TelegramUnlinked


@dataclass(frozen=True, slots=True)
class Account:
    """A linked account."""

    person: str


def decide_account(command: AccountCommand, account: Account | None) -> Sequence[Event]:
    """One account, one member."""
    match command:
        case LinkAccount():
            if account == Account(command.person):
                return []
            if account is not None:
                raise Refused("telegram-is-anothers", "This Telegram account belongs to another member.")
            return [TelegramLinked(command.person, command.chat)]
        case UnlinkAccount():
            return [TelegramUnlinked(command.person)] if account == Account(command.person) else []
        case _:
            assert_never(command)


def evolve_account(_account: Account | None, event: AccountEvent) -> Account | None:
    match event:
        case TelegramLinked():
            return Account(event.person)
        case TelegramUnlinked():
            return None
        case _:
            assert_never(event)


@dataclass(frozen=True, slots=True)
class NoteAccount(Command):
    """Record an account before it is linked."""

    account: str


@dataclass(frozen=True, slots=True)
class TelegramAccountNoted(Event):
    """The member linked the account, or tried to. The account's own stream tells the present owner."""

    account: str


@dataclass(frozen=True, slots=True)
class Accounts:
    """Every account that a member ever tried to link."""

    noted: tuple[str, ...] = ()


def decide_accounts(command: NoteAccount, accounts: Accounts) -> Sequence[Event]:
    """An account is noted once."""
    return [] if command.account in accounts.noted else [TelegramAccountNoted(command.account)]


def evolve_accounts(accounts: Accounts, event: TelegramAccountNoted) -> Accounts:
    return Accounts((*accounts.noted, event.account))


TELEGRAM_OFFER: Decider[Offer | None] = Decider("telegram_offer", None, decide_offer, evolve_offer)
TELEGRAM: Decider[Account | None] = Decider("telegram", None, decide_account, evolve_account)
TELEGRAM_ACCOUNTS: Decider[Accounts] = Decider("telegram_accounts", Accounts(), decide_accounts, evolve_accounts)
