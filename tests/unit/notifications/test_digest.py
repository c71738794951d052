"""When a digest is due."""

from datetime import UTC, datetime, timedelta

from services.kernel.process import DeadlinePassed, Reaction
from services.notifications.domain.message import Kind, PlanMessage
from services.notifications.domain.preference import PREFERENCE, ChoosePreference, PreferenceChosen
from services.notifications.processes.digest import DIGEST
from tests.unit.notifications.facts import START, recorded

MONDAY = datetime(2026, 12, 7, 0, 0, tzinfo=UTC)
"""Monday, 07.00 WIB: the first one after ``START``, a Tuesday."""


def wished(**wishes: object) -> PreferenceChosen:
    chosen = PREFERENCE.decide(ChoosePreference({"gathered": ("activities",), **wishes}), PREFERENCE.initial)[0]  # type: ignore[arg-type]
    assert isinstance(chosen, PreferenceChosen)
    return chosen


def passed(due: datetime, at: datetime | None = None, state: object = None) -> Reaction:
    deadline = DeadlinePassed("digest", "sri", "digest", due)
    return DIGEST.react(state or {"every": "week", "day": "mon", "at": "07:00"}, recorded(deadline, at=at or due))  # type: ignore[arg-type]


def digest() -> PlanMessage:
    command = passed(MONDAY).issues[0].command
    assert isinstance(command, PlanMessage)
    return command


def test_who_wishes_for_a_digest_gets_it_on_the_next_of_its_days() -> None:
    reaction = DIGEST.react({}, recorded(wished(), "sri"))
    assert (reaction.deadlines, list(reaction.issues)) == ({"digest": MONDAY}, [])
    daily = DIGEST.react({}, recorded(wished(digest_every="day", digest_at="11:00"), "sri"))
    assert daily.deadlines == {"digest": START + timedelta(hours=1)}


def test_when_it_is_due_it_is_planned_and_the_next_one_is_set() -> None:
    reaction = passed(MONDAY)
    [issue] = reaction.issues
    assert (issue.command.kind, issue.command.people) == (Kind.DIGEST, ("sri",))
    assert reaction.deadlines == {"digest": MONDAY + timedelta(days=7)}


def test_one_due_while_nobody_was_there_comes_once_and_not_for_every_week_missed() -> None:
    late = MONDAY + timedelta(days=16)
    assert passed(MONDAY, late).deadlines == {"digest": MONDAY + timedelta(days=21)}


def test_each_digest_has_an_identity_of_its_own_and_the_same_when_read_again() -> None:
    first, again, next_week = (passed(due).issues[0].identity for due in (MONDAY, MONDAY, MONDAY + timedelta(days=7)))
    assert first == again != next_week


def test_who_no_longer_wishes_for_one_gets_what_was_gathered_until_then() -> None:
    state = dict(DIGEST.react({}, recorded(wished(), "sri")).state)
    reaction = DIGEST.react(state, recorded(PreferenceChosen(None, True), "sri", number=2))
    assert [issue.command.kind for issue in reaction.issues] == [Kind.DIGEST]
    assert (dict(reaction.state), reaction.deadlines) == ({}, {})


def test_who_never_wished_for_one_gets_none() -> None:
    reaction = DIGEST.react({}, recorded(PreferenceChosen("en", True), "sri"))
    assert (list(reaction.issues), reaction.deadlines) == ([], {})
