"""Equipment: whose it is, in one place at a time, and back again."""

from datetime import UTC, datetime

import hypothesis
import pytest
from hypothesis import strategies as some

from services.kernel.base.message import Metadata, Recorded
from services.kernel.base.problem import Refused
from services.kernel.declare.policy import Actor
from services.kernel.declare.process import Issue
from services.kernel.testing import given
from services.members.domain.equipment import (
    EQUIPMENT,
    EquipmentLent,
    EquipmentRegistered,
    EquipmentReturned,
    EquipmentWithdrawn,
    LendEquipment,
    RegisterEquipment,
    ReturnEquipment,
    WithdrawEquipment,
)
from services.members.domain.person import ErasureDecided
from services.members.processes.leaving import LEAVING
from tests.unit.members.stage import MEMBER, NOW, REGIONAL, Stage

AT = datetime(2026, 3, 2, tzinfo=UTC)
REGISTERED = EquipmentRegistered("Proyektor", "projector", "ani", None, "nganjuk")
LENT = EquipmentLent("gathering-1", "budi", AT, 1)
PATH = "/v1/equipment"


def test_a_thing_is_in_one_place_at_a_time():
    given(EQUIPMENT).when(RegisterEquipment("Proyektor", "projector", "ani", None, "nganjuk")).then(REGISTERED)
    given(EQUIPMENT, REGISTERED).when(LendEquipment("gathering-1", "budi", AT)).then(LENT)
    given(EQUIPMENT, REGISTERED, LENT).when(LendEquipment("gathering-1", "ani", AT)).then()
    given(EQUIPMENT, REGISTERED, LENT).when(LendEquipment("gathering-2", "budi", AT)).refused("equipment-is-lent")
    given(EQUIPMENT, REGISTERED, LENT).when(WithdrawEquipment(AT)).then(EquipmentWithdrawn(AT))
    back = EquipmentReturned("ani", AT, 1)
    given(EQUIPMENT, REGISTERED, LENT).when(ReturnEquipment("ani", AT)).then(back)
    given(EQUIPMENT, REGISTERED, LENT, back).when(ReturnEquipment("ani", AT)).then()
    given(EQUIPMENT, REGISTERED, LENT, back).when(WithdrawEquipment(AT)).then(EquipmentWithdrawn(AT))
    given(EQUIPMENT, REGISTERED, EquipmentWithdrawn(AT)).when(LendEquipment("g", "budi", AT)).refused(
        "equipment-is-withdrawn"
    )


@hypothesis.given(some.lists(some.sampled_from(["g1", "g2", "back", "gone"])))
def test_it_is_never_lent_twice_before_it_came_back(acts):
    history = [REGISTERED]
    for act in acts:
        match act:
            case "back":
                command = ReturnEquipment("ani", AT)
            case "gone":
                command = WithdrawEquipment(AT)
            case activity:
                command = LendEquipment(activity, "ani", AT)
        try:
            history += EQUIPMENT.decide(command, EQUIPMENT.fold(history))
        except Refused:
            continue
    moves = [type(event) for event in history if isinstance(event, EquipmentLent | EquipmentReturned)]
    assert moves == [EquipmentLent if n % 2 == 0 else EquipmentReturned for n in range(len(moves))]


@pytest.fixture
def stage():
    stage = Stage()
    stage.open_region()
    return stage


def test_who_plans_finds_what_is_free_and_notes_where_it_went(stage):
    ani = Actor("person", stage.join("Ani"))
    thing = stage.post(PATH, {"name": "Proyektor sekolah", "kind": "projector"}, actor=ani).body["equipment"]
    free = {"region": "kota-kediri", "free": "true"}
    (found,) = stage.get(PATH, actor=REGIONAL, **free).body["items"]
    assert (found["name"], found["owner_name"], found["activity"]) == ("Proyektor sekolah", "Ani", None)
    published = {"activity": "g1", "title": "Barcode", "starts": NOW.isoformat(), "units": []}
    stage.hear("events.activity-published", published)
    assert stage.post(f"{PATH}/{thing}/loans", {"activity": "g1"}, actor=REGIONAL).status == 201
    assert stage.get(PATH, actor=REGIONAL, **free).body["items"] == []
    taken = stage.post(f"{PATH}/{thing}/loans", {"activity": "g2"}, actor=ani)
    assert (taken.status, taken.body["rule"]) == (422, "equipment-is-lent")
    assert stage.post(f"{PATH}/{thing}/return", actor=ani).status == 200
    (own,) = stage.get(PATH, actor=ani).body["items"]
    assert (own["activity"], own["loans"][0]["title"], bool(own["loans"][0]["returned"])) == (None, "Barcode", True)
    assert stage.post(f"{PATH}/{thing}/withdrawal", actor=ani).status == 200
    assert stage.get(PATH, actor=ani).body["items"][0]["offered"] is False
    assert stage.get(PATH, actor=REGIONAL, **free).body["items"] == []


def test_what_is_anothers_is_not_there_to_be_lent(stage):
    ani = Actor("person", stage.join("Ani"))
    thing = stage.post(PATH, {"name": "Laptop", "kind": "laptop"}, actor=ani).body["equipment"]
    for act in ("return", "withdrawal"):
        assert stage.post(f"{PATH}/{thing}/{act}", actor=MEMBER).status == 404
    assert stage.post(f"{PATH}/{thing}/loans", {"activity": "g1"}, actor=MEMBER).status == 404
    assert stage.get(PATH, actor=MEMBER, region="kota-kediri").status == 403
    assert stage.get(PATH).status == 401
    assert stage.post(PATH, {"name": "Laptop", "kind": "laptop", "library": "l"}, actor=ani).status == 403
    assert stage.post(PATH, {"name": "Kursi", "kind": "chair"}, actor=ani).status == 400


def test_what_somebody_lent_is_offered_no_more_once_they_have_left():
    def recorded(stream, event):
        return Recorded(0, 0, stream, 1, "event-1", event, AT, AT, Metadata("c"))

    registered = recorded("equipment-e1", REGISTERED)
    assert LEAVING.concerned(registered) == ["ani"]
    state = LEAVING.react({}, registered).state
    parting = LEAVING.react(state, recorded("person-ani", ErasureDecided("ani", "nganjuk")))
    assert Issue(EQUIPMENT, "e1", WithdrawEquipment(AT)) in parting.issues
