"""The people's side of the server over HTTP: write messages, read a group's permissions, read the bot's calls."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from deploy.waiting import allowed

ANSWER_SECONDS = 10.0


class NotAllowed(Exception):
    """The group does not let this person write now."""


class Missing(Exception):
    """The chat or the person does not exist."""


class Visitor:
    """Sees all chats and acts for all people. Raises `httpx.HTTPError` if the server does not answer."""

    def __init__(self, url: str, transport: httpx.BaseTransport | None = None) -> None:
        self._client = httpx.Client(base_url=url, timeout=allowed(ANSWER_SECONDS), transport=transport, trust_env=False)

    def close(self) -> None:
        self._client.close()

    def put_person(self, user: int, first_name: str, **names: str) -> None:
        """Give a person an account: `last_name`, `username`, `language_code`."""
        self._ask("PUT", f"/control/people/{user}", {"first_name": first_name, **names})

    def put_group(
        self, chat: int, title: str, members: Sequence[int] = (), administrators: Sequence[int] = (), **more: Any
    ) -> None:
        """Set a group with its people and the bot as administrator; its messages stay. `permissions`, `bot`,
        `rights`.
        """
        given = {"title": title, "members": list(members), "administrators": list(administrators), **more}
        self._ask("PUT", f"/control/chats/{chat}", given)

    def block(self, user: int, *, blocked: bool = True) -> None:
        """Let a person block the bot, or unblock the bot."""
        self._ask("PUT", f"/control/people/{user}/blocked", {"blocked": blocked})

    def write(
        self, user: int, text: str, chat: int | None = None, reply_to: int | None = None, key: str | None = None
    ) -> dict[str, Any]:
        """A person writes to the bot, or into a group; one message per key. Raises `NotAllowed`."""
        given = {"text": text, "chat": chat, "reply_to": reply_to, "key": key}
        message = self._ask("POST", f"/control/people/{user}/messages", given)
        assert isinstance(message, dict)
        return message

    def chat(self, chat: int) -> dict[str, Any]:
        """A chat as `deploy.demo.telegram.control` shows it. Raises `Missing`."""
        found = self._ask("GET", f"/control/chats/{chat}")
        assert isinstance(found, dict)
        return found

    def permissions(self, chat: int) -> dict[str, Any]:
        """The group's present permissions for everybody."""
        permissions: dict[str, Any] = self.chat(chat)["permissions"]
        return permissions

    def messages(self, chat: int) -> list[dict[str, Any]]:
        """All messages of a chat, oldest first."""
        messages: list[dict[str, Any]] = self.chat(chat)["messages"]
        return messages

    def calls(self, method: str | None = None) -> list[dict[str, Any]]:
        """The bot's calls, in order: `method`, `given`, `code`, `at`."""
        calls: list[dict[str, Any]] = self._ask("GET", "/control/calls" + (f"?method={method}" if method else ""))
        return calls

    def limits(self, **rates: tuple[int, float]) -> None:
        """Set the bot's speed limits: `chat`, `group`, `everything`."""
        self._ask("PUT", "/control/limits", rates)

    def fail(self, method: str, code: int, times: int = 1, retry_after: int = 1) -> None:
        """Let the next calls fail."""
        given = {"method": method, "code": code, "times": times, "retry_after": retry_after}
        self._ask("POST", "/control/failures", given)

    def hold(self, method: str, moment: str = "before", times: int = 1) -> None:
        """Let the next calls of the method wait before or after they take effect."""
        self._ask("POST", "/control/hold", {"method": method, "moment": moment, "times": times})

    def held(self) -> list[str]:
        """The methods of the waiting calls."""
        held: list[str] = self._ask("GET", "/control/held")
        return held

    def release(self, *, dropped: bool = False) -> None:
        """Let the waiting calls go on; with `dropped`, waiting calls that have not taken effect never will."""
        self._ask("POST", "/control/release", {"dropped": dropped})

    def _ask(self, method: str, path: str, given: Mapping[str, Any] | None = None) -> Any:
        answer = self._client.request(method, path, json=given)
        if answer.status_code == 403:
            raise NotAllowed(answer.text)
        if answer.status_code == 404:
            raise Missing(path)
        answer.raise_for_status()
        return answer.json() if answer.content else None
