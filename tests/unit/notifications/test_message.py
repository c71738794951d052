from datetime import UTC, datetime

from services.kernel.testing import given
from services.notifications.domain.message import (
    MAX_PEOPLE,
    MESSAGE,
    Kind,
    MessagePlanned,
    PlanMessage,
    Variable,
)

UNTIL = datetime(2026, 12, 12, 2, 0, tzinfo=UTC)
TITLE = (Variable("title", "Gathering"),)


def plan(*people: str) -> PlanMessage:
    return PlanMessage("fact", Kind.SEAT_TAKEN, people, TITLE, UNTIL, activity="a", region="r")


def planned(*people: str) -> MessagePlanned:
    return MessagePlanned("fact", Kind.SEAT_TAKEN, people, TITLE, UNTIL, False, "a", "r")


def test_a_message_is_planned_for_the_people_concerned() -> None:
    given(MESSAGE).when(plan("sri", "budi")).then(planned("sri", "budi"))


def test_nobody_stands_in_a_message_twice() -> None:
    given(MESSAGE).when(plan("sri", "budi", "sri")).then(planned("sri", "budi"))


def test_no_message_is_planned_without_people() -> None:
    given(MESSAGE).when(plan()).then()


def test_a_message_is_planned_once() -> None:
    given(MESSAGE, planned("sri")).when(plan("sri", "budi")).then()


def test_a_message_stays_under_the_largest_commit() -> None:
    given(MESSAGE).when(plan(*(str(n) for n in range(MAX_PEOPLE + 1)))).refused("too-many-people")
    assert given(MESSAGE).when(plan(*(str(n) for n in range(MAX_PEOPLE)))).events
