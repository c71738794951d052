"""The used methods of the Bot API, each as Telegram's manual describes it."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from deploy.demo.telegram.chats import BOT, BOT_ID, Chat, entities, units
from deploy.demo.telegram.gate import Refusal
from deploy.demo.telegram.store import Store

MAX_TEXT_CHARACTERS = 4096
DELETABLE_SECONDS = 48 * 3600
WITH_OTHERS = (
    "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos",
    "can_send_video_notes", "can_send_voice_notes",
)  # fmt: skip


def get_me(_store: Store, _given: Mapping[str, Any]) -> Any:
    """The bot."""
    return BOT


def get_chat(store: Store, given: Mapping[str, Any]) -> Any:
    """A chat with all its fields."""
    chat = _chat(store, given)
    full = chat.as_chat(store.chats.people.get(chat.id)) | {"accent_color_id": 0, "max_reaction_count": 11}
    if chat.pinned in chat.messages:
        full["pinned_message"] = chat.messages[chat.pinned]
    return full | {"permissions": dict(chat.permissions)} if chat.is_group else full


def get_chat_member(store: Store, given: Mapping[str, Any]) -> Any:
    """A person in a chat."""
    chat, user = _chat(store, given), _whole(given, "user_id")
    person = store.chats.people.get(user)
    if user != BOT_ID and person is None:
        raise Refusal(400, "Bad Request: user not found")
    found = {"user": BOT if person is None else person.as_user(), "status": chat.statuses.get(user, "left")}
    return found | (dict(chat.rights) if user == BOT_ID else {})


def set_chat_permissions(store: Store, given: Mapping[str, Any]) -> Any:
    """Set everybody's permissions in a group; a missing flag becomes false."""
    chat = _chat(store, given)
    if not chat.is_group:
        raise Refusal(400, "Bad Request: method is available only for supergroups")
    _require(chat, "can_restrict_members", "not enough rights to change chat permissions")
    wanted = given.get("permissions")
    if not isinstance(wanted, Mapping):
        raise Refusal(400, "Bad Request: permissions must be non-empty")
    # Keep the chat's own flags and their order: the bot that restores the found permissions restores the same bytes.
    permissions = {flag: wanted.get(flag) is True for flag in chat.permissions}
    if "can_manage_topics" not in wanted:
        permissions["can_manage_topics"] = permissions["can_pin_messages"]
    if given.get("use_independent_chat_permissions") is not True:
        if permissions["can_send_other_messages"] or permissions["can_add_web_page_previews"]:
            permissions |= dict.fromkeys(WITH_OTHERS, True)
        permissions["can_send_messages"] |= permissions["can_send_polls"]
    store.keep({"kind": "permissions", "chat": chat.id, "permissions": permissions})
    return True


def send_message(store: Store, given: Mapping[str, Any]) -> Any:
    """Send a text from the bot."""
    chat, text = _open_chat(store, given), _text(given)
    message = {
        "message_id": chat.last + 1,
        "from": {name: BOT[name] for name in ("id", "is_bot", "first_name", "username")},
        "chat": chat.as_chat(store.chats.people.get(chat.id)),
        "date": int(time.time()),
        "text": text,
    }
    if found := entities(text):
        message["entities"] = found
    reply = given.get("reply_parameters")
    if isinstance(reply, Mapping):
        answered = chat.messages.get(_whole(reply, "message_id"))
        if answered is not None:
            message["reply_to_message"] = {name: answered[name] for name in answered if name != "reply_to_message"}
        elif reply.get("allow_sending_without_reply") is not True:
            raise Refusal(400, "Bad Request: message to be replied not found")
    store.keep({"kind": "message", "message": message})
    return message


def edit_message_text(store: Store, given: Mapping[str, Any]) -> Any:
    """Replace the text of one of the bot's messages."""
    chat, text = _open_chat(store, given), _text(given)
    message = chat.messages.get(_whole(given, "message_id"))
    if message is None:
        raise Refusal(400, "Bad Request: message to edit not found")
    if message["from"]["id"] != BOT_ID:
        raise Refusal(400, "Bad Request: message can't be edited")
    if message["text"] == text:
        raise Refusal(400, "Bad Request: message is not modified")
    edited = {**message, "text": text, "edit_date": int(time.time())}
    store.keep({"kind": "message", "message": edited})
    return edited


def delete_message(store: Store, given: Mapping[str, Any]) -> Any:
    """Delete a message younger than 48 hours: the bot's own or, as an administrator, anybody's."""
    chat = _open_chat(store, given)
    message = chat.messages.get(_whole(given, "message_id"))
    if message is None:
        raise Refusal(400, "Bad Request: message to delete not found")
    if time.time() - message["date"] > DELETABLE_SECONDS:
        raise Refusal(400, "Bad Request: message can't be deleted for everyone")
    if message["from"]["id"] != BOT_ID:
        _require(chat, "can_delete_messages", "message can't be deleted")
    store.keep({"kind": "deleted", "chat": chat.id, "message_id": message["message_id"]})
    return True


def pin_chat_message(store: Store, given: Mapping[str, Any]) -> Any:
    """Pin a message to the top of a chat."""
    chat, number = _open_chat(store, given), _whole(given, "message_id")
    if number not in chat.messages:
        raise Refusal(400, "Bad Request: message to pin not found")
    if chat.is_group:
        _require(chat, "can_pin_messages", "not enough rights to manage pinned messages in the chat")
    store.keep({"kind": "pinned", "chat": chat.id, "message_id": number})
    return True


METHODS: Mapping[str, Callable[[Store, Mapping[str, Any]], Any]] = {
    "getMe": get_me,
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "setChatPermissions": set_chat_permissions,
    "sendMessage": send_message,
    "editMessageText": edit_message_text,
    "deleteMessage": delete_message,
    "pinChatMessage": pin_chat_message,
}


def _chat(store: Store, given: Mapping[str, Any]) -> Chat:
    """The chat, if the bot can see it."""
    try:
        chat = store.chats.chats.get(int(given.get("chat_id", "")))
    except (TypeError, ValueError):
        chat = None
    person = store.chats.people.get(chat.id) if chat else None
    if chat is None or (not chat.is_group and (person is None or not person.started)):
        raise Refusal(400, "Bad Request: chat not found")
    if chat.is_group and chat.statuses.get(BOT_ID) is None:
        raise Refusal(403, "Forbidden: bot was kicked from the group chat")
    return chat


def _open_chat(store: Store, given: Mapping[str, Any]) -> Chat:
    """The chat, if the bot may write there."""
    chat = _chat(store, given)
    person = store.chats.people.get(chat.id)
    if person is not None and person.blocked:
        raise Refusal(403, "Forbidden: bot was blocked by the user")
    if chat.is_group and not chat.leads(BOT_ID) and not chat.permissions.get("can_send_messages"):
        raise Refusal(400, "Bad Request: not enough rights to send text messages to the chat")
    return chat


def _require(chat: Chat, right: str, otherwise: str) -> None:
    if not (chat.leads(BOT_ID) and chat.rights.get(right)):
        raise Refusal(400, f"Bad Request: {otherwise}")


def _text(given: Mapping[str, Any]) -> str:
    text = str(given.get("text") or "").strip()
    if not text:
        raise Refusal(400, "Bad Request: message text is empty")
    if units(text) > MAX_TEXT_CHARACTERS:
        raise Refusal(400, "Bad Request: message is too long")
    return text


def _whole(given: Mapping[str, Any], name: str) -> int:
    try:
        return int(given[name])
    except (KeyError, TypeError, ValueError):
        raise Refusal(400, f"Bad Request: {name} is not specified") from None
