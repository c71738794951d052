from datetime import timedelta

import pytest

from services.kernel.declare.policy import ANONYMOUS
from tests.services.members.harness import COORDINATOR, GATEWAY, MEMBER, REGIONAL, holder_of
from tests.support.sample_community import NOW

PLACE = {"region": "kota-kediri"}
OFFICE = "/v1/offices/regional-coordinator"


def test_a_region_is_opened_by_the_board(harness):
    body = {"region": "nganjuk", "name": "Kab. Nganjuk", "subdistricts": [
        {"id": "kertosono", "name": "Kertosono", "latitude": -7.6, "longitude": 112.1}]}  # fmt: skip
    assert harness.post(ANONYMOUS, "/v1/regions", body).status == 401
    assert harness.post(REGIONAL, "/v1/regions", body).status == 403
    assert harness.post(COORDINATOR, "/v1/regions", body).status == 201
    listed = harness.get(ANONYMOUS, "/v1/regions").body["items"]
    assert [region["region"] for region in listed] == ["kota-kediri", "nganjuk"]
    assert harness.get(ANONYMOUS, "/v1/regions/atlantis").status == 404


@pytest.mark.parametrize(
    "change",
    [
        {"region": "Kota Kediri"},
        {"region": ""},
        {"subdistricts": []},
        {"subdistricts": [{"id": "a", "name": "A", "latitude": 91, "longitude": 0}]},
        {"subdistricts": [{"id": "a", "name": "A", "latitude": "x", "longitude": 0}]},
        {"fee": 1},
    ],
)
def test_bad_regions_are_malformed(harness, change):
    body = {"region": "a", "name": "A", "subdistricts": [{"id": "a", "name": "A", "latitude": 1, "longitude": 1}]}
    assert harness.post(COORDINATOR, "/v1/regions", body | change).status == 400


def test_an_office_passes_from_hand_to_hand_and_everybody_sees_it(harness):
    ani, budi = harness.join("Ani", email="ani@contoh.example"), harness.join("Budi", email="budi@contoh.example")
    assert harness.post(COORDINATOR, f"{OFFICE}/holders", {"person": ani, **PLACE}).status == 201
    taken = harness.post(COORDINATOR, f"{OFFICE}/holders", {"person": budi, **PLACE})
    assert (taken.status, taken.body["rule"]) == (422, "office-is-held")
    handed = harness.post(COORDINATOR, f"{OFFICE}/handover", {"to": budi, **PLACE})
    assert (handed.status, handed.body["holder"]) == (200, budi)
    shown = {(item["office"], item["region"]): item for item in harness.get(ANONYMOUS, "/v1/offices").body["items"]}
    assert shown["regional-coordinator", "kota-kediri"]["holder"] == {"person": budi, "name": "Budi"}
    assert shown["coordinator", None]["holder"] is None
    told = [fact.type for fact in harness.facts()][-3:]
    assert told == ["office-assumed", "office-vacated", "office-assumed"]


def test_a_holder_may_hand_over_their_own_office_and_no_other(harness):
    ani, budi = harness.join(email="ani@contoh.example"), harness.join(email="budi@contoh.example")
    harness.post(COORDINATOR, f"{OFFICE}/holders", {"person": ani, **PLACE})
    own = holder_of(("regional-coordinator", "kota-kediri"), person=ani)
    assert harness.post(own, "/v1/offices/secretary/handover", {"to": budi}).status == 403
    assert harness.post(own, f"{OFFICE}/handover", {"to": budi, **PLACE}).status == 200


def test_a_former_holder_cannot_hand_over_even_with_a_recent_signature(harness):
    ani, budi, eve = (harness.join(email=f"{name}@contoh.example") for name in ("ani", "budi", "eve"))
    harness.post(COORDINATOR, f"{OFFICE}/holders", {"person": ani, **PLACE})
    own = holder_of(("regional-coordinator", "kota-kediri"), person=ani)
    assert harness.post(own, f"{OFFICE}/handover", {"to": budi, **PLACE}).status == 200
    refused = harness.post(own, f"{OFFICE}/handover", {"to": eve, **PLACE})
    assert (refused.status, refused.body["rule"]) == (422, "office-is-anothers")
    assert harness.post(COORDINATOR, f"{OFFICE}/handover", {"to": eve, **PLACE}).body["holder"] == eve


def test_a_stand_in_has_the_offices_permissions_until_it_is_filled(harness):
    ani, budi = harness.join(email="ani@contoh.example"), harness.join(email="budi@contoh.example")
    named = harness.post(COORDINATOR, f"{OFFICE}/stand-in", {"person": ani, **PLACE})
    assert (named.status, named.body["stand_in"]) == (201, ani)
    region = harness.get(ANONYMOUS, "/v1/regions/kota-kediri").body
    assert (region["vacant"], region["coordinator"], region["stand_in"]["person"]) == (True, None, ani)

    def grants(person):
        from services.members.api.internal import actor_of

        return actor_of(harness.parts, person).grants.get("topics.decide")

    assert grants(ani) == ("kota-kediri",)
    assert harness.post(COORDINATOR, f"{OFFICE}/holders", {"person": budi, **PLACE}).status == 201
    assert (grants(ani), grants(budi)) == (None, ("kota-kediri",))
    refused = harness.post(COORDINATOR, f"{OFFICE}/stand-in", {"person": ani, **PLACE})
    assert refused.body["rule"] == "office-is-held"


def test_a_term_may_have_begun_earlier_and_may_end_without_a_successor(harness):
    ani = harness.join()
    since = (NOW - timedelta(days=90)).isoformat()
    assert harness.post(COORDINATOR, f"{OFFICE}/holders", {"person": ani, "from": since, **PLACE}).status == 201
    item = harness.get(ANONYMOUS, "/v1/offices").body["items"][-1]
    assert item["since"] == since
    assert harness.post(COORDINATOR, f"{OFFICE}/vacancy", PLACE).body["holder"] is None
    assert harness.get(ANONYMOUS, "/v1/regions/kota-kediri").body["vacant"] is True


def test_a_term_from_beyond_the_calendar_is_malformed(harness):
    body = {"person": harness.join(), "from": "0001-01-01T00:00:00+14:00", **PLACE}
    reply = harness.post(COORDINATOR, f"{OFFICE}/holders", body)
    assert (reply.status, list(reply.body["errors"])) == (400, ["from"])


def test_offices_are_assigned_by_the_board_alone(harness):
    ani = harness.join()
    for path, body in (
        ("holders", {"person": ani}),
        ("stand-in", {"person": ani}),
        ("handover", {"to": ani}),
        ("vacancy", {}),
    ):
        assert harness.post(MEMBER, f"{OFFICE}/{path}", body | PLACE).status == 403
        assert harness.post(ANONYMOUS, f"{OFFICE}/{path}", body | PLACE).status == 401


@pytest.mark.parametrize(
    ("office", "body", "status"),
    [
        ("archivist", {"person": "ani"}, 404),
        ("coordinator", {"person": "nobody"}, 400),
        ("regional-coordinator", {"person": "ani", "region": "atlantis"}, 400),
        ("regional-coordinator", {"person": "ani"}, 422),
        ("coordinator", {"person": "ani", "region": "kota-kediri"}, 422),
    ],
)
def test_an_office_region_or_person_that_does_not_exist_is_not_assigned(harness, office, body, status):
    ani = harness.join()
    body = body | ({"person": ani} if body["person"] == "ani" else {})
    assert harness.post(COORDINATOR, f"/v1/offices/{office}/holders", body).status == status


def test_a_change_of_an_office_with_a_stale_if_match_is_refused(harness):
    ani, budi = harness.join(email="ani@contoh.example"), harness.join(email="budi@contoh.example")
    first = harness.post(COORDINATOR, f"{OFFICE}/stand-in", {"person": ani, **PLACE})
    stale = harness.post(COORDINATOR, f"{OFFICE}/stand-in", {"person": budi, **PLACE}, if_match='"0"')
    assert stale.status == 412
    fresh = harness.post(COORDINATOR, f"{OFFICE}/stand-in", {"person": budi, **PLACE}, if_match=first.headers["ETag"])
    assert fresh.status == 201


def test_a_new_actor_has_what_the_office_grants(harness):
    from services.members.installation import issue_token

    ani = harness.join(email="ani@contoh.example")
    harness.post(COORDINATOR, f"{OFFICE}/holders", {"person": ani, **PLACE})
    token = issue_token(harness.parts, "ani@contoh.example")
    actor = harness.post(GATEWAY, "/internal/identity", {"token": token}).body
    assert actor["offices"] == [{"office": "regional-coordinator", "region": "kota-kediri"}]
    assert actor["grants"]["activities.plan"] == ["kota-kediri"]


def test_several_people_hold_the_office_of_mentor_at_once(harness):
    ani, budi = harness.join("Ani", email="ani@contoh.example"), harness.join("Budi", email="budi@contoh.example")
    path = "/v1/offices/mentor"
    for person in (ani, budi):
        assert harness.post(COORDINATOR, f"{path}/holders", {"person": person, **PLACE}).status == 201
    assert harness.get(ANONYMOUS, f"{path}/holders", query={"region": "kota-kediri"}).body["items"][0]["holder"][
        "name"
    ] in {"Ani", "Budi"}
    assert len(harness.get(ANONYMOUS, f"{path}/holders").body["items"]) == 2
    assert {item["office"] for item in harness.get(ANONYMOUS, "/v1/offices").body["items"]}.isdisjoint(
        {"mentor", "speaker"}
    )
    assert harness.post(COORDINATOR, f"{path}/vacancy", PLACE).status == 400
    assert harness.post(COORDINATOR, f"{path}/vacancy", {"person": ani, **PLACE}).status == 200
    (left,) = harness.get(ANONYMOUS, f"{path}/holders").body["items"]
    assert left["holder"]["person"] == budi
    refused = harness.post(COORDINATOR, f"{path}/handover", {"to": ani, **PLACE})
    assert (refused.status, refused.body["rule"]) == (422, "office-held-by-many")
    assumed = [fact for fact in harness.facts() if fact.type == "office-assumed"][-1]
    assert (assumed.data["board"], assumed.region) == (False, "kota-kediri")
    assert harness.get(ANONYMOUS, "/v1/offices/partner/holders").status == 401
    assert harness.get(ANONYMOUS, "/v1/offices/secretary/holders").status == 404
