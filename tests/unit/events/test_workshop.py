from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from services.events.domain import activity
from services.events.domain.activity import AssignSpeaker, PublishActivity, SpeakerAssigned
from services.events.domain.plan import Plan, Session, Speaker
from services.events.domain.workshop import CATEGORIES, WORKSHOP, PlanWorkshop, WorkshopPlanned
from services.kernel.base.problem import NotFound, Refused
from services.kernel.testing import given
from tests.unit.events.sample_events import AGENDA, AT_A_SCHOOL, BOARD_RULES, NOW, WORKSHOP_PLAN
from tests.unit.events.sample_times import START

PLANNED = WorkshopPlanned(WORKSHOP_PLAN, BOARD_RULES)
PLAN_IT = PlanWorkshop(WORKSHOP_PLAN, NOW, BOARD_RULES)
ASSIGN = AssignSpeaker("dosen", "speaker", False, BOARD_RULES, "academic", "sealed")
ASSIGNED = SpeakerAssigned(Speaker("dosen", "speaker", "academic", False, "sealed"), BOARD_RULES)
PUBLISH = PublishActivity(NOW, BOARD_RULES, venue_confirmed=False)
PUBLISHED = activity.ActivityPublished(WORKSHOP_PLAN, "", BOARD_RULES)


def with_sessions(*sessions: Session) -> PlanWorkshop:
    return replace(PLAN_IT, plan=replace(WORKSHOP_PLAN, sessions=sessions))


def test_a_workshop_is_planned_once_with_its_agenda_in_order() -> None:
    given(WORKSHOP).when(PLAN_IT).then(PLANNED)
    given(WORKSHOP).when(with_sessions(*reversed(AGENDA))).then(PLANNED)
    given(WORKSHOP, PLANNED).when(PLAN_IT).then()


def test_a_workshop_starts_with_its_first_session_and_ends_with_its_last() -> None:
    first, *_, last = AGENDA
    two = replace(WORKSHOP_PLAN, sessions=(first, last), starts=START - timedelta(days=3), ends=START)
    plan = replace(WORKSHOP_PLAN, sessions=(first, last))
    given(WORKSHOP).when(replace(PLAN_IT, plan=two)).then(WorkshopPlanned(plan, BOARD_RULES))


def test_an_agenda_that_cannot_be_is_refused() -> None:
    first, second, *_ = AGENDA
    given(WORKSHOP).when(with_sessions()).refused("workshop-needs-sessions")
    given(WORKSHOP).when(with_sessions(first, replace(second, starts=first.starts))).refused("sessions-overlap")
    given(WORKSHOP).when(with_sessions(first, replace(second, id=first.id))).refused("sessions-overlap")
    given(WORKSHOP).when(with_sessions(replace(first, ends=first.starts))).refused("ends-before-start")


def test_speakers_of_a_workshop_are_practitioners_academics_and_officials_with_a_declared_field() -> None:
    for category in CATEGORIES:
        speaker = Speaker("dosen", "speaker", category, False, "sealed")
        given(WORKSHOP, PLANNED).when(replace(ASSIGN, category=category)).then(SpeakerAssigned(speaker, BOARD_RULES))
    for category in (None, "board"):
        given(WORKSHOP, PLANNED).when(replace(ASSIGN, category=category)).refused("workshop-speaker-category")
    given(WORKSHOP, PLANNED).when(replace(ASSIGN, competence=None)).refused("competence-not-declared")


def test_a_workshop_is_published_only_with_a_speaker() -> None:
    given(WORKSHOP, PLANNED).when(PUBLISH).refused("workshop-needs-a-speaker")
    guide = SpeakerAssigned(Speaker("rani", "guide", "board", from_board=True), BOARD_RULES)
    given(WORKSHOP, PLANNED, guide).when(PUBLISH).refused("workshop-needs-a-speaker")
    given(WORKSHOP, PLANNED, ASSIGNED).when(PUBLISH).then(PUBLISHED)
    withdrawn = activity.SpeakerWithdrawn("dosen")
    given(WORKSHOP, PLANNED, ASSIGNED, withdrawn).when(PUBLISH).refused("workshop-needs-a-speaker")


def test_a_session_names_only_speakers_of_the_workshop() -> None:
    plan = replace(WORKSHOP_PLAN, sessions=(replace(AGENDA[0], speaker="dinas"), *AGENDA[1:]))
    planned = WorkshopPlanned(plan, BOARD_RULES)
    given(WORKSHOP, planned, ASSIGNED).when(PUBLISH).refused("session-without-speaker")


def test_at_a_school_it_is_published_only_when_the_school_has_confirmed() -> None:
    planned = WorkshopPlanned(replace(WORKSHOP_PLAN, place=AT_A_SCHOOL), BOARD_RULES)
    given(WORKSHOP, planned, ASSIGNED).when(PUBLISH).refused("venue-not-confirmed")


def test_a_workshops_agenda_moves_as_a_whole() -> None:
    day = timedelta(days=1)
    move = activity.RescheduleActivity(WORKSHOP_PLAN.starts + day, WORKSHOP_PLAN.ends + day, NOW)
    outcome = given(WORKSHOP, PLANNED, ASSIGNED, PUBLISHED).when(move)
    (moved,) = outcome.events
    assert isinstance(moved, activity.ActivityRescheduled)
    assert [session.starts for session in moved.sessions] == [session.starts + day for session in AGENDA]
    state = given(WORKSHOP, PLANNED, ASSIGNED, PUBLISHED, moved).state
    assert state.plan.sessions == moved.sessions
    longer = replace(move, ends=move.ends + day)
    given(WORKSHOP, PLANNED).when(longer).refused("agenda-moves-whole")


def test_an_activity_never_planned_is_not_found() -> None:
    for command in (ASSIGN, PUBLISH, activity.CancelActivity("rain")):
        with pytest.raises(NotFound):
            given(WORKSHOP).when(command)


hours = st.integers(0, 40)
SESSION = st.builds(
    lambda n, start, long: Session(f"s{n}", "x", START + timedelta(hours=start), START + timedelta(hours=start + long)),
    st.integers(1, 9), hours, st.integers(0, 5),
)  # fmt: skip


@given_any(st.lists(SESSION, max_size=6))
def test_sessions_follow_one_another_within_the_workshop_always(sessions: list[Session]) -> None:
    try:
        (planned,) = WORKSHOP.decide(with_sessions(*sessions), WORKSHOP.initial)
    except Refused:
        return
    assert isinstance(planned, WorkshopPlanned)
    plan: Plan = planned.plan
    times = [time for session in plan.sessions for time in (session.starts, session.ends)]
    assert times == sorted(times)
    assert (plan.starts, plan.ends) == (times[0], times[-1])
