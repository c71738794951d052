"""A member's Telegram account, proved by a link that only the member was shown.

An offer is one such link: single use, good for half an hour. An account is a stream of its own under an opaque id of the
chat, so that one account is never two members', however fast they are. A member may have several; the newest is written to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import Refused
from services.kernel.commands.decider import Decider

OFFER_LIVES = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class OfferLink(Command):
    """Show a member a link. ``digest`` is what is kept of its secret."""

    person: str
    digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RedeemLink(Command):
    """Somebody came by the link, from the account with the opaque id ``account``."""

    digest: str
    account: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TelegramLinkOffered(Event):
    """Good until ``expires``."""

    person: str
    digest: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class TelegramLinkRedeemed(Event):
    """From here on the link opens nothing, except for the same account again."""

    account: str


@dataclass(frozen=True, slots=True)
class Offer:
    """``person`` is None while there is none; ``account`` is who came by it."""

    person: str | None = None
    digest: str = ""
    expires: datetime | None = None
    account: str | None = None


def decide_offer(command: Command, offer: Offer) -> Sequence[Event]:
    """A link is good once, for half an hour, for whoever knows all of it."""
    match command:
        case OfferLink():
            if offer.person is not None:
                return []
            return [TelegramLinkOffered(command.person, command.digest, command.at + OFFER_LIVES)]
        case RedeemLink():
            known = offer.expires is not None and offer.digest == command.digest
            if not known or offer.account not in {None, command.account}:
                raise _not_accepted()
            if offer.account is not None:
                return []
            if offer.expires is None or command.at > offer.expires:
                raise _not_accepted()
            return [TelegramLinkRedeemed(command.account)]
        case _:
            raise TypeError(type(command).__name__)


def _not_accepted() -> Refused:
    return Refused("telegram-link-not-accepted", "this link is not right, or no longer good; ask for another")


def evolve_offer(offer: Offer, event: Any) -> Offer:
    """The offer after an event."""
    match event:
        case TelegramLinkOffered():
            return Offer(event.person, event.digest, event.expires)
        case TelegramLinkRedeemed():
            return replace(offer, account=event.account)
        case _:
            return offer


@dataclass(frozen=True, slots=True)
class LinkAccount(Command):
    """This account is the member's. ``chat`` is sealed under the member's key."""

    person: str
    chat: str


@dataclass(frozen=True, slots=True)
class UnlinkAccount(Command):
    """This account is not the member's any more."""

    person: str


@dataclass(frozen=True, slots=True)
class TelegramLinked(Event):
    """``chat`` is the id of the private chat, sealed under the person's key."""

    person: str
    chat: str


@dataclass(frozen=True, slots=True)
class TelegramUnlinked(Event):
    """Nobody's any more."""

    person: str


@dataclass(frozen=True, slots=True)
class Account:
    """Whose it is, None while it is nobody's."""

    person: str | None = None


def decide_account(command: Command, account: Account) -> Sequence[Event]:
    """One account, one member."""
    match command:
        case LinkAccount():
            if account.person == command.person:
                return []
            if account.person is not None:
                raise Refused("telegram-is-anothers", "this Telegram account is another member's")
            return [TelegramLinked(command.person, command.chat)]
        case UnlinkAccount():
            return [TelegramUnlinked(command.person)] if account.person == command.person else []
        case _:
            raise TypeError(type(command).__name__)


def evolve_account(account: Account, event: Any) -> Account:
    """Whose it is after an event."""
    match event:
        case TelegramLinked():
            return Account(event.person)
        case TelegramUnlinked():
            return Account()
        case _:
            return account


@dataclass(frozen=True, slots=True)
class NoteAccount(Command):
    """The member is about to link this account."""

    account: str


@dataclass(frozen=True, slots=True)
class TelegramAccountNoted(Event):
    """The account is the member's, was, or would have been; whose it is now its own stream says."""

    account: str


@dataclass(frozen=True, slots=True)
class Accounts:
    """Every account that a member ever came to link."""

    noted: tuple[str, ...] = ()


def decide_accounts(command: Command, accounts: Accounts) -> Sequence[Event]:
    """An account is noted once."""
    match command:
        case NoteAccount():
            return [] if command.account in accounts.noted else [TelegramAccountNoted(command.account)]
        case _:
            raise TypeError(type(command).__name__)


def evolve_accounts(accounts: Accounts, event: Any) -> Accounts:
    """The accounts after an event."""
    match event:
        case TelegramAccountNoted():
            return Accounts((*accounts.noted, event.account))
        case _:
            return accounts


TELEGRAM_OFFER: Decider[Offer] = Decider("telegram_offer", Offer(), decide_offer, evolve_offer)
TELEGRAM: Decider[Account] = Decider("telegram", Account(), decide_account, evolve_account)
TELEGRAM_ACCOUNTS: Decider[Accounts] = Decider("telegram_accounts", Accounts(), decide_accounts, evolve_accounts)
