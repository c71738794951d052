from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.gateway.browser import Browser
from tests.unit.gateway.harness import GatewayHarness, fragment, write_fragments
from tests.unit.gateway.sample_community import settle
from tests.unit.gateway.sample_consultations import OPERATIONS as CONSULTING
from tests.unit.gateway.sample_lectures import NAMING
from tests.unit.gateway.sample_lectures import OPERATIONS as LECTURING
from tests.unit.gateway.sample_members import OPERATIONS as BELONGING

MEMBERS = (
    *NAMING,
    *BELONGING,
    "GET /v1/libraries",
    "GET /v1/me", "GET /v1/regions", "GET /v1/regions/{region}", "GET /v1/offices", "POST /v1/members",
    "GET /v1/members", "GET /v1/members/{member}", "POST /v1/members/import", "GET /v1/imports/{import}",
    "POST /v1/login/code", "POST /v1/login", "POST /v1/logout", "POST /v1/guests/{guest}", "GET /v1/guests/{guest}",
    "GET /v1/guides", "POST /v1/offices/{office}/holders", "POST /v1/me/erasure", "GET /v1/libraries/{library}", "GET /v1/libraries/{library}/affiliations", "GET /v1/offices/{office}/holders",
    "GET /v1/competence", "GET /v1/frameworks/{version}",
)  # fmt: skip
EVENTS = (
    *LECTURING,
    "GET /v1/topics", "POST /v1/topics", "GET /v1/topics/{topic}", "POST /v1/topics/{topic}/endorsements",
    "POST /v1/topics/{topic}/raisers", "POST /v1/topics/{topic}/decision", "POST /v1/topics/{topic}/solved",
    "GET /v1/activities", "POST /v1/activities", "GET /v1/activities/{activity}", "POST /v1/activities/{activity}/publish",
    "POST /v1/activities/{activity}/cancel", "POST /v1/activities/{activity}/complete",
    "POST /v1/activities/{activity}/speakers", "POST /v1/activities/{activity}/registrations",
    "GET /v1/activities/{activity}/registrations", "DELETE /v1/activities/{activity}/registrations/{person}",
    "POST /v1/activities/{activity}/attendance", "GET /v1/activities/{activity}/attendance",
    "POST /v1/activities/{activity}/attendance/code", "POST /v1/activities/{activity}/feedback",
    "GET /v1/activities/{activity}/feedback", "GET /v1/participation/{person}", "GET /v1/venues", "POST /v1/venues",
    "GET /v1/activities/{activity}/problems", "POST /v1/activities/{activity}/problems",
    "POST /v1/activities/{activity}/problems/{problem}/raisers", "POST /v1/activities/{activity}/problems/{problem}/merge",
    "POST /v1/activities/{activity}/problems/{problem}/topic", "POST /v1/activities/{activity}/materials", "GET /v1/materials",
    "POST /v1/activities/{activity}/certificates", "GET /v1/certificates", "GET /v1/certificates/{code}",
    "POST /v1/certificates/{code}/revocation", "POST /v1/activities/{activity}/capacity",
    "DELETE /v1/activities/{activity}/speakers/{person}",
    "POST /v1/venues/{venue}/requests", "POST /v1/venues/{venue}/requests/{activity}/answer",
)  # fmt: skip
MENTORING: tuple[str, ...] = (
    *CONSULTING,
    "GET /v1/mentorships", "GET /v1/mentorships/{mentorship}", "POST /v1/mentorships/{mentorship}/reports",
    "GET /v1/reports/{code}", "POST /v1/mentorships", "GET /v1/mentorships/{mentorship}/visits",
    "GET /v1/mentorships/{mentorship}/suggestions", "GET /v1/mentorships/{mentorship}/handover",
    "GET /v1/progress/{secret}", "POST /v1/mentorships/{mentorship}/smooth/confirmation",
    "POST /v1/mentorships/{mentorship}/handover/passwords", "POST /v1/mentorships/{mentorship}/stages/{stage}",
    *(
        f"POST /v1/mentorships/{{mentorship}}/{action}"
        for action in ("mentors", "readiness", "pilot", "visits", "evidence", "smooth", "links", "blockers", "go-live")
    ),
)  # fmt: skip
NOTIFICATIONS: tuple[str, ...] = (
    "GET /v1/me/inbox", "GET /v1/me/preferences", "PUT /v1/me/preferences",
    "GET /v1/announcements", "POST /v1/announcements", "GET /v1/deliveries", "GET /v1/contacts/bounced",
    "POST /v1/deliveries/{delivery}/resend",
    *(f"POST /v1/announcements/{{announcement}}/{act}" for act in ("approval", "publication", "correction", "withdrawal")),
)  # fmt: skip


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[GatewayHarness]:
    members = fragment(*MEMBERS, limits={"POST /v1/members/import": 5_000_000})
    for path in ("/internal/identity", "/v1/hidden"):
        members["paths"][path] = {"post": {"x-jejaring-public": False}}
    others = {"events": EVENTS, "mentoring": MENTORING, "notifications": NOTIFICATIONS}
    write_fragments(tmp_path, {"members": members} | {name: fragment(*own) for name, own in others.items()})
    harness = GatewayHarness(tmp_path)
    yield harness
    harness.close()


@pytest.fixture
def client(harness: GatewayHarness) -> Iterator[Any]:
    with harness.gateway() as client:
        yield client


@pytest.fixture
def visitor(harness, client):
    settle(harness)
    return Browser(client)


@pytest.fixture
def member(visitor):
    visitor.log_in()
    return visitor


@pytest.fixture
def coordinator(visitor):
    visitor.log_in("wulan@contoh.id")
    return visitor
