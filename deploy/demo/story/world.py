"""The story's knowledge during a telling, and the voices of its people.

All knowledge comes from answers of this telling: the keys of the requests are the same each time, so the answers are
too.
"""

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

from deploy.demo.story.calendar import Calendar
from deploy.demo.story.gateway import DEADLINE_SECONDS, Answer, Gateway, Unexpected
from deploy.demo.story.mailbox import Mailbox
from deploy.demo.story.people import Somebody
from deploy.demo.story.telegram import Telegram
from deploy.errors import DeadlinePassed
from deploy.waiting import allowed, wait_until

Seen = TypeVar("Seen")
CODE_SECONDS = 30.0
MAX_CODES = 3
REFUSED_PAUSE = 0.5


def _silent(_detail: str) -> None:
    return


@dataclass
class World:
    """`at` is the present step, which names the keys. `people` maps an address to the person's id, `tokens` to the
    person's login token. `things` maps names to the ids of created topics, venues and activities. `tell` reports the
    progress of a long step.
    """

    gateway: Gateway
    mailbox: Mailbox
    calendar: Calendar
    environment: Mapping[str, str]
    at: str = ""
    people: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    things: dict[str, str] = field(default_factory=dict)
    telegram: Telegram = field(default_factory=lambda: Telegram("http://127.0.0.1:8027"))
    tell: Callable[[str], None] = _silent

    def voice(self, who: Somebody | str) -> "Voice":
        """A person's voice. A person without a login logs in now, with a code from the mail."""
        address = who if isinstance(who, str) else who.email
        self.log_in(address)
        return Voice(self, self.tokens[address])

    @property
    def nobody(self) -> "Voice":
        """The voice of a visitor."""
        return Voice(self, None)

    def log_in(self, *addresses: str) -> None:
        """Let these people log in: all ask for their codes first, then each enters the code."""
        waiting = [address for address in dict.fromkeys(addresses) if address not in self.tokens]
        for attempt in range(1, MAX_CODES + 1):
            before = {address: self._login_letters(address) for address in waiting}
            for address in waiting:
                asked = self.nobody.post("/v1/login/code", {"contact": address}, nth=f"{address}/{attempt}")
                asked.expect(202)
            waiting = [address for address in waiting if not self._enter(address, before[address].keys(), attempt)]
            if not waiting:
                return
        raise Unexpected(f"no login code that works has come to {', '.join(waiting)}")

    def _enter(self, address: str, before: Collection[str], attempt: int) -> bool:
        """Log in with the newest code that came since `before`; False if this code is no longer valid."""

        def came() -> str | None:
            return next((code for id_, code in self._login_letters(address).items() if id_ not in before), None)

        try:
            code = wait_until(came, CODE_SECONDS, f"a login code to {address}")
        except DeadlinePassed:
            if attempt < MAX_CODES:
                return False
            raise
        answer = self.nobody.post("/v1/login", {"contact": address, "code": code}, nth=f"{address}/{attempt}")
        if answer.expect(200, 422).status == 422:
            return False
        self.tokens[address], self.people[address] = answer["token"], answer["person"]
        return True

    def _login_letters(self, address: str) -> dict[str, str]:
        """The login codes in the letters to an address, by the letter's id, newest first."""
        return {letter.id: letter.code for letter in self.letters(address) if letter.code}

    def letters(self, address: str) -> list[Any]:
        """The letters to one address; repeats while the mailbox is down."""
        return self.eventually(lambda: self.mailbox.letters(address), "the mailbox to answer")

    def eventually(self, look: Callable[[], Seen], what: str, seconds: float = DEADLINE_SECONDS) -> Seen:
        """Call `look` until it returns an answer, and return this answer.

        `look` has no answer yet if it raises `Unexpected`, fails to connect, or reads a part of an answer that is still
        missing: an empty list, a field that is null.
        """

        def looked() -> tuple[Seen]:
            try:
                return (look(),)
            except httpx.HTTPError as error:
                raise Unexpected(type(error).__name__) from error
            except (LookupError, TypeError, ValueError, StopIteration) as error:
                raise Unexpected(repr(error)) from error

        return wait_until(looked, seconds, what, 0.1)[0]


@dataclass(frozen=True)
class Voice:
    """A person who asks and acts through the gateway; a visitor has no token."""

    world: World
    token: str | None

    def get(self, path: str, **query: str) -> Answer:
        """Read a path."""
        return self.world.gateway.ask("GET", path, token=self.token, query=query)

    def all(self, path: str, **query: str) -> list[dict[str, Any]]:
        """The items of all pages of a list."""
        items: list[dict[str, Any]] = []
        while True:
            page = self.get(path, limit="100", **query).expect(200)
            items += page["items"]
            if page["next"] is None:
                return items
            query["after"] = page["next"]

    def listed(self, path: str, **query: str) -> list[dict[str, Any]]:
        """The items of a list that has one page."""
        items: list[dict[str, Any]] = self.get(path, **query).expect(200)["items"]
        return items

    def post(self, path: str, body: Mapping[str, Any] | bytes | None = None, **how: Any) -> Answer:
        """Send a POST; see `write`."""
        return self.write("POST", path, {} if body is None else body, **how)

    def delete(self, path: str, **how: Any) -> Answer:
        """Send a DELETE; see `write`."""
        return self.write("DELETE", path, None, **how)

    def write(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | bytes | None,
        *,
        nth: str = "",
        query: Mapping[str, str] | None = None,
        patience: Collection[int] = (),
        again_on: Collection[str] = (),
    ) -> Answer:
        """A write under a key made of the step and `nth`. `nth` separates several writes of a step to one path.

        `patience`: statuses that mean that a fact has not reached the other service yet. `again_on`: rules that may
        mean the same. A refusal is an outcome and stays, so such a refusal is asked again under another key. Raises
        `Unexpected`.
        """
        deadline = time.monotonic() + allowed(DEADLINE_SECONDS)
        attempt = 1
        while True:
            key = "/".join(part for part in ("story", self.world.at, nth, str(attempt) if attempt > 1 else "") if part)
            answer = self.world.gateway.ask(
                method, path, token=self.token, body=body, key=key, query=query, patience=patience
            )
            if answer.rule not in again_on or time.monotonic() > deadline:
                return answer
            attempt += 1
            time.sleep(REFUSED_PAUSE)


def see(condition: object, what: str) -> None:
    """Raises `Unexpected` with `what`, the expectation that does not hold, if `condition` is false."""
    if not condition:
        raise Unexpected(what)


def same(found: Any, expected: Any, what: str) -> None:
    """Raises `Unexpected` unless both are equal."""
    see(found == expected, f"{what}: {_short(found)} where {_short(expected)} was expected")


def by(items: Iterable[Mapping[str, Any]], name: str) -> dict[Any, Mapping[str, Any]]:
    """Items by one of their fields."""
    return {item[name]: item for item in items}


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 400 else f"{text[:400]}…"
