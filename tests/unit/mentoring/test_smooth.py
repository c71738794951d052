"""*Lancar*, and that nothing brings it about without the evidence window."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given as every
from hypothesis import settings
from hypothesis import strategies as some

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import NotFound, Refused
from services.kernel.testing import given
from services.mentoring.domain.evidence import (
    BackupReported,
    CloseWeek,
    LoansCounted,
    RecordBackup,
    RecordLoans,
    WeekMissed,
)
from services.mentoring.domain.mentorship import MENTORSHIP
from services.mentoring.domain.opening import COMPANION, LEAD, MentorAssigned, MentorReleased
from services.mentoring.domain.smooth import (
    BlockerCleared,
    BlockerRaised,
    ClearBlocker,
    ConfirmSmooth,
    LibraryRegressed,
    LibrarySmooth,
    ProposeSmooth,
    RaiseBlocker,
    ReportRegression,
    SmoothProposed,
)
from services.mentoring.domain.weeks import WEEK, begin_of, closes, end_of, monday_of
from tests.unit.mentoring.sample_cases import (
    LIBRARY,
    MONDAY,
    NOTE,
    OPENED,
    after,
    backed_up,
    before,
    lent,
    on_probation,
)

PROVEN = (*on_probation(), lent(0), lent(1), lent(2), lent(3), backed_up(2))
IN_TIME = after(4, days=1)
PROPOSE, CONFIRM = ProposeSmooth("mira", IN_TIME), ConfirmSmooth("sri", IN_TIME)
PROPOSED = SmoothProposed(LIBRARY, "mira", 4)
SMOOTH = LibrarySmooth(LIBRARY, "mira", "sri", 4, 2)
RAISED, CLEARED = BlockerRaised(LIBRARY, "b1", NOTE, "sri"), BlockerCleared(LIBRARY, "b1", "mira")


def test_the_mentor_proposes_and_the_library_confirms() -> None:
    given(MENTORSHIP, *PROVEN).when(PROPOSE).then(PROPOSED)
    given(MENTORSHIP, *PROVEN, PROPOSED).when(CONFIRM).then(SMOOTH)
    assert given(MENTORSHIP, *PROVEN, PROPOSED, SMOOTH).state.stage == "smooth"


def test_a_second_proposal_or_confirmation_changes_nothing() -> None:
    given(MENTORSHIP, *PROVEN, PROPOSED).when(PROPOSE).then()
    given(MENTORSHIP, *PROVEN, PROPOSED, SMOOTH).when(PROPOSE).then()
    given(MENTORSHIP, *PROVEN, PROPOSED, SMOOTH).when(CONFIRM).then()


def test_the_mentor_cannot_confirm_and_a_confirmation_needs_a_proposal() -> None:
    given(MENTORSHIP, *PROVEN).when(CONFIRM).refused("not-proposed-yet")
    given(MENTORSHIP, *PROVEN, PROPOSED).when(replace(CONFIRM, person="mira")).refused("confirmed-by-the-library")


def test_a_regional_coordinator_on_the_staff_cannot_confirm() -> None:
    given(MENTORSHIP, *PROVEN, PROPOSED).when(replace(CONFIRM, leads=True)).refused("confirmed-by-the-library")


def test_nobody_who_accompanies_the_library_can_confirm_even_as_one_of_its_staff() -> None:
    # Tono is the second mentor. Rani proposed as the region's coordinator, is in no team, and has left the office since.
    given(MENTORSHIP, *PROVEN, TONO, PROPOSED).when(replace(CONFIRM, person="tono")).refused("confirmed-by-the-library")
    by_rani = given(MENTORSHIP, *PROVEN, SmoothProposed(LIBRARY, "rani", 4))
    by_rani.when(replace(CONFIRM, person="rani")).refused("confirmed-by-the-library")
    by_rani.when(CONFIRM).then(replace(SMOOTH, proposed_by="rani"))


PROVEN_ANEW = (WeekMissed(LIBRARY, MONDAY + 4 * WEEK), *(lent(week) for week in range(5, 9)), backed_up(6))
TONO = MentorAssigned(LIBRARY, "tono", COMPANION, ("mira", "tono"))
GONE = MentorReleased(LIBRARY, "mira", ("tono",))


def test_a_proposal_ends_with_its_window() -> None:
    lost = given(MENTORSHIP, *PROVEN, PROPOSED, *PROVEN_ANEW)
    lost.when(replace(CONFIRM, at=after(9))).refused("not-proposed-yet")
    lost.when(ProposeSmooth("rani", after(9))).then(SmoothProposed(LIBRARY, "rani", 4))


def test_a_proposal_ends_when_its_mentor_leaves_and_another_mentor_may_propose() -> None:
    replaced = MentorAssigned(LIBRARY, "tono", LEAD, ("tono",))
    for gone in (GONE, replaced):
        case = given(MENTORSHIP, *PROVEN, TONO, PROPOSED, gone)
        case.when(CONFIRM).refused("not-proposed-yet")
        case.when(replace(PROPOSE, mentor="tono")).then(SmoothProposed(LIBRARY, "tono", 4))


def test_a_proposal_stays_when_another_mentor_goes_or_comes() -> None:
    by_tono, by_rani = SmoothProposed(LIBRARY, "tono", 4), SmoothProposed(LIBRARY, "rani", 4)
    assert given(MENTORSHIP, *PROVEN, TONO, by_tono, GONE).state.proposed_by == "tono"
    assert given(MENTORSHIP, *PROVEN, PROPOSED, TONO).state.proposed_by == "mira"
    # Rani leads the region and was never of the team.
    assert given(MENTORSHIP, *PROVEN, TONO, by_rani, GONE).state.proposed_by == "rani"


def test_the_refusal_of_too_few_weeks_tells_have_and_need() -> None:
    with pytest.raises(Refused) as caught:
        MENTORSHIP.decide(replace(PROPOSE, at=after(3, days=6)), given(MENTORSHIP, *PROVEN).state)
    told = {name: caught.value.extensions[name] for name in ("rule", "have", "need", "since")}
    assert told == {"rule": "window-not-complete", "have": 3, "need": 4, "since": "2026-03-02"}


def test_a_proposal_without_a_good_backup_is_refused() -> None:
    history = (*on_probation(), lent(0), lent(1), lent(2), lent(3), backed_up(2, ok=False))
    given(MENTORSHIP, *history).when(PROPOSE).refused("no-backup")


def test_an_open_blocker_refuses_a_proposal_and_ends_an_earlier_one() -> None:
    given(MENTORSHIP, *PROVEN, RAISED).when(PROPOSE).refused("open-blocker")
    given(MENTORSHIP, *PROVEN, PROPOSED, RAISED).when(CONFIRM).refused("open-blocker")
    given(MENTORSHIP, *PROVEN, PROPOSED, RAISED, CLEARED).when(CONFIRM).refused("not-proposed-yet")
    given(MENTORSHIP, *PROVEN, RAISED, CLEARED).when(PROPOSE).then(PROPOSED)


def test_a_week_missed_after_the_proposal_refuses_the_confirmation() -> None:
    late = replace(CONFIRM, at=after(5, days=3))
    given(MENTORSHIP, *PROVEN, PROPOSED).when(late).refused("window-not-complete")


def test_a_regression_ends_a_proposal() -> None:
    fell = LibraryRegressed(LIBRARY, NOTE, "probation", MONDAY + 4 * WEEK, "sri")
    anew = (*(lent(week) for week in range(4, 8)), backed_up(6))
    given(MENTORSHIP, *PROVEN, PROPOSED, fell, *anew).when(replace(CONFIRM, at=after(8))).refused("not-proposed-yet")


def test_blockers_are_raised_and_cleared_once() -> None:
    given(MENTORSHIP, OPENED).when(RaiseBlocker("b1", NOTE, "sri")).then(RAISED)
    given(MENTORSHIP, OPENED, RAISED).when(RaiseBlocker("b1", NOTE, "sri")).then()
    given(MENTORSHIP, OPENED, RAISED).when(ClearBlocker("b1", "mira")).then(CLEARED)
    given(MENTORSHIP, OPENED, RAISED, CLEARED).when(ClearBlocker("b1", "mira")).then()
    with pytest.raises(NotFound):
        given(MENTORSHIP, OPENED).when(ClearBlocker("b9", "mira"))


def test_a_regression_needs_a_new_window() -> None:
    fell = LibraryRegressed(LIBRARY, NOTE, "smooth", MONDAY + 6 * WEEK, "sri")
    smooth = (*PROVEN, PROPOSED, SMOOTH)
    given(MENTORSHIP, *smooth).when(ReportRegression(NOTE, "sri", after(5, days=2))).then(fell)
    assert given(MENTORSHIP, *smooth, fell).state.stage == "probation"
    given(MENTORSHIP, *smooth, fell).when(replace(PROPOSE, at=after(8))).refused("window-not-complete")
    again = (*smooth, fell, *(lent(week) for week in (6, 7, 8, 9)), backed_up(8))
    given(MENTORSHIP, *again).when(replace(PROPOSE, at=after(10))).then(PROPOSED)
    # The backup of the first window proves nothing about the second.
    without = (*smooth, fell, *(lent(week) for week in (6, 7, 8, 9)))
    given(MENTORSHIP, *without).when(replace(PROPOSE, at=after(10))).refused("no-backup")


def test_a_library_that_never_went_live_cannot_regress() -> None:
    given(MENTORSHIP, *before("probation")).when(ReportRegression(NOTE, "sri", after(0))).refused("not-live-yet")


Week = tuple[int | None, int | None, bool | None, str, float]
WEEKS = some.lists(
    some.tuples(
        some.sampled_from([5, 5, 5, 5, 5, 0, None]),
        some.sampled_from([None, None, None, None, 3, 0]),
        some.sampled_from([True, True, False, None]),
        some.sampled_from(["", "", "", "", "", "raise", "clear", "clear", "regress", "close"]),
        some.floats(0, 3.5),
    ),
    max_size=12,
)


def of_a_week(n: int, week: Week) -> list[Command]:
    """What is attempted in the n-th week, and that the mentor and the library try to be done with it soon after."""
    stated, measured, ok, more, days = week
    friday, afterwards = after(n, days=4), after(n + 1, days=days)
    others: dict[str, Command] = {
        "raise": RaiseBlocker("b1", NOTE, "sri"),
        "clear": ClearBlocker("b1", "mira"),
        "regress": ReportRegression(NOTE, "sri", friday),
        "close": CloseWeek(MONDAY + (n - 1) * WEEK),
    }
    attempts: list[Command | None] = [
        None if stated is None else RecordLoans(MONDAY + n * WEEK, stated, "stated", friday, "sri"),
        None if measured is None else RecordLoans(MONDAY + n * WEEK, measured, "measured", friday),
        None if ok is None else RecordBackup(friday, ok, "stated", friday, "sri"),
        others.get(more),
        ProposeSmooth("mira", afterwards),
        ConfirmSmooth("sri", afterwards),
    ]
    return [attempt for attempt in attempts if attempt is not None]


def evidenced(history: Sequence[Event], first: datetime, at: datetime, need: int) -> bool:
    """Whether ``need`` whole weeks in a row, the last of them not long over, had loans, and a backup fell among them.

    Reckoned from the events alone, by another way than the domain does.
    """
    counts: dict[datetime, dict[str, int]] = {}
    backups: list[datetime] = []
    for event in history:
        if isinstance(event, LoansCounted):
            counts.setdefault(begin_of(event.week), {})[event.source] = event.count
        if isinstance(event, BackupReported) and event.ok:
            backups.append(event.made)
    week, run = monday_of(at), 0
    while end_of(week) > at or (closes(week) > at and not _lent(counts.get(begin_of(week), {}))):
        week -= WEEK
    while begin_of(week) >= first and _lent(counts.get(begin_of(week), {})):
        run, week = run + 1, week - WEEK
    return run >= need and any(made >= begin_of(week + WEEK) for made in backups)


def _lent(count: dict[str, int]) -> bool:
    return count.get("measured", count.get("stated", 0)) > 0


@settings(max_examples=200)
@every(weeks=WEEKS)
def test_smooth_is_reached_exactly_with_a_complete_evidence_window(weeks: list[Week]) -> None:
    history: list[Event] = list(on_probation())
    first = begin_of(MONDAY)
    for n, week in enumerate(weeks):
        for command in of_a_week(n, week):
            state = MENTORSHIP.fold(history)
            try:
                events = list(MENTORSHIP.decide(command, state))
            except (Refused, NotFound):
                events = []
            if isinstance(command, ConfirmSmooth):
                proven = evidenced(history, first, command.at, 4) and not state.blockers
                assert any(isinstance(event, LibrarySmooth) for event in events) == (proven and state.stage != "smooth")
            history += events
            first = max([first, *(begin_of(event.first) for event in events if isinstance(event, LibraryRegressed))])


def test_the_property_oracle_tells_proven_from_unproven_histories() -> None:
    assert evidenced(PROVEN, begin_of(MONDAY), IN_TIME, 4)
    assert not evidenced(PROVEN[:-1], begin_of(MONDAY), IN_TIME, 4)
    assert not evidenced(PROVEN, begin_of(MONDAY + WEEK), IN_TIME, 4)
