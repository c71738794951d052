from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from typing import get_args, get_type_hints

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from services.events.api.kinds import NewActivity
from services.events.domain import activity, gathering
from services.events.domain.activity import AssignSpeaker, CancelActivity, PublishActivity, SpeakerAssigned
from services.events.domain.gathering import GATHERING, AddTopic, GatheringPlanned
from services.events.domain.plan import Speaker
from services.kernel.base.problem import NotFound, Refused
from services.kernel.testing import given
from tests.unit.events.sample_events import (
    AT_A_SCHOOL,
    BOARD_RULES,
    NOW,
    OPEN_RULES,
    PAST,
    PLAN,
    plan_gathering,
    planned,
    published,
)

GUIDE = SpeakerAssigned(Speaker("rani", "guide", "board", from_board=True), BOARD_RULES)
PUBLISH = PublishActivity(NOW, BOARD_RULES, venue_confirmed=False)


def test_a_gathering_is_planned_about_its_topic_under_the_rules_in_force() -> None:
    given(GATHERING).when(plan_gathering()).then(planned())


def test_a_second_topic_is_refused() -> None:
    given(GATHERING, planned()).when(AddTopic("topic-2")).refused("one-topic-per-gathering")


def test_a_second_topic_is_refused_whatever_has_become_of_the_gathering() -> None:
    cancelled = activity.ActivityCancelled("rain", "topic-1", PLAN.region, published=True)
    given(GATHERING, planned(), GUIDE, published()).when(AddTopic("topic-2")).refused("one-topic-per-gathering")
    given(GATHERING, planned(), cancelled).when(AddTopic("topic-2")).refused("one-topic-per-gathering")
    given(GATHERING, planned()).when(plan_gathering(topic="topic-2")).refused("one-topic-per-gathering")


def test_adding_the_gatherings_own_topic_changes_nothing() -> None:
    given(GATHERING, planned()).when(AddTopic("topic-1")).then()


def test_a_declined_topic_gets_no_gathering() -> None:
    given(GATHERING).when(plan_gathering(declined=True)).refused("topic-declined")


def test_under_the_boards_rules_only_the_board_leads_a_gathering() -> None:
    outsider = AssignSpeaker("dosen", "speaker", from_board=False, rules=BOARD_RULES)
    given(GATHERING, planned()).when(outsider).refused("speakers-from-the-board")
    guide = replace(outsider, role="guide")
    given(GATHERING, planned()).when(guide).refused("speakers-from-the-board")


def test_once_the_rules_are_open_anybody_may_speak_and_the_decision_says_under_which_rules() -> None:
    outsider = AssignSpeaker("dosen", "speaker", from_board=False, rules=OPEN_RULES, category="academic")
    speaker = Speaker("dosen", "speaker", "academic", from_board=False)
    given(GATHERING, planned()).when(outsider).then(SpeakerAssigned(speaker, OPEN_RULES))


def test_a_gathering_without_a_leader_is_not_published() -> None:
    given(GATHERING, planned()).when(PUBLISH).refused("nobody-leads-it")
    given(GATHERING, planned(), GUIDE).when(PUBLISH).then(published())


def test_at_a_school_it_is_published_only_when_the_school_has_confirmed() -> None:
    plan = replace(PLAN, place=AT_A_SCHOOL)
    given(GATHERING, planned(plan), GUIDE).when(PUBLISH).refused("venue-not-confirmed")
    given(GATHERING, planned(plan), GUIDE).when(replace(PUBLISH, venue_confirmed=True)).then(published(plan))


def test_a_gathering_that_was_held_at_a_school_is_recorded_without_asking_it_again() -> None:
    plan = replace(PAST, place=AT_A_SCHOOL)
    given(GATHERING, planned(plan), GUIDE).when(PUBLISH).then(published(plan))


def test_an_activity_never_planned_is_not_found() -> None:
    for command in (AddTopic("topic-1"), PUBLISH, CancelActivity("rain")):
        with pytest.raises(NotFound):
            given(GATHERING).when(command)


def test_a_planned_gathering_keeps_the_older_rules_when_it_is_published_under_newer_ones() -> None:
    history = given(GATHERING, planned(), GUIDE)
    history.when(replace(PUBLISH, rules=OPEN_RULES)).then(published(rules=OPEN_RULES))
    assert planned().rules == BOARD_RULES


COMMANDS = st.one_of(
    st.builds(plan_gathering, topic=st.sampled_from(["topic-1", "topic-2", "topic-3"])),
    st.builds(AddTopic, st.sampled_from(["topic-1", "topic-2", "topic-3"])),
    st.just(AssignSpeaker("rani", "guide", from_board=True, rules=BOARD_RULES)),
    st.just(PUBLISH),
    st.just(CancelActivity("rain")),
    st.just(activity.CompleteActivity(NOW + timedelta(days=8), 3, 1)),
)


@given_any(st.lists(COMMANDS, max_size=30))
def test_a_gathering_has_one_topic_always(commands: list[gathering.PlanGathering]) -> None:
    state, topics = GATHERING.initial, set()
    for command in commands:
        try:
            events = GATHERING.decide(command, state)
        except (Refused, NotFound):
            continue
        for event in events:
            state = GATHERING.evolve(state, event)
            topics |= {getattr(event, "topic", "")}
            assert isinstance(state.topic, str)
    assert len(topics - {""}) <= 1


MONEY = ("fee", "price", "cost", "amount", "charge", "pay", "tariff", "ticket", "biaya", "rupiah")


def _names(kind: object) -> set[str]:
    """The names of a dataclass's fields, and of those inside it."""
    if not is_dataclass(kind):
        return {name for inner in get_args(kind) for name in _names(inner)}
    inner = get_type_hints(kind).values()
    return {field.name for field in fields(kind)} | {name for each in inner for name in _names(each)}


def test_a_fee_never_exists() -> None:
    spoken = [*get_args(activity.ActivityCommand), *get_args(activity.ActivityEvent)]
    kinds = [*spoken, gathering.PlanGathering, GatheringPlanned, activity.Activity]
    names = {name for kind in kinds for name in _names(kind)} | {each.name for each in fields(NewActivity)}
    assert {"capacity", "starts", "topic"} <= names
    assert not [name for name in names if any(word in name for word in MONEY)]
