"""Talks to a members service as the gateway does: signs the actor, names its keys, repeats what got no answer."""

from __future__ import annotations

import time
import uuid
from pathlib import Path
from typing import Any

import requests

from services.kernel.declare.policy import Actor, ActorSignature

REGION = {
    "region": "kota-kediri",
    "name": "Kota Kediri",
    "subdistricts": [{"id": "mojoroto", "name": "Mojoroto", "latitude": -7.82, "longitude": 111.98}],
}
COORDINATOR = Actor(
    kind="person",
    id="coordinator",
    grants=dict.fromkeys(("regions.open", "members.read", "rules.change", "deliveries.read"), ("*",)),
)
TRANSIENT = (409, 429, 503)


class Caller:
    """One client of one service at ``url``; ``keys`` is the directory with the secrets."""

    def __init__(self, url: str, keys: Path, actor: Actor = COORDINATOR) -> None:
        self.url = url
        self.retries = 0
        self._signature = ActorSignature((keys / "signing.key").read_text().strip())
        self._actor = actor

    def get(self, path: str, **headers: str) -> requests.Response:
        """One GET, one answer."""
        return requests.get(self.url + path, headers={**self._headers(), **headers}, timeout=8)

    def post(self, path: str, body: dict[str, Any], key: str = "", **headers: str) -> requests.Response:
        """One POST, one answer. Raises ``requests.RequestException`` when nobody answers."""
        named = {"Idempotency-Key": key or uuid.uuid4().hex, **self._headers(), **headers}
        return requests.post(self.url + path, json=body, headers=named, timeout=8)

    def insist(self, path: str, body: dict[str, Any], key: str, seconds: float = 40) -> requests.Response:
        """Repeat a POST under the same key until there is an answer that is not "later"."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                answer = self.post(path, body, key)
                if answer.status_code not in TRANSIENT:
                    return answer
            except requests.RequestException:
                pass
            assert time.monotonic() < deadline, f"no answer to {path} in {seconds} s"
            self.retries += 1
            time.sleep(0.1)

    def open_region(self) -> None:
        """The one region that these tests need."""
        answer = self.insist("/v1/regions", REGION, "region")
        assert answer.status_code in {201, 422}, answer.text
        deadline = time.monotonic() + 10
        while self.get("/v1/regions/kota-kediri").status_code != 200:
            assert time.monotonic() < deadline, "the region is not shown"
            time.sleep(0.05)

    def join(self, name: str) -> str:
        """Make somebody a member, whatever it takes; answers the member's id."""
        answer = self.insist("/v1/members", registration(name), f"join-{name}")
        assert answer.status_code == 201, answer.text
        return str(answer.json()["member"])

    def members(self) -> list[str]:
        """The ids of all members that the roster shows."""
        found: list[str] = []
        after = ""
        while True:
            page = self.get(f"/v1/members?limit=100{after}").json()
            found += [item["member"] if "member" in item else item["person"] for item in page["items"]]
            if page["next"] is None:
                return found
            after = f"&after={page['next']}"

    def _headers(self) -> dict[str, str]:
        return {ActorSignature.HEADER: self._signature.sign(self._actor)}


def registration(name: str) -> dict[str, Any]:
    """A join by form."""
    return {
        "name": f"Ibu {name}",
        "email": f"{name}@contoh.example",
        "library": "SDN Contoh",
        "region": "kota-kediri",
        "subdistrict": "mojoroto",
    }
