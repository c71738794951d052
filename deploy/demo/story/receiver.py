"""A partner's own system, as the partner sees it: what came to its address, and how the address behaves."""

from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True)
class Kept:
    """A delivery whose signature was right: the envelope's very bytes, and how often it came."""

    id: str
    body: bytes
    times: int
    signatures: int


class Receiver:
    """One address at the receiver of this stack. Raises `httpx.HTTPError` where it does not answer."""

    def __init__(self, url: str, name: str, transport: httpx.BaseTransport | None = None) -> None:
        self.url = f"{url}/{name}"
        self._transport = transport

    def kept(self) -> dict[str, Kept]:
        """All that came and was taken, by its id."""
        items = self._ask("GET")["items"]
        return {
            item["id"]: Kept(item["id"], item["body"].encode(), item["times"], item["signatures"]) for item in items
        }

    def forged(self) -> int:
        """How many came with a signature that none of the secrets has made."""
        return int(self._ask("GET")["forged"])

    def use(self, *secrets: str) -> None:
        """Verify with these secrets from now on."""
        self._ask("PUT", {"secrets": list(secrets)})

    def answer(self, status: int) -> None:
        """Answer with this status from now on; 204: take what comes."""
        self._ask("PUT", {"status": status})

    def _ask(self, method: str, document: Any = None) -> Any:
        with httpx.Client(timeout=10.0, transport=self._transport, trust_env=False) as client:
            answer = client.request(method, self.url, json=document)
            answer.raise_for_status()
            return answer.json()
