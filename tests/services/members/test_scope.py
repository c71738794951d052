"""A person outside a region's scope can change nothing there: every public write route of this service, judged."""

from dataclasses import asdict

import pytest

from services.kernel.declare.policy import ANONYMOUS, Held
from services.members.bootstrap import definition
from services.members.domain.person import MemberJoined
from services.members.frameworks import first
from tests.services.members.harness import MembersHarness
from tests.support.scope import (
    BIMA,
    KEDIRI,
    KOKO,
    RANI,
    Act,
    Scene,
    check_holders,
    check_nobody,
    check_outsiders,
    holder,
    stored,
    write_routes,
)
from tests.unit.members.sample_registrations import row, table

IN_BLITAR = [{"id": "sananwetan", "name": "Sananwetan", "latitude": -8.1, "longitude": 112.17}]
SLIMS = {"unit": "b-slims", "aspect": "skill", "level": 2}
SCHOOL = {"kind": "school", "level": "secondary"}
ANOTHER = {"region": "nganjuk", "name": "Nganjuk", "subdistricts": IN_BLITAR}
NEXT_FRAMEWORK = {"framework": {**asdict(first()), "version": "kediri-2"}}
AT_THE_DESK = holder(KEDIRI, offices=[Held("regional-coordinator", KEDIRI)])

OWN = {
    "POST /v1/login/code": "whoever has a contact asks for a code to it",
    "POST /v1/login": "whoever has the code",
    "POST /v1/logout": "whoever has the token",
    "PUT /v1/me": "one's own data",
    "POST /v1/me/erasure": "oneself",
    "POST /v1/me/tokens": "one's own token, which opens no more than oneself",
    "DELETE /v1/me/tokens/{token}": "one's own token",
    "POST /v1/me/consents/{purpose}": "one's own consent",
    "DELETE /v1/me/consents/{purpose}": "one's own consent",
    "POST /v1/me/telegram": "one's own account",
    "DELETE /v1/me/telegram": "one's own account",
    "POST /v1/members": "anybody joins",
    "POST /v1/guests/{guest}": "a stranger notes herself; a guest belongs to no region",
    "POST /v1/equipment": "one's own thing",
    "POST /v1/prior-learning": "what one can already",
    "POST /v1/competence": "one rates oneself; others, the office",
    "POST /v1/libraries/{library}/affiliations": "where one works oneself; where others do, the office",
    "POST /v1/libraries/{library}/affiliations/{person}/end": "where one works oneself; where others do, the office",
    "POST /v1/members/import": "each row is judged by its region, see below",
}
OFFICE = {
    "POST /v1/regions": Act(ANOTHER, KOKO),
    "PUT /v1/libraries/{library}": Act(SCHOOL),
    "POST /v1/libraries": Act({"name": "SMP Contoh 7", "region": KEDIRI, **SCHOOL}),
    "POST /v1/libraries/{library}/interest": Act({"interest": "interested"}),
    "POST /v1/libraries/{library}/affiliations": Act({"person": "{person}", "role": "staff"}),
    "POST /v1/libraries/{library}/affiliations/{person}/end": Act({}, where={"person": "staff"}),
    "POST /v1/equipment/{equipment}/loans": Act({"activity": "activity-1"}, "person"),
    "POST /v1/equipment/{equipment}/return": Act({}, "person"),
    "POST /v1/equipment/{equipment}/withdrawal": Act({}, "person"),
    "POST /v1/competence": Act({"person": "{person}", **SLIMS}),
    "POST /v1/prior-learning/{submission}/review": Act({"accepted": True}),
    "POST /v1/guests/{guest}/tie": Act({"person": "{person}"}),
    "POST /v1/frameworks": Act(NEXT_FRAMEWORK, KOKO),
    "POST /v1/rules": Act({"probation_weeks": 5}, KOKO),
    "POST /v1/offices/{office}/handover": [
        Act({"region": KEDIRI, "to": "{person}"}, AT_THE_DESK),
        Act({"region": KEDIRI, "to": "{staff}"}, KOKO),
    ],
    "POST /v1/offices/{office}/vacancy": Act({"region": KEDIRI}, KOKO),
    "POST /v1/offices/{office}/stand-in": Act({"region": KEDIRI, "person": "{person}"}, KOKO),
    "POST /v1/offices/{office}/holders": [
        Act({"region": KEDIRI, "person": "{staff}"}, KOKO),
        Act({"region": KEDIRI, "person": "{staff}"}, KOKO, where={"office": "mentor"}),
        Act({"person": "{staff}"}, KOKO, where={"office": "coordinator"}),
    ],
    "POST /v1/members/{member}/erasure": Act({"sure": True}, KOKO),
}


@pytest.fixture(scope="module")
def harness(service_databases):
    harness = service_databases.harness(MembersHarness, "scope")
    harness.open_region()
    harness.open_region("kota-blitar", "Kota Blitar", IN_BLITAR)
    return harness


@pytest.fixture(scope="module")
def scene(harness):
    """Two members and a library in KEDIRI, and Bima, who is a member in Blitar."""
    ani, budi = harness.join(), harness.join("Budi Contoh", email="budi@contoh.example")
    bima = harness.join("Bima", email="b@contoh.example", region="kota-blitar", subdistrict="sananwetan", library="SMP")
    library = harness.post(RANI, "/v1/libraries", {"name": "SMA 4", "region": KEDIRI, **SCHOOL}).body["library"]
    working = {"person": budi, "role": "staff"}
    assert harness.post(RANI, f"/v1/libraries/{library}/affiliations", working).status == 201
    desk = {"person": budi, "region": KEDIRI}
    assert harness.post(KOKO, "/v1/offices/regional-coordinator/holders", desk).status == 201
    herself = holder(person=ani)
    shown = {**SLIMS, "evidence": "Mengoperasikan SLiMS sejak 2020."}
    harness.post(ANONYMOUS, "/v1/guests/guest-1", {"name": "Dewi"})
    return Scene(
        lambda actor, method, path, body: harness.call(actor, method, path, body).status,
        harness.application.log.head,
        lambda: stored(harness.database, harness.views),
        {
            "person": ani,
            "member": ani,
            "staff": budi,
            "library": library,
            "equipment": harness.post(herself, "/v1/equipment", {"name": "x", "kind": "projector"}).body["equipment"],
            "submission": harness.post(herself, "/v1/prior-learning", shown).body["submission"],
            "guest": "guest-1",
            "office": "regional-coordinator",
            "mentor": "mentor",
            "coordinator": "coordinator",
        },
        outsider=bima,
    )


def test_every_public_write_route_is_checked_for_its_region_scope():
    assert write_routes(definition().routes) == OWN.keys() | OFFICE.keys()


def test_a_person_outside_a_regions_scope_can_change_nothing_there(scene):
    check_outsiders(scene, OFFICE, examples=100)


def test_anonymous_callers_and_partner_programs_are_refused_office_acts(scene):
    check_nobody(scene, OFFICE)


def test_office_holders_pass_the_policy_for_every_act(scene):
    check_holders(scene, OFFICE)


def test_an_import_takes_only_rows_of_the_importers_regions(new_harness):
    harness = new_harness()
    harness.open_region()
    harness.open_region("kota-blitar", "Kota Blitar", IN_BLITAR)
    ours = {"region": "Kota Blitar", "subdistrict": "Sananwetan"}
    brought = harness.post(BIMA, "/v1/members/import", raw=table(row(1), row(2), row(3, **ours)))
    assert brought.status == 202
    while harness.runner.step(1):
        harness.settle()
    assert [event.region for event in harness.events() if isinstance(event, MemberJoined)] == ["kota-blitar"]
    progress = harness.get(BIMA, f"/v1/imports/{brought.body['import']}").body
    assert [bad["row"] for bad in progress["bad"]] == [2, 3]
