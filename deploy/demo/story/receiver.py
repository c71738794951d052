"""A partner's own system, as the partner sees it: the deliveries to its address, and the address's behaviour."""

from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True)
class Kept:
    """A delivery with a valid signature: the envelope's exact bytes, and the number of its arrivals."""

    id: str
    body: bytes
    times: int
    signatures: int


class Receiver:
    """One address at the receiver of this stack. Raises `httpx.HTTPError` if the receiver does not answer."""

    def __init__(self, url: str, name: str, transport: httpx.BaseTransport | None = None) -> None:
        self.url = f"{url}/{name}"
        self._transport = transport

    def kept(self) -> dict[str, Kept]:
        """All accepted deliveries, by id."""
        items = self._ask("GET")["items"]
        return {
            item["id"]: Kept(item["id"], item["body"].encode(), item["times"], item["signatures"]) for item in items
        }

    def forged(self) -> int:
        """The number of deliveries whose signature fits none of the secrets."""
        return int(self._ask("GET")["forged"])

    def use(self, *secrets: str) -> None:
        """Verify with these secrets from now on."""
        self._ask("PUT", {"secrets": list(secrets)})

    def answer(self, status: int) -> None:
        """Answer with this status from now on; 204 accepts deliveries."""
        self._ask("PUT", {"status": status})

    def _ask(self, method: str, document: Any = None) -> Any:
        with httpx.Client(timeout=10.0, transport=self._transport, trust_env=False) as client:
            answer = client.request(method, self.url, json=document)
            answer.raise_for_status()
            return answer.json()
