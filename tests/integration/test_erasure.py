"""Somebody leaves: afterwards no document of the service holds their name, and a crash in the middle changes nothing."""

import json

import pytest
from bson import json_util

from deploy import keys
from deploy.waiting import wait_until
from services.kernel.assembly import assemble
from services.kernel.base.clock import SystemClock
from services.kernel.base.mongo import connect
from services.kernel.base.settings import read_secrets, settings_for
from services.kernel.declare.policy import Actor
from services.members.bootstrap import definition
from services.members.processes.erasing import Erasing
from tests.integration.test_members_api import REGION, Running
from tests.services.members.harness import COORDINATOR, GATEWAY, NOTIFICATIONS

NAME, EMAIL, PHONE = "Zuhrotul Qibtiyah", "zuhrotul@example.org", "+6281234567891"
GUEST = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def members(mongodb_uri, database_prefix, tmp_path):
    environment = {
        "MONGODB_URI": mongodb_uri,
        "AMQP_URI": "none",
        "JEJARING_DATABASE_PREFIX": database_prefix,
        "JEJARING_SECRETS": str(keys.ensure(tmp_path / "keys")),
    }
    settings = settings_for("members", environment)
    assert settings.secrets == read_secrets(environment)
    running = Running(assemble(definition(), settings, connect(mongodb_uri)[settings.database], clock=SystemClock()))
    assert running.post("/v1/regions", REGION, actor=COORDINATOR)[0] == 201
    yield running
    running.close()


def join(members):
    body = {"name": NAME, "email": EMAIL, "phone": PHONE, "library": "SD Contoh", "region": "kota-kediri"}
    status, answer = members.post("/v1/members", body | {"subdistrict": "mojoroto"})
    assert status == 201, answer
    return answer["member"]


def everything(members):
    """All documents of the service's database, as text."""
    database = members.application.core.database
    return "\n".join(
        json_util.dumps(document) for name in database.list_collection_names() for document in database[name].find()
    )


def told(members):
    facts = members.application.log.facts(0, 1000)
    return [fact.data for fact in facts if fact.type == "member-erased"]


def erased_as(members, person):
    return wait_until(lambda: told(members), 20, f"{person} to be told as erased")


def test_no_data_of_an_erased_member_is_readable_and_the_id_belongs_to_nobody(members):
    person = join(members)
    noted = members.post(f"/v1/guests/{GUEST}", {"name": NAME, "email": EMAIL}, actor=COORDINATOR)
    assert noted[0] == 201, noted
    assert members.post(f"/v1/guests/{GUEST}/tie", {"person": person}, actor=COORDINATOR)[0] == 200
    office = {"person": person, "region": "kota-kediri"}
    taken = members.post("/v1/offices/regional-coordinator/holders", office, actor=COORDINATOR)
    assert taken[0] in {200, 201}, taken
    reached = members.get("/internal/people", actor=NOTIFICATIONS, ids=person)[1]["people"]
    assert [(each["name"], each["email"]) for each in reached] == [(NAME, EMAIL)]

    status, answer = members.post("/v1/me/erasure", {"sure": True}, actor=Actor("person", person))
    assert (status, answer) == (202, {"person": person})

    assert erased_as(members, person) == [{"person": person, "ids": [person, GUEST]}]
    text = everything(members)
    assert [word for word in (NAME, "Zuhrotul", EMAIL, PHONE) if word in text] == []
    vault = members.application.core.vault
    state = members.application.log.stream(f"person-{person}")[0].event
    assert vault.open(person, state.name) is None
    reached = members.get("/internal/people", actor=NOTIFICATIONS, ids=f"{person},{GUEST}")[1]["people"]
    assert [(each["person"], each["name"], each["erased"]) for each in reached] == [
        (person, None, True),
        (GUEST, None, True),
    ]
    listed = members.get("/v1/members", actor=COORDINATOR, region="kota-kediri")[1]["items"]
    assert [each["person"] for each in listed] == []
    held = members.get("/v1/offices")[1]["items"]
    assert [each for each in held if each.get("person") == person or each.get("holder") == person] == []


def test_the_same_contact_may_join_again_and_is_somebody_new(members):
    person = join(members)
    assert members.post("/v1/me/erasure", {"sure": True}, actor=Actor("person", person))[0] == 202
    erased_as(members, person)
    again = join(members)
    assert again != person
    assert members.get("/internal/people", actor=NOTIFICATIONS, ids=again)[1]["people"][0]["name"] == NAME


def test_an_erasure_killed_before_its_fact_tells_the_fact_once(members, monkeypatch):
    person = join(members)
    erase, attempts = Erasing.erase, []

    def killed_before_it_is_said(self, ids, fact):
        attempts.append(tuple(ids))
        if len(attempts) < 3:
            self._parts.vault.destroy(*ids)
            raise ConnectionError("killed here")
        erase(self, ids, fact)
        erase(self, ids, fact)

    reader = next(each for each in members.application.runner.readers if each.name == "eraser")
    monkeypatch.setattr(
        reader, "_erase", lambda ids, fact: killed_before_it_is_said(Erasing(members.application.parts), ids, fact)
    )
    assert members.post("/v1/me/erasure", {"sure": True}, actor=Actor("person", person))[0] == 202
    assert erased_as(members, person) == [{"person": person, "ids": [person]}]
    assert attempts == [(person,)] * 3


def test_only_the_board_erases_somebody_else_and_nobody_by_mistake(members):
    person = join(members)
    stranger = Actor("person", "somebody")
    assert members.post(f"/v1/members/{person}/erasure", {"sure": True}, actor=stranger)[0] == 403
    assert members.post("/v1/me/erasure", {"sure": False}, actor=Actor("person", person))[0] == 400
    assert members.post("/v1/me/erasure", {"sure": True})[0] == 401
    assert members.post("/v1/members/nobody/erasure", {"sure": True}, actor=COORDINATOR)[0] in {403, 404}
    assert told(members) == []
    assert members.get("/internal/ids", actor=GATEWAY, person=person)[1] == {"ids": [person]}
    assert json.dumps(members.get("/internal/personal", actor=GATEWAY, ids=person)[1]).count(NAME) == 1
