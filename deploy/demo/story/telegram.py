"""The groups and private chats of the story's people: read and written at the server that stands for Telegram."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from deploy.demo.telegram.visitor import Missing, NotAllowed, Visitor

__all__ = ["Account", "NotAllowed", "Telegram"]


@dataclass(frozen=True)
class Account:
    """Somebody's account: Telegram's number for them and the name that they show there."""

    number: int
    first_name: str
    last_name: str = ""


class Telegram:
    """What people see and do in their chats. Raises `httpx.HTTPError` where the server does not answer."""

    def __init__(self, url: str, transport: httpx.BaseTransport | None = None) -> None:
        self._visitor = Visitor(url, transport)

    def close(self) -> None:
        self._visitor.close()

    def make_account(self, account: Account) -> None:
        """Somebody installs Telegram. Again: nothing changes."""
        self._visitor.put_person(account.number, account.first_name, last_name=account.last_name)

    def make_group(
        self,
        chat: int,
        title: str,
        members: Sequence[Account],
        administrators: Sequence[Account] = (),
        permissions: Mapping[str, Any] | None = None,
    ) -> None:
        """Found a group, with the bot as an administrator. One that is there stays as it is."""
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
        """Somebody writes into a group, or to the bot. Told again under the same key it is the same message.

        Raises `NotAllowed` where the group does not let them.
        """
        return self._visitor.write(who.number, text, chat, reply_to, key)

    def permissions(self, chat: int) -> dict[str, Any]:
        """What a group allows everybody now."""
        return self._visitor.permissions(chat)

    def texts(self, chat: int | Account) -> list[str]:
        """All that stands in a group, or that somebody and the bot wrote to each other, oldest first."""
        return [message["text"] for message in self.messages(chat)]

    def messages(self, chat: int | Account) -> list[dict[str, Any]]:
        """The same as the Bot API's messages: `message_id`, `from`, `text`, `reply_to_message`."""
        return self._visitor.messages(chat.number if isinstance(chat, Account) else chat)
