"""A person outside a region's scope can change nothing there: every public write route of this service, judged."""

from datetime import timedelta

import pytest

from services.mentoring.bootstrap import definition
from tests.services.mentoring.harness import MentoringHarness
from tests.services.mentoring.sample_library import ALL_THERE, BUDI, MIRA, SRI, TICKS, loans, opened, register
from tests.support.sample_community import BLITAR, KEDIRI, NOW, TRENGGALEK, person
from tests.support.scope import (
    RANI,
    Act,
    Scene,
    Table,
    check_holders,
    check_nobody,
    check_outsiders,
    stored,
    write_routes,
)
from tests.support.service_databases import ServiceDatabases

ANI = person("ani")
ASKED = {"region": KEDIRI, "title": "x", "details": "x"}
PUBLIC = {"consultation": "public"}

OWN = {
    "POST /v1/consultations": "anybody asks, wherever it is; who asks for a caller, the office",
    "POST /v1/consultations/{consultation}/me-too": "one's own voice on what one may read",
}
OFFICE: Table = {
    "POST /v1/consultations": Act({**ASKED, "guest": "guest-9"}),
    "POST /v1/consultations/{consultation}/answers": [Act({"text": "x"}), Act({"text": "x"}, where=PUBLIC)],
    "POST /v1/consultations/{consultation}/answers/{number}/publication": [Act(), Act(where=PUBLIC)],
    "POST /v1/consultations/{consultation}/notes": [Act({"text": "x"}), Act({"text": "x"}, where=PUBLIC)],
    "POST /v1/consultations/{consultation}/hold": Act({"until": (NOW + timedelta(days=3)).isoformat()}),
    "POST /v1/consultations/{consultation}/assignment": [Act({"owner": "koko"}), Act({"owner": "koko"}, where=PUBLIC)],
    "POST /v1/consultations/{consultation}/resolution": [Act({}), Act({"rating": 4}, ANI), Act({}, where=PUBLIC)],
    "POST /v1/consultations/{consultation}/reopening": [Act({}), Act({}, ANI), Act({}, where=PUBLIC)],
    "POST /v1/consultations/{consultation}/promotion": Act({"library": "sman-4"}),
    "POST /v1/mentorships": [Act({"library": "sd-2"}), Act({"library": "sd-2"}, person("tini"))],
    "POST /v1/mentorships/{mentorship}/mentors": Act({"person": "maya", "role": "co-mentor"}),
    "POST /v1/mentorships/{mentorship}/readiness": Act(ALL_THERE),
    "POST /v1/mentorships/{mentorship}/pilot": Act(),
    "POST /v1/mentorships/{mentorship}/stages/{stage}": [Act({"items": TICKS["ready"]}), Act({}, MIRA)],
    "POST /v1/mentorships/{mentorship}/go-live": [Act(), Act(by=MIRA)],
    "POST /v1/mentorships/{mentorship}/evidence": [
        Act(loans("2026-W10")),
        Act({"kind": "backup", "at": NOW.isoformat(), "ok": True}, BUDI),
    ],
    "POST /v1/mentorships/{mentorship}/blockers": [Act({"text": "x"}), Act({"text": "x"}, SRI)],
    "POST /v1/mentorships/{mentorship}/blockers/{blocker}/clear": Act(),
    "POST /v1/mentorships/{mentorship}/smooth": Act(),
    "POST /v1/mentorships/{mentorship}/smooth/confirmation": Act(by=SRI),
    "POST /v1/mentorships/{mentorship}/regression": Act({"reason": "x"}),
    "POST /v1/mentorships/{mentorship}/visits": [
        Act({"minutes": 9, "done": "x"}),
        Act({"minutes": 9, "done": "x"}, MIRA),
    ],
    "POST /v1/mentorships/{mentorship}/handover/passwords": Act({"passwords": ["slims-admin"]}),
    "POST /v1/mentorships/{mentorship}/installation": Act({"version": "9.6.1", "host": "hosting"}),
    "POST /v1/mentorships/{mentorship}/evidence-key": Act(),
    "POST /v1/mentorships/{mentorship}/links": Act({}),
    "POST /v1/mentorships/{mentorship}/reports": Act({"parts": ["hours"], "figures": {}}, SRI),
    "DELETE /v1/mentorships/{mentorship}/mentors/{person}": Act(),
    "POST /v1/mentorships/{mentorship}/close": Act({"why": "withdrawn"}),
}


@pytest.fixture(scope="module")
def scene(service_databases: ServiceDatabases) -> Scene:
    harness = service_databases.harness(MentoringHarness, "scope")
    harness.open_regions(KEDIRI, BLITAR, TRENGGALEK)
    return Scene(
        lambda actor, method, path, body: harness.call(actor, method, path, body, settle=False).status,
        harness.application.log.head,
        lambda: stored(harness.application.core.database, harness.application.runner.readers),
        standing(harness),
    )


def standing(harness: MentoringHarness) -> dict[str, str]:
    """In KEDIRI: a library that is accompanied and one that is not, a question, and one that everybody may read."""
    register(harness)
    register(harness, "sd-2", "tini")
    path = opened(harness)
    blocker = harness.post(SRI, f"{path}/blockers", {"text": "x"}, settle=False).body["blocker"]
    asked, public = (
        str(harness.post(ANI, "/v1/consultations", {**ASKED, "library": "sman-4"}).body["consultation"])
        for _ in range(2)
    )
    assert harness.post(RANI, f"/v1/consultations/{asked}/answers", {"text": "x"}).status == 201
    assert harness.post(RANI, f"/v1/consultations/{public}/answers", {"text": "x", "public": True}).status == 201
    return {
        "mentorship": path.rpartition("/")[2],
        "blocker": blocker,
        "consultation": asked,
        "public": public,
        "number": "1",
        "person": "mira",
        "stage": "ready",
    }


def test_every_public_write_route_is_checked_for_its_region_scope() -> None:
    assert write_routes(definition().routes) == OWN.keys() | OFFICE.keys()


def test_a_person_outside_a_regions_scope_can_change_nothing_there(scene: Scene) -> None:
    check_outsiders(scene, OFFICE)


def test_anonymous_callers_and_partner_programs_are_refused_office_acts(scene: Scene) -> None:
    check_nobody(scene, OFFICE)


def test_office_holders_pass_the_policy_for_every_act(scene: Scene) -> None:
    check_holders(scene, OFFICE)
