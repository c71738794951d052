"""The groups and private chats of the story's people: read and written at the server that stands in for Telegram."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from deploy.demo.telegram.visitor import Missing, NotAllowed, Visitor

__all__ = ["Account", "NotAllowed", "Telegram"]


@dataclass(frozen=True)
class Account:
    """A person's account: Telegram's number, and the shown name."""

    number: int
    first_name: str
    last_name: str = ""


class Telegram:
    """People's view of their chats. Raises `httpx.HTTPError` if the server does not answer."""

    def __init__(self, url: str, transport: httpx.BaseTransport | None = None) -> None:
        self._visitor = Visitor(url, transport)

    def close(self) -> None:
        self._visitor.close()

    def make_account(self, account: Account) -> None:
        """A person installs Telegram. A repetition changes nothing."""
        self._visitor.put_person(account.number, account.first_name, last_name=account.last_name)

    def make_group(
        self,
        chat: int,
        title: str,
        members: Sequence[Account],
        administrators: Sequence[Account] = (),
        permissions: Mapping[str, Any] | None = None,
    ) -> None:
        """Found a group, with the bot as an administrator. An existing group stays unchanged."""
        try:
            self._visitor.chat(chat)
        except Missing:
            for account in (*members, *administrators):
                self.make_account(account)
            more: dict[str, Any] = {} if permissions is None else {"permissions": dict(permissions)}
            in_it, leading = ([account.number for account in some] for some in (members, administrators))
            self._visitor.put_group(chat, title, in_it, leading, **more)

    def write(
        self, who: Account, text: str, chat: int | None = None, *, key: str, reply_to: int | None = None
    ) -> dict[str, Any]:
        """A person writes into a group, or to the bot. Under the same key a repeated call returns the same message.

        Raises `NotAllowed` if the group does not let the person write.
        """
        return self._visitor.write(who.number, text, chat, reply_to, key)

    def permissions(self, chat: int) -> dict[str, Any]:
        """The group's present permissions for everybody."""
        return self._visitor.permissions(chat)

    def texts(self, chat: int | Account) -> list[str]:
        """All texts in a group, or between a person and the bot, oldest first."""
        return [message["text"] for message in self.messages(chat)]

    def messages(self, chat: int | Account) -> list[dict[str, Any]]:
        """The same texts as the Bot API's messages: `message_id`, `from`, `text`, `reply_to_message`."""
        return self._visitor.messages(chat.number if isinstance(chat, Account) else chat)
