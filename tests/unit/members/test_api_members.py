from datetime import UTC, datetime

import pytest

from services.kernel.base.clock import FixedClock
from services.kernel.base.ids import new_id
from services.members.domain.person import MemberJoined
from tests.unit.members.stage import COORDINATOR, MEMBER, NOTIFICATIONS, REGIONAL, Stage, holder_of

BODY = {
    "name": "  Ani   Contoh ",
    "email": "Ani@Contoh.example",
    "library": "SD Contoh 1",
    "region": "kota-kediri",
    "subdistrict": "mojoroto",
}


@pytest.fixture
def stage():
    stage = Stage()
    stage.open_region()
    stage.open_region(
        "nganjuk", "Kab. Nganjuk", [{"id": "kertosono", "name": "K", "latitude": -7.6, "longitude": 112.1}]
    )
    return stage


def test_anybody_joins_with_five_fields(stage):
    reply = stage.post("/v1/members", BODY)
    assert reply.status == 201
    assert reply.headers["Location"] == f"/v1/members/{reply.body['member']}"
    shown = stage.get(f"/v1/members/{reply.body['member']}", actor=COORDINATOR).body
    assert (shown["name"], shown["email"], shown["phone"]) == ("Ani Contoh", "ani@contoh.example", None)


def test_the_same_request_again_gets_the_same_member(stage):
    first = stage.post("/v1/members", BODY, key="once")
    again = stage.post("/v1/members", BODY, key="once")
    assert (again.status, again.body) == (201, first.body)


def test_the_same_key_with_another_contact_claims_nothing(stage):
    stage.post("/v1/members", BODY, key="once")
    other = stage.post("/v1/members", BODY | {"email": "budi@contoh.example"}, key="once")
    assert other.status == 422
    assert "rule" not in other.body
    assert stage.post("/v1/members", BODY | {"email": "budi@contoh.example"}, key="another").status == 201


@pytest.mark.parametrize(
    "second", [{"email": "ani@contoh.example", "phone": "085712345678"}, {"email": None, "phone": "+62 812-3456-7890"}]
)
def test_a_known_contact_does_not_join_again_and_adds_nothing(stage, second):
    stage.join(email="ani@contoh.example", phone="081234567890")
    reply = stage.post("/v1/members", BODY | second)
    assert (reply.status, reply.body["rule"]) == (422, "already-a-member")
    assert sum(isinstance(event, MemberJoined) for event in stage.events()) == 1
    assert stage.join(phone="085712345678")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": None}, "email"),
        ({"email": "not an address"}, "email"),
        ({"phone": "12"}, "phone"),
        ({"region": "atlantis"}, "region"),
        ({"subdistrict": "kertosono"}, "subdistrict"),
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"library": 7}, "library"),
        ({"language": "xx"}, "language"),
        ({"fee": 0}, "fee"),
    ],
)
def test_bad_input_is_named_by_its_field(stage, change, field):
    reply = stage.post("/v1/members", BODY | change)
    assert reply.status == 400
    assert field in reply.body["errors"]


def test_the_roster_is_read_by_the_board_and_in_ones_own_region(stage):
    here = stage.join(email="ani@contoh.example")
    there = stage.post(
        "/v1/members", BODY | {"email": "budi@contoh.example", "region": "nganjuk", "subdistrict": "kertosono"}
    ).body["member"]

    def read(actor, **query):
        reply = stage.get("/v1/members", actor=actor, **query)
        return {item["member"] for item in reply.body["items"]} if reply.status == 200 else reply.status

    assert read(COORDINATOR) == {here, there}
    assert read(COORDINATOR, region="nganjuk") == {there}
    assert read(REGIONAL) == {here}
    assert read(REGIONAL, region="nganjuk") == 403
    assert read(MEMBER) == 403
    assert stage.get("/v1/members").status == 401


def test_who_holds_two_regions_says_which(stage):
    both = holder_of(("regional-coordinator", "kota-kediri"), ("regional-coordinator", "nganjuk"))
    assert stage.get("/v1/members", actor=both).status == 403
    assert stage.get("/v1/members", actor=both, region="nganjuk").status == 200


def test_for_who_may_not_read_a_member_there_is_nobody(stage):
    member = stage.join()
    assert stage.get(f"/v1/members/{member}", actor=MEMBER).status == 404
    assert stage.get(f"/v1/members/{member}", actor=REGIONAL).status == 200
    elsewhere = holder_of(("regional-coordinator", "nganjuk"))
    assert stage.get(f"/v1/members/{member}", actor=elsewhere).status == 404
    assert stage.get("/v1/members/nobody", actor=COORDINATOR).status == 404


def test_pages_of_the_roster_follow_each_other(stage):
    joined = {stage.join(email=f"a{n}@contoh.example") for n in range(5)}
    seen, after = set(), None
    while True:
        page = stage.get("/v1/members", actor=COORDINATOR, limit="2", **({"after": after} if after else {})).body
        seen |= {item["member"] for item in page["items"]}
        after = page["next"]
        if after is None:
            break
    assert seen == joined


def test_erased_names_read_as_null_and_the_member_is_still_counted(stage):
    member = stage.join()
    stage.parts.vault.destroy(member)
    (item,) = stage.get("/v1/members", actor=COORDINATOR).body["items"]
    assert (item["name"], item["email"], item["library"]) == (None, None, "SD Contoh 1")
    (reached,) = stage.get("/internal/people", ids=member, actor=NOTIFICATIONS).body["people"]
    assert (reached["erased"], reached["email"]) == (True, None)


def test_one_sees_ones_own_data(stage):
    member = stage.join("Ani Contoh", email="ani@contoh.example", phone="081234567890")
    me = stage.get("/v1/me", actor=holder_of(("treasurer", None), person=member)).body
    assert me == {
        "person": member,
        "name": "Ani Contoh",
        "contacts": {"email": "ani@contoh.example", "phone": "+6281234567890"},
        "region": "kota-kediri",
        "subdistrict": "mojoroto",
        "library": "SD Contoh 1",
        "language": "id",
        "affiliations": [],
        "background": {"education": None, "appointed": None, "double_role": None},
        "telegram": False,
        "offices": [{"office": "treasurer", "region": None}],
        "status": "member",
    }
    assert stage.get("/v1/me").status == 401


def test_guides_are_the_board_by_distance_between_subdistricts(stage):
    near = stage.join(email="near@contoh.example")
    far = stage.post(
        "/v1/members", BODY | {"email": "far@contoh.example", "region": "nganjuk", "subdistrict": "kertosono"}
    ).body["member"]
    stage.join(email="nobody@contoh.example")
    for office, person in (("secretary", near), ("treasurer", far)):
        assert stage.post(f"/v1/offices/{office}/holders", {"person": person}, actor=COORDINATOR).status == 201
    reply = stage.get("/v1/guides", actor=REGIONAL, region="kota-kediri", subdistrict="mojoroto")
    assert [(guide["person"], guide["office"], guide["km"]) for guide in reply.body["items"]] == [
        (near, "secretary", 0.0),
        (far, "treasurer", 26.7),
    ]


def test_guides_are_proposed_to_who_plans_there(stage):
    assert stage.get("/v1/guides", actor=REGIONAL, region="nganjuk", subdistrict="kertosono").status == 403
    assert stage.get("/v1/guides", actor=REGIONAL, region="kota-kediri", subdistrict="atlantis").status == 404
    assert stage.get("/v1/guides", actor=MEMBER, region="kota-kediri", subdistrict="mojoroto").status == 403


def test_people_are_reached_by_notifications_alone(stage):
    member = stage.join()
    assert stage.get("/internal/people", ids=member, actor=COORDINATOR).status == 403
    reply = stage.get("/internal/people", ids=f"{member},unknown", actor=NOTIFICATIONS)
    assert [reached["person"] for reached in reply.body["people"]] == [member]


def test_a_code_is_told_for_one_person_only(stage):
    one, two = stage.join(email="a@contoh.example"), stage.join(email="b@contoh.example")
    reply = stage.get("/internal/people", ids=f"{one},{two}", code=new_id(), actor=NOTIFICATIONS)
    assert reply.status == 400


def test_too_many_people_at_once_are_refused(stage):
    ids = ",".join(str(n) for n in range(201))
    assert stage.get("/internal/people", ids=ids, actor=NOTIFICATIONS).status == 400


def test_the_day_of_joining_is_the_day_where_the_community_lives():
    stage = Stage(clock=FixedClock(datetime(2026, 3, 2, 23, 30, tzinfo=UTC)))
    stage.open_region()
    shown = stage.get(f"/v1/members/{stage.join()}", actor=COORDINATOR).body
    assert shown["registered"] == "2026-03-03"
