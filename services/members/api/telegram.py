"""Linking a Telegram account to a member, and finding the member behind an account."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated

from marshmallow.validate import Regexp

from services.kernel.base.problem import Refused
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import NoFields, Text
from services.members.dependencies import Dependencies
from services.members.domain.guest import GUEST, AddGuest, TieGuest
from services.members.domain.person import PERSON, KeepForGuest
from services.members.domain.telegram import (
    TELEGRAM,
    TELEGRAM_OFFER,
    LinkAccount,
    NoteAccount,
    Offer,
    OfferLink,
    RedeemLink,
    UnlinkAccount,
)
from services.members.domain.telegram import TELEGRAM_ACCOUNTS as ACCOUNTS
from services.members.identity.contact import TELEGRAM as TELEGRAM_KIND
from services.members.identity.contact import Contact
from services.members.iso import IsoTime
from services.members.secret_deriver import read_link
from services.members.views.telegram import TELEGRAM_ACCOUNTS, AccountRow

routes = Routes()

CHAT = r"[1-9][0-9]{0,18}\Z"
GUEST_ID = r"[A-Za-z0-9_-]{1,64}\Z"


@dataclass(frozen=True)
class LinkOffered:
    """The parameter of a deep link, ``https://t.me/<bot>?start=<token>``, good once until ``expires``."""

    token: str
    expires: IsoTime


@dataclass(frozen=True)
class LinkBody:
    """``token`` is the parameter of the link, ``chat`` the id of the private chat. ``guest`` is the participant id of a
    stranger who took part from this account before.
    """

    token: Text
    chat: Annotated[str, Regexp(CHAT)]
    guest: Annotated[str, Regexp(GUEST_ID)] | None = None


@dataclass(frozen=True)
class Linked:
    """The member whose the account is now."""

    person: str


@dataclass(frozen=True)
class ChatQuery:
    """The id of a private chat."""

    chat: Annotated[str, Regexp(CHAT)]


@dataclass(frozen=True)
class Whose:
    """The member who linked the chat, null for an unlinked chat."""

    person: str | None


@dataclass(frozen=True)
class OfferLifetime:
    """What is kept of an offer."""

    expires: IsoTime


@routes.post("/v1/me/telegram", statuses=(201, 401))
def offer_telegram_link(deps: Dependencies, request: Request) -> Answer[LinkOffered]:
    """Make a link that links a Telegram account to the caller.

    For every member. The account that opens the link is linked; the link is good once and for 30 minutes.
    """
    person = request.actor.require_person()
    link = deps.secrets.link(request.new_id("telegram"))
    commit = request.take(TELEGRAM_OFFER, link.token, OfferLink(person, link.digest, request.now), _offer_lifetime)
    shown = LinkOffered(str(link), commit.answer["expires"])
    return Answer(shown, 201, commit.answer["version"], position=commit.position)


@routes.post("/internal/telegram-link", public=False, statuses=(200, 403, 422))
def link_telegram(deps: Dependencies, request: Request[LinkBody]) -> Answer[Linked]:
    """Link the Telegram account that opened a link to the member to whom the link was shown.

    Only the gateway may call this.
    """
    request.actor.require_service("gateway")
    token = read_link(request.body.token)
    if token is None:
        raise Refused("telegram-link-not-accepted", "The link is wrong or has expired; request a new link.")
    chat = Contact(TELEGRAM_KIND, request.body.chat)
    account = deps.identification.reference(chat, request.new_id("account"))
    redeem = RedeemLink(token.digest, account, request.now)
    redeemed = request.take(TELEGRAM_OFFER, token.token, redeem, _member_of_offer)
    person = redeemed.answer["person"]
    if deps.member(person) is None:
        raise Refused("telegram-link-not-accepted", "The member to whom this link was shown has left.")

    # Noted before it is linked, so that unlinking finds the account from here on.
    request.also(ACCOUNTS, person, NoteAccount(account), "note", actor=person)
    linking = LinkAccount(person, deps.vault.seal(person, chat.value))
    linked = request.also(TELEGRAM, account, linking, "link", actor=person, answer=lambda *_: Linked(person))
    if (guest := request.body.guest) is not None:
        # The guest of this account is proven to be the member; a guest who is tied to another member stays tied.
        with suppress(Refused):
            request.also(PERSON, guest, KeepForGuest(), "keep", actor=person)
            with suppress(Refused):
                request.also(GUEST, guest, AddGuest(None, None, None), "guest", actor=person)
            request.also(GUEST, guest, TieGuest(person, "proof"), "tie", actor=person)
    return recorded(linked)


@routes.delete("/v1/me/telegram", statuses=(200, 401))
def unlink_telegram(deps: Dependencies, request: Request) -> Answer[NoFields]:
    """Unlink all of the caller's Telegram accounts, so that no more messages go there."""
    person = request.actor.require_person()
    position = None
    noted = deps.commands.state(ACCOUNTS, person)[0].noted
    # Older releases did not note linked accounts; such an account is only in the view.
    for account in dict.fromkeys((*noted, *linked_accounts(deps, person))):
        position = request.also(TELEGRAM, account, UnlinkAccount(person), account).position
    return Answer(NoFields(), position=position)


@routes.get("/internal/telegram", public=False, statuses=(200, 403))
def whose_telegram(deps: Dependencies, request: Request[None, ChatQuery]) -> Answer[Whose]:
    """Show which member a Telegram chat belongs to.

    Only the gateway may call this.
    """
    request.actor.require_service("gateway")
    account = deps.identification.known_reference(Contact(TELEGRAM_KIND, request.query.chat))
    linked = None if account is None else deps.commands.state(TELEGRAM, account)[0]
    return Answer(Whose(linked.person if linked else None))


def _offer_lifetime(offer: Offer | None, _events: object) -> OfferLifetime:
    assert offer is not None  # the link was just offered
    return OfferLifetime(offer.expires.isoformat())


def _member_of_offer(offer: Offer | None, _events: object) -> Linked:
    assert offer is not None  # a link that was redeemed was offered
    return Linked(offer.person)


def linked_accounts(deps: Dependencies, person: str) -> dict[str, AccountRow]:
    """A member's accounts by their opaque ids, the newest last."""
    row = deps.views.get(TELEGRAM_ACCOUNTS, person)
    return row.linked() if row else {}


def chat_of(deps: Dependencies, person: str) -> str | None:
    """The private chat of a member's newest account, None for a member without an account."""
    accounts = list(linked_accounts(deps, person).values())
    return deps.vault.open(person, accounts[-1].chat) if accounts else None
