from datetime import UTC, datetime

import pytest

from services.kernel.base.ids import new_id
from services.kernel.declare.policy import ANONYMOUS
from services.members.domain.person import MemberJoined
from tests.services.members.harness import COORDINATOR, MEMBER, NOTIFICATIONS, REGIONAL, holder_of

BODY = {
    "name": "  Ani   Contoh ",
    "email": "Ani@Contoh.example",
    "library": "SD Contoh 1",
    "region": "kota-kediri",
    "subdistrict": "mojoroto",
}


@pytest.fixture
def harness(harness):
    harness.open_region(
        "nganjuk", "Kab. Nganjuk", [{"id": "kertosono", "name": "K", "latitude": -7.6, "longitude": 112.1}]
    )
    return harness


def test_anybody_joins_with_five_fields(harness):
    reply = harness.post(ANONYMOUS, "/v1/members", BODY)
    assert reply.status == 201
    assert reply.headers["Location"] == f"/v1/members/{reply.body['member']}"
    shown = harness.get(COORDINATOR, f"/v1/members/{reply.body['member']}").body
    assert (shown["name"], shown["email"], shown["phone"]) == ("Ani Contoh", "ani@contoh.example", None)


def test_the_same_request_again_gets_the_same_member(harness):
    first = harness.post(ANONYMOUS, "/v1/members", BODY, key="once")
    again = harness.post(ANONYMOUS, "/v1/members", BODY, key="once")
    assert (again.status, again.body) == (201, first.body)


def test_the_same_key_with_another_contact_claims_nothing(harness):
    harness.post(ANONYMOUS, "/v1/members", BODY, key="once")
    other = harness.post(ANONYMOUS, "/v1/members", BODY | {"email": "budi@contoh.example"}, key="once")
    assert other.status == 422
    assert "rule" not in other.body
    assert harness.post(ANONYMOUS, "/v1/members", BODY | {"email": "budi@contoh.example"}, key="another").status == 201


@pytest.mark.parametrize(
    "second", [{"email": "ani@contoh.example", "phone": "085712345678"}, {"email": None, "phone": "+62 812-3456-7890"}]
)
def test_a_known_contact_does_not_join_again_and_adds_nothing(harness, second):
    harness.join(email="ani@contoh.example", phone="081234567890")
    reply = harness.post(ANONYMOUS, "/v1/members", BODY | second)
    assert (reply.status, reply.body["rule"]) == (422, "already-a-member")
    assert sum(isinstance(event, MemberJoined) for event in harness.events()) == 1
    assert harness.join(phone="085712345678")


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
def test_bad_input_is_named_by_its_field(harness, change, field):
    reply = harness.post(ANONYMOUS, "/v1/members", BODY | change)
    assert reply.status == 400
    assert field in reply.body["errors"]


def test_the_roster_is_read_by_the_board_and_in_ones_own_region(harness):
    here = harness.join(email="ani@contoh.example")
    there = harness.post(
        ANONYMOUS,
        "/v1/members",
        BODY | {"email": "budi@contoh.example", "region": "nganjuk", "subdistrict": "kertosono"},
    ).body["member"]

    def read(actor, **query):
        reply = harness.get(actor, "/v1/members", query=query)
        return {item["member"] for item in reply.body["items"]} if reply.status == 200 else reply.status

    assert read(COORDINATOR) == {here, there}
    assert read(COORDINATOR, region="nganjuk") == {there}
    assert read(REGIONAL) == {here}
    assert read(REGIONAL, region="nganjuk") == 403
    assert read(MEMBER) == 403
    assert harness.get(ANONYMOUS, "/v1/members").status == 401


def test_a_holder_of_two_regions_names_the_region(harness):
    both = holder_of(("regional-coordinator", "kota-kediri"), ("regional-coordinator", "nganjuk"))
    assert harness.get(both, "/v1/members").status == 403
    assert harness.get(both, "/v1/members", query={"region": "nganjuk"}).status == 200


def test_a_member_is_not_found_without_the_permission_to_read_members(harness):
    member = harness.join()
    assert harness.get(MEMBER, f"/v1/members/{member}").status == 404
    assert harness.get(REGIONAL, f"/v1/members/{member}").status == 200
    elsewhere = holder_of(("regional-coordinator", "nganjuk"))
    assert harness.get(elsewhere, f"/v1/members/{member}").status == 404
    assert harness.get(COORDINATOR, "/v1/members/nobody").status == 404


def test_pages_of_the_roster_follow_each_other(harness):
    joined = {harness.join(email=f"a{n}@contoh.example") for n in range(5)}
    seen, after = set(), None
    while True:
        page = harness.get(COORDINATOR, "/v1/members", query={"limit": "2", **({"after": after} if after else {})}).body
        seen |= {item["member"] for item in page["items"]}
        after = page["next"]
        if after is None:
            break
    assert seen == joined


def test_erased_names_read_as_null_and_the_member_is_still_counted(harness):
    member = harness.join()
    harness.parts.vault.destroy(member)
    (item,) = harness.get(COORDINATOR, "/v1/members").body["items"]
    assert (item["name"], item["email"], item["library"]) == (None, None, "SD Contoh 1")
    (reached,) = harness.get(NOTIFICATIONS, "/internal/people", query={"ids": member}).body["people"]
    assert (reached["erased"], reached["email"]) == (True, None)


def test_a_member_sees_the_own_data(harness):
    member = harness.join("Ani Contoh", email="ani@contoh.example", phone="081234567890")
    me = harness.get(holder_of(("treasurer", None), person=member), "/v1/me").body
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
    assert harness.get(ANONYMOUS, "/v1/me").status == 401


def test_guides_are_the_board_by_distance_between_subdistricts(harness):
    near = harness.join(email="near@contoh.example")
    far = harness.post(
        ANONYMOUS,
        "/v1/members",
        BODY | {"email": "far@contoh.example", "region": "nganjuk", "subdistrict": "kertosono"},
    ).body["member"]
    harness.join(email="nobody@contoh.example")
    for office, person in (("secretary", near), ("treasurer", far)):
        assert harness.post(COORDINATOR, f"/v1/offices/{office}/holders", {"person": person}).status == 201
    reply = harness.get(REGIONAL, "/v1/guides", query={"region": "kota-kediri", "subdistrict": "mojoroto"})
    assert [(guide["person"], guide["office"], guide["km"]) for guide in reply.body["items"]] == [
        (near, "secretary", 0.0),
        (far, "treasurer", 26.7),
    ]


def test_guides_are_proposed_to_planners_of_the_region(harness):
    assert harness.get(REGIONAL, "/v1/guides", query={"region": "nganjuk", "subdistrict": "kertosono"}).status == 403
    assert harness.get(REGIONAL, "/v1/guides", query={"region": "kota-kediri", "subdistrict": "atlantis"}).status == 404
    assert harness.get(MEMBER, "/v1/guides", query={"region": "kota-kediri", "subdistrict": "mojoroto"}).status == 403


def test_people_are_reached_by_notifications_alone(harness):
    member = harness.join()
    assert harness.get(COORDINATOR, "/internal/people", query={"ids": member}).status == 403
    reply = harness.get(NOTIFICATIONS, "/internal/people", query={"ids": f"{member},unknown"})
    assert [reached["person"] for reached in reply.body["people"]] == [member]


def test_a_code_is_told_for_one_person_only(harness):
    one, two = harness.join(email="a@contoh.example"), harness.join(email="b@contoh.example")
    reply = harness.get(NOTIFICATIONS, "/internal/people", query={"ids": f"{one},{two}", "code": new_id()})
    assert reply.status == 400


def test_too_many_people_at_once_are_refused(harness):
    ids = ",".join(str(n) for n in range(201))
    assert harness.get(NOTIFICATIONS, "/internal/people", query={"ids": ids}).status == 400


def test_the_day_of_joining_is_the_day_where_the_community_lives(new_harness):
    harness = new_harness(now=datetime(2026, 3, 2, 23, 30, tzinfo=UTC))
    harness.open_region()
    shown = harness.get(COORDINATOR, f"/v1/members/{harness.join()}").body
    assert shown["registered"] == "2026-03-03"
