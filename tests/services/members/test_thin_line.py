"""Region, board, joining, login, identity, people: the line that everything else stands on."""

from services.kernel.declare.policy import ANONYMOUS
from services.members.installation import BoardMember, install_board, issue_token
from tests.services.members.harness import COORDINATOR, GATEWAY, NOTIFICATIONS


def board():
    return [
        BoardMember(
            "coordinator",
            "Budi Contoh",
            "budi@contoh.example",
            "0812 3000 0001",
            "SMA Contoh",
            "kota-kediri",
            "mojoroto",
        )
    ]


def test_an_empty_community_gets_a_board_whose_members_have_permissions(new_harness):
    harness = new_harness()
    (installed,) = install_board(harness.parts, board())
    harness.settle()
    token = issue_token(harness.parts, "budi@contoh.example")
    reply = harness.post(GATEWAY, "/internal/identity", {"token": token})
    assert reply.status == 200
    assert reply.body["id"] == installed.person
    assert reply.body["offices"] == [{"office": "coordinator", "region": None}]
    assert reply.body["grants"]["regions.open"] == ["*"]
    assert reply.body["language"] == "id"


def test_a_member_joins_logs_in_with_the_code_that_was_sent_and_sees_her_own_data(new_harness):
    harness = new_harness()
    harness.open_region()
    member = harness.join("Ani Contoh", email="ani@contoh.example", phone="0812-3456-7890")
    assert harness.post(ANONYMOUS, "/v1/login/code", {"contact": "Ani@Contoh.example"}).status == 202
    fact = harness.facts()[-1]
    assert (fact.type, fact.data["person"]) == ("login-code-issued", member)
    reached = harness.get(NOTIFICATIONS, "/internal/people", query={"ids": member, "code": fact.data["code"]})
    assert reached.body["people"][0]["email"] == "ani@contoh.example"
    login = harness.post(ANONYMOUS, "/v1/login", {"contact": "ani@contoh.example", "code": reached.body["code"]})
    assert login.status == 200
    assert login.body["person"] == member
    identity = harness.post(GATEWAY, "/internal/identity", {"token": login.body["token"]})
    assert identity.body["id"] == member
    assert identity.body["grants"] == {}


def test_the_board_opens_a_region_and_everybody_sees_whom_to_ask(new_harness):
    harness = new_harness()
    harness.open_region()
    member = harness.join()
    assert harness.get(ANONYMOUS, "/v1/regions/kota-kediri").body["vacant"] is True
    body = {"person": member, "region": "kota-kediri"}
    assert harness.post(COORDINATOR, "/v1/offices/regional-coordinator/holders", body).status == 201
    region = harness.get(ANONYMOUS, "/v1/regions/kota-kediri").body
    assert region["coordinator"] == {"person": member, "name": "Ani Contoh"}
    assert region["vacant"] is False
