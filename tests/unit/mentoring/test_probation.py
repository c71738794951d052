from services.kernel.declare.process import DeadlinePassed, Dispatch
from services.mentoring.domain.evidence import CloseWeek
from services.mentoring.domain.mentorship import MENTORSHIP
from services.mentoring.domain.opening import MentorshipClosed
from services.mentoring.domain.smooth import LibraryRegressed, LibrarySmooth
from services.mentoring.domain.weeks import WEEK, closes
from services.mentoring.processes.probation import PROBATION
from tests.unit.mentoring.sample_cases import LIBRARY, LIVE, MONDAY, NOTE, after, lent
from tests.unit.mentoring.sample_events import recorded

CASE = "mentorship-m"


def test_the_first_week_is_closed_three_days_after_its_end() -> None:
    live = recorded(CASE, LIVE)
    assert PROBATION.concerned(live) == ["m"]
    reaction = PROBATION.reaction({}, live)
    assert (reaction.commands, reaction.deadlines) == ((), {"week": closes(MONDAY)})


def test_each_deadline_closes_its_week_and_sets_the_next() -> None:
    passed = recorded("deadlines-probation-m", DeadlinePassed("probation", "m", "week", closes(MONDAY)), at=after(9))
    assert PROBATION.concerned(passed) == ["m"]
    reaction = PROBATION.reaction({}, passed)
    assert reaction.commands == [Dispatch(MENTORSHIP, "m", CloseWeek(MONDAY))]
    assert reaction.deadlines == {"week": closes(MONDAY + WEEK)}


def test_a_regression_sets_a_deadline_and_smooth_or_closed_withdraws_it() -> None:
    fell = recorded(CASE, LibraryRegressed(LIBRARY, NOTE, "smooth", MONDAY + 5 * WEEK, "sri"))
    assert PROBATION.reaction({}, fell).deadlines == {"week": closes(MONDAY + 5 * WEEK)}
    for event in (LibrarySmooth(LIBRARY, "mira", "sri", 4, 2), MentorshipClosed(LIBRARY, "moved", "rani")):
        assert PROBATION.concerned(recorded(CASE, event)) == ["m"]
        assert not PROBATION.reaction({}, recorded(CASE, event)).deadlines


def test_evidence_itself_moves_no_deadline() -> None:
    assert not PROBATION.concerned(recorded(CASE, lent(0)))
