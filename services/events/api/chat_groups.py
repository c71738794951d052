"""The groups in whose chats lectures are held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from marshmallow import ValidationError
from marshmallow.validate import OneOf, Regexp

from services.events.dependencies import PLAN, Dependencies
from services.events.domain.chat_group import CHAT_GROUP, TELEGRAM, WHATSAPP, RegisterChatGroup
from services.events.views.chat_groups import CHAT_GROUPS, ChatGroupRow
from services.kernel.base.ids import derived_id
from services.kernel.base.problem import NotFound
from services.kernel.declare.policy import Actor
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import UNSET, Described, Unset
from services.kernel.declare.shapes import Identity, Line, Listing, PageQuery, fill, paged, paging

routes = Routes()


@dataclass(frozen=True)
class NewChatGroup:
    """``chat`` is Telegram's id of the chat; the bot must be an administrator there."""

    name: Line
    channel: Annotated[str, OneOf([TELEGRAM, WHATSAPP])]
    chat: Annotated[
        str | None,
        Regexp(r"^-?[0-9]{1,20}$", error="Not a chat."),
        Described("the id of the chat on Telegram; null on WhatsApp"),
    ] = None
    region: Identity | None = None

    def __post_init__(self) -> None:
        if (self.channel == TELEGRAM) != (self.chat is not None):
            raise ValidationError({"chat": ["A group on Telegram has one, a group on WhatsApp none."]})


@dataclass(frozen=True)
class ChatGroupRef:
    group: str


@dataclass(frozen=True)
class ChatGroupShown:
    """``chat`` is for planners of the group's region; for other callers the field is left out."""

    group: str
    name: str
    channel: str
    region: str | None
    restricted: bool
    lecture: str | None
    until: str | None
    chat: Annotated[str | None, Described("for those who plan there")] | Unset = UNSET


@routes.post("/v1/chat-groups", statuses=(201, 403, 422))
def register_chat_group(deps: Dependencies, request: Request[NewChatGroup]) -> Answer[ChatGroupRef]:
    """Register a chat group in which lectures can be held.

    Needs ``activities.plan`` in the group's region. Repeating it for the same ``chat`` changes the registered group.
    """
    body = request.body
    request.actor.require(PLAN, body.region)
    if body.region is not None:
        deps.require_region(body.region)
    group = request.new_id("chat-group") if body.chat is None else group_of(body.chat)
    command = RegisterChatGroup(body.name, body.channel, body.chat, body.region)
    location = f"/v1/chat-groups/{group}"
    return request.outcome(CHAT_GROUP, group, command, lambda *_: ChatGroupRef(group), location=location)


@routes.get("/v1/chat-groups")
def list_chat_groups(deps: Dependencies, request: Request[None, PageQuery]) -> Answer[Listing[ChatGroupShown]]:
    """List the registered chat groups by name."""
    page = deps.views.find(CHAT_GROUPS, sort="name", **paging(request))
    return paged(page, lambda row: chat_group_shown(request.actor, row))


@routes.get("/v1/chat-groups/{group}", statuses=(200, 404))
def show_chat_group(deps: Dependencies, request: Request) -> Answer[ChatGroupShown]:
    """Show one registered chat group."""
    row = deps.views.get(CHAT_GROUPS, request.path["group"])
    if row is None:
        raise NotFound
    return Answer(chat_group_shown(request.actor, row), version=row.version)


def group_of(chat: str) -> str:
    """The group of a chat on Telegram: a chat has one stream, however often the chat is registered."""
    return derived_id("chat-group", chat)


def chat_group_shown(actor: Actor, row: ChatGroupRow) -> ChatGroupShown:
    return fill(ChatGroupShown, row, chat=row.chat if actor.may(PLAN, row.region) else UNSET)
