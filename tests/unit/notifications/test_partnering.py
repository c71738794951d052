"""Who hears that a partner gets nothing any more."""

from services.kernel.base.message import Fact
from services.notifications.domain.message import Kind, PlanMessage
from services.notifications.processes.partnering import PARTNERING
from tests.unit.notifications import facts
from tests.unit.notifications.audiences import variables


def joined() -> Fact:
    data = {"partner": "u", "kind": "university", "name": "Universitas Nusantara"}
    return facts.fact("notifications.partner-joined", "u", data, region=None)


def disabled(why: str = "exhausted") -> Fact:
    data = {"subscription": "s", "partner": "u", "why": why}
    return facts.fact("notifications.subscription-disabled", "s", data, region=None)


def told(*heard: Fact) -> list[PlanMessage]:
    """What the board is told about all of it."""
    state: dict = {}
    messages: list[PlanMessage] = []
    for fact in heard:
        for _ in PARTNERING.concerned(fact):
            reaction = PARTNERING.reaction(state, fact)
            state = dict(reaction.state)
            messages += [dispatch.command for dispatch in reaction.commands]
    return messages


def subscription_disabled() -> PlanMessage:
    """The message as the board gets it."""
    (message,) = told(facts.office("office-assumed", "wahyu", "coordinator", None), joined(), disabled())
    return message


def test_disabled_subscription_is_told_to_the_board_with_the_partners_name() -> None:
    offices = (
        facts.office("office-assumed", "wahyu", "coordinator", None),
        facts.office("office-assumed", "lestari", "secretary", None),
        facts.office("office-assumed", "ratna"),
    )
    (message,) = told(*offices, joined(), disabled())
    assert message.kind is Kind.SUBSCRIPTION_DISABLED
    assert message.people == ("lestari", "wahyu")
    assert variables(message) == {"partner_name": "Universitas Nusantara", "why": "exhausted"}


def test_stand_in_is_told_after_the_holder_left_the_office() -> None:
    offices = (
        facts.office("office-assumed", "wahyu", "coordinator", None),
        facts.office("stand-in-named", "bambang", "coordinator", None),
        facts.office("office-vacated", "wahyu", "coordinator", None),
    )
    (message,) = told(*offices, disabled())
    assert message.people == ("bambang",)
    assert told(*offices, facts.office("stand-in-ended", "bambang", "coordinator", None), disabled()) == []


def test_a_subscription_disabled_by_hand_is_not_told() -> None:
    assert told(facts.office("office-assumed", "wahyu", "coordinator", None), joined(), disabled("by-hand")) == []
