"""Partners against running processes: a key through the gateway, the service listening to itself, signed deliveries."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from deploy import keys
from deploy.waiting import wait_until
from services.kernel.base.settings import read_secrets
from services.kernel.bus.envelope import canonical
from services.kernel.declare.policy import EVERYWHERE, Actor, ActorSignature
from tests.support.endpoint import Endpoint, an_endpoint
from tests.support.services import ChildServices

KEEPER = Actor("person", "koko", grants={"partners.keep": (EVERYWHERE,)})


@dataclass
class Outside:
    """What a partner and the board do, over HTTP; the board speaks with the service as the gateway would for it."""

    services: ChildServices
    signature: ActorSignature

    def __post_init__(self) -> None:
        self._keys = count(1)

    def ask(self, method: str, url: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        sent = {"Idempotency-Key": f"k{next(self._keys)}", "Content-Type": "application/json", **headers}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def board(self, path: str, body: Any, method: str = "POST") -> Any:
        status, answer = self.ask(
            method,
            self.services.url("notifications") + path,
            body,
            **{ActorSignature.HEADER: self.signature.sign(KEEPER)},
        )
        assert status < 300, answer
        return answer

    def program(self, bearer: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        return self.ask(method, self.services.url("gateway") + path, body, Authorization=f"Bearer {bearer}")

    def partner(self, name: str) -> str:
        """A partner with whom it is agreed, which is a fact that partners read."""
        partner = self.board("/v1/partners", {"name": name, "kind": "university", "regions": ["kota-kediri"]})[
            "partner"
        ]
        self.board(f"/v1/partners/{partner}/state", {"state": "active", "agreement": "MoU"})
        return str(partner)

    def bearer(self, partner: str) -> str:
        wish = {"name": "reader", "scopes": ["feed.read", "subscriptions.keep"], "regions": ["kota-kediri"]}
        return str(self.board(f"/v1/partners/{partner}/keys", wish)["bearer"])

    def feed(self, bearer: str) -> list[dict[str, Any]]:
        status, page = self.program(bearer, "GET", "/v1/feed?types=partner-joined&limit=100")
        assert status == 200, page
        return list(page["items"])

    def subscribe(self, bearer: str, endpoint: Endpoint) -> tuple[str, str]:
        status, made = self.program(bearer, "POST", "/v1/subscriptions", {"url": endpoint.url})
        assert status == 201, made
        return made["subscription"], made["secret"]


@pytest.fixture
def start(child_services: Callable[..., ChildServices], tmp_path: Path) -> Callable[..., Outside]:
    def start(**environment: str) -> Outside:
        secrets = str(keys.ensure(tmp_path / "keys"))
        common = {
            "JEJARING_CLOCK": f"demo:{tmp_path / 'clock.json'}",
            "WEBHOOK_ALLOW": "127.0.0.1",
            "JEJARING_SECRETS": secrets,
        }
        services = child_services({**common, **environment})
        services.start("notifications")
        services.start_gateway()
        return Outside(services, ActorSignature(read_secrets({"JEJARING_SECRETS": secrets}).signing.hex()))

    return start


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with an_endpoint() as endpoint:
        yield endpoint


def test_a_partner_reads_and_is_sent_the_same_bytes_and_what_failed_comes_when_it_can(
    start: Callable[..., Outside], endpoint: Endpoint
) -> None:
    outside = start()
    bearer = outside.bearer(outside.partner("Universitas Satu"))
    wait_until(lambda: len(outside.feed(bearer)) == 1, 15, "the service to hear itself")
    _, secret = outside.subscribe(bearer, endpoint)
    outside.partner("Universitas Dua")
    wait_until(lambda: len(endpoint.received) == 1, 15, "the webhook")
    received = endpoint.received[0]
    assert received.verified(secret)["data"]["name"] == "Universitas Dua"
    assert received.body == canonical(outside.feed(bearer)[1])

    with an_endpoint() as another:
        outside.subscribe(bearer, another)
        endpoint.says = 503
        third, fourth = outside.partner("Universitas Tiga"), outside.partner("Universitas Empat")
        wait_until(lambda: len(another.received) == 2, 15, "the one that is well to be served")
        assert len(endpoint.received) == 2, "the one that is down was tried once and not passed by"
        endpoint.says = 204
        wait_until(lambda: len(endpoint.received) == 4, 15, "the one that came back")
    subjects = [json.loads(each.body)["subject"] for each in endpoint.received]
    assert subjects[1:] == [third, third, fourth]
    assert [each.number for each in endpoint.received] == [1, 2, 2, 3]


def test_without_a_broker_the_service_hears_itself_by_its_own_feed(
    start: Callable[..., Outside], endpoint: Endpoint
) -> None:
    outside = start(AMQP_URI="none")
    bearer = outside.bearer(outside.partner("Universitas Satu"))
    outside.subscribe(bearer, endpoint)
    outside.partner("Universitas Dua")
    wait_until(lambda: any("Dua" in each.body.decode() for each in endpoint.received), 15, "the webhook")
    assert [item["data"]["name"] for item in outside.feed(bearer)] == ["Universitas Satu", "Universitas Dua"]


def test_a_partners_key_opens_nothing_else(start: Callable[..., Outside]) -> None:
    outside = start()
    partner = outside.partner("Universitas Satu")
    bearer = outside.bearer(partner)
    assert outside.program(bearer, "GET", f"/v1/partners/{partner}")[0] == 200
    assert outside.program(bearer, "GET", "/v1/partners")[0] in (401, 403)
    assert outside.program(bearer, "POST", f"/v1/partners/{partner}/keys", {})[0] in (400, 403)
    assert outside.program(bearer, "PUT", "/v1/me/preferences", {"email": False})[0] in (400, 401, 403)
    assert outside.program(bearer, "GET", "/v1/me/inbox")[0] == 401
    assert outside.program(bearer[:-1], "GET", "/v1/feed")[0] == 401
    status, refused = outside.program(bearer, "POST", "/v1/subscriptions", {"url": "https://169.254.169.254/"})
    assert (status, refused["rule"]) == (422, "webhook-address")
