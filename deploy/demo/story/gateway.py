"""The gateway as a person's program uses it: it waits for services that are down, and is strict about answers.

Every write carries an `Idempotency-Key`, so a request without an answer is simply sent again. A request that a service,
the gateway or a server behind them does not answer for a moment is repeated until a deadline.
"""

import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from deploy.waiting import allowed
from services.kernel.base.pause import Backoff

ANSWER_SECONDS = 15.0
DEADLINE_SECONDS = 90.0
MAX_PAUSE = 2.0
AGAIN = frozenset({409, 429, 500, 502, 503, 504})
"""Try again: the first attempt is still running, too many requests, or a server behind the gateway is down."""


class Unexpected(AssertionError):
    """An answer that a person would not have seen had all gone well."""


@dataclass(frozen=True)
class Answer:
    """A status and a JSON document. `asked` describes the request, for the error text of an unexpected answer."""

    asked: str
    status: int
    body: Any

    def __getitem__(self, name: str) -> Any:
        return self.body[name]

    @property
    def rule(self) -> str | None:
        """The rule that a refusal names."""
        rule = self.body.get("rule") if isinstance(self.body, dict) else None
        return rule if isinstance(rule, str) else None

    def expect(self, *statuses: int) -> "Answer":
        """This answer, if its status is among `statuses`. Raises `Unexpected`."""
        if self.status not in statuses:
            wanted = " or ".join(map(str, statuses))
            raise Unexpected(f"{self.asked} answered {self.status}, not {wanted}: {str(self.body)[:300]}")
        return self


class Gateway:
    """One gateway; keeps connections, and an anonymous visitor's cookie."""

    def __init__(
        self, url: str, deadline_seconds: float = DEADLINE_SECONDS, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._client = httpx.Client(base_url=url, timeout=allowed(ANSWER_SECONDS), transport=transport)
        self._deadline = deadline_seconds

    def close(self) -> None:
        self._client.close()

    def ask(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        body: Mapping[str, Any] | bytes | None = None,
        key: str | None = None,
        query: Mapping[str, str] | None = None,
        patience: Collection[int] = (),
    ) -> Answer:
        """The answer, whatever its status. A status in `AGAIN` or `patience` is asked again until the deadline.

        `body` is JSON, or the bytes of a CSV file. Raises `Unexpected` if no answer came until the deadline.
        """
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if key is not None:
            headers["Idempotency-Key"] = key
        if isinstance(body, bytes):
            headers["Content-Type"] = "text/csv"
        sent: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {"json": body}
        request = self._client.build_request(
            method, path, params=query, headers=headers, **(sent if body is not None else {})
        )
        asked = f"{method} {path}"
        deadline = time.monotonic() + allowed(self._deadline)
        last = "no answer"
        for pause in _pauses():
            try:
                response = self._client.send(request)
            except httpx.TransportError as error:
                last = type(error).__name__
                wait = pause
            else:
                answer = Answer(asked, response.status_code, _document(response))
                if answer.status not in AGAIN and answer.status not in patience:
                    return answer
                last = f"{answer.status}: {str(answer.body)[:200]}"
                after = response.headers.get("Retry-After", "")
                wait = max(pause, float(after)) if after.isdecimal() and answer.status == 429 else pause
            if time.monotonic() + wait > deadline:
                raise Unexpected(f"{asked} was not answered within {allowed(self._deadline):g} s (last: {last})")
            time.sleep(wait)
        raise AssertionError("pauses never end")


def _pauses() -> Iterator[float]:
    """Seconds between attempts: longer each time, and random, so that two waiting callers differ."""
    backoff = Backoff(0.1, MAX_PAUSE)
    while True:
        yield backoff.next()


def _document(response: httpx.Response) -> Any:
    if not response.content:
        return {}
    try:
        return response.json()
    except ValueError:
        return {"text": response.text[:300]}
