"""The groups in whose chats lectures are held."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import OneOf, Regexp

from services.events.domain.chat_group import CHAT_GROUP, TELEGRAM, WHATSAPP, RegisterChatGroup
from services.events.parts import PLAN, Parts
from services.events.views.chat_groups import CHAT_GROUPS
from services.kernel.base.ids import derived_id
from services.kernel.base.problem import NotFound
from services.kernel.declare.policy import Actor
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import Paging, identity, line, listing, paged, paging

routes = Routes()


class NewChatGroup(Schema):
    """``chat`` is Telegram's id of the chat, which the bot has been made an administrator of."""

    name = line()
    channel = fields.String(required=True, validate=OneOf([TELEGRAM, WHATSAPP]))
    chat = fields.String(load_default=None, allow_none=True, validate=Regexp(r"^-?[0-9]{1,20}$", error="Not a chat."))
    region = identity(required=False, load_default=None, allow_none=True)

    @validates_schema
    def _fits_its_channel(self, data: dict[str, Any], **_options: Any) -> None:
        if (data["channel"] == TELEGRAM) != (data["chat"] is not None):
            raise ValidationError({"chat": ["A group on Telegram has one, a group on WhatsApp none."]})


class ChatGroupRef(Schema):
    group = fields.String()


class ChatGroupShown(Schema):
    group = fields.String()
    name = fields.String()
    channel = fields.String()
    region = fields.String(allow_none=True)
    chat = fields.String(allow_none=True, metadata={"description": "for those who plan there"})
    restricted = fields.Boolean()
    lecture = fields.String(allow_none=True)
    until = fields.String(allow_none=True)


@routes.post("/v1/chat-groups", body=NewChatGroup(), answer=ChatGroupRef(), statuses=(201, 403, 422))
def register_chat_group(parts: Parts, request: Request) -> Answer:
    """Register a group in whose chat lectures are held."""
    body = request.body
    request.actor.require(PLAN, body["region"])
    if body["region"] is not None:
        parts.require_region(body["region"])
    group = request.new_id("chat-group") if body["chat"] is None else group_of(body["chat"])
    command = RegisterChatGroup(body["name"], body["channel"], body["chat"], body["region"])
    commit = request.take(CHAT_GROUP, group, command, answer=lambda _state, _events: {"group": group})
    return recorded(commit, 201, location=f"/v1/chat-groups/{group}")


@routes.get("/v1/chat-groups", query=Paging(), answer=listing(ChatGroupShown))
def list_chat_groups(parts: Parts, request: Request) -> Answer:
    """Groups with a chat."""
    page = parts.views.find(CHAT_GROUPS, sort="name", **paging(request))
    return paged(page, lambda document: _shown(request.actor, document))


@routes.get("/v1/chat-groups/{group}", answer=ChatGroupShown(), statuses=(200, 404))
def show_chat_group(parts: Parts, request: Request) -> Answer:
    """One group."""
    document = parts.views.get(CHAT_GROUPS, request.path["group"])
    if document is None:
        raise NotFound
    return Answer(_shown(request.actor, document), version=document["version"])


def group_of(chat: str) -> str:
    """The group of a chat on Telegram: one chat is one stream, whoever registers it and however often."""
    return derived_id("chat-group", chat)


def _shown(actor: Actor, document: dict[str, Any]) -> dict[str, Any]:
    names = ("name", "channel", "region", "restricted", "lecture", "until")
    shown = {"group": document["_id"], **{name: document[name] for name in names}}
    return {**shown, "chat": document["chat"]} if actor.may(PLAN, document["region"]) else shown
