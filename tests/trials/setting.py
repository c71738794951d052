"""What the clients find: a board, a region, members with tokens, two published gatherings and a partner's subscription."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx

from deploy.commands.board import install
from deploy.commands.open_service import open_service
from deploy.commands.token import issue
from services.members.installation import BoardMember, issue_token
from tests.trials.clients import REGION, Client, Community, Request, gathering, registration
from tests.trials.history import History
from tests.trials.stack import Stack

MEMBERS = 12
TYPES = ("member-joined", "seat-taken", "seat-lined", "seat-promoted", "seat-released", "attendance-recorded")
"""The facts that the partner subscribes to."""
ADDRESS = "mitra"
SEATS = 5
ATTEMPTS = 60
VENUE = {
    "name": "Kedai",
    "kind": "cafe",
    "region": REGION["region"],
    "subdistrict": "mojoroto",
    "capacity": 40,
    "power": True,
    "signal": True,
}


def _board(name: str, office: str) -> BoardMember:
    return BoardMember(office, f"Ibu {name}", f"{name}@contoh.example", None, "SDN Contoh", "kota-kediri", "mojoroto")


class _Setter:
    """The requests of the setting, each until it is accepted."""

    def __init__(self, client: Client, board: str) -> None:
        self.client = client
        self._board = board

    def done(
        self, command: str, service: str, path: str, body: dict[str, Any], token: str | None = None
    ) -> Mapping[str, Any]:
        """The answer. A service may not have heard yet of what this needs: it is asked again, after a refusal under another key."""
        for attempt in range(ATTEMPTS):
            request = Request(command, service, "POST", path, token or self._board, body)
            answer = self.client.ask(request, f"{command} {attempt}", again_on=(400, 404))
            if answer.outcome == "ok":
                return answer.body
            time.sleep(0.5)
        raise AssertionError(f"{command} {path}: {answer}")

    def published(self, body: dict[str, Any], starts: datetime, capacity: int, guide: str) -> str:
        """The id of a gathering that people can register for."""
        times = {"starts": starts.isoformat(), "ends": (starts + timedelta(hours=3)).isoformat()}
        planned = self.done(
            f"plan {body['title']}", "events", "/v1/activities", {**body, **times, "capacity": capacity}
        )
        activity = str(planned["activity"])
        speakers = f"/v1/activities/{activity}/speakers"
        self.done("guide", "events", speakers, {"person": guide, "role": "guide"})
        self.done("publish", "events", f"/v1/activities/{activity}/publish", {})
        return activity


def prepare(stack: Stack, history: History, people: dict[str, str]) -> Community:
    """Make all of it through the gateway, except the board and the tokens, which the operator makes. Fills ``people``: token → id."""
    board = [_board(office, office) for office in ("coordinator", "secretary", "treasurer")]
    guide = install(board, stack.environment)[0].person
    coordinator = issue("coordinator@contoh.example", "trial", stack.environment)
    people[coordinator] = guide
    setter = _Setter(Client(stack.services.url("gateway"), history, people, random.Random(0)), coordinator)
    setter.done("region", "members", "/v1/regions", REGION)
    members: dict[str, str] = {}
    with open_service("members", stack.environment) as service:
        for number in range(MEMBERS):
            name = f"anggota{number}"
            person = str(setter.done(f"join {name}", "members", "/v1/members", registration(name))["member"])
            token = issue_token(service.parts, f"{name}@contoh.example")
            people[token], members[person] = person, token
    topic = {"title": "Label barcode bergeser", "region": REGION["region"]}
    topic_id = str(setter.done("topic", "events", "/v1/topics", topic, next(iter(members.values())))["topic"])
    venue_id = str(setter.done("venue", "events", "/v1/venues", VENUE)["venue"])
    now = stack.now()
    community = Community(coordinator, members)
    small, large = (gathering(title, topic_id, venue_id) for title in ("Gathering satu", "Gathering dua"))
    community.seats = setter.published(small, now + timedelta(days=14), SEATS, guide)
    # People are recorded from half an hour before the start on, and nobody registers behind it.
    community.attended = setter.published(large, now + timedelta(minutes=20), 40, guide)
    setter.client.close()
    _subscribe(stack, coordinator)
    return community


def _subscribe(stack: Stack, coordinator: str) -> None:
    """A partner whose address is told of some facts."""
    receiver = f"{stack.receiver.url}/{ADDRESS}"
    with httpx.Client(base_url=stack.services.url("gateway"), timeout=20, trust_env=False) as client:

        def post(path: str, body: dict[str, object], bearer: str) -> dict[str, str]:
            headers = {"Authorization": f"Bearer {bearer}", "Idempotency-Key": f"partner {path}"}
            answer = client.post(path, json=body, headers=headers)
            assert answer.status_code in {200, 201}, answer.text
            return dict(answer.json())

        contacts = [{"name": "Ibu Mitra", "email": "mitra@contoh.example"}]
        body = {"name": "Universitas", "kind": "university", "regions": [REGION["region"]], "contacts": contacts}
        partner = post("/v1/partners", body, coordinator)["partner"]
        post(f"/v1/partners/{partner}/state", {"state": "active", "agreement": "Nota 1"}, coordinator)
        wish = {"name": "program", "scopes": ["feed.read", "subscriptions.keep"], "regions": [REGION["region"]]}
        bearer = post(f"/v1/partners/{partner}/keys", wish, coordinator)["bearer"]
        wanted = {"url": receiver, "types": list(TYPES), "regions": [REGION["region"]]}
        secret = post("/v1/subscriptions", wanted, bearer)["secret"]
        client.put(receiver, json={"secrets": [secret]}).raise_for_status()
