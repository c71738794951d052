from dataclasses import replace
from datetime import timedelta

from services.events.domain.activity import (
    ActivityCancelled,
    ActivityCompleted,
    ActivityRescheduled,
    AssignSpeaker,
    CancelActivity,
    CompleteActivity,
    PublishActivity,
    RescheduleActivity,
    SpeakerAssigned,
)
from services.events.domain.gathering import GATHERING
from services.events.domain.plan import Plan, Speaker
from services.kernel.testing import Given, given
from tests.support.sample_community import KEDIRI
from tests.unit.events.sample_events import BOARD_RULES, NOW, OPEN_RULES, PAST, PLAN, plan_gathering, planned, published
from tests.unit.events.sample_times import END, START

RANI = Speaker("rani", "guide", "board", from_board=True)
GUIDE = SpeakerAssigned(RANI, BOARD_RULES)
PUBLISH = PublishActivity(NOW, BOARD_RULES, venue_confirmed=False)
CANCELLED = ActivityCancelled("rain", "topic-1", KEDIRI, published=True)
COMPLETED = ActivityCompleted("topic-1", KEDIRI, 9, 1)
LATER, LATER_END = START + timedelta(days=1), END + timedelta(days=1)


def standing(plan: Plan = PLAN) -> Given:
    """A gathering that is planned, led and published."""
    return given(GATHERING, planned(plan), GUIDE, published(plan))


def test_an_activity_ends_after_it_starts() -> None:
    backwards = replace(PLAN, ends=START)
    given(GATHERING).when(plan_gathering(backwards)).refused("ends-before-start")
    standing().when(RescheduleActivity(LATER, LATER, NOW)).refused("ends-before-start")


def test_an_activity_with_a_past_start_is_not_published() -> None:
    history = given(GATHERING, planned(), GUIDE)
    history.when(replace(PUBLISH, at=START)).refused("starts-in-the-past")
    history.when(replace(PUBLISH, at=START - timedelta(seconds=1))).then(published())


def test_a_past_activity_is_recorded_and_marked() -> None:
    given(GATHERING, planned(PAST), GUIDE).when(PUBLISH).then(published(PAST))
    assert published(PAST).plan.past


def test_only_an_ended_activity_is_recorded_as_past() -> None:
    given(GATHERING).when(plan_gathering(replace(PLAN, past=True))).refused("not-past-yet")
    moved = RescheduleActivity(NOW - timedelta(hours=1), NOW + timedelta(hours=1), NOW)
    standing(PAST).when(moved).refused("not-past-yet")


def test_publishing_twice_changes_nothing() -> None:
    standing().when(PUBLISH).then()


def test_a_moved_activity_tells_its_former_start() -> None:
    moved = ActivityRescheduled(LATER, LATER_END, START, KEDIRI, published=True)
    standing().when(RescheduleActivity(LATER, LATER_END, NOW)).then(moved)
    moved = replace(moved, published=False)
    given(GATHERING, planned()).when(RescheduleActivity(LATER, LATER_END, NOW)).then(moved)


def test_rescheduling_to_the_same_time_changes_nothing() -> None:
    standing().when(RescheduleActivity(START, END, NOW)).then()


def test_an_activity_moves_neither_into_the_past_nor_after_its_start() -> None:
    standing().when(RescheduleActivity(NOW, NOW + timedelta(hours=1), NOW)).refused("starts-in-the-past")
    standing().when(RescheduleActivity(LATER, LATER_END, START)).refused("already-started")


def test_a_plan_whose_time_went_by_unpublished_can_still_be_moved() -> None:
    moved = ActivityRescheduled(LATER, LATER_END, START, KEDIRI, published=False)
    given(GATHERING, planned()).when(RescheduleActivity(LATER, LATER_END, START + timedelta(hours=1))).then(moved)


def test_an_activity_is_cancelled_once() -> None:
    standing().when(CancelActivity("rain")).then(CANCELLED)
    given(GATHERING, planned(), GUIDE, published(), CANCELLED).when(CancelActivity("rain")).then()


def test_a_cancelled_or_completed_activity_stays_so() -> None:
    for ending, rule in ((CANCELLED, "activity-cancelled"), (COMPLETED, "activity-completed")):
        over = given(GATHERING, planned(), GUIDE, published(), ending)
        over.when(PUBLISH).refused(rule)
        over.when(RescheduleActivity(LATER, LATER_END, NOW)).refused(rule)
        over.when(AssignSpeaker("sari", "speaker", from_board=True, rules=BOARD_RULES)).refused(rule)
    over = given(GATHERING, planned(), GUIDE, published(), COMPLETED)
    over.when(CancelActivity("rain")).refused("activity-completed")
    given(GATHERING, planned(), CANCELLED).when(CompleteActivity(END, 1, 0)).refused("activity-cancelled")


def test_completing_counts_participants_once_and_only_after_the_start() -> None:
    standing().when(CompleteActivity(START - timedelta(seconds=1), 9, 1)).refused("not-started-yet")
    standing().when(CompleteActivity(END, 9, 1)).then(COMPLETED)
    given(GATHERING, planned(), GUIDE, published(), COMPLETED).when(CompleteActivity(END, 10, 1)).then()
    given(GATHERING, planned(), GUIDE).when(CompleteActivity(END, 9, 1)).refused("not-published-yet")


def test_a_new_guide_takes_the_former_ones_place_and_speakers_stand_beside_each_other() -> None:
    sari = Speaker("sari", "guide", "board", from_board=True)
    one, other = (Speaker(name, "speaker", "academic", from_board=False) for name in ("dosen-1", "dosen-2"))
    history = [SpeakerAssigned(each, OPEN_RULES) for each in (RANI, one, sari, other)]
    assert given(GATHERING, planned(), *history).state.speakers == (one, sari, other)


def test_the_same_speaker_again_changes_nothing_and_another_category_replaces_the_former() -> None:
    academic = AssignSpeaker("dosen", "speaker", from_board=False, rules=OPEN_RULES, category="academic")
    assigned = SpeakerAssigned(Speaker("dosen", "speaker", "academic", from_board=False), OPEN_RULES)
    given(GATHERING, planned(), assigned).when(academic).then()
    official = replace(assigned, speaker=replace(assigned.speaker, category="official"))
    given(GATHERING, planned(), assigned).when(replace(academic, category="official")).then(official)
    assert given(GATHERING, planned(), assigned, official).state.speakers == (official.speaker,)


def test_only_the_board_is_shown_as_the_board() -> None:
    posing = AssignSpeaker("dosen", "speaker", from_board=False, rules=OPEN_RULES, category="board")
    given(GATHERING, planned()).when(posing).refused("not-of-the-board")


def test_a_speaker_of_the_board_is_shown_so_unless_said_otherwise() -> None:
    assign = AssignSpeaker("rani", "guide", from_board=True, rules=BOARD_RULES)
    given(GATHERING, planned()).when(assign).then(GUIDE)
    outsider = AssignSpeaker("sari", "speaker", from_board=False, rules=OPEN_RULES)
    practitioner = Speaker("sari", "speaker", "practitioner", from_board=False)
    given(GATHERING, planned()).when(outsider).then(SpeakerAssigned(practitioner, OPEN_RULES))
