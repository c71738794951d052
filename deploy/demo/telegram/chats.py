"""The chats, people and updates of the server, and the effect of each line of its journal on them.

A change is a plain dict with `kind`; see `Chats.apply`. `bot_api` and `control` check a request before they make a
change.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

BOT_ID = 8027
BOT = {
    "id": BOT_ID,
    "is_bot": True,
    "first_name": "Jejaring",
    "username": "jejaring_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": False,
}
GROUPS = ("group", "supergroup")
FLAGS = (
    "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos", "can_send_video_notes",
    "can_send_voice_notes", "can_send_polls", "can_send_other_messages", "can_add_web_page_previews", "can_change_info",
    "can_invite_users", "can_pin_messages", "can_manage_topics",
)  # fmt: skip
"""The permissions of a group in Bot API 9. A chat here may have further flags, as Telegram's will some day."""
USUAL = dict.fromkeys(FLAGS, True) | {"can_change_info": False, "can_pin_messages": False, "can_manage_topics": False}
RIGHTS = ("can_restrict_members", "can_delete_messages", "can_pin_messages")
"""The rights of an administrator that a bot needs here."""
COMMAND_OR_TAG = re.compile(r"(?<!\S)(/[A-Za-z0-9_]{1,32}(?:@\w+)?|#\w+|@\w+)")


@dataclass
class Person:
    """A person with an account. `started` says that the person has written to the bot, so the bot may write back."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = "id"
    started: bool = False
    blocked: bool = False

    def as_user(self) -> dict[str, Any]:
        """The Bot API's `User`."""
        known = {"last_name": self.last_name, "username": self.username, "language_code": self.language_code}
        user: dict[str, Any] = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        return user | {name: value for name, value in known.items() if value}


@dataclass
class Chat:
    """A private chat, whose id is the person's, or a group, whose id is negative.

    `statuses` maps an id to `creator`, `administrator` or `member`, also for the bot. `rights` are the bot's rights.
    """

    id: int
    type: str
    title: str = ""
    permissions: dict[str, Any] = field(default_factory=dict)
    statuses: dict[int, str] = field(default_factory=dict)
    rights: dict[str, bool] = field(default_factory=dict)
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)
    last: int = 0
    pinned: int | None = None

    @property
    def is_group(self) -> bool:
        return self.type in GROUPS

    def as_chat(self, person: Person | None = None) -> dict[str, Any]:
        """The Bot API's `Chat`."""
        if self.is_group or person is None:
            return {"id": self.id, "type": self.type, "title": self.title}
        user = person.as_user()
        shown = {"id": self.id, "type": self.type}
        return shown | {name: user[name] for name in ("first_name", "last_name", "username") if name in user}

    def leads(self, user: int) -> bool:
        """Whether the person is exempt from restrictions."""
        return self.statuses.get(user) in ("creator", "administrator")


@dataclass
class Chats:
    """All chats, people and updates. `updates` holds the unconfirmed updates by `update_id`. `keys` maps a key to the
    chat and number of a message.
    """

    people: dict[int, Person] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    updates: dict[int, dict[str, Any]] = field(default_factory=dict)
    last_update: int = 100_000_000
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)

    def apply(self, change: Mapping[str, Any]) -> None:
        """Apply one change."""
        match change:
            case {"kind": "person", **rest}:
                self._person(rest)
            case {"kind": "chat", **rest}:
                self._chat(rest)
            case {"kind": "blocked", "id": number, "blocked": blocked}:
                self.people[number].blocked = blocked
            case {"kind": "permissions", "chat": number, "permissions": permissions}:
                self.chats[number].permissions = dict(permissions)
            case {"kind": "message", "message": message, **rest}:
                self._message(message, rest.get("key"))
            case {"kind": "deleted", "chat": number, "message_id": message_id}:
                self.chats[number].messages.pop(message_id, None)
            case {"kind": "pinned", "chat": number, "message_id": message_id}:
                self.chats[number].pinned = message_id
            case {"kind": "update", "update": update}:
                self.last_update = update["update_id"]
                self.updates[self.last_update] = dict(update)
            case {"kind": "confirmed", "below": below}:
                self.updates = {number: update for number, update in self.updates.items() if number >= below}

    def _person(self, given: Mapping[str, Any]) -> None:
        known = self.people.get(given["id"])
        kept = {"started": known.started, "blocked": known.blocked} if known else {}
        self.people[given["id"]] = Person(**{**kept, **given})
        self.chats.setdefault(given["id"], Chat(given["id"], "private"))

    def _chat(self, given: Mapping[str, Any]) -> None:
        """Set a new or changed group; its messages stay."""
        before = self.chats.get(given["id"]) or Chat(given["id"], given["type"])
        statuses = {int(user): status for user, status in given["statuses"].items()}
        kept = {"messages": before.messages, "last": before.last, "pinned": before.pinned}
        self.chats[before.id] = Chat(**{**given, "statuses": statuses, **kept})

    def _message(self, message: Mapping[str, Any], key: str | None) -> None:
        """Set a new or edited message."""
        if key:
            self.keys[key] = (message["chat"]["id"], message["message_id"])
        chat = self.chats[message["chat"]["id"]]
        chat.messages[message["message_id"]] = dict(message)
        chat.last = max(chat.last, message["message_id"])
        writer = message["from"]["id"]
        if not chat.is_group and writer in self.people:
            self.people[writer].started = True


def entities(text: str) -> list[dict[str, Any]]:
    """Commands, hashtags and mentions of a text, placed in UTF-16 units as Telegram counts."""
    kinds = {"/": "bot_command", "#": "hashtag", "@": "mention"}
    return [
        {"type": kinds[found[0][0]], "offset": units(text[: found.start()]), "length": units(found[0])}
        for found in COMMAND_OR_TAG.finditer(text)
    ]


def units(text: str) -> int:
    """The length of a text in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2
