"""The audiences of the community, run by hand over facts, and what they tell."""

from collections.abc import Iterable

from services.kernel.base.message import Fact, Recorded
from services.notifications.domain.message import PlanMessage
from services.notifications.processes.audience import AUDIENCE
from tests.unit.notifications import facts


class Audiences:
    """Every audience's state, and what was told in the order told."""

    def __init__(self) -> None:
        self.states: dict[str, dict] = {}
        self.told: list[PlanMessage] = []
        self.planned: set[str] = set()

    def hear(self, *heard: Fact | Recorded) -> list[PlanMessage]:
        """Take facts in; answers the messages that follow from these."""
        before = len(self.told)
        for fact in heard:
            for instance in AUDIENCE.concerned(fact):
                reaction = AUDIENCE.reaction(self.states.get(instance, {}), fact)
                self.states[instance] = dict(reaction.state)
                for dispatch in reaction.commands:
                    if dispatch.identity not in self.planned:  # a message that was planned already is not planned again
                        self.planned.add(dispatch.identity)
                        self.told.append(dispatch.command)
        return self.told[before:]


def who(messages: Iterable[PlanMessage]) -> dict[str, str]:
    """Person → kind, as deliveries make it: one for each fact and person, the first one told."""
    told: dict[str, str] = {}
    for message in messages:
        for person in message.people:
            told.setdefault(person, str(message.kind))
    return told


def community(*members: str) -> Audiences:
    audiences = Audiences()
    audiences.hear(facts.region_opened(), *(facts.joined(member, "board") for member in members))
    return audiences


def variables(message: PlanMessage) -> dict[str, str]:
    return {variable.name: variable.value for variable in message.variables}


def registered() -> Audiences:
    audiences = community("tono")
    audiences.hear(
        facts.topic("raised", "rini"),
        facts.published(),
        facts.seat("taken", "sri"),
        facts.seat("taken", "budi"),
        facts.seat("lined", "ani", place=1),
        facts.seat("lined", "eko", place=2),
        facts.seat("released", "sri", why="cancelled"),
        facts.seat("promoted", "ani"),
    )
    return audiences
