"""Linking a Telegram account to a member, and whose an account is."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from marshmallow import Schema, fields, validate

from services.kernel.base.problem import Refused
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import Empty, text
from services.members.domain.guest import GUEST, AddGuest, TieGuest
from services.members.domain.person import PERSON, KeepForGuest
from services.members.domain.telegram import (
    TELEGRAM,
    TELEGRAM_OFFER,
    LinkAccount,
    NoteAccount,
    OfferLink,
    RedeemLink,
    UnlinkAccount,
)
from services.members.domain.telegram import TELEGRAM_ACCOUNTS as ACCOUNTS
from services.members.identity.contact import TELEGRAM as TELEGRAM_KIND
from services.members.identity.contact import Contact
from services.members.parts import Parts
from services.members.secret_deriver import read_link
from services.members.views.telegram import TELEGRAM_ACCOUNTS

routes = Routes()

CHAT = r"[1-9][0-9]{0,18}\Z"
GUEST_ID = r"[A-Za-z0-9_-]{1,64}\Z"


class LinkOffered(Schema):
    """The parameter of a deep link, ``https://t.me/<bot>?start=<token>``, good once until ``expires``."""

    token = fields.String(required=True)
    expires = fields.AwareDateTime(required=True, format="iso")


class LinkBody(Schema):
    """What somebody came with, the id of their private chat, and the participant id under which this account took part
    as a stranger, if it did.
    """

    token = text()
    chat = fields.String(required=True, validate=validate.Regexp(CHAT))
    guest = fields.String(load_default=None, allow_none=True, validate=validate.Regexp(GUEST_ID))


class Linked(Schema):
    """Whose the account is now."""

    person = fields.String(required=True)


class ChatQuery(Schema):
    """The id of a private chat."""

    chat = fields.String(required=True, validate=validate.Regexp(CHAT))


class Whose(Schema):
    """Whose it is, null where nobody has linked it."""

    person = fields.String(required=True, allow_none=True)


@routes.post("/v1/me/telegram", answer=LinkOffered(), statuses=(201, 401))
def offer_telegram_link(parts: Parts, request: Request) -> Answer:
    """A link that makes the Telegram account that opens it mine."""
    person = request.actor.require_person()
    link = parts.secrets.link(request.new_id("telegram"))
    command = OfferLink(person, link.digest, request.now)
    commit = request.take(
        TELEGRAM_OFFER, link.token, command, answer=lambda state, _: {"expires": state.expires.isoformat()}
    )
    answer = recorded(commit, 201)
    return Answer({"token": str(link), **answer.body}, 201, answer.version, position=answer.position)


@routes.post("/internal/telegram-link", body=LinkBody(), answer=Linked(), public=False, statuses=(200, 403, 422))
def link_telegram(parts: Parts, request: Request) -> Answer:
    """Somebody came by a link.

    The account becomes that of the member to whom the link was shown.
    """
    request.actor.require_service("gateway")
    token = read_link(request.body["token"])
    if token is None:
        raise Refused("telegram-link-not-accepted", "this link is not right, or no longer good; ask for another")
    chat = Contact(TELEGRAM_KIND, request.body["chat"])
    account = parts.identification.reference(chat, request.new_id("account"))
    redeem = RedeemLink(token.digest, account, request.now)
    redeemed = request.take(TELEGRAM_OFFER, token.token, redeem, answer=lambda state, _: {"person": state.person})
    person = redeemed.answer["person"]
    if not parts.commands.state(PERSON, person)[0].is_member:
        raise Refused("telegram-link-not-accepted", "whom this link was shown to has left")

    # Noted first, so that whoever unlinks from here on knows of it.
    request.also(ACCOUNTS, person, NoteAccount(account), "note", actor=person)
    linking = LinkAccount(person, parts.vault.seal(person, chat.value))
    linked = request.also(
        TELEGRAM, account, linking, "link", actor=person, answer=lambda _state, _events: {"person": person}
    )
    if (guest := request.body["guest"]) is not None:
        # Whoever took part from this account before is proven to be the member; of another member's guest it stays so.
        with suppress(Refused):
            request.also(PERSON, guest, KeepForGuest(), "keep", actor=person)
            with suppress(Refused):
                request.also(GUEST, guest, AddGuest(None, None, None), "guest", actor=person)
            request.also(GUEST, guest, TieGuest(person, "proof"), "tie", actor=person)
    return recorded(linked)


@routes.delete("/v1/me/telegram", answer=Empty(), statuses=(200, 401))
def unlink_telegram(parts: Parts, request: Request) -> Answer:
    """My Telegram account is not to be written to any more.

    This holds for every account that I have linked.
    """
    person = request.actor.require_person()
    position = None
    noted = parts.commands.state(ACCOUNTS, person)[0].noted
    # Those linked before accounts were noted are in the view alone.
    for account in dict.fromkeys((*noted, *accounts_of(parts, person))):
        position = request.also(TELEGRAM, account, UnlinkAccount(person), account).position
    return Answer({}, position=position)


@routes.get("/internal/telegram", query=ChatQuery(), answer=Whose(), public=False, statuses=(200, 403))
def whose_telegram(parts: Parts, request: Request) -> Answer:
    """Who speaks from a chat?"""
    request.actor.require_service("gateway")
    account = parts.identification.known_reference(Contact(TELEGRAM_KIND, request.query["chat"]))
    person = None if account is None else parts.commands.state(TELEGRAM, account)[0].person
    return Answer({"person": person})


def accounts_of(parts: Parts, person: str) -> dict[str, Any]:
    """A member's accounts by their opaque ids, the newest last."""
    accounts = (parts.views.get(TELEGRAM_ACCOUNTS, person) or {}).get("accounts", {})
    standing = [(account["at"], identity, account) for identity, account in accounts.items() if account is not None]
    return {identity: account for _, identity, account in sorted(standing, key=lambda one: one[:2])}


def chat_of(parts: Parts, person: str) -> str | None:
    """The chat in which a member is written to, None where there is none."""
    accounts = list(accounts_of(parts, person).values())
    return parts.vault.open(person, accounts[-1]["chat"]) if accounts else None
