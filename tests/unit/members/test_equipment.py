"""Equipment: whose it is, in one place at a time, and back again."""

from datetime import UTC, datetime

import hypothesis
from hypothesis import strategies as some

from services.kernel.base.message import Metadata, Recorded
from services.kernel.base.problem import Refused
from services.kernel.declare.process import Dispatch
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
def test_a_thing_is_not_lent_again_before_its_return(acts):
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


def test_a_leavers_equipment_is_no_longer_offered():
    def recorded(stream, event):
        return Recorded(0, 0, stream, 1, "event-1", event, AT, AT, Metadata("c"))

    registered = recorded("equipment-e1", REGISTERED)
    assert LEAVING.concerned(registered) == ["ani"]
    state = LEAVING.reaction({}, registered).state
    parting = LEAVING.reaction(state, recorded("person-ani", ErasureDecided("ani", "nganjuk")))
    assert Dispatch(EQUIPMENT, "e1", WithdrawEquipment(AT)) in parting.commands
